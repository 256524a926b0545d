//! Which topic is on which channel: as few channels as hold them, and no topic moves without need.

use hashbrown::{HashMap, HashSet};

use super::Topic;
use super::fold::Fold;
use crate::cloud::platform::channels::TOPICS;

/// The seats of all topics.
#[derive(Debug, Default)]
pub(super) struct Spread {
    seats: HashMap<Topic, usize>,
}

/// What is on the channels after an arrangement.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arranged {
    /// The entries of each channel, in the order of their importance.
    pub channels: Vec<Vec<Fold>>,
    /// Topics for which no channel has room, the most important first.
    pub uncovered: Vec<Topic>,
}

impl Spread {
    /// A channel is gone: what was on it has no seat, and the channels after it move up.
    pub fn vacate(&mut self, channel: usize) {
        self.seats.retain(|_, seat| *seat != channel);
        for seat in self.seats.values_mut() {
            *seat -= usize::from(*seat > channel);
        }
    }

    /// Seats these entries, the most important first, on at most so many channels; each takes one place. An entry keeps the seat of
    /// its topics; one that is named twice counts where it is named first.
    pub fn arrange(&mut self, wanted: impl IntoIterator<Item = Fold>, channels: usize) -> Arranged {
        let room = channels.saturating_mul(TOPICS);
        let mut arranged = Arranged::default();
        let mut loads = vec![0; channels];
        let mut known = HashSet::new();
        let mut order: Vec<(Fold, Option<usize>)> = Vec::new();
        for fold in wanted {
            if !known.insert(fold.name().clone()) {
                continue;
            }
            if order.len() >= room {
                arranged.uncovered.extend_from_slice(fold.topics());
                continue;
            }
            // What has no seat waits for one until those who keep theirs are counted.
            let mut seats = fold
                .topics()
                .iter()
                .filter_map(|topic| self.seats.get(topic));
            let seat = seats.next().copied();
            // Entries that were one before may be too many for it now.
            let seat = seat.filter(|seat| loads.get(*seat).is_some_and(|load| *load < TOPICS));
            if let Some(seat) = seat {
                loads[seat] += 1;
            }
            order.push((fold, seat));
        }
        self.seats = HashMap::with_capacity(order.len());
        let mut free = 0;
        for (fold, kept) in order {
            let seat = kept.unwrap_or_else(|| {
                while loads.get(free).is_some_and(|load| *load >= TOPICS) {
                    free += 1;
                }
                loads[free] += 1;
                free
            });
            if arranged.channels.len() <= seat {
                arranged.channels.resize(seat + 1, Vec::new());
            }
            let topics = fold.topics().iter().cloned();
            self.seats.extend(topics.map(|topic| (topic, seat)));
            arranged.channels[seat].push(fold);
        }
        arranged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(range: std::ops::Range<usize>) -> Vec<Topic> {
        range.map(|n| Topic::from(format!("t{n:05}"))).collect()
    }

    fn topics(range: std::ops::Range<usize>) -> Vec<Fold> {
        names(range).into_iter().map(Fold::from).collect()
    }

    fn loads(arranged: &Arranged) -> Vec<usize> {
        arranged.channels.iter().map(Vec::len).collect()
    }

    #[test]
    fn as_few_channels_as_hold_them() {
        let mut spread = Spread::default();
        assert_eq!(spread.arrange([], 10), Arranged::default());
        assert_eq!(loads(&spread.arrange(topics(0..1), 10)), [1]);
        assert_eq!(loads(&spread.arrange(topics(0..1_001), 10)), [1_000, 1]);
    }

    #[test]
    fn the_least_important_are_left_out() {
        let mut spread = Spread::default();
        let arranged = spread.arrange(topics(0..15_000), 10);
        assert_eq!(loads(&arranged), [1_000; 10]);
        assert_eq!(arranged.uncovered, names(10_000..15_000));
        let none = spread.arrange(topics(0..3), 0);
        assert_eq!((none.channels.len(), none.uncovered.len()), (0, 3));
    }

    #[test]
    fn what_has_a_seat_keeps_it_and_the_newcomer_takes_the_last_ones() {
        let mut spread = Spread::default();
        let before = spread.arrange(topics(0..3_000), 3);
        let trunks = (0..5).map(|n| Fold::from(Topic::from(format!("trunk{n}"))));
        let trunks: Vec<Fold> = trunks.collect();
        let wanted = trunks.iter().cloned().chain(topics(0..3_000));
        let after = spread.arrange(wanted, 3);
        assert_eq!(after.channels[..2], before.channels[..2]);
        assert_eq!(after.uncovered, names(2_995..3_000));
        assert_eq!(after.channels[2][..5], trunks[..]);
    }

    #[test]
    fn a_seat_that_is_left_is_taken_again() {
        let mut spread = Spread::default();
        spread.arrange(topics(0..2_000), 2);
        let wanted: Vec<_> = topics(0..500)
            .into_iter()
            .chain(topics(1_000..2_100))
            .collect();
        let arranged = spread.arrange(wanted, 2);
        assert_eq!(loads(&arranged), [600, 1_000]);
        assert!(arranged.uncovered.is_empty());
    }

    #[test]
    fn where_a_channel_is_gone_the_most_important_go_on_on_the_others() {
        let mut spread = Spread::default();
        let before = spread.arrange(topics(0..3_000), 3);
        spread.vacate(0);
        let after = spread.arrange(topics(0..3_000), 2);
        assert_eq!(after.uncovered, names(2_000..3_000));
        assert_eq!(
            after.channels[0], before.channels[1],
            "none moves without need"
        );
        assert_eq!(after.channels[1], before.channels[0]);
    }

    #[test]
    fn a_topic_that_two_rooms_want_has_one_seat() {
        let mut spread = Spread::default();
        let twice = topics(0..3).into_iter().chain(topics(1..4));
        let arranged = spread.arrange(twice, 1);
        assert_eq!(arranged.channels, [topics(0..4)]);
    }

    #[test]
    fn what_was_one_entry_keeps_its_seat_as_far_as_there_is_room() {
        let together: Vec<Topic> = (0..4_000)
            .map(|n| Topic::from(format!("p{}.w{}", n / 4, n % 4)))
            .collect();
        let folds = super::super::fold::Folder::default().fold(&together);
        let mut spread = Spread::default();
        let arranged = spread.arrange(folds, 2);
        assert_eq!(
            (loads(&arranged), arranged.uncovered.len()),
            (vec![1_000], 0)
        );
        let alone = together.iter().cloned().map(Fold::from);
        let arranged = spread.arrange(alone, 2);
        assert_eq!(loads(&arranged), [1_000, 1_000]);
        assert_eq!(arranged.channels[0][0].topics(), &together[..1]);
        assert_eq!(arranged.uncovered, together[2_000..]);
    }
}
