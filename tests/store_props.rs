//! Properties of the store: whatever comes, in whatever order, the counts, the views and a replay agree.

#![allow(
    clippy::unwrap_used,
    reason = "a set-up that fails is a test that fails"
)]

use std::collections::HashSet;

use bytes::Bytes;
use proptest::prelude::*;
use trunkline::kind::registrations::FIELDS;
use trunkline::model::registration::{Device, State, Update, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::query::Query;
use trunkline::store::column::Column;
use trunkline::store::view::{Sort, View};
use trunkline::store::{Changes, Limits, Registrations, Row, RowId, Store};
use trunkline::text::Text;
use trunkline::time::Millis;
use trunkline::vocabulary::news::News;
use trunkline::vocabulary::problem::{Problem, Trouble};

const CODECS: [&str; 6] = [
    "opus",
    "OPUS",
    "PCMU",
    "PCMA",
    "telephone-event/8000",
    "telephone-event/8001",
];

fn user_id() -> impl Strategy<Value = UserId> {
    (0..12u8).prop_map(|n| UserId::from(format!("u-{n}").as_str()))
}

fn device_id() -> impl Strategy<Value = DeviceId> {
    (0..4u8).prop_map(|n| DeviceId::from(format!("d-{n}").as_str()))
}

fn codec() -> impl Strategy<Value = Option<Text>> {
    proptest::option::of(proptest::sample::select(&CODECS[..]).prop_map(Text::from))
}

fn device() -> impl Strategy<Value = Device> {
    (device_id(), any::<bool>(), codec()).prop_map(|(id, registered, codec)| Device {
        id,
        registered,
        codec,
    })
}

fn user() -> impl Strategy<Value = User> {
    let name = proptest::sample::select(&["", "Ana", "ana", "Zoë", "Bob Osei"][..]);
    let site = proptest::option::of(proptest::sample::select(&["Lab", "Accra"][..]));
    (user_id(), name, site).prop_map(|(id, name, site)| User {
        id,
        name: name.into(),
        site: site.map(Text::from),
    })
}

fn news() -> impl Strategy<Value = News> {
    let update = (user_id(), device_id(), any::<Option<bool>>(), codec());
    let snapshot = (
        user_id(),
        proptest::collection::vec(device(), 0..4),
        proptest::collection::vec(device_id(), 0..2),
        any::<bool>(),
        any::<bool>(),
    );
    prop_oneof![
        8 => update.prop_map(|(user, device, registered, codec)| News::Update(Update {
            user, device, registered, codec, raw: Bytes::from_static(b"{}"),
        })),
        4 => snapshot.prop_map(|(user, devices, spoken, whole, live)| News::Snapshot { user, devices, spoken, whole, live, asked: None }),
        2 => user_id().prop_map(|user| News::Gap { user }),
        1 => user_id().prop_map(|user| News::ReadFailed {
            user,
            problem: Problem { trouble: Trouble::Answer, text: Text::default() },
        }),
        2 => proptest::collection::vec(user(), 0..4).prop_map(|users| News::Users { users, total: None }),
        1 => Just(News::UsersComplete),
    ]
}

/// News with the milliseconds that pass before it.
fn story() -> impl Strategy<Value = Vec<(News, i64)>> {
    let pause =
        prop_oneof![3 => 0..2_000i64, 1 => 60_000..400_000i64, 1 => 3_000_000..4_000_000i64];
    proptest::collection::vec((news(), pause), 1..80)
}

fn apply(store: &mut Store, news: News, now: Millis, changes: &mut Changes) {
    store.registrations.tick(now, changes);
    store.learn(news, now, changes);
}

fn sorts() -> impl Strategy<Value = Sort> {
    (proptest::sample::select(&Column::ALL[..]), any::<bool>())
        .prop_map(|(column, descending)| Sort { column, descending })
}

fn filters() -> impl Strategy<Value = Option<Query>> {
    let filters = [
        "",
        "state:lost",
        "!state:ok flaps>0",
        "since<5m",
        "since>5m | flapping:yes",
        "(checked<1h site:lab) | codec:pcm",
        "user:a !since<30s",
        "change:lost",
    ];
    proptest::sample::select(Vec::from(filters))
        .prop_map(|filter| (!filter.is_empty()).then(|| Query::parse(filter, FIELDS).unwrap()))
}

/// Everything that a row shows.
fn shown(table: &Registrations, row: RowId) -> String {
    let row = table.row(row).unwrap();
    let cells = Column::ALL.map(|column| format!("{:?}", column.cell(&row)));
    cells.join("|")
}

fn store() -> Store {
    Store {
        registrations: Registrations::new(Limits {
            rows: 30,
            history: 32,
            flaps: 16,
        }),
        ..Store::default()
    }
}

fn all(view: &View) -> Vec<RowId> {
    view.page(0, usize::MAX).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_view_that_is_kept_up_is_the_view_that_is_built(
        story in story(), sort in sorts(), filter in filters(), batch in 1..6usize,
    ) {
        let (mut store, mut changes) = (store(), Changes::default());
        let mut kept = View::new(sort, filter.clone());
        let mut now = Millis(1_781_532_202_000);
        for news in story.chunks(batch) {
            for (news, pause) in news {
                now = now.plus(*pause);
                apply(&mut store, news.clone(), now, &mut changes);
            }
            let table = &store.registrations;
            kept.apply(&changes, table, now);
            changes.clear();
            kept.expire(table, now);
            prop_assert!(kept.next_deadline().is_none_or(|at| at > now));
            let mut built = View::new(sort, filter.clone());
            built.rebuild(table, now);
            prop_assert_eq!(all(&kept), all(&built));
            prop_assert_eq!(kept.len(), built.len());
            for (n, row) in all(&kept).into_iter().enumerate() {
                prop_assert_eq!(kept.position(row), Some(n));
                prop_assert_eq!(kept.page(n, 1).next(), Some(row));
            }
            let mut lost = 0;
            for (n, row) in all(&kept).into_iter().enumerate() {
                prop_assert_eq!(kept.lost_among(n), lost);
                lost += usize::from(table.row(row).is_some_and(|row| row.state() == State::Lost));
            }
            prop_assert_eq!(kept.lost_among(usize::MAX), lost);
        }
    }

    #[test]
    fn counts_are_what_counting_gives_and_windows_empty_themselves(story in story()) {
        let (mut store, mut changes) = (store(), Changes::default());
        let mut now = Millis(0);
        for (news, pause) in story {
            now = now.plus(pause);
            apply(&mut store, news, now, &mut changes);
            let table = &store.registrations;
            let counts = table.counts();
            let rows: Vec<_> = table.rows().map(|(_, row)| row).collect();
            prop_assert_eq!(counts.total as usize, rows.len());
            prop_assert_eq!(counts.flapping as usize, rows.iter().filter(|row| row.flapping()).count());
            for state in State::ALL {
                let of = rows.iter().filter(|row| row.state() == state).count();
                prop_assert_eq!(counts.of(state) as usize, of);
            }
            for (id, row) in table.rows() {
                prop_assert_eq!(table.find(row.user_id(), row.device()), Some(id));
            }
            let places: HashSet<_> = rows.iter().map(Row::site).collect();
            prop_assert_eq!(table.sites().count(), places.len());
            for site in table.sites() {
                let here = || rows.iter().filter(|row| row.site() == site.name);
                prop_assert_eq!(site.devices() as usize, here().count());
                prop_assert_eq!(site.flapping() as usize, here().filter(|row| row.flapping()).count());
                for state in State::ALL {
                    let of = here().filter(|row| row.state() == state).count();
                    prop_assert_eq!(site.of(state) as usize, of);
                }
            }
        }
        let mut table = store.registrations;
        while let Some(at) = table.next_deadline() {
            table.tick(at, &mut changes);
        }
        prop_assert!(table.rows().all(|(_, row)| row.flaps() == 0 && !row.flapping()));
    }

    #[test]
    fn the_same_news_again_makes_the_same_table(story in story()) {
        let run = || {
            let (mut store, mut changes) = (store(), Changes::default());
            let mut now = Millis(0);
            for (news, pause) in story.clone() {
                now = now.plus(pause);
                apply(&mut store, news, now, &mut changes);
            }
            let table = &store.registrations;
            let rows: Vec<_> = table.rows().map(|(id, _)| {
                (shown(table, id), table.timeline(id).map(|change| (change.at, change.what.to_string())).collect::<Vec<_>>())
            }).collect();
            (rows, changes.transitions)
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn what_looks_different_has_another_generation(story in story()) {
        let (mut store, mut changes) = (store(), Changes::default());
        let mut now = Millis(0);
        for (news, pause) in story {
            now = now.plus(pause);
            let look = |table: &Registrations| -> Vec<_> {
                let checked = Column::Checked as usize;
                let cells = |id| shown(table, id).split('|').enumerate()
                    .filter(|(n, _)| *n != checked).map(|(_, cell)| cell.to_owned()).collect::<Vec<_>>();
                table.rows().map(|(id, _)| (id, table.generation(id), cells(id))).collect()
            };
            let before = look(&store.registrations);
            apply(&mut store, news, now, &mut changes);
            let after = look(&store.registrations);
            for (id, generation, cells) in before {
                let same = after.iter().find(|(other, ..)| *other == id);
                if let Some((_, new, new_cells)) = same && *new == generation {
                    prop_assert_eq!(&cells, new_cells);
                }
            }
        }
    }

    #[test]
    fn a_filter_never_panics_and_reads_back_as_itself(filter in r#"[a-z:=!<>|()"/\\0-9 .é*+\[-]{0,40}"#) {
        if let Ok(query) = Query::parse(&filter, FIELDS) {
            let again = Query::parse(&query.to_string(), FIELDS);
            prop_assert_eq!(again.as_ref(), Ok(&query), "{} as {}", filter, query);
        }
    }

    #[test]
    fn filters_made_of_parts_read_back_as_themselves(parts in proptest::collection::vec(
        proptest::sample::select(&[
            "state:lost", "user:\"a b\"", "user=x", "user!=/^a\\/b$/", "site:/x|y/", "flaps>=3", "since<5m",
            "(", ")", "|", "!", "ana", "\"Q \\\" \\\\\"", "/a\\\\/", "!!", "codec:x:y", "1:2",
        ][..]), 0..12))
    {
        let filter = parts.join(" ");
        if let Ok(query) = Query::parse(&filter, FIELDS) {
            let again = Query::parse(&query.to_string(), FIELDS);
            prop_assert_eq!(again.as_ref(), Ok(&query), "{} as {}", filter, query);
        }
    }

    #[test]
    fn any_text_at_all_is_read_or_refused_at_a_column_within_it(filter in any::<String>()) {
        if let Err(error) = Query::parse(&filter, FIELDS) {
            prop_assert!(error.column <= filter.chars().count());
            prop_assert!(!error.sentence.chars().any(char::is_control));
        }
    }
}
