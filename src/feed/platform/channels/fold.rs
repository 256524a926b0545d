//! Several topics in one entry of a subscription: those that differ only in what comes last, as `v2.users.u-1?presence&station`.
//!
//! The service's own clients ask so, and a channel's thousand counts entries; but no document promises it. So a combined entry
//! counts as taken only where the organisation says so, and one that it does not take ends the attempt for all.

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};

use super::Topic;

/// Characters of a combined name are fewer than this, as the service's own clients have it.
const TOO_LONG: usize = 200;

/// An entry of a subscription: one topic, or several as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fold {
    name: Topic,
    /// In the order of their names; never none.
    topics: Vec<Topic>,
}

/// Which topics are folded together. Those that once were stay together, so that what is carried need not move.
#[derive(Debug, Default)]
pub(super) struct Folder {
    places: HashMap<Topic, usize>,
}

/// Topics that are about to be one entry.
struct Group<'t> {
    prefix: &'t str,
    topics: Vec<Topic>,
    /// Characters of the name.
    length: usize,
    /// The place of its most important topic.
    rank: usize,
}

impl Fold {
    /// What is asked for.
    pub fn name(&self) -> &Topic {
        &self.name
    }

    /// What it stands for.
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// Whether it stands for more than itself.
    pub fn is_combined(&self) -> bool {
        self.topics.len() > 1
    }

    fn of(mut topics: Vec<Topic>) -> Self {
        topics.sort_unstable();
        let name = match topics.as_slice() {
            [one] => one.clone(),
            several => {
                let words = several.iter().map(|topic| split(topic.raw()));
                let words: Vec<&str> = words.map(|(_, word)| word).collect();
                let prefix = several.first().map_or("", |topic| split(topic.raw()).0);
                Topic::from(format!("{prefix}?{}", words.join("&")))
            }
        };
        Self { name, topics }
    }
}

impl From<Topic> for Fold {
    fn from(topic: Topic) -> Self {
        Self {
            name: topic.clone(),
            topics: vec![topic],
        }
    }
}

/// Everything before the last dot, and what comes after it.
fn split(topic: &str) -> (&str, &str) {
    topic.rsplit_once('.').unwrap_or(("", topic))
}

impl Folder {
    /// Folds these topics, the most important first. An entry is as important as the first of its topics.
    pub fn fold(&mut self, wanted: &[Topic]) -> Vec<Fold> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut known = HashSet::with_capacity(wanted.len());
        let mut kept: HashMap<usize, usize> = HashMap::new();
        let mut newcomers = Vec::new();
        for (rank, topic) in wanted.iter().enumerate() {
            if !known.insert(topic) {
                continue;
            }
            let Some(before) = self.places.get(topic) else {
                newcomers.push((rank, topic));
                continue;
            };
            match kept.entry(*before) {
                Entry::Occupied(place) => groups[*place.get()].take(topic, rank),
                Entry::Vacant(place) => {
                    place.insert(groups.len());
                    groups.push(Group::of(topic, rank));
                }
            }
        }
        let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, group) in groups.iter().enumerate() {
            open.entry(group.prefix).or_default().push(place);
        }
        for (rank, topic) in newcomers {
            let (prefix, word) = split(topic.raw());
            let places = open.entry(prefix).or_default();
            // One that has no room for this has hardly any for the next.
            while places
                .last()
                .is_some_and(|last| !groups[*last].has_room(word))
            {
                places.pop();
            }
            if let Some(last) = places.last() {
                groups[*last].take(topic, rank);
            } else {
                places.push(groups.len());
                groups.push(Group::of(topic, rank));
            }
        }
        self.places.clear();
        for (place, group) in groups.iter().enumerate() {
            let topics = group.topics.iter().cloned();
            self.places.extend(topics.map(|topic| (topic, place)));
        }
        groups.sort_by_key(|group| group.rank);
        groups
            .into_iter()
            .map(|group| Fold::of(group.topics))
            .collect()
    }
}

impl<'t> Group<'t> {
    fn of(topic: &'t Topic, rank: usize) -> Self {
        Self {
            prefix: split(topic.raw()).0,
            topics: vec![topic.clone()],
            length: topic.raw().len(),
            rank,
        }
    }

    fn take(&mut self, topic: &Topic, rank: usize) {
        self.length += 1 + split(topic.raw()).1.len();
        self.topics.push(topic.clone());
        self.rank = self.rank.min(rank);
    }

    /// Whether one more that ends so has room. What would be read as two is folded with none.
    fn has_room(&self, word: &str) -> bool {
        let is_plain = |word: &str| !word.contains(['?', '&']);
        let own = self.topics.iter().all(|topic| is_plain(topic.raw()));
        !self.prefix.is_empty() && own && is_plain(word) && self.length + 1 + word.len() < TOO_LONG
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(names: &[&str]) -> Vec<Topic> {
        names.iter().map(|name| Topic::from(*name)).collect()
    }

    fn names(folds: &[Fold]) -> Vec<&str> {
        folds.iter().map(|fold| fold.name().raw()).collect()
    }

    #[test]
    fn topics_that_differ_only_in_what_comes_last_are_one_entry() {
        let wanted = topics(&[
            "v2.users.u-1.station",
            "v2.x.a",
            "v2.users.u-1.presence",
            "v2.users.u-2.station",
        ]);
        let folds = Folder::default().fold(&wanted);
        let expected = [
            "v2.users.u-1?presence&station",
            "v2.x.a",
            "v2.users.u-2.station",
        ];
        assert_eq!(names(&folds), expected);
        assert_eq!(
            folds[0].topics(),
            topics(&["v2.users.u-1.presence", "v2.users.u-1.station"])
        );
        assert!(folds[0].is_combined() && !folds[1].is_combined());
    }

    #[test]
    fn four_phones_are_one_entry_and_one_more_begins_the_next() {
        let id = |n: usize| {
            format!("v2.telephony.providers.edges.phones.{n:08}-0000-4000-8000-000000000000")
        };
        let wanted: Vec<Topic> = (0..9).map(|n| Topic::from(id(n))).collect();
        let folds = Folder::default().fold(&wanted);
        let sizes: Vec<usize> = folds.iter().map(|fold| fold.topics().len()).collect();
        assert_eq!(sizes, [4, 4, 1]);
        assert!(folds.iter().all(|fold| fold.name().raw().len() < TOO_LONG));
    }

    #[test]
    fn who_was_together_stays_together_and_newcomers_fill_up() {
        let mut folder = Folder::default();
        folder.fold(&topics(&["p.a", "p.b", "p.c"]));
        let folds = folder.fold(&topics(&["p.n", "q.a", "p.c", "p.a", "p.a"]));
        assert_eq!(names(&folds), ["p?a&c&n", "q.a"]);
        let long = "x".repeat(150);
        let folds = folder.fold(&topics(&[
            &format!("p.{long}"),
            "p.a",
            "p.c",
            &format!("p.{long}2"),
        ]));
        assert_eq!(folds.len(), 2);
        assert_eq!(
            folds.iter().map(|fold| fold.topics().len()).sum::<usize>(),
            4
        );
    }

    #[test]
    fn an_id_that_would_be_read_as_two_is_folded_with_none() {
        let folds = Folder::default().fold(&topics(&["p.a&b", "p.c", "p.d?e", "p.f"]));
        assert_eq!(
            folds.iter().filter(|fold| fold.is_combined()).count(),
            0,
            "{folds:?}"
        );
    }
}
