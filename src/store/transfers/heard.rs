//! What was told of single interactions, against a list that is older: a query of the organisation lags behind its events.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::InteractionId;
use crate::model::interaction::Interaction;
use crate::time::Millis;

/// By so much a list may lag behind what was told, in milliseconds.
const LAG_MS: u64 = 15_000;

/// Interactions of which it is remembered when they were told of.
const MOST: usize = 5_000;

/// When single interactions were told of, of late.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Heard(BTreeMap<InteractionId, Millis>);

impl Heard {
    /// One was told of.
    pub(super) fn note(&mut self, id: &InteractionId, now: Millis) {
        if self.0.len() >= MOST {
            self.forget(now);
        }
        // Beyond that many at once the list is believed, which puts right what it has put wrong.
        if self.0.len() < MOST {
            self.0.insert(id.clone(), now);
        }
    }

    /// A list, corrected by what is `known` to be newer, and by what is known in more detail.
    pub(super) fn over(
        &mut self,
        listed: Vec<Interaction>,
        known: &BTreeMap<InteractionId, Interaction>,
        now: Millis,
    ) -> Vec<Interaction> {
        self.forget(now);
        let named: BTreeSet<InteractionId> = listed.iter().map(|one| one.id.clone()).collect();
        // Told of and gone again: it has ended since.
        let ended =
            |one: &Interaction| self.0.contains_key(&one.id) && !known.contains_key(&one.id);
        let newer = |one: Interaction| match known.get(&one.id) {
            Some(known) if self.0.contains_key(&one.id) || says_more(known, &one) => known.clone(),
            _ => one,
        };
        let listed = listed.into_iter().filter(|one| !ended(one)).map(newer);
        let begun = self.0.keys().filter(|id| !named.contains(*id));
        let begun = begun.filter_map(|id| known.get(id).cloned());
        listed.chain(begun).collect()
    }

    fn forget(&mut self, now: Millis) {
        self.0.retain(|_, at| now.since(*at) < LAG_MS);
    }
}

/// Whether what is known has the same participants in the same states, and so all that the list says and more.
fn says_more(known: &Interaction, listed: &Interaction) -> bool {
    let states = |one: &Interaction| -> BTreeSet<(String, bool, bool)> {
        let all = one.participants.iter();
        all.map(|who| (who.id.raw().to_owned(), who.here(), who.held()))
            .collect()
    };
    let numbered = known.participants.iter().any(|who| !who.id.is_empty());
    numbered && known.standing == listed.standing && states(known) == states(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::interaction::{Participant, Standing};

    fn one(id: &str, queue: &str) -> Interaction {
        Interaction {
            queue: queue.into(),
            ..Interaction::bare(id.into(), Standing::Active)
        }
    }

    fn over(
        heard: &mut Heard,
        listed: &[Interaction],
        known: &[Interaction],
        at: i64,
    ) -> Vec<String> {
        let known = known.iter().map(|one| (one.id.clone(), one.clone()));
        let made = heard.over(listed.to_vec(), &known.collect(), Millis(at));
        let word = |one: &Interaction| format!("{}:{}", one.id.raw(), one.queue.raw());
        made.iter().map(word).collect()
    }

    #[test]
    fn what_was_told_of_late_goes_before_a_list_and_later_the_list_does() {
        let mut heard = Heard::default();
        for id in ["moved", "begun", "ended"] {
            heard.note(&id.into(), Millis(1_000));
        }
        let listed = [one("moved", "old"), one("ended", "old"), one("other", "q")];
        let known = [one("moved", "new"), one("begun", "new"), one("other", "-")];
        assert_eq!(
            over(&mut heard, &listed, &known, 2_000),
            ["moved:new", "other:q", "begun:new"]
        );
        assert_eq!(
            over(&mut heard, &listed, &known, 60_000),
            ["moved:old", "ended:old", "other:q"]
        );
    }

    #[test]
    fn a_list_that_says_less_of_the_same_takes_nothing_away() {
        let with = |id: &str, name: &str| Interaction {
            participants: vec![Participant {
                id: id.into(),
                name: name.into(),
                ..Participant::default()
            }],
            ..one("a", name)
        };
        let mut heard = Heard::default();
        let listed = |id: &str| [with(id, "")];
        assert_eq!(
            over(&mut heard, &listed("p"), &[with("p", "Ana")], 0),
            ["a:Ana"]
        );
        assert_eq!(
            over(&mut heard, &listed("other"), &[with("p", "Ana")], 0),
            ["a:"]
        );
    }

    #[test]
    fn it_is_bounded() {
        let mut heard = Heard::default();
        for n in 0..MOST * 2 {
            heard.note(&format!("i-{n}").as_str().into(), Millis(0));
        }
        assert_eq!(heard.0.len(), MOST);
    }
}
