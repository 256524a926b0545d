mod charts;
mod deltas;
mod runs;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::kind::{Kind, Name, Visit, callbacks, carriers, registrations, sheet};
use crate::model::callback::{Callback, Status};
use crate::model::carrier::{Carrier, Health};
use crate::model::interaction::{Interaction, Participant, Standing};
use crate::model::registration::{Device, State, Update, User};
use crate::model::{DeviceId, UserId};
use crate::query::Query;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::vocabulary::news::{CallbackNews, News};

/// 2026-06-15T03:00:00Z.
const BEGIN: i64 = 1_781_492_400_000;
const MINUTE: i64 = 60_000;

fn folder(dir: &Path) -> RecordFolder {
    RecordFolder::of(dir, "lab/../eu")
}

fn writer(dir: &Path) -> Writer {
    let about = About {
        profile: "lab".to_owned(),
        api: "direct".to_owned(),
        ..About::default()
    };
    // The place of the writer before may for a moment be with a child that another test has just started.
    loop {
        match Writer::open(folder(dir), about.clone(), RecordSettings::default()) {
            Err(RecordError::Taken) => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
}

fn person(n: u32) -> UserId {
    format!("8a1f-user-{n:04}").as_str().into()
}

fn phone(n: u32) -> DeviceId {
    format!("webrtc-{n:04}").as_str().into()
}

fn update(user: u32, device: u32, registered: bool) -> News {
    News::Update(Update {
        user: person(user),
        device: phone(device),
        registered: Some(registered),
        codec: device.is_multiple_of(3).then(|| "opus".into()),
        raw: bytes::Bytes::from_static(b"{\"the frame itself\":true}"),
    })
}

fn listed(users: u32) -> Vec<News> {
    let user = |n| User {
        id: person(n),
        name: format!("Person {n}").into(),
        site: Some(
            if n.is_multiple_of(2) {
                "Accra"
            } else {
                "Frankfurt"
            }
            .into(),
        ),
    };
    let all = (0..users).map(user).collect();
    let users_news = News::Users {
        users: all,
        total: None,
    };
    let snapshot = |n| News::Snapshot {
        user: person(n),
        devices: (0..2)
            .map(|d| Device {
                id: phone(n * 2 + d),
                registered: d == 0,
                codec: None,
            })
            .collect(),
        spoken: Vec::new(),
        whole: true,
        live: n.is_multiple_of(2),
        asked: None,
    };
    std::iter::once(users_news)
        .chain([News::UsersComplete])
        .chain((0..users).map(snapshot))
        .collect()
}

fn carriers_news(health: Health) -> News {
    let carrier = Carrier {
        health,
        ..Carrier::of_base("c-1".into(), "Northwind".into(), None)
    };
    News::Carriers {
        carriers: vec![carrier],
        faults: Vec::new(),
    }
}

fn callback(status: Status) -> News {
    let callback = Callback {
        number: "+14155550199".into(),
        queue: "q-1".into(),
        reason: Some("the canary of a caller".into()),
        ..Callback::bare("cb-1".into(), status)
    };
    News::Callbacks(Box::new(CallbackNews::Heard(vec![callback])))
}

/// One of everything that can happen, by a number.
fn happening(n: u32) -> News {
    match n % 11 {
        0 => News::Gap {
            user: person(n % 7),
        },
        1 => News::Snapshot {
            user: person(n % 7),
            devices: vec![Device {
                id: phone(n % 5),
                registered: n.is_multiple_of(2),
                codec: Some("PCMU".into()),
            }],
            spoken: Vec::new(),
            whole: n.is_multiple_of(3),
            live: true,
            asked: None,
        },
        2 => carriers_news(if n.is_multiple_of(2) {
            Health::Down
        } else {
            Health::Healthy
        }),
        3 => callback(if n.is_multiple_of(2) {
            Status::Scheduled
        } else {
            Status::Completed
        }),
        _ => update(n / 11 % 7, n % 14, n.is_multiple_of(2)),
    }
}

struct Rows<'s>(&'s Store, Millis);

impl Visit for Rows<'_> {
    type Out = Vec<String>;

    fn visit<K: Kind>(self) -> Vec<String> {
        let columns: Vec<usize> = (0..K::COLUMNS.len()).collect();
        let rows = K::rows(self.0, self.1);
        let mut lines: Vec<String> = rows
            .iter()
            .map(|row| sheet::json::<K>(row, &columns))
            .collect();
        lines.sort_unstable();
        lines
    }
}

/// Every row of every kind that is recorded, with all its columns.
fn rows(store: &Store, at: Millis) -> BTreeMap<&'static str, Vec<String>> {
    let kinds = [
        Name::Registrations,
        Name::Users,
        Name::Sites,
        Name::Carriers,
        Name::Callbacks,
        Name::Alerts,
    ];
    kinds
        .into_iter()
        .map(|name| (name.word(), name.visit(Rows(store, at))))
        .collect()
}

/// The first line that is not the same.
fn different<'l>(
    found: &'l [String],
    wanted: &'l [String],
) -> Option<(Option<&'l str>, Option<&'l str>)> {
    let most = found.len().max(wanted.len());
    let pair = |n: usize| {
        (
            found.get(n).map(String::as_str),
            wanted.get(n).map(String::as_str),
        )
    };
    (0..most).map(pair).find(|(found, wanted)| found != wanted)
}

/// Writes what happens, and gives what was known after each of it.
fn recorded(
    dir: &Path,
    step: i64,
    happenings: &[u32],
) -> Vec<(Millis, BTreeMap<&'static str, Vec<String>>)> {
    let mut writer = writer(dir);
    let (mut store, mut changes) = (Store::default(), Changes::default());
    let mut known = Vec::new();
    let first = listed(7);
    let rest = happenings.iter().map(|n| vec![happening(*n)]);
    for (n, mut news) in (0..).zip(std::iter::once(first).chain(rest)) {
        let at = Millis(BEGIN + n * step);
        writer.tell(at, Writer::news(news.clone())).unwrap();
        news.iter_mut().for_each(super::mask::mask);
        let moment = Moment {
            at,
            told: Writer::news(news),
        };
        moment.happen(&mut store, &mut changes);
        store.registrations.tick(at, &mut changes);
        changes.clear();
        known.push((at, rows(&store, at)));
    }
    let end = known.last().unwrap().0;
    writer.close(end.plus(1)).unwrap();
    known
}

fn opened(dir: &Path) -> Record {
    Record::open(folder(dir)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The past is exact: every row of every kind, every column, at every moment, over stills and midnight.
    #[test]
    fn every_moment_is_there_again_as_it_was(
        happenings in prop::collection::vec(any::<u32>(), 1..120),
        step in prop::sample::select(vec![1, 400, 7_000, 4 * MINUTE, 45 * MINUTE]),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let known = recorded(dir.path(), step, &happenings);
        let mut record = opened(dir.path());
        for (at, wanted) in &known {
            let look = record.look(*at).unwrap();
            prop_assert_eq!(&look.damage, &Vec::<String>::new());
            prop_assert_eq!(look.coverage, LookCoverage::Recorded);
            for (kind, found) in rows(&look.store, *at) {
                prop_assert_eq!(different(&found, &wanted[kind]), None, "{} at {}", kind, at);
            }
        }
    }

    /// One bit anywhere: what it hit is said, everything that does not say it is stale is true.
    #[test]
    fn a_flipped_bit_costs_its_block_and_no_more(
        happenings in prop::collection::vec(any::<u32>(), 20..60),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u8,
        index in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let known = recorded(dir.path(), 2 * MINUTE, &happenings);
        let file = folder(dir.path()).file("2026-06-15", if index { "index" } else { "data" });
        let mut bytes = fs::read(&file).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        fs::write(&file, &bytes).unwrap();
        let sound = verify(&folder(dir.path())).unwrap();
        prop_assert_eq!(sound.damage.len(), 1);
        whatever_is_said_is_true(dir.path(), &known, known.len())?;
    }

    /// Killed at any point, or cut at any byte: what is there reads, and nothing that was not there is said.
    #[test]
    fn a_file_may_end_anywhere(
        happenings in prop::collection::vec(any::<u32>(), 20..60),
        cut in any::<prop::sample::Index>(),
        index in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let known = recorded(dir.path(), 2 * MINUTE, &happenings);
        let file = folder(dir.path()).file("2026-06-15", if index { "index" } else { "data" });
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..cut.index(bytes.len())]).unwrap();
        whatever_is_said_is_true(dir.path(), &known, 0)?;
        // The next run goes on behind it, and all of that is there.
        let mut next = writer(dir.path());
        let at = Millis(BEGIN + 300 * MINUTE);
        next.tell(at, Writer::news(listed(7))).unwrap();
        next.close(at.plus(2_000)).unwrap();
        let look = opened(dir.path()).look(at.plus(1)).unwrap();
        prop_assert_eq!(look.store.registrations.counts().total, 14);
        prop_assert_eq!(look.store.registrations.counts().of(State::Stale), 0);
    }

    #[test]
    fn whatever_the_bytes_are_reading_them_ends_in_words(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(dir.path());
        fs::create_dir_all(folder.path()).unwrap();
        let data = folder.file("2026-06-15", "data");
        fs::write(&data, &bytes).unwrap();
        // Entries that hold, over bytes that are anything.
        let sorts = [block::Sort::Head, block::Sort::Names, block::Sort::News, block::Sort::Still, block::Sort::Delta, block::Sort::Sample];
        let whole = sorts.map(|sort| block::Entry::of(sort, Millis(BEGIN), 0, &bytes).bytes());
        fs::write(folder.file("2026-06-15", "index"), [whole.concat(), bytes].concat()).unwrap();
        let _ = verify(&folder).unwrap();
        let _ = Record::open(folder).unwrap().look(Millis(BEGIN + 1)).err();
    }

    #[test]
    fn whatever_is_packed_unpacks_or_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let names = pack::Glossary::default();
        let _ = pack::unpack::<told::Reckoning>(&bytes, &names);
        let _ = block::unsqueeze(&bytes);
    }
}

/// Looks at every moment: where rows are sure they are as they were. `least` moments can be looked at.
fn whatever_is_said_is_true(
    dir: &Path,
    known: &[(Millis, BTreeMap<&'static str, Vec<String>>)],
    least: usize,
) -> Result<(), TestCaseError> {
    let mut record = opened(dir);
    let mut seen = 0;
    for (at, wanted) in known {
        let Ok(look) = record.look(*at) else {
            continue;
        };
        seen += 1;
        let found = rows(&look.store, *at);
        let sure = |line: &&String| {
            line.contains("\"state\":\"ok\"") || line.contains("\"state\":\"lost\"")
        };
        let missed = look.damage.len();
        // What came again after a hole is true of now; how it was reached is not known.
        let now = |line: &String| {
            let part = |name: &str| line.split(&format!("\"{name}\":")).nth(1).unwrap();
            let part = |name: &str| part(name).split(',').next().unwrap().to_owned();
            ["state", "userId", "deviceId"].map(part)
        };
        let were: BTreeSet<_> = wanted["registrations"].iter().map(now).collect();
        for line in found["registrations"].iter().filter(sure) {
            prop_assert!(
                were.contains(&now(line)),
                "at {at}, {missed} damaged: {line} is not among {wanted:?}"
            );
        }
    }
    // The one that is hit may be the head of all.
    prop_assert!(seen + 60 >= least, "{seen} of {least}");
    Ok(())
}

#[test]
fn what_is_kept_is_the_owners_alone_and_has_one_writer() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = writer(dir.path());
    let second = Writer::open(
        folder(dir.path()),
        About::default(),
        RecordSettings::default(),
    );
    assert!(matches!(second, Err(RecordError::Taken)));
    assert!(folder(dir.path()).is_written());
    first.tell(Millis(BEGIN), Writer::news(listed(3))).unwrap();
    first.close(Millis(BEGIN + 1)).unwrap();
    assert!(!folder(dir.path()).is_written());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for file in fs::read_dir(folder(dir.path()).path()).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    assert_eq!(mode(folder(dir.path()).path()), 0o700);
    assert_eq!(
        folder(dir.path()).path().parent().unwrap(),
        dir.path().join("record")
    );
}

#[test]
fn a_masked_record_has_no_caller_in_it_and_no_frame_as_it_came() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = writer(dir.path());
    let caller = Participant {
        purpose: "customer".into(),
        name: "the canary".into(),
        address: "tel:+14155550199".into(),
        ..Participant::default()
    };
    let agent = Participant {
        name: "Ana".into(),
        user: "u-1".into(),
        ..Participant::default()
    };
    let call = Interaction {
        participants: vec![caller, agent],
        ..Interaction::bare("i-1".into(), Standing::Active)
    };
    let news = vec![
        callback(Status::Scheduled),
        News::Interaction(Box::new(call)),
        update(1, 1, true),
    ];
    writer.tell(Millis(BEGIN), Writer::news(news)).unwrap();
    writer
        .tell(
            Millis(BEGIN + 20 * MINUTE),
            Writer::news(vec![update(1, 1, false)]),
        )
        .unwrap();
    writer.close(Millis(BEGIN + 21 * MINUTE)).unwrap();
    let shard = shard::Shard::open(&folder(dir.path()), "2026-06-15").unwrap();
    let mut all = Vec::new();
    for entry in shard.entries.iter().flatten() {
        let block = shard.block(entry).unwrap();
        all.extend(block::unsqueeze(&block).unwrap_or(block));
    }
    let has = |text: &str| all.windows(text.len()).any(|at| at == text.as_bytes());
    for secret in ["5550199", "canary", "the frame itself"] {
        assert!(!has(secret), "{secret}");
    }
    assert!(has("Ana") && has("webrtc-0001"));
}

#[test]
fn what_the_record_does_not_have_is_stale_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = writer(dir.path());
    first.tell(Millis(BEGIN), Writer::news(listed(3))).unwrap();
    first.close(Millis(BEGIN + 1_500)).unwrap();
    let mut record = opened(dir.path());
    let look = record.look(Millis(BEGIN + 1_500)).unwrap();
    assert_eq!(look.store.registrations.counts().of(State::Stale), 0);
    let look = record.look(Millis(BEGIN + MINUTE)).unwrap();
    assert_eq!(look.coverage, LookCoverage::Nothing(Millis(BEGIN + 1_500)));
    assert_eq!(look.store.registrations.counts().of(State::Stale), 6);
    let before = record.look(Millis(BEGIN - 1)).unwrap_err().to_string();
    assert!(before.contains("Nothing was recorded at"), "{before}");
    let nothing = Record::open(RecordFolder::at(dir.path().join("none"))).unwrap_err();
    assert!(matches!(nothing, RecordError::Empty(_)));
}

#[test]
fn a_newer_schema_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let head = br#"{"schema":9,"version":"9","profile":"lab","api":"direct","zone":"","mask":true,"more":1}"#;
    let folder = folder(dir.path());
    fs::create_dir_all(folder.path()).unwrap();
    let mut shard = shard::Growing::open(&folder, "2026-06-15").unwrap();
    shard
        .append(block::Sort::Head, Millis(BEGIN), head)
        .unwrap();
    let refused = opened(dir.path())
        .look(Millis(BEGIN + 1))
        .unwrap_err()
        .to_string();
    let wanted = format!("schema 9, this one reads {OLDEST} to {SCHEMA}");
    assert!(refused.contains(&wanted), "{refused}");
}

#[test]
fn the_oldest_days_go_first_and_today_stays() {
    let dir = tempfile::tempdir().unwrap();
    let day = 24 * 60 * MINUTE;
    for n in 0..4 {
        let mut writer = writer(dir.path());
        writer
            .tell(Millis(BEGIN + n * day), Writer::news(listed(3)))
            .unwrap();
        writer.close(Millis(BEGIN + n * day + 1)).unwrap();
    }
    let now = Millis(BEGIN + 3 * day);
    let folder = folder(dir.path());
    let size = folder.usage().unwrap().bytes();
    let keep = |keep_ms, size| RecordSettings {
        keep_ms,
        size,
        ..RecordSettings::default()
    };
    let days = 2 * day.cast_unsigned();
    assert_eq!(
        prune(&folder, &keep(days, size), now).unwrap(),
        ["2026-06-15"]
    );
    assert_eq!(
        prune(&folder, &keep(days, size / 3), now).unwrap(),
        ["2026-06-16", "2026-06-17"]
    );
    assert_eq!(
        prune(&folder, &keep(0, 0), now).unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(folder.days().unwrap(), ["2026-06-18"]);
}

#[test]
fn turns_are_the_changes_of_state_that_the_filter_shows() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = writer(dir.path());
    writer.tell(Millis(BEGIN), Writer::news(listed(4))).unwrap();
    for n in 1..=6 {
        let news = vec![
            update(0, 0, n % 2 == 0),
            carriers_news(if n == 3 {
                Health::Down
            } else {
                Health::Healthy
            }),
        ];
        writer
            .tell(Millis(BEGIN + n * 1_000), Writer::news(news))
            .unwrap();
    }
    writer.close(Millis(BEGIN + 8_000)).unwrap();
    let mut record = opened(dir.path());
    let mut said = Vec::new();
    let lost = Query::parse("state:lost", registrations::Registrations::FIELDS).unwrap();
    let reel = record.reel(Millis(BEGIN + 8_000)).unwrap();
    turns::<registrations::Registrations>(reel, Millis(BEGIN + 6_000), Some(&lost), |turn, _| {
        said.push((
            turn.at.0 - BEGIN,
            turn.from.unwrap_or_default(),
            turn.to.unwrap_or_default(),
        ));
    });
    // Four devices were lost from the begin, the other turns are those of one phone.
    assert_eq!(said.iter().filter(|(at, ..)| *at == 0).count(), 4);
    let turn = |at: i64, from: &str, to: &str| (at, from.to_owned(), to.to_owned());
    let own: Vec<_> = said.into_iter().filter(|(at, ..)| *at > 0).collect();
    let both = |n: i64| {
        if n % 2 == 0 {
            turn(n * 1_000, "lost", "ok")
        } else {
            turn(n * 1_000, "ok", "lost")
        }
    };
    assert_eq!(own, (1..=6).map(both).collect::<Vec<_>>());
    let reel = record.reel(Millis(BEGIN + 8_000)).unwrap();
    let mut health = Vec::new();
    turns::<carriers::Carriers>(reel, Millis(BEGIN + 6_000), None, |turn, _| {
        health.push(turn.to.unwrap());
    });
    assert_eq!(health, ["healthy", "down", "healthy"]);
    assert!(state_word::<callbacks::Callbacks>().is_some());
}

fn state_word<K: Kind>() -> Option<&'static str> {
    transitions::state_of::<K>().map(|column| K::COLUMNS[column].name)
}

/// What a killed process leaves: blocks are written one after the other, each before its entry, and any byte may be the last.
#[test]
fn killed_at_a_thousand_points_nothing_is_lost_but_what_was_being_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = writer(dir.path());
    writer.tell(Millis(BEGIN), Writer::news(listed(7))).unwrap();
    // 50 events a second.
    for n in 0..1_000 {
        let news = vec![update(n % 7, n % 14, n.is_multiple_of(3))];
        writer
            .tell(Millis(BEGIN + i64::from(n) * 20), Writer::news(news))
            .unwrap();
    }
    writer.close(Millis(BEGIN + 20_000)).unwrap();
    let read = |what| fs::read(folder(dir.path()).file("2026-06-15", what)).unwrap();
    let (data, index) = (read("data"), read("index"));
    let whole = shard::Shard::open(&folder(dir.path()), "2026-06-15").unwrap();
    let blocks: Vec<Entry> = whole.entries.iter().flatten().copied().collect();
    let all = data.len() + index.len();
    let left = tempfile::tempdir().unwrap();
    let copy = folder(left.path());
    fs::create_dir_all(copy.path()).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..1_000 {
        let mut bytes = random.usize(..all);
        let (mut of_data, mut of_index, mut last) = (0, 0, None);
        for block in &blocks {
            let part = bytes.min(block.length as usize);
            (of_data, bytes) = (of_data + part, bytes - part);
            let entry = bytes.min(ENTRY_BYTES);
            (of_index, bytes) = (of_index + entry, bytes - entry);
            if entry == ENTRY_BYTES && block.sort == block::Sort::News {
                last = Some(block.at);
            }
        }
        fs::write(copy.file("2026-06-15", "data"), &data[..of_data]).unwrap();
        fs::write(copy.file("2026-06-15", "index"), &index[..of_index]).unwrap();
        let sound = verify(&copy).unwrap();
        assert_eq!(sound.damage, []);
        let Some(last) = last else {
            continue;
        };
        let mut cut = Record::open(copy.clone()).unwrap();
        let (found, wanted) = (
            cut.look(last).unwrap(),
            opened(dir.path()).look(last).unwrap(),
        );
        assert_eq!(
            rows(&found.store, last),
            rows(&wanted.store, last),
            "{last}"
        );
    }
}
