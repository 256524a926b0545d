//! What further targets of a profile are told of an alert, beside its webhook, and how far that has come.

use serde::{Deserialize, Serialize};

use super::{Alert, Leg, PostDelivery, Severity};
use crate::text::Text;

/// What a target is told of an alert: as it was when the target was first told, so that the end is told of the very same
/// thing, whatever became of it meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// What has happened: `phone lost`.
    pub title: Text,
    /// What it is about, as people call it.
    pub thing: Text,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is, when that is one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Text>,
    /// Why, in a few words; may be empty.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub reason: Text,
}

impl Telling {
    /// What is told of an alert as it is now.
    #[must_use]
    pub fn of(alert: &Alert) -> Self {
        Self {
            title: alert.title().into(),
            thing: alert.thing().into(),
            severity: alert.severity(),
            site: alert.site().cloned(),
            reason: alert.details.reason.clone(),
        }
    }
}

/// One target's part of an alert. That it is there says that the target's filter was passed once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetPosts {
    /// The target's name in the profile.
    pub name: Text,
    /// What it is told.
    pub telling: Telling,
    /// How far the beginning has come.
    pub raise: PostDelivery,
    /// How far the end has come; none while there is none to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve: Option<PostDelivery>,
}

impl TargetPosts {
    /// The delivery of a leg.
    #[must_use]
    pub const fn delivery(&self, leg: Leg) -> Option<&PostDelivery> {
        match leg {
            Leg::Raise => Some(&self.raise),
            Leg::Resolve => self.resolve.as_ref(),
        }
    }

    /// The delivery that matters now: that of the end, once there is one.
    #[must_use]
    pub fn current(&self) -> &PostDelivery {
        match &self.resolve {
            Some(resolve) if !matches!(self.raise, PostDelivery::Undelivered { .. }) => resolve,
            _ => &self.raise,
        }
    }

    /// Whether one of the two has still to arrive.
    #[must_use]
    pub fn unsent(&self) -> bool {
        self.raise.unsent() || self.resolve.as_ref().is_some_and(PostDelivery::unsent)
    }
}

impl Alert {
    /// The part of a target; none is the profile's webhook.
    #[must_use]
    pub fn delivery(&self, target: Option<&Text>, leg: Leg) -> Option<&PostDelivery> {
        match target {
            None => self.post(leg).map(|post| &post.delivery),
            Some(name) => self.target(name)?.delivery(leg),
        }
    }

    /// The same, to change.
    pub fn delivery_mut(&mut self, target: Option<&Text>, leg: Leg) -> Option<&mut PostDelivery> {
        let Some(name) = target else {
            return self.post_mut(leg).map(|post| &mut post.delivery);
        };
        let of_it = self.targets.iter_mut().find(|posts| posts.name == *name)?;
        match leg {
            Leg::Raise => Some(&mut of_it.raise),
            Leg::Resolve => of_it.resolve.as_mut(),
        }
    }

    /// What one target is told.
    #[must_use]
    pub fn target(&self, name: &Text) -> Option<&TargetPosts> {
        self.targets.iter().find(|posts| posts.name == *name)
    }

    /// Everyone who is told: the webhook, which is none, and each target by its name.
    pub fn told_to(&self) -> impl Iterator<Item = Option<&Text>> {
        let targets = self.targets.iter().map(|posts| Some(&posts.name));
        std::iter::once(None).chain(targets)
    }

    /// The first leg that could not be delivered to one of them.
    #[must_use]
    pub fn undelivered_to(&self, target: Option<&Text>) -> Option<Leg> {
        [Leg::Raise, Leg::Resolve].into_iter().find(|leg| {
            let delivery = self.delivery(target, *leg);
            matches!(delivery, Some(PostDelivery::Undelivered { .. }))
        })
    }

    /// How far the telling has come where it is least far.
    #[must_use]
    pub fn slowest(&self) -> Slowest<'_> {
        let webhook = &self.current().delivery;
        let spoken = usize::from(*webhook != PostDelivery::NoWebhook);
        let first = (None, webhook);
        let targets = || self.targets.iter().map(|p| (Some(&p.name), p.current()));
        // The first of equals stays.
        let (target, delivery) = targets().fold(first, |worst, one| {
            if one.1.rank() > worst.1.rank() {
                one
            } else {
                worst
            }
        });
        let same = |other: &PostDelivery| other.rank() == delivery.rank();
        let all = std::iter::once(first).chain(targets());
        Slowest {
            target,
            delivery,
            as_far: all.filter(|(_, other)| same(other)).count(),
            told: spoken + self.targets.len(),
        }
    }
}

/// With whom the telling of an alert is least far.
#[derive(Clone, Copy, Debug)]
pub struct Slowest<'a> {
    /// The first of those; none is the webhook.
    pub target: Option<&'a Text>,
    /// How far it is there.
    pub delivery: &'a PostDelivery,
    /// With how many it is no further, this one counted.
    pub as_far: usize,
    /// How many are told at all.
    pub told: usize,
}
