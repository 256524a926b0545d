//! The roster's rules.

use tokio::time::Duration;

use super::*;
use crate::cloud::Urgency;
use crate::feed::poll::rounds::Ring;

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

/// Everyone who waits, in their order.
fn all_due(roster: &mut Roster) -> Vec<UserId> {
    std::iter::from_fn(|| due(roster)).collect()
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
        roster.next_of(Ring::Polled),
        None,
        "the first read comes before the rounds"
    );
    assert_eq!(all_due(&mut roster), [id("b"), id("c")]);
    for name in ["b", "c"] {
        roster.outcome(&id(name), true);
    }
    let round: Vec<_> = (0..3).map(|_| roster.next_of(Ring::Polled)).collect();
    assert_eq!(round, [Some(id("b")), Some(id("c")), Some(id("b"))]);
}

#[test]
fn a_stream_is_read_when_it_has_opened_and_then_in_the_sweep() {
    let mut roster = roster(usize::MAX, &["a", "b"]);
    assert_eq!(
        due(&mut roster),
        None,
        "a read before it would be for nothing"
    );
    let link = StreamReads::default();
    roster.opened(&id("b"), StreamReads::clone(&link), Instant::now(), FRESH);
    assert_eq!(due(&mut roster), Some(id("b")));
    assert!(roster.begin(&id("b")).is_some());
    roster.outcome(&id("b"), true);
    roster.ended(&id("b"));
    assert_eq!(roster.ring_sizes(), [0, 0, 0, 1]);
    assert_eq!(roster.next_of(Ring::Swept), Some(id("b")));
    roster.lost(&id("b"), &link, true);
    assert_eq!(roster.next_of(Ring::Swept), None);
    assert_eq!(roster.ring_sizes(), [0; 4]);
}

#[test]
fn the_end_of_an_older_stream_says_nothing_of_the_newer_one() {
    let mut roster = roster(1, &["a"]);
    let (older, newer) = (StreamReads::default(), StreamReads::default());
    roster.opened(&id("a"), StreamReads::clone(&older), Instant::now(), FRESH);
    roster.opened(&id("a"), newer, Instant::now(), FRESH);
    roster.lost(&id("a"), &older, true);
    assert_eq!(roster.ring_sizes()[Ring::Swept as usize], 1);
}

#[test]
fn a_lent_user_is_read_until_the_stream_takes_over() {
    let mut roster = roster(1, &["a"]);
    assert_eq!(due(&mut roster), None);
    roster.lend(&id("a"), Instant::now(), FRESH);
    roster.lend(&id("a"), Instant::now(), FRESH);
    assert_eq!(roster.ring_sizes()[Ring::Polled as usize], 1);
    assert_eq!(all_due(&mut roster), [id("a")]);
    roster.opened(&id("a"), StreamReads::default(), Instant::now(), FRESH);
    assert!(!roster.is_polled(&id("a")));
    assert_eq!(roster.ring_sizes(), [0, 0, 0, 1]);
}

#[test]
fn a_stream_that_comes_late_is_read_among_the_streams() {
    let mut roster = roster(1, &["a", "b"]);
    roster.lend(&id("a"), Instant::now(), FRESH);
    assert_eq!(roster.next_due(false), None);
    roster.opened(&id("a"), StreamReads::default(), Instant::now(), FRESH);
    let first = Some((id("a"), Urgency::Resync));
    assert_eq!(
        (roster.next_due(false), roster.next_due(false)),
        (first, None)
    );
}

#[test]
fn a_lent_user_who_was_read_lately_waits_for_the_round() {
    let mut roster = roster(1, &["a"]);
    let now = Instant::now();
    roster.outcome(&id("a"), true);
    roster.refreshed(&id("a"), now);
    roster.lend(&id("a"), now + FRESH / 2, FRESH);
    assert_eq!(due(&mut roster), None, "it is as fresh as polling keeps it");
    assert_eq!(roster.next_of(Ring::Polled), Some(id("a")));
    let link = StreamReads::default();
    roster.opened(&id("a"), StreamReads::clone(&link), now + FRESH / 2, FRESH);
    assert_eq!(due(&mut roster), None);
    roster.take_retries(now + FRESH);
    assert_eq!(due(&mut roster), Some(id("a")));
    roster.lost(&id("a"), &link, true);
    roster.lend(&id("a"), now + FRESH, FRESH);
    assert_eq!(due(&mut roster), Some(id("a")));
}

#[test]
fn those_who_matter_more_are_read_first_known_before_or_not() {
    let mut roster = roster(0, &["a", "b", "c"]);
    roster.attend(&[id("c"), id("later")]);
    roster.admit(&id("d"), 1);
    roster.admit(&id("later"), 1);
    let order: Vec<_> = std::iter::from_fn(|| roster.next_due(true)).collect();
    let urgency = |user: &str| order.iter().find(|(due, _)| *due == id(user)).unwrap().1;
    assert_eq!(order[0].0, id("c"));
    assert_eq!(order[1].0, id("later"));
    assert_eq!(
        (urgency("c"), urgency("a")),
        (Urgency::Resync, Urgency::Enumerate)
    );
    assert_eq!(order.len(), 5, "nobody twice");
    roster.attend(&[id("a")]);
    roster.outcome(&id("a"), true);
    roster.outcome(&id("c"), true);
    assert_eq!(roster.ring_sizes(), [1, 0, 4, 0]);
    assert_eq!(roster.next_of(Ring::AttendedPolled), Some(id("a")));
    assert_eq!(roster.next_of(Ring::Polled), Some(id("c")));
}

#[test]
fn a_read_that_is_asked_for_during_another_follows_it() {
    let mut roster = roster(0, &["a"]);
    assert_eq!(all_due(&mut roster), [id("a")]);
    roster.begin(&id("a"));
    roster.reread(&id("a"));
    assert_eq!(due(&mut roster), None, "one at a time");
    roster.ended(&id("a"));
    assert_eq!(all_due(&mut roster), [id("a")]);
}

#[test]
fn a_failed_read_of_a_stream_is_tried_again_when_its_time_has_come() {
    let mut roster = roster(1, &["a"]);
    roster.opened(&id("a"), StreamReads::default(), Instant::now(), FRESH);
    assert_eq!(all_due(&mut roster), [id("a")]);
    let now = Instant::now();
    assert_eq!((roster.failed(&id("a")), roster.failed(&id("a"))), (1, 2));
    roster.retry(&id("a"), now);
    assert_eq!(roster.next_retry(), Some(now));
    roster.take_retries(now);
    assert_eq!(
        (all_due(&mut roster), roster.next_retry()),
        (vec![id("a")], None)
    );
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
    let news: Vec<_> = [false, true, true]
        .map(|worked| roster.outcome(&id("a"), worked))
        .to_vec();
    assert_eq!(news, [true, true, false]);
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
fn a_first_read_without_a_stream_waits_for_those_with_one() {
    let mut roster = roster(1, &["a", "b"]);
    assert_eq!(
        (roster.next_due(false), roster.awaits_polled()),
        (None, true)
    );
    assert_eq!(roster.streams_to_come(0), 1);
    roster.opened(&id("a"), StreamReads::default(), Instant::now(), FRESH);
    assert_eq!(all_due(&mut roster), [id("a"), id("b")]);
    assert_eq!(roster.streams_to_come(1), 0);
}

#[test]
fn thousands_of_streams_to_come_do_not_keep_the_others_from_their_first_read() {
    let names: Vec<String> = (0..1_020).map(|n| format!("u-{n}")).collect();
    let mut roster = roster(1_000, &names.iter().map(String::as_str).collect::<Vec<_>>());
    for name in &names[..1_000] {
        roster.opened(&id(name), StreamReads::default(), Instant::now(), FRESH);
    }
    // The budget has no room beside the streams.
    let first: Vec<_> = (0..105).filter_map(|_| roster.next_due(false)).collect();
    let polled = |user: &UserId| names[1_000..].iter().any(|name| id(name) == *user);
    let turns = first.iter().filter(|(user, _)| polled(user)).count();
    assert_eq!((first.len(), turns), (105, 20), "one of five");
    assert!(first.iter().all(|(_, urgency)| *urgency == Urgency::Resync));
    assert!(!roster.awaits_polled());
}

#[test]
fn a_person_comes_before_first_reads_whatever_their_place() {
    let mut roster = roster(0, &["a", "b"]);
    roster.reread(&id("b"));
    roster.reread(&id("b"));
    assert_eq!(roster.next_due(true), Some((id("b"), Urgency::Reread)));
    assert_eq!(roster.next_due(true), Some((id("a"), Urgency::Enumerate)));
    assert_eq!(roster.next_due(true), None);
}

#[test]
fn a_closed_roster_takes_nobody_in() {
    let mut roster = roster(1, &["a"]);
    roster.close();
    assert!(!roster.admit(&id("b"), 1));
    assert_eq!(roster.counts(), Counts::default());
}
