//! Several runs in one day.

use std::sync::mpsc::{channel, sync_channel};
use std::time::Duration;

use super::*;
use crate::record::recorder::{Order, Recorder, resumed};
use crate::time::Clock;

/// One process of a profile records. When it ends, another that waited goes on, from everything that it knows.
#[test]
fn who_found_the_place_taken_goes_on_once_it_is_free_and_begins_with_everything_known() {
    let dir = tempfile::tempdir().unwrap();
    let first = writer(dir.path());
    let (to, orders) = sync_channel(16);
    let (say, said) = channel();
    let path = dir.path().to_owned();
    let waits = std::thread::spawn(move || {
        let open = || Writer::open(folder(&path), About::default(), RecordSettings::default());
        let say = |news| say.send(news).unwrap();
        resumed(&orders, open, &say, Duration::from_millis(5))
    });
    let at = Millis(BEGIN);
    let tell = |told| to.send(Order::Tell(at, told)).unwrap();
    // What is told meanwhile is in what is known in the end.
    tell(Writer::news(listed(2)));
    drop(first);
    assert_eq!(said.recv(), Ok(RecorderNews::Resumes));
    tell(Writer::news(listed(3)));
    let (mut store, mut changes) = (Store::default(), Changes::default());
    for news in listed(4) {
        store.learn(news, at, &mut changes);
    }
    let still = Box::new(store.still(at).owned());
    let whole = true;
    tell(vec![Told::Known { at, whole, still }]);
    let mut writer = waits.join().unwrap().unwrap().unwrap();
    writer
        .tell(at.plus(5_000), Writer::news(vec![update(1, 2, false)]))
        .unwrap();
    writer.close(at.plus(9_000)).unwrap();
    let mut record = opened(dir.path());
    let look = record.look(at.plus(1_000)).unwrap();
    assert_eq!(rows(&look.store, at), rows(&store, at));
    let look = record.look(at.plus(6_000)).unwrap();
    let lost = |store: &Store| store.registrations.counts().of(State::Lost);
    assert_eq!(lost(&look.store), lost(&store) + 1);
}

/// A process is killed, and the next one has taken its place and has not begun: what the first one knew nobody follows any more.
#[test]
fn who_has_the_lock_and_has_not_begun_does_not_go_on_from_the_run_before() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = writer(dir.path());
    first.tell(Millis(BEGIN), Writer::news(listed(4))).unwrap();
    first.tick(Millis(BEGIN + 2_000)).unwrap();
    let unsure = |at| {
        let look = opened(dir.path()).look(Millis(at)).unwrap();
        look.store.registrations.counts().of(State::Stale)
    };
    assert_eq!(unsure(BEGIN + 8_000), 0, "it says so every ten seconds");
    drop(first);
    let second = writer(dir.path());
    assert_eq!(unsure(BEGIN + 8_000), 8);
    drop(second);
}

/// The next day begins with what cannot be read: the day before tells how everything was, and of nothing that it is so.
#[test]
fn a_day_whose_begin_is_damaged_leaves_what_was_known_the_day_before_unsure() {
    let dir = tempfile::tempdir().unwrap();
    let (evening, morning) = (BEGIN + 11 * 60 * MINUTE, BEGIN + 23 * 60 * MINUTE);
    let mut first = writer(dir.path());
    first
        .tell(Millis(evening), Writer::news(listed(4)))
        .unwrap();
    let turned = Writer::news(vec![update(1, 2, false)]);
    first.tell(Millis(morning), turned).unwrap();
    first.close(Millis(morning + 2_000)).unwrap();
    let days = folder(dir.path()).days().unwrap();
    let [_, second] = days.as_slice() else {
        panic!("two days: {days:?}")
    };
    let data = folder(dir.path()).file(second, "data");
    let mut bytes = fs::read(&data).unwrap();
    bytes[9] ^= 1;
    fs::write(&data, bytes).unwrap();
    let look = opened(dir.path()).look(Millis(morning + 1_000)).unwrap();
    assert!(matches!(look.coverage, LookCoverage::Nothing(_)));
    assert_eq!(look.store.registrations.counts().of(State::Stale), 8);
}

/// What is told after the clock went back was not known at the moment at which the record stands still.
#[test]
fn a_moment_is_over_when_the_clock_goes_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = writer(dir.path());
    writer.tell(Millis(BEGIN), Writer::news(listed(4))).unwrap();
    let told = |lost: bool| Writer::news(vec![update(1, 2, !lost)]);
    writer.tell(Millis(BEGIN + 500), told(false)).unwrap();
    writer.tell(Millis(BEGIN - 5_000), told(true)).unwrap();
    writer.close(Millis(BEGIN - 4_000)).unwrap();
    let mut record = opened(dir.path());
    let mut lost = |at| {
        let look = record.look(Millis(at)).unwrap();
        look.store.registrations.counts().of(State::Lost)
    };
    assert_eq!((lost(BEGIN + 500), lost(BEGIN + 501)), (4, 5));
}

/// The end of a list is missing, and with it who was named in it: whoever the next list does not name is not sure, and gone with the one
/// after.
#[test]
fn whom_a_list_behind_a_hole_does_not_name_is_not_sure() {
    let (mut store, mut changes) = (Store::default(), Changes::default());
    let all: Vec<News> = listed(4);
    let people = |n: usize| {
        let users = all.iter().filter_map(|news| match news {
            News::Users { users, .. } => Some(users.clone()),
            _ => None,
        });
        let users = users.flatten().take(n).collect();
        let total = None;
        [News::Users { users, total }, News::UsersComplete]
    };
    let states = |store: &Store| {
        let counts = store.registrations.counts();
        (counts.total, counts.of(State::Stale))
    };
    for news in all.clone() {
        store.learn(news, Millis(BEGIN), &mut changes);
    }
    store.unsure(
        "something is missing".into(),
        Millis(BEGIN + 1),
        &mut changes,
    );
    for news in all
        .clone()
        .into_iter()
        .filter(|news| matches!(news, News::Snapshot { .. }))
    {
        store.learn(news, Millis(BEGIN + 2), &mut changes);
    }
    assert_eq!(states(&store), (8, 0), "read since");
    for (stale, total) in [(2, 8), (0, 6)] {
        for news in people(3) {
            store.learn(news, Millis(BEGIN + 3), &mut changes);
        }
        assert_eq!(states(&store), (total, stale));
    }
}

/// The disk is slower than what is told: what waits is still true, and only what is told behind it is not known.
#[test]
fn what_there_was_no_room_for_is_a_hole_behind_what_waits() {
    let (to, orders) = sync_channel(2);
    let mut recorder = Recorder::over(to, None);
    let at = |second: i64| Millis(BEGIN + second * 1_000);
    for second in 0..4 {
        assert!(recorder.tell(at(second), Writer::news(vec![update(0, 0, true)])));
    }
    let next = || {
        let Ok(Order::Tell(at, told)) = orders.try_recv() else {
            panic!("nothing was told");
        };
        let hole = |told: &Told| matches!(told, Told::Hole);
        (at, told.iter().map(hole).collect::<Vec<_>>())
    };
    assert_eq!(next(), (at(0), vec![false]));
    assert_eq!(next(), (at(1), vec![false]));
    // It says so at the next turn of the loop, whatever that was for, and once.
    assert!(recorder.tell(at(5), Vec::new()));
    assert!(recorder.tell(at(6), Vec::new()));
    assert_eq!(next(), (at(5), vec![true]));
    assert!(orders.try_recv().is_err());
}

/// What was told waits for its second to be over; who ends the record does not.
#[test]
fn a_recorder_that_is_closed_writes_down_what_waited() {
    let dir = tempfile::tempdir().unwrap();
    let say = |_| ();
    let settings = RecordSettings::default();
    let mut recorder = Recorder::start(folder(dir.path()), About::default(), settings, say);
    let begin = Clock::Real.now();
    assert!(recorder.tell(begin, Writer::news(listed(4))));
    for moment in 1..3_000 {
        let told = Writer::news(vec![update(1, 2, moment % 2 == 0)]);
        assert!(recorder.tell(begin, told));
    }
    recorder.close(begin.plus(9));
    let look = opened(dir.path()).look(begin.plus(5)).unwrap();
    let counts = look.store.registrations.counts();
    assert_eq!((counts.total, counts.of(State::Stale)), (8, 0));
    assert_eq!(counts.of(State::Lost), 5, "the last that was told");
}

/// A process ends, and another begins: what was known by the first nobody followed meanwhile, whatever became of the second's begin.
#[test]
fn a_run_whose_begin_is_damaged_leaves_what_was_before_it_unsure() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = writer(dir.path());
    first.tell(Millis(BEGIN), Writer::news(listed(4))).unwrap();
    first.close(Millis(BEGIN + 2_000)).unwrap();
    let again = Millis(BEGIN + 30 * MINUTE);
    let mut second = writer(dir.path());
    let told = Writer::news(vec![update(0, 0, true)]);
    second.tell(again, told).unwrap();
    second.close(again.plus(2_000)).unwrap();
    let [index, data] = ["index", "data"].map(|what| folder(dir.path()).file("2026-06-15", what));
    let entries = fs::read(index).unwrap();
    let entries = entries.as_chunks::<ENTRY_BYTES>().0.iter();
    let heads = entries.filter_map(Entry::read);
    let mut heads = heads.filter(|entry| entry.sort == crate::record::block::Sort::Head);
    let (_, begin) = (heads.next().unwrap(), heads.next().unwrap());
    let mut bytes = fs::read(&data).unwrap();
    bytes[usize::try_from(begin.offset).unwrap()] ^= 1;
    fs::write(&data, bytes).unwrap();

    let look = opened(dir.path()).look(again.plus(1)).unwrap();
    let counts = look.store.registrations.counts();
    assert_eq!(counts.total, 8);
    assert_eq!(counts.of(State::Stale), 7, "all but what was told since");
    let says = |told: &&String| told.contains("the begin of a run");
    assert!(
        look.damage.iter().any(|told| says(&told)),
        "{:?}",
        look.damage
    );
}

/// An index that lost its last entry while it was written goes on as if nothing were missing: the data says that something is.
#[test]
fn a_block_that_no_entry_names_any_more_leaves_nothing_sure() {
    let dir = tempfile::tempdir().unwrap();
    let index = folder(dir.path()).file("2026-06-15", "index");
    let mut writer = writer(dir.path());
    writer.tell(Millis(BEGIN), Writer::news(listed(4))).unwrap();
    let mut tell = |second: i64, news| {
        let at = Millis(BEGIN + second * 1_000);
        writer.tell(at, Writer::news(vec![news])).unwrap();
        writer.tick(at.plus(2_000)).unwrap();
    };
    tell(10, update(0, 0, false));
    let length = fs::metadata(&index).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&index).unwrap();
    file.set_len(length - ENTRY_BYTES as u64).unwrap();
    tell(20, update(1, 2, true));
    tell(30, update(1, 2, false));
    let mut record = opened(dir.path());
    let look = record.look(Millis(BEGIN + 30_500)).unwrap();
    let counts = look.store.registrations.counts();
    assert_eq!((counts.total, counts.of(State::Stale)), (8, 7));
    let says = |told: &String| told.contains("there was another before it");
    assert!(look.damage.iter().any(says), "{:?}", look.damage);
}
