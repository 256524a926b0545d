//! Who has been deleted since the organisation listed them: gone, and no failure.

use super::Roster;
use crate::model::UserId;

impl Roster {
    /// Lets go of a user whose read was answered with 404; false when that is no departure but a failure: the profile
    /// names the user, a later list named them again, or nobody at all could be read.
    pub fn leave(&mut self, id: &UserId) -> bool {
        let alone = self.people.len() <= 1 && self.read == 0;
        let Some(round) = self.person(id).map(|person| person.round) else {
            return false;
        };
        if alone || round == 0 || self.left.get(id).is_some_and(|left| *left != round) {
            return false;
        }
        self.left.insert(id.clone(), round);
        self.people.retain(|person| person.id != *id);
        self.reindex();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_user_is_gone_unless_that_cannot_be_believed() {
        let mut roster = Roster::new(0);
        for (id, round) in [("a", 1), ("b", 1), ("named", 0)] {
            roster.admit(&id.into(), round);
        }
        assert!(roster.leave(&"a".into()));
        assert_eq!(roster.counts().users, 2);
        assert!(!roster.leave(&"a".into()), "not watched any more");
        assert!(!roster.leave(&"named".into()), "the profile says so");
        roster.admit(&"a".into(), 2);
        assert!(!roster.leave(&"a".into()), "listed again");
    }

    #[test]
    fn when_everybody_is_gone_the_address_is_wrong() {
        let mut roster = Roster::new(0);
        roster.admit(&"a".into(), 1);
        roster.admit(&"b".into(), 1);
        assert!(roster.leave(&"a".into()));
        assert!(!roster.leave(&"b".into()));
    }
}
