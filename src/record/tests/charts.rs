//! What of the past is read without letting it happen again: figures of the charts, and what became of one row.

use std::fs;

use super::super::{Told, block, figures, shard};
use super::*;
use crate::model::trail::{TrailOf, TrailStep};

/// What the charts show of a day is there without letting the day happen again, and is what it was.
#[test]
fn the_figures_of_the_charts_are_those_that_were() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = writer(dir.path());
    let (mut store, mut changes) = (Store::default(), Changes::default());
    let mut at = Millis(BEGIN);
    let mut random = fastrand::Rng::with_seed(3);
    for n in 0..500_u32 {
        let news = if n == 0 {
            listed(7)
        } else {
            vec![update(n % 7, n % 14, random.bool())]
        };
        let mut told = Writer::news(news);
        if n % 50 == 0 {
            told.push(Told::Latency(n + 10));
        }
        writer.tell(at, told.clone()).unwrap();
        Moment { at, told }.happen(&mut store, &mut changes);
        changes.clear();
        at = at.plus(random.i64(100..20_000));
    }
    // What is still open is not written, but it is closed in order here.
    let end = at.plus(10_000);
    writer.close(end).unwrap();
    let metrics = store.registrations.metrics();
    let wanted: Vec<_> = metrics.recent(720, end).collect();
    let mut again = Store::default();
    opened(dir.path()).recall(&mut again, end).unwrap();
    let found: Vec<_> = again.registrations.metrics().recent(720, end).collect();
    // The last periods are under way.
    assert!(found.len() > 600);
    let same = wanted.iter().rev().zip(found.iter().rev());
    for (n, (wanted, found)) in same.enumerate().skip(3) {
        assert_eq!(wanted, found, "{n} before the end");
    }
    let minutes = |store: &Store| {
        store
            .registrations
            .metrics()
            .minutes(60, end)
            .collect::<Vec<_>>()
    };
    assert_eq!(minutes(&store)[..55], minutes(&again)[..55]);
    // A block of them that is damaged is a hole and nothing more.
    let data = folder(dir.path()).file("2026-06-15", "data");
    let shard = shard::Shard::open(&folder(dir.path()), "2026-06-15").unwrap();
    let hit = shard
        .entries
        .iter()
        .flatten()
        .filter(|entry| entry.sort == block::Sort::Figures);
    let hit = hit.copied().nth(5).unwrap();
    let lost = figures::read(&shard.block(&hit).unwrap()).unwrap().len();
    let all = found_all(&shard);
    let mut bytes = fs::read(&data).unwrap();
    bytes[usize::try_from(hit.offset).unwrap()] ^= 1;
    fs::write(&data, bytes).unwrap();
    let count = |from, until| opened(dir.path()).figures(from, until).unwrap().len();
    assert_eq!(count(Millis(BEGIN), end), all - lost);
    assert_eq!(
        opened(dir.path()).look(end).unwrap().damage,
        Vec::<String>::new()
    );
}

fn found_all(shard: &shard::Shard) -> usize {
    let entries = shard.entries.iter().flatten();
    let all = entries.filter(|entry| entry.sort == block::Sort::Figures);
    let counts = all.map(|entry| figures::read(&shard.block(entry).unwrap()).unwrap().len());
    counts.sum()
}

/// The newest change first, back through stills, runs and days; that a run begins is no change.
#[test]
fn what_became_of_a_row_is_found_back_to_the_begin() {
    let dir = tempfile::tempdir().unwrap();
    let of = TrailOf::Registration(person(0), phone(0));
    let mut wanted = Vec::new();
    for run in 0..3 {
        let begin = BEGIN + run * 20 * 60 * MINUTE;
        let mut writer = writer(dir.path());
        writer.tell(Millis(begin), Writer::news(listed(3))).unwrap();
        for n in 1..=8 {
            let at = Millis(begin + n * 9 * MINUTE);
            let registered = n % 2 == 0;
            let news = vec![
                update(0, 0, registered),
                update(1, 2, !registered),
                carriers_news(Health::Healthy),
            ];
            writer.tell(at, Writer::news(news)).unwrap();
            wanted.push((at, if registered { "ok" } else { "lost" }));
        }
        writer.close(Millis(begin + 80 * MINUTE)).unwrap();
    }
    wanted.reverse();
    let mut seen = 0;
    let until = Millis(BEGIN + 60 * 60 * MINUTE);
    let (steps, back_to) = opened(dir.path())
        .trail(&of, until, |steps, _| {
            seen = steps.len();
            true
        })
        .unwrap();
    let between = |steps: &[TrailStep]| -> Vec<(Millis, String)> {
        let known = steps
            .iter()
            .filter(|step| step.from.as_ref().is_some_and(|from| from.raw() != "stale"));
        let known = known.filter_map(|step| Some((step.at, step.to.as_ref()?.to_string())));
        known.filter(|(_, to)| to != "stale").collect()
    };
    let found = between(&steps);
    let wanted: Vec<(Millis, String)> = wanted
        .into_iter()
        .map(|(at, to)| (at, to.to_owned()))
        .collect();
    assert_eq!(found, wanted, "{steps:?}");
    assert!(seen > 0 && back_to <= Millis(BEGIN));
    // It stops where nobody wants to know more.
    let (few, back) = opened(dir.path()).trail(&of, until, |_, _| false).unwrap();
    assert!(few.len() < steps.len() && back > Millis(BEGIN));
    let carrier = TrailOf::Carrier("c-1".into());
    let (of_carrier, _) = opened(dir.path())
        .trail(&carrier, until, |_, _| true)
        .unwrap();
    assert!(
        of_carrier
            .iter()
            .any(|step| step.to.as_ref().is_some_and(|to| to.raw() == "healthy"))
    );
}
