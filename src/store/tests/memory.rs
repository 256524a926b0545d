//! Rows of an earlier run.

use super::Bench;
use crate::model::registration::memory::{RememberedPerson, Was};
use crate::model::registration::{State, User};
use crate::store::Believed;
use crate::text::Text;
use crate::time::Millis;

/// What an earlier run knew of one user: a device that was registered, one that was lost, one nobody spoke of.
fn earlier() -> Vec<RememberedPerson> {
    let was = |id: &str, registered| Was {
        id: id.into(),
        label: None,
        registered,
        codec: Some(Text::from("opus")),
        as_of: Millis(5_000),
        checked: Millis(4_000),
    };
    vec![RememberedPerson {
        id: "u-1".into(),
        name: "Ana".into(),
        site: Some("Accra".into()),
        devices: vec![was("a", Some(true)), was("b", Some(false)), was("c", None)],
    }]
}

fn recalled() -> Bench {
    let mut bench = Bench {
        now: Millis(60_000),
        ..Bench::default()
    };
    bench.table.recall(earlier(), &mut bench.changes);
    bench
}

#[test]
fn what_is_remembered_is_a_state_of_its_own_and_counts_as_nothing_known() {
    let bench = recalled();
    for device in ["a", "b", "c"] {
        assert_eq!(bench.state(device), State::Remembered, "{device}");
    }
    let counts = bench.table.counts();
    assert_eq!((counts.total, counts.of(State::Remembered)), (3, 3));
    assert_eq!(
        (counts.registered(), counts.users, counts.active_users),
        (None, 0, 0)
    );
    assert_eq!(bench.table.read_rows().count(), 0);
    let row = bench.table.row(bench.id("b")).unwrap();
    assert_eq!((row.since(), row.checked()), (Millis(5_000), Millis(4_000)));
    assert_eq!(
        (row.believed(), row.source()),
        (Believed::Lost, "remembered")
    );
    assert_eq!(row.last_change().what.to_string(), "was lost (last run)");
    assert_eq!(row.user().raw(), "Ana");
    let exported = crate::kind::sheet::json::<crate::kind::registrations::Registrations>(
        &row,
        &crate::kind::sheet::all::<crate::kind::registrations::Registrations>(
            crate::model::api::Api::Direct.capabilities(),
        ),
    );
    let exported: serde_json::Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(exported["state"], "remembered");
    assert_eq!(exported.get("registered"), Some(&serde_json::Value::Null));
}

#[test]
fn a_read_replaces_what_is_remembered_and_ends_what_it_does_not_name() {
    let mut bench = recalled();
    bench.gap();
    assert_eq!(
        bench.state("a"),
        State::Remembered,
        "nothing was sure before either"
    );
    bench.read(&[("a", false), ("b", false)], &[]);
    assert_eq!(
        (bench.state("a"), bench.state("b")),
        (State::Lost, State::Lost)
    );
    assert_eq!(bench.table.find(&"u-1".into(), &"c".into()), None);
    let row = bench.table.row(bench.id("a")).unwrap();
    assert_eq!(
        (row.since(), row.flaps()),
        (Millis(60_000), 0),
        "when it was lost is not known"
    );
    assert_eq!(
        bench.timeline("a"),
        ["60000 registered -> lost", "5000 was registered (last run)"]
    );
    assert_eq!(bench.timeline("b")[0], "60000 appeared");
    let counts = bench.table.counts();
    assert_eq!(
        (counts.users, counts.active_users, counts.registered()),
        (1, 0, Some(0))
    );
}

#[test]
fn a_frame_that_says_nothing_of_the_registration_leaves_it_unknown() {
    let mut bench = recalled();
    bench.hear("a", None, Some("PCMU"));
    assert_eq!(bench.state("a"), State::Unknown);
    bench.hear("b", Some(true), None);
    assert_eq!(bench.state("b"), State::Ok);
    assert_eq!(bench.table.counts().active_users, 1);
}

#[test]
fn the_whole_list_ends_those_whom_it_does_not_name() {
    let mut bench = recalled();
    bench.table.users_complete(bench.now, &mut bench.changes);
    assert_eq!(bench.table.counts().total, 0);
    let mut bench = recalled();
    let user = User {
        id: "u-1".into(),
        name: "Ana".into(),
        site: None,
    };
    bench.table.users(vec![user], bench.now, &mut bench.changes);
    bench.table.users_complete(bench.now, &mut bench.changes);
    assert_eq!(
        bench.table.counts().of(State::Remembered),
        3,
        "until their read"
    );
    bench.hear("a", Some(true), None);
    bench.table.forget_remembered(&mut bench.changes);
    assert_eq!(
        (bench.table.counts().total, bench.state("a")),
        (1, State::Ok)
    );
}

#[test]
fn memory_says_until_when_each_row_was_known() {
    let mut bench = recalled();
    bench.read(&[("a", true)], &["b"]);
    bench.wait(30_000);
    let (people, next) = bench.table.memory(0, 100, bench.now);
    assert_eq!((people.len(), next), (1, None));
    let of = |id: &str| {
        people[0]
            .devices
            .iter()
            .find(|was| was.id.raw() == id)
            .unwrap()
    };
    assert_eq!(
        (of("a").as_of, of("a").checked),
        (bench.now, Millis(60_000)),
        "a stream keeps it up"
    );
    assert_eq!(of("b").as_of, Millis(5_000), "not read since");
    assert_eq!(
        (of("a").registered, of("b").registered),
        (Some(true), Some(false))
    );
    bench.gap();
    let (people, _) = bench.table.memory(0, 100, bench.now);
    let a = people[0]
        .devices
        .iter()
        .find(|was| was.id.raw() == "a")
        .unwrap();
    assert_eq!(
        a.as_of,
        Millis(60_000),
        "stale: known until it was last checked"
    );
    let mut next = Bench::default();
    next.table.recall(people.clone(), &mut next.changes);
    assert_eq!(
        next.table.memory(0, 100, bench.now).0,
        people,
        "an unread memory is handed on as it is"
    );
}
