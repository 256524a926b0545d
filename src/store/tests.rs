mod memory;

use bytes::Bytes;

use super::column::{Cell, Column};
use super::{Believed, Changes, Limits, Registrations, RowId, Store, What};
use crate::model::registration::memory::{RememberedPerson, Was};
use crate::model::registration::{Device, State, Update, User};
use crate::model::{DeviceId, UserId};
use crate::text::Text;
use crate::time::Millis;

const MINUTE: i64 = 60_000;

/// A table with its buffer of changes and a clock.
#[derive(Default)]
struct Bench {
    table: Registrations,
    changes: Changes,
    now: Millis,
}

impl Bench {
    fn wait(&mut self, ms: i64) {
        self.now = self.now.plus(ms);
        self.table.tick(self.now, &mut self.changes);
        self.changes.clear();
    }

    fn read(&mut self, devices: &[(&str, bool)], spoken: &[&str]) {
        let device = |&(id, registered): &(&str, bool)| Device {
            id: id.into(),
            registered,
            codec: Some(Text::from("opus")),
        };
        let devices = devices.iter().map(device).collect();
        let spoken: Vec<DeviceId> = spoken.iter().map(|&id| id.into()).collect();
        let user = UserId::from("u-1");
        self.table
            .snapshot(&user, devices, &spoken, true, self.now, &mut self.changes);
    }

    fn hear(&mut self, device: &str, registered: Option<bool>, codec: Option<&str>) {
        let update = Update {
            user: "u-1".into(),
            device: device.into(),
            registered,
            codec: codec.map(Text::from),
            raw: Bytes::copy_from_slice(device.as_bytes()),
        };
        self.table.update(update, self.now, &mut self.changes);
    }

    fn gap(&mut self) {
        self.table.gap(&"u-1".into(), self.now, &mut self.changes);
    }

    fn id(&self, device: &str) -> RowId {
        self.table.find(&"u-1".into(), &device.into()).unwrap()
    }

    fn state(&self, device: &str) -> State {
        self.table.row(self.id(device)).unwrap().state()
    }

    fn timeline(&self, device: &str) -> Vec<String> {
        let timeline = self.table.timeline(self.id(device));
        timeline
            .map(|change| format!("{} {}", change.at.0, change.what))
            .collect()
    }
}

/// A stream that has just opened speaks of a codec alone: what was polled before it is as old as it was.
#[test]
fn a_frame_that_does_not_tell_the_registration_makes_no_polled_row_live() {
    let mut bench = Bench::default();
    let devices = vec![Device {
        id: "a".into(),
        registered: true,
        codec: None,
    }];
    let (table, changes) = (&mut bench.table, &mut bench.changes);
    table.snapshot(&"u-1".into(), devices, &[], false, Millis(1_000), changes);
    let shown = |bench: &Bench| {
        let row = bench.table.row(bench.id("a")).unwrap();
        (row.source(), row.checked())
    };
    bench.now = Millis(9_000);
    bench.hear("a", None, Some("opus"));
    assert_eq!(shown(&bench), ("polled", Millis(1_000)));
    bench.hear("a", Some(true), None);
    assert_eq!(shown(&bench), ("live", Millis(9_000)));
    bench.now = Millis(10_000);
    bench.hear("a", None, Some("PCMU"));
    assert_eq!(shown(&bench), ("live", Millis(10_000)));
}

/// An answer that was long on its way, or waited before it was sent, makes a row no newer than its question.
#[test]
fn a_polled_row_is_as_old_as_the_question_and_a_live_one_is_as_of_now() {
    let mut bench = Bench::default();
    let device = Device {
        id: "a".into(),
        registered: true,
        codec: None,
    };
    let mut read = |live, asked, now| {
        let read = super::Read {
            devices: vec![device.clone()],
            spoken: &[],
            whole: true,
            live,
            asked: Some(Millis(asked)),
        };
        let (table, changes) = (&mut bench.table, &mut bench.changes);
        table.read(&"u-1".into(), read, Millis(now), changes);
        let row = bench.table.row(bench.id("a")).unwrap();
        (row.source(), row.checked().0)
    };
    assert_eq!(read(false, 1_000, 9_000), ("polled", 1_000), "first read");
    assert_eq!(read(false, 11_000, 19_000), ("polled", 11_000));
    assert_eq!(
        read(false, 99_000, 20_000),
        ("polled", 20_000),
        "a clock jumped"
    );
    assert_eq!(read(true, 21_000, 29_000), ("live", 29_000));
}

#[test]
fn a_read_says_which_devices_there_are_but_the_stream_is_newer() {
    let mut bench = Bench::default();
    bench.read(&[("a", true), ("b", false)], &[]);
    assert_eq!(
        (bench.state("a"), bench.state("b")),
        (State::Ok, State::Lost)
    );
    bench.hear("c", Some(true), None);
    bench.read(&[("a", true)], &["c"]);
    let devices: Vec<_> = bench
        .table
        .rows()
        .map(|(_, row)| row.device().raw().to_owned())
        .collect();
    assert_eq!(devices, ["a", "c"]);
    assert_eq!(bench.changes.removed.len(), 1);
    assert_eq!(bench.table.counts().total, 2);
}

#[test]
fn a_gap_keeps_what_was_believed_and_a_read_confirms_it_without_a_change() {
    let mut bench = Bench::default();
    bench.read(&[("a", false)], &[]);
    bench.wait(1_000);
    bench.gap();
    let row = bench.table.row(bench.id("a")).unwrap();
    assert_eq!(
        (row.state(), row.believed(), row.live()),
        (State::Stale, Believed::Lost, false)
    );
    bench.wait(1_000);
    bench.read(&[("a", false)], &[]);
    let row = bench.table.row(bench.id("a")).unwrap();
    assert_eq!(
        (row.state(), row.since(), row.live()),
        (State::Lost, Millis(0), true)
    );
    assert_eq!(row.last_change().what, What::Appeared);
    assert_eq!(
        bench.timeline("a"),
        [
            "2000 confirmed by a read",
            "1000 stale: the feed had a gap",
            "0 appeared"
        ]
    );
}

#[test]
fn only_what_speaks_of_the_registration_ends_staleness() {
    let mut bench = Bench::default();
    bench.read(&[("a", true)], &[]);
    bench.gap();
    bench.hear("a", None, Some("PCMU"));
    assert_eq!(bench.state("a"), State::Stale);
    bench.hear("a", Some(true), None);
    assert_eq!(bench.state("a"), State::Ok);
}

#[test]
fn a_frame_changes_what_it_names_and_nothing_else() {
    let mut bench = Bench::default();
    bench.read(&[("a", true)], &[]);
    bench.wait(500);
    bench.hear("a", None, Some("PCMU"));
    let row = bench.table.row(bench.id("a")).unwrap();
    assert_eq!((row.state(), row.since()), (State::Ok, Millis(0)));
    assert_eq!(row.codec().map(Text::raw), Some("PCMU"));
    assert_eq!(row.frame().as_deref(), Some(&b"a"[..]));
    assert_eq!(bench.timeline("a"), ["500 opus -> PCMU", "0 appeared"]);
    bench.hear("new", None, None);
    assert_eq!(bench.state("new"), State::Unknown);
}

#[test]
fn a_failed_read_makes_rows_stale_and_is_counted() {
    let mut bench = Bench::default();
    bench.read(&[("a", true)], &[]);
    bench.hear("b", None, None);
    bench
        .table
        .read_failed(&"u-1".into(), bench.now, &mut bench.changes);
    assert_eq!(
        (bench.state("a"), bench.state("b")),
        (State::Stale, State::Unknown)
    );
    let reads = bench.table.metrics().reads;
    assert_eq!((reads.ok, reads.failed), (1, 1));
}

#[test]
fn four_changes_in_five_minutes_flap_until_one_is_too_old() {
    let mut bench = Bench::default();
    bench.read(&[("a", true)], &[]);
    for registered in [false, true, false] {
        bench.hear("a", Some(registered), None);
        bench.wait(MINUTE);
    }
    assert_eq!(bench.table.counts().flapping, 0);
    bench.hear("a", Some(true), None);
    assert_eq!(bench.table.counts().flapping, 1);
    assert_eq!(bench.table.next_deadline(), Some(Millis(5 * MINUTE)));
    bench.wait(2 * MINUTE);
    assert_eq!(bench.table.counts().flapping, 0);
    assert_eq!(bench.table.row(bench.id("a")).unwrap().flaps(), 4);
    bench.wait(60 * MINUTE);
    assert_eq!(bench.table.row(bench.id("a")).unwrap().flaps(), 0);
    assert_eq!(
        bench.table.next_deadline(),
        None,
        "an idle table costs nothing"
    );
}

#[test]
fn users_that_a_whole_list_leaves_out_are_gone_and_renames_show() {
    let mut bench = Bench::default();
    let named = |name: &str| User {
        id: "u-1".into(),
        name: name.into(),
        site: Some("Lab".into()),
    };
    bench
        .table
        .users(vec![named("Ana")], bench.now, &mut bench.changes);
    assert_eq!(
        (bench.table.counts().users, bench.table.counts().total),
        (1, 0)
    );
    bench.read(&[("a", true)], &[]);
    bench.table.users_complete(bench.now, &mut bench.changes);
    let (id, before) = (bench.id("a"), bench.table.generation(bench.id("a")));
    bench
        .table
        .users(vec![named("Ana P.")], bench.now, &mut bench.changes);
    assert_eq!(bench.changes.renamed, [id]);
    assert_ne!(bench.table.generation(id), before);
    let row = bench.table.row(id).unwrap();
    assert_eq!(Column::User.cell(&row), Cell::Text(&"Ana P.".into()));
    bench.table.users_complete(bench.now, &mut bench.changes);
    bench.table.users_complete(bench.now, &mut bench.changes);
    assert_eq!(
        (bench.table.counts().users, bench.table.counts().total),
        (0, 0)
    );
    assert!(bench.table.row(id).is_none());
    assert_eq!(bench.table.timeline(id).count(), 0);
}

#[test]
fn a_row_number_is_not_used_again_while_the_flap_windows_speak_of_it() {
    let mut bench = Bench::default();
    bench.read(&[("a", true)], &[]);
    bench.hear("a", Some(false), None);
    let old = bench.id("a");
    bench.read(&[], &[]);
    bench.read(&[("b", true)], &[]);
    assert_ne!(bench.id("b"), old);
    bench.wait(61 * MINUTE);
    bench.read(&[("b", true), ("c", true)], &[]);
    assert_eq!(bench.id("c"), old);
    assert_eq!(bench.table.row(old).unwrap().flaps(), 0);
    assert_eq!(
        bench.timeline("c").len(),
        1,
        "the timeline of the one before is not its own"
    );
    assert!(bench.table.row(old).unwrap().frame().is_none());
}

#[test]
fn a_confirmation_moves_the_check_and_touches_nothing_else() {
    let mut bench = Bench::default();
    bench.read(&[("a", true)], &[]);
    bench.wait(1_000);
    let before = bench.table.generation(bench.id("a"));
    bench.read(&[("a", true)], &[]);
    assert_eq!(bench.changes.confirmed, [bench.id("a")]);
    assert!(bench.changes.touched.is_empty() && bench.changes.transitions.is_empty());
    assert_eq!(bench.table.generation(bench.id("a")), before);
    assert_eq!(
        bench.table.row(bench.id("a")).unwrap().checked(),
        Millis(1_000)
    );
}

#[test]
fn what_there_is_no_room_for_is_left_out_and_counted() {
    let mut bench = Bench {
        table: Registrations::new(Limits {
            rows: 2,
            ..Limits::default()
        }),
        ..Bench::default()
    };
    bench.read(&[("a", true), ("b", true), ("c", true)], &[]);
    bench.hear("d", Some(true), None);
    assert_eq!(bench.table.counts().total, 2);
    assert_eq!(bench.table.dropped().rows, 2);
    bench.read(&[("c", true)], &[]);
    bench.read(&[("c", true)], &[]);
    assert_eq!(bench.state("c"), State::Ok);
}

#[test]
fn a_million_rows_are_affordable() {
    assert!(size_of::<super::row::KeptRow>() <= 72);
    assert!(size_of::<super::users::Owner>() <= 64);
}

#[test]
fn what_the_sweep_corrects_was_missed_by_the_stream_and_stands_in_the_timeline() {
    let (mut table, mut changes) = (Registrations::default(), Changes::default());
    let user = UserId::from("u");
    let device = |id: &str, registered: bool, codec: Option<&str>| Device {
        id: id.into(),
        registered,
        codec: codec.map(Into::into),
    };
    let read = vec![
        device("lost", true, Some("opus")),
        device("codec", true, Some("opus")),
        device("same", true, Some("opus")),
        device("spoken", true, Some("opus")),
    ];
    table.snapshot(&user, read, &[], true, Millis(1_000), &mut changes);
    let swept = |appeared: bool| {
        let mut devices = vec![
            device("lost", false, Some("opus")),
            device("codec", true, Some("PCMU")),
            device("same", true, None),
        ];
        devices.extend(appeared.then(|| device("new", true, None)));
        devices
    };
    let spoken = [DeviceId::from("spoken")];
    let whole = |devices, spoken| super::Read {
        devices,
        spoken,
        whole: true,
        live: true,
        asked: None,
    };
    table.swept(
        &user,
        whole(swept(false), &spoken),
        Millis(2_000),
        &mut changes,
    );
    assert_eq!(table.counts().missed, 2);
    let last = |table: &Registrations, id: &str| {
        let row = table.find(&user, &id.into()).unwrap();
        table.row(row).unwrap().last_change().what.to_string()
    };
    assert_eq!(
        last(&table, "lost"),
        "registered -> lost (missed by the stream)"
    );
    assert_eq!(last(&table, "codec"), "opus -> PCMU (missed by the stream)");
    table.swept(
        &user,
        whole(swept(true), &spoken),
        Millis(3_000),
        &mut changes,
    );
    assert_eq!(table.counts().missed, 3, "what it never told of as well");
    table.gap(&user, Millis(4_000), &mut changes);
    let read = vec![device("lost", true, None), device("codec", false, None)];
    table.swept(&user, whole(read, &[]), Millis(5_000), &mut changes);
    assert_eq!(table.counts().missed, 3, "nothing was sure after the gap");
}

#[test]
fn the_share_is_over_what_is_known_and_does_not_fall_because_knowledge_ages() {
    let (mut table, mut changes) = (Registrations::default(), Changes::default());
    for n in 0..10 {
        let user = UserId::from(format!("u-{n}").as_str());
        let devices = vec![Device {
            id: "d".into(),
            registered: n > 0,
            codec: None,
        }];
        table.snapshot(&user, devices, &[], false, Millis(1_000), &mut changes);
    }
    assert_eq!(table.counts().registered(), Some(9_000));
    for n in 5..10 {
        let user = UserId::from(format!("u-{n}").as_str());
        table.gap(&user, Millis(2_000), &mut changes);
    }
    assert_eq!(
        (table.counts().known(), table.counts().registered()),
        (5, Some(8_000))
    );
    for n in 0..5 {
        let user = UserId::from(format!("u-{n}").as_str());
        table.gap(&user, Millis(3_000), &mut changes);
    }
    assert_eq!(table.counts().registered(), None, "nothing is known");
    let troubled: Vec<_> = table.troubled().collect();
    assert_eq!(troubled.len(), 1, "lost when last heard of");
}

#[test]
fn a_phone_that_a_keyframe_lacks_takes_no_other_one_with_it() {
    let mut changes = Changes::default();
    let mut read = |phones: &[&str]| {
        let mut store = Store::default();
        let phone = |id: &&str| Device {
            id: (*id).into(),
            registered: true,
            codec: None,
        };
        let phones = phones.iter().map(phone).collect();
        let table = &mut store.registrations;
        table.snapshot(&"u-1".into(), phones, &[], true, Millis(1), &mut changes);
        store
    };
    let (there, mut here) = (read(&["a", "c"]), read(&["a", "b", "c"]));
    assert!(here.adopt(there.still(Millis(2)), (Millis(2), true), &mut changes));
    let table = &mut here.registrations;
    table.gap(&"u-1".into(), Millis(3), &mut changes);
    let states: Vec<State> = table.rows().map(|(_, row)| row.state()).collect();
    assert_eq!(states, [State::Stale; 2], "a gap finds all that are left");
}

#[test]
fn what_is_only_remembered_is_handed_on_as_unknown() {
    let (mut there, mut changes) = (Store::default(), Changes::default());
    let was = Was {
        id: "a".into(),
        label: None,
        registered: Some(true),
        codec: Some("opus".into()),
        as_of: Millis(1),
        checked: Millis(1),
    };
    let person = RememberedPerson {
        id: "u-1".into(),
        name: "Ana".into(),
        site: None,
        devices: vec![was],
    };
    there
        .registrations
        .recall(vec![person.clone()], &mut changes);
    let mut here = Store::default();
    assert!(here.adopt(there.still(Millis(2)), (Millis(2), false), &mut changes));
    let state = |store: &Store| {
        store
            .registrations
            .rows()
            .next()
            .map(|(_, row)| row.state())
    };
    assert_eq!(state(&here), Some(State::Unknown));
    // Who remembers it as well still does.
    let mut mine = Store::default();
    mine.registrations.recall(vec![person], &mut changes);
    assert!(mine.adopt(there.still(Millis(2)), (Millis(2), false), &mut changes));
    assert_eq!(state(&mine), Some(State::Remembered));
}
