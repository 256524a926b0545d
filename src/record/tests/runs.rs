//! Several runs in one day.

use super::*;

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
