//! How calls sound: what the organisation measured of each, and of which user, edge and carrier it was.
//!
//! A mean opinion score (MOS) is from 1 to 5, an R factor from 0 to 100 (ITU-T G.107). The organisation tells the worst of a conversation,
//! once its legs have ended: of a call that goes on nothing is known.

use super::{EdgeId, InteractionId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// Below this a call sounds poor, as most people say (ITU-T P.800: 3 is fair).
pub const POOR: f64 = 3.5;

/// Below this it can hardly be understood.
pub const BAD: f64 = 3.0;

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The conversation.
    pub id: InteractionId,
    /// When it began.
    pub began: Option<Millis>,
    /// When it ended; none while it goes on.
    pub ended: Option<Millis>,
    /// The worst of all legs; none where nothing was measured.
    pub mos: Option<f64>,
    /// The same as an R factor.
    pub r_factor: Option<f64>,
    /// Its legs.
    pub legs: Vec<CallLeg>,
}

/// One leg: who was on it, where it ran, and what was measured there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallLeg {
    /// What it is in the call: `customer`, `agent`.
    pub purpose: Text,
    /// Whose it is, where it is a user's.
    pub user: Option<UserId>,
    /// The edge that carried it.
    pub edge: Option<EdgeId>,
    /// The host, with its port where it has one, of the address that it came from or went to.
    pub host: Option<Text>,
    /// The worst MOS.
    pub mos: Option<f64>,
    /// The worst R factor.
    pub r_factor: Option<f64>,
    /// The longest delay, in milliseconds.
    pub latency_ms: Option<u64>,
    /// Packets that came.
    pub received: Option<u64>,
    /// Of these and beside them, those that were of no use: discarded, invalid, duplicate, or too many at once.
    pub lost: Option<u64>,
    /// Codecs, each once.
    pub codecs: Vec<Text>,
}

impl Call {
    /// The leg that sounded worst.
    #[must_use]
    pub fn worst(&self) -> Option<&CallLeg> {
        let measured = self.legs.iter().filter(|leg| leg.mos.is_some());
        measured.min_by(|one, other| {
            let of = |leg: &CallLeg| leg.mos.unwrap_or(f64::INFINITY);
            of(one).total_cmp(&of(other))
        })
    }

    /// The worst MOS of all that is told.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        self.mos.or_else(|| self.worst()?.mos)
    }

    /// The worst R factor of all that is told.
    #[must_use]
    pub fn rating(&self) -> Option<f64> {
        let legs = self.legs.iter().filter_map(|leg| leg.r_factor);
        self.r_factor.or_else(|| legs.min_by(f64::total_cmp))
    }

    /// The longest delay of a leg, in milliseconds.
    #[must_use]
    pub fn latency_ms(&self) -> Option<u64> {
        self.legs.iter().filter_map(|leg| leg.latency_ms).max()
    }

    /// The share of packets that were of no use on the worst leg, in percent; none where none were counted.
    #[must_use]
    pub fn loss(&self) -> Option<f64> {
        let shares = self.legs.iter().filter_map(CallLeg::loss);
        shares.max_by(f64::total_cmp)
    }

    /// Every codec, each once.
    #[must_use]
    pub fn codecs(&self) -> Vec<&Text> {
        let mut codecs: Vec<&Text> = Vec::new();
        for codec in self.legs.iter().flat_map(|leg| &leg.codecs) {
            if !codecs.contains(&codec) {
                codecs.push(codec);
            }
        }
        codecs
    }

    /// The users who were on it, the last one first: whoever had it in the end.
    pub fn users(&self) -> impl Iterator<Item = &UserId> {
        self.legs.iter().rev().filter_map(|leg| leg.user.as_ref())
    }

    /// The leg to the outside.
    #[must_use]
    pub fn outside(&self) -> Option<&CallLeg> {
        let mut legs = self.legs.iter();
        legs.find(|leg| matches!(leg.purpose.raw(), "customer" | "external"))
    }
}

impl CallLeg {
    fn loss(&self) -> Option<f64> {
        let (received, lost) = (self.received?, self.lost?);
        let all = received.max(lost);
        #[allow(clippy::cast_precision_loss, reason = "a share of packets of a call")]
        (all > 0).then(|| 100.0 * lost as f64 / all as f64)
    }
}

/// Scores of calls that have something in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Those that were measured, worst first.
    measured: Vec<f64>,
    /// When the first poor one began.
    pub poor_since: Option<Millis>,
    /// How many were measured of those that began then or later.
    since: usize,
}

impl Scores {
    /// The scores of these calls.
    #[must_use]
    pub fn of<'a>(calls: impl Iterator<Item = &'a Call>) -> Self {
        let measured = calls.filter_map(|call| Some((call.score()?, call.began)));
        let measured: Vec<(f64, Option<Millis>)> = measured.collect();
        let poor = measured.iter().filter(|(score, _)| *score < POOR);
        let poor_since = poor.filter_map(|(_, began)| *began).min();
        let since = measured.iter().filter(|(_, began)| *began >= poor_since);
        let since = if poor_since.is_some() {
            since.count()
        } else {
            0
        };
        let mut measured: Vec<f64> = measured.iter().map(|(score, _)| *score).collect();
        measured.sort_by(f64::total_cmp);
        Self {
            measured,
            poor_since,
            since,
        }
    }

    /// How many were measured of those that began with the first poor one or later: what was well before says nothing of since.
    #[must_use]
    pub fn since(&self) -> usize {
        self.since
    }

    /// How many were measured.
    #[must_use]
    pub fn measured(&self) -> usize {
        self.measured.len()
    }

    /// How many of them sound poor.
    #[must_use]
    pub fn poor(&self) -> usize {
        self.below(POOR)
    }

    /// How many of them are below a score.
    #[must_use]
    pub fn below(&self, mos: f64) -> usize {
        self.measured.iter().filter(|score| **score < mos).count()
    }

    /// What one in twenty is worse than; the worst where there are fewer.
    #[must_use]
    pub fn p5(&self) -> Option<f64> {
        let place = self.measured.len() / 20;
        self.measured.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(mos: Option<f64>, at: i64) -> Call {
        Call {
            id: "i".into(),
            began: Some(Millis(at)),
            ended: Some(Millis(at + 1)),
            mos,
            r_factor: None,
            legs: vec![
                CallLeg {
                    purpose: "customer".into(),
                    mos: Some(4.0),
                    received: Some(900),
                    lost: Some(9),
                    codecs: vec!["opus".into(), "PCMU".into()],
                    ..CallLeg::default()
                },
                CallLeg {
                    user: Some("u-1".into()),
                    mos: Some(2.5),
                    latency_ms: Some(300),
                    received: Some(0),
                    lost: Some(0),
                    codecs: vec!["opus".into()],
                    ..CallLeg::default()
                },
            ],
        }
    }

    #[test]
    fn a_call_is_as_good_as_its_worst_leg() {
        let one = call(None, 1);
        assert_eq!((one.score(), one.latency_ms()), (Some(2.5), Some(300)));
        assert_eq!(one.loss(), Some(1.0));
        assert_eq!(one.codecs(), [&Text::from("opus"), &Text::from("PCMU")]);
        assert_eq!(
            call(Some(3.1), 1).score(),
            Some(3.1),
            "as the organisation sums it up"
        );
        assert_eq!(one.outside().unwrap().purpose.raw(), "customer");
    }

    #[test]
    fn calls_together_say_how_many_are_poor_and_since_when() {
        let calls: Vec<Call> = (0..40)
            .map(|n| call(Some(if n < 3 { 2.0 } else { 4.2 }), 100 - n))
            .collect();
        let scores = Scores::of(calls.iter());
        assert_eq!((scores.measured(), scores.poor()), (40, 3));
        assert_eq!(scores.since(), 3, "those before it are not counted");
        assert_eq!(
            (scores.p5(), scores.poor_since),
            (Some(2.0), Some(Millis(98)))
        );
        assert_eq!(Scores::of(std::iter::empty()).p5(), None);
    }
}
