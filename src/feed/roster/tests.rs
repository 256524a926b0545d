//! The roster's rules.

use tokio::time::Duration;

use super::*;
use crate::cloud::Urgency;

const FRESH: Duration = Duration::from_secs(30);

fn id(name: &str) -> UserId {
    UserId::from(name)
}

fn roster(max_streams: usize, names: &[&str]) -> Roster {
    let mut roster = Roster::new(max_streams);
    for name in names {
        roster.admit(&id(name), 1);
    }
    roster
}

fn due(roster: &mut Roster) -> Option<UserId> {
    roster.next_due(true).map(|(user, _)| user)
}

#[test]
fn the_first_get_streams_and_the_others_are_read_at_once_then_in_turn() {
    let mut roster = roster(1, &["a", "b", "c"]);
    assert_eq!(
        roster.counts(),
        Counts {
            users: 3,
            streams: 1,
            polled: 2,
            ..Counts::default()
        }
    );
    assert_eq!(
        roster.next_polled(),
        None,
        "the first read comes before the rounds"
    );
    assert_eq!(
        [due(&mut roster), due(&mut roster), due(&mut roster)],
        [Some(id("b")), Some(id("c")), None]
    );
    let round: Vec<_> = (0..3).map(|_| roster.next_polled()).collect();
    assert_eq!(round, [Some(id("b")), Some(id("c")), Some(id("b"))]);
}

#[test]
fn a_lent_user_is_read_until_the_stream_takes_over() {
    let mut roster = roster(1, &["a"]);
    assert_eq!(due(&mut roster), None);
    roster.lend(&id("a"), Instant::now(), FRESH);
    roster.lend(&id("a"), Instant::now(), FRESH);
    assert_eq!(roster.visited(), 1);
    assert_eq!(due(&mut roster), Some(id("a")));
    assert_eq!(due(&mut roster), None);
    roster.reclaim(&id("a"));
    assert!(!roster.is_polled(&id("a")));
    assert_eq!((roster.visited(), roster.next_polled()), (0, None));
}

#[test]
fn a_lent_user_who_was_read_lately_waits_for_the_round() {
    let mut roster = roster(1, &["a"]);
    let now = Instant::now();
    roster.refreshed(&id("a"), now);
    roster.lend(&id("a"), now + FRESH / 2, FRESH);
    assert_eq!(due(&mut roster), None, "it is as fresh as polling keeps it");
    assert_eq!(roster.next_polled(), Some(id("a")));
    roster.reclaim(&id("a"));
    roster.lend(&id("a"), now + FRESH, FRESH);
    assert_eq!(due(&mut roster), Some(id("a")));
}

#[test]
fn those_who_left_make_room_for_streams() {
    let mut roster = roster(1, &["a", "b"]);
    roster.outcome(&id("a"), true);
    roster.outcome(&id("b"), false);
    assert!(!roster.admit(&id("b"), 2));
    assert_eq!(roster.dismiss_absent(2), [id("b")]);
    let expected = Counts {
        users: 1,
        read: 1,
        failed: 1,
        streams: 1,
        polled: 0,
    };
    assert_eq!(roster.counts(), expected);
    assert!(!roster.is_polled(&id("a")), "gone");
}

#[test]
fn an_outcome_replaces_the_one_before() {
    let mut roster = roster(0, &["a"]);
    assert!(roster.is_awaited(&id("a")));
    for worked in [false, true, true] {
        roster.outcome(&id("a"), worked);
    }
    let counts = roster.counts();
    assert_eq!((counts.read, counts.failed), (1, 0));
}

#[test]
fn a_thousand_users_are_each_found_again() {
    let names: Vec<String> = (0..1_000).map(|n| format!("user-{n}")).collect();
    let mut roster = Roster::new(10);
    assert_eq!(
        names
            .iter()
            .filter(|name| roster.admit(&id(name), 1))
            .count(),
        10
    );
    names
        .iter()
        .step_by(2)
        .for_each(|name| assert!(!roster.admit(&id(name), 2)));
    let promoted = roster.dismiss_absent(2);
    assert_eq!(promoted.len(), 5);
    assert_eq!(roster.counts().users, 500);
    assert!(
        names
            .iter()
            .step_by(2)
            .all(|name| roster.is_awaited(&id(name)))
    );
}

#[test]
fn a_first_read_waits_for_gaps_and_a_person_does_not() {
    let mut roster = roster(0, &["a"]);
    assert_eq!(roster.next_due(false), None);
    assert_eq!(roster.next_due(true), Some((id("a"), Urgency::Enumerate)));
    roster.outcome(&id("a"), true);
    roster.reread(&id("a"));
    assert_eq!(roster.next_due(false), Some((id("a"), Urgency::Reread)));
}

#[test]
fn a_closed_roster_takes_nobody_in() {
    let mut roster = roster(1, &["a"]);
    roster.close();
    assert!(!roster.admit(&id("b"), 1));
    assert_eq!(roster.counts(), Counts::default());
}
