//! What a browser phone is, from what the organisation tells of its person.
//!
//! A browser does not register. Its lines are reachable as long as its edge is there, whatever the browser does; that sign is its *edge
//! reach* and nothing more. What tells of it is its person: the presence, the station, whether calls find them, the calls they have, and
//! the connection that the browser keeps. Of these the connection alone cannot be read: it is known from the moment its topic tells of it.

use super::condition::Condition;
use super::obstacle::Obstacle;
use crate::text::Text;
use crate::time::Millis;

/// What the browser's connection was last told to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// It is kept, ready for a call (`PERSISTED`).
    Kept,
    /// It carries a call (`ACTIVE_CALL`).
    OnCall,
    /// It is not there (`DISCONNECTED`): it failed only where a reason is told.
    Gone,
    /// It could not be made or kept (`FAILED`).
    Failed,
}

/// What is known of a person; none is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    /// Whether they are signed in, and since when.
    pub signed_in: Option<(bool, Option<Millis>)>,
    /// Whether their presence is that of somebody who takes calls of queues.
    pub on_queue: Option<bool>,
    /// Whether they sit at a station.
    pub seated: Option<bool>,
    /// The name of that station, where it is no browser.
    pub desk: Option<Text>,
    /// Whether routing counts on them.
    pub routed: Option<bool>,
    /// Whether calls go unanswered, and since when that is or is not so.
    pub responding: Option<(bool, Option<Millis>)>,
    /// How many calls they have.
    pub calls: Option<u32>,
    /// What was told of the browser's connection.
    pub connection: Option<(Connection, Option<Text>)>,
}

/// How a browser phone is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// In a word.
    pub condition: Condition,
    /// Why it failed, where it did and the organisation says.
    pub reason: Option<Text>,
    /// Since when, where the organisation says.
    pub since: Option<Millis>,
}

impl Duty {
    /// Takes in what was told; what was not told stays.
    pub fn take(&mut self, news: Self) {
        self.signed_in = news.signed_in.or(self.signed_in);
        self.on_queue = news.on_queue.or(self.on_queue);
        if news.seated.is_some() {
            self.desk = news.desk;
        }
        self.seated = news.seated.or(self.seated);
        self.routed = news.routed.or(self.routed);
        self.responding = news.responding.or(self.responding);
        self.calls = news.calls.or(self.calls);
        self.connection = news.connection.or(self.connection.take());
    }

    /// How the browser is whose edges say `reach`, since `reach_since`.
    ///
    /// Whoever has gone home is no trouble, whatever else is told. Then what is worst counts, but for a call: somebody who telephones
    /// is reached. A person who is signed in, sits at a station and of whom nothing bad is told is connected.
    #[must_use]
    pub fn verdict(&self, reach: Option<bool>, reach_since: Option<Millis>) -> Verdict {
        let of = |condition, since| Verdict {
            condition,
            reason: None,
            since,
        };
        let connection = self.connection.as_ref().map(|(state, _)| *state);
        if connection == Some(Connection::OnCall) {
            return of(Condition::OnCall, None);
        }
        match (self.signed_in, self.seated) {
            (Some((false, since)), _) => return of(Condition::SignedOut, since),
            (_, Some(false)) => return of(Condition::SignedOut, None),
            _ => {}
        }
        if reach == Some(false) {
            return of(Condition::Unreachable, reach_since);
        }
        if let Some((state, reason)) = &self.connection
            && (*state == Connection::Failed || (*state == Connection::Gone && reason.is_some()))
        {
            return Verdict {
                reason: reason.clone(),
                ..of(Condition::Failed, None)
            };
        }
        if let Some((false, since)) = self.responding {
            return of(Condition::NotResponding, since);
        }
        if self.calls.is_some_and(|calls| calls > 0) {
            return of(Condition::OnCall, None);
        }
        let there = (self.signed_in.is_some() && self.seated.is_some() && reach.is_some())
            || connection == Some(Connection::Kept);
        let gone = connection == Some(Connection::Gone);
        if there && !gone {
            of(Condition::Connected, None)
        } else {
            Verdict::default()
        }
    }
}

impl Duty {
    /// What keeps calls from the person of a browser whose edges say `reach`, though they are at work; none where nothing is known to.
    #[must_use]
    pub fn obstacle(&self, reach: Option<bool>) -> Option<Obstacle> {
        let at_work = matches!(self.signed_in, Some((true, _)));
        if !at_work || self.calls.is_some_and(|calls| calls > 0) {
            return None;
        }
        // Who takes no calls of queues may be without a phone on purpose.
        let on_queue = self.on_queue == Some(true);
        if self.seated == Some(false) {
            return on_queue.then_some(Obstacle::NoStation);
        }
        match self.verdict(reach, None).condition {
            Condition::NotResponding => return Some(Obstacle::NotResponding),
            Condition::Failed => return Some(Obstacle::Failed),
            Condition::Unreachable => return on_queue.then_some(Obstacle::Unreachable),
            _ => {}
        }
        if on_queue && self.routed == Some(false) {
            return Some(Obstacle::OffQueue);
        }
        self.desk.clone().map(Obstacle::Elsewhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_work() -> Duty {
        Duty {
            signed_in: Some((true, None)),
            on_queue: Some(true),
            seated: Some(true),
            responding: Some((true, None)),
            routed: Some(true),
            calls: Some(0),
            ..Duty::default()
        }
    }

    fn of(duty: &Duty, reach: Option<bool>) -> Condition {
        duty.verdict(reach, None).condition
    }

    #[test]
    fn six_people_are_told_apart() {
        let reach = Some(true);
        assert_eq!(of(&at_work(), reach), Condition::Connected);
        let calls = Some(1);
        let talks = Duty { calls, ..at_work() };
        assert_eq!(of(&talks, reach), Condition::OnCall);
        let home = Duty {
            signed_in: Some((false, Some(Millis(7)))),
            ..at_work()
        };
        let verdict = home.verdict(reach, Some(Millis(3)));
        assert_eq!(
            (verdict.condition, verdict.since),
            (Condition::SignedOut, Some(Millis(7)))
        );
        let crashed = Duty {
            connection: Some((Connection::Failed, Some("the tab is gone".into()))),
            ..at_work()
        };
        let verdict = crashed.verdict(reach, None);
        assert_eq!(
            (verdict.condition, verdict.reason),
            (Condition::Failed, Some("the tab is gone".into()))
        );
        let silent = Duty {
            responding: Some((false, Some(Millis(5)))),
            ..at_work()
        };
        assert_eq!(of(&silent, reach), Condition::NotResponding);
        assert_eq!(of(&at_work(), Some(false)), Condition::Unreachable);
    }

    #[test]
    fn who_has_gone_home_is_no_trouble_and_nothing_more_is_said_than_is_known() {
        let home = Duty {
            signed_in: Some((false, None)),
            connection: Some((Connection::Failed, None)),
            responding: Some((false, None)),
            ..at_work()
        };
        assert_eq!(of(&home, Some(false)), Condition::SignedOut);
        let nowhere = Duty {
            seated: Some(false),
            ..at_work()
        };
        assert_eq!(of(&nowhere, Some(true)), Condition::SignedOut);
        assert_eq!(of(&Duty::default(), Some(true)), Condition::Unknown);
        assert_eq!(of(&at_work(), None), Condition::Unknown);
        let kept = Duty {
            connection: Some((Connection::Kept, None)),
            ..Duty::default()
        };
        assert_eq!(of(&kept, None), Condition::Connected);
        let gone = Duty {
            connection: Some((Connection::Gone, None)),
            ..at_work()
        };
        assert_eq!(
            of(&gone, Some(true)),
            Condition::Unknown,
            "an idle connection ends without a fault"
        );
        let ended = Duty {
            connection: Some((Connection::Gone, Some("ICE".into()))),
            ..at_work()
        };
        assert_eq!(of(&ended, Some(true)), Condition::Failed);
    }

    #[test]
    fn signs_that_contradict_each_other_are_an_obstacle_and_what_is_not_told_is_none() {
        let of = |duty: Duty, reach| duty.obstacle(reach);
        let reach = Some(true);
        assert_eq!(of(at_work(), reach), None);
        assert_eq!(of(Duty::default(), reach), None);
        let seated = Some(false);
        assert_eq!(
            of(
                Duty {
                    seated,
                    ..at_work()
                },
                reach
            ),
            Some(Obstacle::NoStation)
        );
        let by_choice = Duty {
            seated,
            on_queue: Some(false),
            ..at_work()
        };
        assert_eq!(of(by_choice, reach), None);
        let routed = Some(false);
        assert_eq!(
            of(
                Duty {
                    routed,
                    ..at_work()
                },
                reach
            ),
            Some(Obstacle::OffQueue)
        );
        let responding = Some((false, None));
        let silent = Duty {
            responding,
            ..at_work()
        };
        assert_eq!(of(silent.clone(), reach), Some(Obstacle::NotResponding));
        let calls = Some(1);
        assert_eq!(of(Duty { calls, ..silent }, reach), None, "is reached");
        assert_eq!(of(at_work(), Some(false)), Some(Obstacle::Unreachable));
        let mut moved = Duty {
            desk: Some("Desk 4".into()),
            ..at_work()
        };
        assert_eq!(
            of(moved.clone(), reach),
            Some(Obstacle::Elsewhere("Desk 4".into()))
        );
        moved.take(Duty {
            seated: Some(true),
            ..Duty::default()
        });
        assert_eq!(of(moved, reach), None, "back at the browser");
    }

    #[test]
    fn what_is_not_told_stays() {
        let mut duty = at_work();
        duty.take(Duty {
            calls: Some(2),
            ..Duty::default()
        });
        assert_eq!((duty.calls, duty.seated), (Some(2), Some(true)));
    }
}
