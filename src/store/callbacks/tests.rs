use proptest::prelude::*;

use super::*;
use crate::model::callback::{Channel, Status};
use crate::model::phone::Phone;

fn callback(id: &str, status: Status) -> Callback {
    Callback {
        number: Phone::from("+14155550199"),
        time: Some(Millis(1_000)),
        queue: "q".into(),
        ..Callback::bare(id.into(), status)
    }
}

fn update(id: &str, correlation: &str, sent: i64, status: Status) -> Update {
    Update {
        callback: callback(id, status),
        correlation: correlation.into(),
        sent: Millis(sent),
    }
}

fn apply(table: &mut Callbacks, now: i64, updates: &[Update]) -> Vec<Applied> {
    let mut changes = Changes::default();
    let each = updates.iter().cloned();
    each.map(|update| table.update(update, Millis(now), &mut changes))
        .collect()
}

fn status(table: &Callbacks, id: &str) -> Status {
    table.get(&id.into()).unwrap().callback().status
}

#[test]
fn an_update_that_comes_again_is_told_apart_and_changes_nothing() {
    let mut table = Callbacks::default();
    let first = update("a", "c-1", 10, Status::Scheduled);
    let second = update("a", "c-2", 20, Status::Dialing);
    assert_eq!(
        apply(&mut table, 30, &[first.clone(), second, first]),
        [Applied::Now, Applied::Now, Applied::Before]
    );
    assert_eq!(status(&table, "a"), Status::Dialing);
    let row = table.get(&"a".into()).unwrap();
    let told: Vec<_> = row
        .past()
        .filter_map(|told| told.delivery.as_ref())
        .map(|told| (told.correlation.raw(), told.deliveries))
        .collect();
    assert_eq!(told, [("c-2", 1), ("c-1", 2)]);
    assert_eq!(
        (table.figures().processed, table.figures().repeated),
        (2, 1)
    );
}

#[test]
fn what_was_overtaken_is_kept_in_the_history_and_does_not_turn_the_clock_back() {
    let mut table = Callbacks::default();
    apply(
        &mut table,
        30,
        &[
            update("a", "c-2", 20, Status::Completed),
            update("a", "c-1", 10, Status::Dialing),
        ],
    );
    assert_eq!(status(&table, "a"), Status::Completed);
    let row = table.get(&"a".into()).unwrap();
    assert_eq!(
        row.past()
            .filter_map(|told| told.delivery.as_ref())
            .map(|told| told.overtaken)
            .collect::<Vec<_>>(),
        [true, false]
    );
}

#[test]
fn acknowledgements_are_seen_at_their_update() {
    let (mut table, mut changes) = (Callbacks::default(), Changes::default());
    apply(&mut table, 5, &[update("a", "c-1", 1, Status::Scheduled)]);
    table.acknowledged(&["c-1".into(), "c-9".into()], Millis(7), &mut changes);
    let row = table.get(&"a".into()).unwrap();
    let delivery = row.past().next().unwrap().delivery.as_ref();
    assert_eq!(delivery.unwrap().acknowledged, Some(Millis(7)));
    assert_eq!(table.figures().acknowledged, 2);
}

#[test]
fn a_list_knows_less_than_the_stream_and_more_than_nothing() {
    let (mut table, mut changes) = (Callbacks::default(), Changes::default());
    apply(
        &mut table,
        1,
        &[
            update("spoken", "c-1", 1, Status::Dialing),
            update("over", "c-2", 1, Status::Completed),
            update("gone", "c-3", 1, Status::Scheduled),
        ],
    );
    let mut read = callback("spoken", Status::Scheduled);
    read.channel = Some(Channel::Sms);
    let spoken = HashSet::from(["spoken".into()]);
    let list = vec![read, callback("new", Status::Failed)];
    table.listed(
        list.clone(),
        &spoken,
        Millis(1),
        Vec::new(),
        Millis(2),
        &mut changes,
    );
    assert_eq!(table.len(), 4, "what was heard since the read began stays");
    table.listed(
        list,
        &spoken,
        Millis(2),
        Vec::new(),
        Millis(3),
        &mut changes,
    );
    let ids: Vec<_> = table
        .iter()
        .map(|row| row.callback().id.raw().to_owned())
        .collect();
    assert_eq!(ids, ["new", "over", "spoken"]);
    assert_eq!(status(&table, "spoken"), Status::Dialing);
    assert_eq!(
        table.get(&"spoken".into()).unwrap().callback().channel,
        Some(Channel::Sms)
    );
    // The stream never names the channel, and does not take it away.
    apply(
        &mut table,
        3,
        &[update("spoken", "c-4", 3, Status::Connected)],
    );
    assert_eq!(
        table.get(&"spoken".into()).unwrap().callback().channel,
        Some(Channel::Sms)
    );
}

#[test]
fn only_a_live_stream_makes_rows_current() {
    let (mut table, mut changes) = (Callbacks::default(), Changes::default());
    assert!(table.stale());
    table.turn(Stream::Live, &mut changes);
    assert!(!table.stale());
    table.turn(
        Stream::Waiting {
            at: Millis(9),
            attempt: 1,
            why: "gone".into(),
        },
        &mut changes,
    );
    table.read_failed("no route".into(), Millis(4), &mut changes);
    assert!(table.stale() && changes.callbacks);
}

#[test]
fn what_is_over_makes_room_and_what_is_not_stays() {
    let mut table = Callbacks::default();
    let mut fill = |from: usize, to: usize, status| {
        (from..to)
            .map(|n| {
                let (id, correlation) = (format!("{n:06}"), format!("c{n}"));
                apply(&mut table, 1, &[update(&id, &correlation, 1, status)])[0]
            })
            .filter(|applied| *applied == Applied::NoRoom)
            .count()
    };
    assert_eq!(fill(0, 10, Status::Completed), 0);
    assert_eq!(fill(10, MOST + 10, Status::Scheduled), 0);
    assert_eq!(fill(MOST + 10, MOST + 13, Status::Scheduled), 3);
    assert_eq!(
        (table.len(), table.forgotten(), table.refused()),
        (MOST, 10, 3)
    );
    // What found no room is not known, so it is taken in when it is delivered again.
    table.rows.clear();
    let again = update(
        &format!("{:06}", MOST + 10),
        &format!("c{}", MOST + 10),
        1,
        Status::Scheduled,
    );
    assert_eq!(apply(&mut table, 2, &[again]), [Applied::Now]);
}

#[test]
fn the_history_of_a_row_is_bounded_and_says_what_it_forgot() {
    let mut table = Callbacks::default();
    for n in 0..40 {
        apply(
            &mut table,
            n,
            &[update("a", &format!("c{n}"), n, Status::Scheduled)],
        );
    }
    let row = table.get(&"a".into()).unwrap();
    assert_eq!((row.past().count(), row.forgotten()), (32, 8));
}

proptest! {
    /// However often and in whatever order updates come, what is shown is the newest, each counted once.
    #[test]
    fn any_delivery_ends_at_the_newest(order in proptest::collection::vec((0i64..6, 0usize..3), 1..60)) {
        let mut table = Callbacks::default();
        let mut newest = [None; 3];
        let mut distinct = HashSet::new();
        for (n, row) in order {
            let correlation = format!("{row}-{n}");
            let status = Status::ALL[usize::try_from(n).unwrap()];
            apply(&mut table, 100, &[update(&format!("r{row}"), &correlation, n, status)]);
            newest[row] = newest[row].max(Some(n));
            distinct.insert(correlation);
        }
        prop_assert_eq!(table.figures().processed, distinct.len() as u64);
        for (row, newest) in newest.into_iter().enumerate() {
            if let Some(n) = newest {
                let shown = status(&table, &format!("r{row}"));
                prop_assert_eq!(shown, Status::ALL[usize::try_from(n).unwrap()]);
            }
        }
    }
}

#[test]
fn what_a_topic_says_is_the_newest_there_is_and_each_change_is_remembered_once() {
    let (mut table, mut changes) = (Callbacks::default(), Changes::default());
    let mut tell = |status, now| table.told(callback("a", status), Millis(now), &mut changes);
    for (status, now) in [
        (Status::Scheduled, 1),
        (Status::Scheduled, 2),
        (Status::Dialing, 3),
    ] {
        tell(status, now);
    }
    let row = table.get(&"a".into()).unwrap();
    let past = row
        .past()
        .map(|told| (told.at, told.status, &told.delivery));
    assert_eq!(
        past.collect::<Vec<_>>(),
        [
            (Millis(3), Status::Dialing, &None),
            (Millis(1), Status::Scheduled, &None)
        ]
    );
    assert_eq!(row.since(), Millis(3));
    assert_eq!(table.figures().processed, 3);
    assert!(table.figures().latency().is_none(), "nobody knows");
}

#[test]
fn a_read_of_one_fills_in_and_changes_nothing() {
    let (mut table, mut changes) = (Callbacks::default(), Changes::default());
    table.told(callback("a", Status::Dialing), Millis(1), &mut changes);
    let read = Callback {
        reason: Some("Router down".into()),
        ..callback("a", Status::Scheduled)
    };
    table.completed(&read, &mut changes);
    table.completed(&callback("b", Status::Scheduled), &mut changes);
    let one = table.get(&"a".into()).unwrap().callback();
    assert_eq!((one.status, one.about()), (Status::Dialing, "Router down"));
    assert_eq!(table.len(), 1);
}

#[test]
fn what_is_polled_is_not_stale_and_says_so() {
    let (mut table, mut changes) = (Callbacks::default(), Changes::default());
    let one = callback("a", Status::Scheduled);
    table.turn(Stream::Polled(["q".into()].into()), &mut changes);
    assert!(!table.stale() && table.polled(&one));
    table.turn(Stream::Polled(["r".into()].into()), &mut changes);
    assert!(!table.polled(&one));
    table.turn(Stream::Polled([].into()), &mut changes);
    assert!(table.polled(&one), "everything is");
    table.turn(Stream::Connecting, &mut changes);
    assert!(table.stale() && !table.polled(&one));
}

#[test]
fn what_is_remembered_is_shown_until_it_is_spoken_of_or_the_list_is_read() {
    let was = |id: &str| WasCallback::of(&callback(id, Status::Failed), Millis(5));
    let mut table = Callbacks::default();
    let mut changes = Changes::default();
    table.recall(vec![was("a"), was("b")], &mut changes);
    let shown = |table: &Callbacks| {
        let rows = table.shown();
        let rows = rows.map(|row| (row.callback().id.raw().to_owned(), row.remembered()));
        rows.collect::<Vec<_>>()
    };
    let (a, b) = ("a".to_owned(), "b".to_owned());
    assert_eq!(shown(&table), [(a.clone(), true), (b.clone(), true)]);
    assert!(
        table.is_empty() && table.get(&"a".into()).is_none(),
        "nobody acts on it"
    );
    assert_eq!(
        table.memory(Millis(9)).collect::<Vec<_>>(),
        [was("a"), was("b")]
    );
    apply(&mut table, 9, &[update("b", "c-1", 8, Status::Dialing)]);
    assert_eq!(shown(&table), [(b.clone(), false), (a, true)]);
    // It is over, and gone all the same: nobody knows whether the organisation ever told this run of it.
    let read = vec![callback("b", Status::Connected)];
    let none = HashSet::new();
    table.listed(
        read,
        &none,
        Millis(10),
        Vec::new(),
        Millis(11),
        &mut changes,
    );
    assert_eq!(shown(&table), [(b, false)]);
}
