//! Phones that were looked at closely, the last few of them.

use std::collections::BTreeMap;

use crate::model::DeviceId;
use crate::model::registration::closeup::Closeup;
use crate::text::Text;
use crate::time::Millis;

/// Phones that are remembered; the one that was asked for longest ago makes room.
const KEPT: usize = 64;

/// What is known of each phone that somebody opened.
#[derive(Debug, Default)]
pub struct Closeups(BTreeMap<DeviceId, Look>);

/// A look at one phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When it was last asked for.
    pub asked: Millis,
    /// Whether the answer is outstanding.
    pub reading: bool,
    /// When something was last answered, and what: a phone, none where the organisation has it no more, or why it is not known.
    pub answer: Option<(Millis, Result<Option<Closeup>, Text>)>,
}

impl Closeups {
    /// What is known of a phone; none when nobody has asked.
    #[must_use]
    pub fn of(&self, phone: &DeviceId) -> Option<&Look> {
        self.0.get(phone)
    }

    /// A phone is being looked at. What was known of it stays until the answer comes.
    pub fn asked(&mut self, phone: DeviceId, now: Millis) {
        let answer = self.0.remove(&phone).and_then(|look| look.answer);
        while self.0.len() >= KEPT {
            let oldest = self.0.iter().min_by_key(|(_, look)| look.asked);
            let Some(oldest) = oldest.map(|(phone, _)| phone.clone()) else {
                break;
            };
            self.0.remove(&oldest);
        }
        let look = Look {
            asked: now,
            reading: true,
            answer,
        };
        self.0.insert(phone, look);
    }

    /// What came of it. Of a phone that has made room since, nothing is kept.
    pub fn told(&mut self, phone: DeviceId, read: Result<Option<Closeup>, Text>, now: Millis) {
        self.0.entry(phone).and_modify(|look| {
            look.reading = false;
            look.answer = Some((now, read));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_stays_while_it_is_read_again() {
        let mut looks = Closeups::default();
        let phone = DeviceId::from("p");
        looks.told(phone.clone(), Ok(None), Millis(1));
        assert!(looks.of(&phone).is_none(), "nobody asked");
        looks.asked(phone.clone(), Millis(2));
        looks.told(phone.clone(), Ok(None), Millis(3));
        looks.asked(phone.clone(), Millis(4));
        let look = looks.of(&phone).unwrap();
        assert!(look.reading && look.answer == Some((Millis(3), Ok(None))));
        looks.told(phone.clone(), Err("why".into()), Millis(5));
        assert!(!looks.of(&phone).unwrap().reading);
    }

    #[test]
    fn only_the_last_phones_are_remembered() {
        let mut looks = Closeups::default();
        for n in 0..200 {
            looks.asked(DeviceId::from(format!("p-{n}").as_str()), Millis(n));
        }
        assert_eq!(looks.0.len(), KEPT);
        assert!(looks.of(&"p-199".into()).is_some() && looks.of(&"p-0".into()).is_none());
    }
}
