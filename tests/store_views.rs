//! Views over enough rows that blocks fill, split, thin out and join.

#![allow(
    clippy::unwrap_used,
    reason = "a set-up that fails is a test that fails"
)]

use bytes::Bytes;
use trunkline::kind::registrations::FIELDS;
use trunkline::model::registration::{Device, State, Update, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::query::Query;
use trunkline::store::column::Column;
use trunkline::store::view::{Sort, View};
use trunkline::store::{Changes, Registrations, RowId};
use trunkline::text::Text;
use trunkline::time::Millis;

const USERS: u32 = 3_000;
const CODECS: [&str; 3] = ["opus", "PCMU", "PCMA"];
const SITES: [&str; 3] = ["Frankfurt", "Accra", "Lab"];

fn user(n: u32, name: u32) -> User {
    User {
        id: UserId::from(format!("u-{n}").as_str()),
        name: Text::from(format!(
            "Person {:05}",
            name.wrapping_mul(2_654_435_761) % 50_000
        )),
        site: Some(Text::from(SITES[n as usize % SITES.len()])),
    }
}

fn update(random: &mut fastrand::Rng) -> Update {
    Update {
        user: user(random.u32(..USERS), 0).id,
        device: DeviceId::from(["desk", "web"][random.usize(..2)]),
        registered: Some(random.bool()),
        codec: Some(Text::from(CODECS[random.usize(..CODECS.len())])),
        raw: Bytes::new(),
    }
}

fn all(view: &View) -> Vec<RowId> {
    view.page(0, usize::MAX).collect()
}

/// A few thousand changes of every kind, in batches, and after each the view as if built anew.
fn stays_true(sort: Sort, filter: &str) {
    let filter = (!filter.is_empty()).then(|| Query::parse(filter, FIELDS).unwrap());
    let mut random = fastrand::Rng::with_seed(7);
    let (mut table, mut changes) = (Registrations::default(), Changes::default());
    let mut view = View::new(sort, filter.clone());
    let mut now = Millis(1_781_532_202_000);
    for round in 0..40 {
        for _ in 0..200 {
            now = now.plus(random.i64(0..300));
            table.update(update(&mut random), now, &mut changes);
        }
        let renamed = (0..20)
            .map(|_| user(random.u32(..USERS), random.u32(..)))
            .collect();
        table.users(renamed, now, &mut changes);
        if round == 25 {
            // Nearly everyone goes: what is left has to join.
            let kept = (0..USERS)
                .filter(|n| n % 19 == 0)
                .map(|n| user(n, n))
                .collect();
            table.users_complete(now, &mut changes);
            table.users(kept, now, &mut changes);
            table.users_complete(now, &mut changes);
        }
        view.apply(&changes, &table, now);
        view.expire(&table, now);
        changes.clear();
        let mut built = View::new(sort, filter.clone());
        built.rebuild(&table, now);
        assert_eq!(all(&view), all(&built), "round {round}");
        for (n, row) in all(&view).into_iter().enumerate().step_by(97) {
            assert_eq!(view.position(row), Some(n));
            assert_eq!(view.page(n, 1).next(), Some(row));
        }
        let mut lost = 0;
        for (n, row) in all(&view).into_iter().enumerate() {
            if n % 53 == 0 {
                assert_eq!(view.lost_among(n), lost, "round {round}, the first {n}");
            }
            lost += usize::from(table.row(row).unwrap().state() == State::Lost);
        }
        assert_eq!(view.lost_among(view.len()), lost, "round {round}");
    }
}

#[test]
fn a_fixed_order_with_a_filter_stays_true() {
    let sort = |descending| Sort {
        column: Column::User,
        descending,
    };
    stays_true(sort(false), "state:lost");
    stays_true(sort(true), "since<20s");
}

#[test]
fn a_fixed_order_of_few_different_texts_stays_true() {
    stays_true(
        Sort {
            column: Column::Site,
            descending: false,
        },
        "",
    );
}

#[test]
fn a_moving_order_stays_true() {
    stays_true(
        Sort {
            column: Column::Since,
            descending: true,
        },
        "",
    );
    stays_true(Sort::default(), "!site:lab");
}

#[test]
fn a_moving_order_of_few_different_keys_stays_true() {
    stays_true(
        Sort {
            column: Column::Codec,
            descending: true,
        },
        "flaps>0 | since<10s",
    );
}

#[test]
fn the_default_order_shows_what_needs_a_person_first() {
    let (mut table, mut changes) = (Registrations::default(), Changes::default());
    let ids = ["u-ok", "u-lost-long", "u-lost-now", "u-stale"].map(UserId::from);
    let device = |registered| Device {
        id: DeviceId::from("d"),
        registered,
        codec: None,
    };
    for (id, registered) in ids.iter().zip([true, false, true, true]) {
        table.snapshot(
            id,
            vec![device(registered)],
            &[],
            true,
            Millis(1_000),
            &mut changes,
        );
    }
    table.snapshot(
        &ids[2],
        vec![device(false)],
        &[],
        true,
        Millis(2_000),
        &mut changes,
    );
    table.gap(&ids[3], Millis(3_000), &mut changes);
    let mut view = View::new(Sort::default(), None);
    view.rebuild(&table, Millis(4_000));
    let shown: Vec<_> = view
        .page(0, 10)
        .map(|row| table.row(row).unwrap().user_id().clone())
        .collect();
    assert_eq!(
        shown,
        ["u-lost-now", "u-lost-long", "u-stale", "u-ok"].map(UserId::from)
    );
    assert_eq!(view.page(2, 1).count(), 1);
    assert_eq!(view.page(9, 5).count(), 0);
}
