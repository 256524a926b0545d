//! Everything known, as what is new since the last time.

use proptest::prelude::*;

use super::*;
use crate::model::registration::condition::Condition;
use crate::model::registration::obstacle::Obstacle;
use crate::model::registration::phone::{PhoneTraits, Sighting};
use crate::store::still::{Before, Delta, Still};
use crate::vocabulary::news::PhoneNews;

/// One of everything that a row can have, by a number; people come, go and are called otherwise.
fn anything(n: u32) -> Vec<News> {
    let (user, device) = (person(n % 7), phone(n % 14));
    let phones = |news| vec![News::Phones(news)];
    match n % 19 {
        0 => listed(n / 19 % 9),
        1 => {
            let named = User {
                id: user,
                name: format!("Person {n}").into(),
                site: n
                    .is_multiple_of(2)
                    .then(|| format!("Site {}", n % 5).into()),
            };
            vec![News::Users {
                users: vec![named],
                total: None,
            }]
        }
        2 => phones(PhoneNews::Names(vec![(
            user,
            device,
            format!("Phone {n}").into(),
        )])),
        3 => phones(PhoneNews::Traits(vec![(
            user,
            device,
            PhoneTraits {
                agent: Some(format!("Firmware {}", n % 3).into()),
                network: None,
            },
        )])),
        4 => phones(PhoneNews::Gone(vec![(user, device)])),
        5 | 6 => phones(PhoneNews::Events(vec![Sighting {
            user,
            device,
            condition: if n.is_multiple_of(2) {
                Condition::Lost
            } else {
                Condition::Registered
            },
            reason: n
                .is_multiple_of(3)
                .then(|| format!("Reason {}", n % 4).into()),
            reach: None,
            reboots: None,
            since: Some(Millis(BEGIN - i64::from(n % 99))),
            live: n.is_multiple_of(5),
            asked: None,
            raw: bytes::Bytes::new(),
            edge: None,
            obstacle: n.is_multiple_of(4).then_some(Obstacle::NotResponding),
        }])),
        _ => vec![happening(n)],
    }
}

/// As somebody else gets it.
fn sent<T: serde::Serialize, U: serde::de::DeserializeOwned>(what: &T) -> U {
    rmp_serde::from_slice(&rmp_serde::to_vec_named(what).unwrap()).unwrap()
}

/// What is known by it, whatever its times are counted from.
fn plain(still: Still<'static>, at: Millis) -> Vec<u8> {
    let store = still.store(at).unwrap();
    rmp_serde::to_vec_named(&store.still(at)).unwrap()
}

proptest! {
    /// Whatever happened in between, and wherever the clock went.
    #[test]
    fn a_still_is_again_what_it_was_by_the_one_before(
        happenings in prop::collection::vec(any::<u32>(), 1..120),
        step in prop::sample::select(vec![1, 7_000, 20 * MINUTE]),
    ) {
        let (mut store, mut changes) = (Store::default(), Changes::default());
        let mut at = Millis(BEGIN);
        let mut last: Option<(Still<'static>, Before)> = None;
        for n in happenings {
            at = at.plus(if n % 17 == 0 { -step } else { step });
            for news in anything(n) {
                store.learn(news, at, &mut changes);
            }
            store.registrations.tick(at, &mut changes);
            changes.clear();
            if n % 4 > 0 {
                continue;
            }
            let still = store.still(at);
            let is = Before::of(&still, last.as_ref().map(|(_, before)| before));
            let again: Still<'static> = match last.take() {
                Some((before, was)) => {
                    let delta: Delta<'static> = sent(&still.since(&was, &is));
                    Delta::again(before, vec![delta]).unwrap()
                }
                None => sent(&still),
            };
            prop_assert!(plain(again.clone(), at) == plain(sent(&still), at), "it is another one");
            last = Some((again, is));
        }
    }

    /// A delta that was told by another one is refused, or makes something that fits together: nothing else.
    #[test]
    fn a_delta_of_another_one_ends_in_words(
        here in prop::collection::vec(any::<u32>(), 1..30),
        there in prop::collection::vec(any::<u32>(), 1..30),
    ) {
        let lived = |happenings: &[u32]| {
            let (mut store, mut changes) = (Store::default(), Changes::default());
            for n in happenings {
                for news in anything(*n) {
                    store.learn(news, Millis(BEGIN), &mut changes);
                }
            }
            store
        };
        let (here, there, later) = (lived(&here), lived(&there), lived(&[here, there.clone()].concat()));
        let (then, now) = (Millis(BEGIN), Millis(BEGIN + 1));
        let was = Before::of(&here.still(then), None);
        let is = later.still(now);
        let delta: Delta<'static> = sent(&is.since(&was, &Before::of(&is, Some(&was))));
        let _ = Delta::again(there.still(then).owned(), vec![delta]).map(|still| still.store(now));
    }
}

/// People whose rows are told of now and then, over three hours: most of what is known is written as what is new.
fn long(dir: &Path) -> Vec<(Millis, BTreeMap<&'static str, Vec<String>>)> {
    let mut writer = writer(dir);
    let (mut store, mut changes) = (Store::default(), Changes::default());
    let mut known = Vec::new();
    // Each has a moment of its own at first.
    let first = (0..400).map(|n| {
        (
            Millis(BEGIN + 1 + i64::from(n) * 149),
            update(n, n * 2, n > 9),
        )
    });
    let later = (1..180).map(|minute: u32| {
        let at = Millis(BEGIN + i64::from(minute) * MINUTE);
        let n = minute * 7 % 400;
        // Who comes later, in a stretch of its own.
        let device = if minute == 100 { 9_999 } else { n * 2 };
        (at, update(n, device, minute.is_multiple_of(2)))
    });
    let all = first.chain(later).map(|(at, news)| (at, vec![news]));
    for (at, news) in std::iter::once((Millis(BEGIN), listed(400))).chain(all) {
        writer.tell(at, Writer::news(news.clone())).unwrap();
        let moment = Moment {
            at,
            told: Writer::news(news),
        };
        moment.happen(&mut store, &mut changes);
        store.registrations.tick(at, &mut changes);
        changes.clear();
        if (at.0 - BEGIN) % (20 * MINUTE) == 0 {
            known.push((at, rows(&store, at)));
        }
    }
    writer.close(Millis(BEGIN + 180 * MINUTE)).unwrap();
    known
}

/// What says everything known: where it is in the index, and whether it is whole.
fn begins(dir: &Path) -> Vec<(usize, block::Entry)> {
    let index = fs::read(folder(dir).file("2026-06-15", "index")).unwrap();
    let entries = index.chunks_exact(ENTRY_BYTES);
    let entries = entries.map(|entry| block::Entry::read(entry.try_into().unwrap()).unwrap());
    let known =
        |entry: &block::Entry| matches!(entry.sort, block::Sort::Still | block::Sort::Delta);
    entries
        .enumerate()
        .filter(|(_, entry)| known(entry))
        .collect()
}

#[test]
fn most_of_what_is_known_is_written_as_what_is_new() {
    let dir = tempfile::tempdir().unwrap();
    let known = long(dir.path());
    let begins = begins(dir.path());
    let deltas = begins
        .iter()
        .filter(|(_, entry)| entry.sort == block::Sort::Delta);
    assert!(deltas.clone().count() >= 8, "{begins:#?}");
    let bytes = |sort: block::Sort| {
        let of = begins.iter().filter(|(_, entry)| entry.sort == sort);
        let of: Vec<u64> = of.map(|(_, entry)| entry.length.into()).collect();
        of.iter().sum::<u64>() / of.len() as u64
    };
    assert!(bytes(block::Sort::Delta) * 2 <= bytes(block::Sort::Still));
    whatever_is_said_is_true(dir.path(), &known, known.len()).unwrap();
}

/// Whichever of them is damaged, by a disk or by somebody who knows how to write an index: what is there reads, and whoever goes
/// through all of it comes to the end.
#[test]
fn what_goes_on_from_what_is_damaged_is_no_begin_and_what_follows_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let known = long(dir.path());
    let [data, index] = ["data", "index"].map(|name| folder(dir.path()).file("2026-06-15", name));
    let (whole, entries) = (fs::read(&data).unwrap(), fs::read(&index).unwrap());
    for (place, entry) in begins(dir.path()) {
        for is_meant in [false, true] {
            let (mut bytes, mut entries) = (whole.clone(), entries.clone());
            let begin = usize::try_from(entry.offset).unwrap();
            let block = &mut bytes[begin..begin + entry.length as usize];
            block.fill(0xff);
            if is_meant {
                let entry = block::Entry::of(entry.sort, entry.at, entry.offset, block);
                entries[place * ENTRY_BYTES..][..ENTRY_BYTES].copy_from_slice(&entry.bytes());
            }
            fs::write(&data, &bytes).unwrap();
            fs::write(&index, &entries).unwrap();
            assert_eq!(verify(&folder(dir.path())).unwrap().damage.len(), 1);
            // The news are all there, and so is everything that they tell.
            whatever_is_said_is_true(dir.path(), &known, known.len()).unwrap();
            let mut record = opened(dir.path());
            let (mut at, end) = (known[0].0, known.last().unwrap().0);
            let mut stretches = 0;
            while let Some(next) = record.reel(at).unwrap().next {
                assert!(next > at, "{place} comes again");
                (at, stretches) = (next, stretches + 1);
            }
            assert!(stretches > 2, "{place}: {stretches}");
            let look = record.look(end).unwrap();
            let counts = look.store.registrations.counts();
            assert_eq!((counts.total, counts.of(State::Stale)), (801, 0), "{place}");
        }
    }
}
