//! How many phones there are, of each person and in all: neither grows without end, and what is left out is said.

use hashbrown::HashMap;

use crate::cloud::Fault;
use crate::model::UserId;
use crate::model::registration::MOST_DEVICES;
use crate::text::grouped;

/// Phones watched at most; of an organisation that lists more this is said, and it is never followed without end.
pub(in crate::feed::platform::phones) const MOST_PHONES: usize = 100_000;

/// How many phones each person has.
#[derive(Debug, Default)]
pub(super) struct Held(HashMap<UserId, usize>);

impl Held {
    /// Why a phone of that owner is not taken in; none when it is. `before` is whose it is so far, `all` how many there are.
    pub(super) fn refuses(
        &self,
        owner: &UserId,
        before: Option<&UserId>,
        all: usize,
    ) -> Option<Fault> {
        let held = self.0.get(owner).copied().unwrap_or_default();
        let (of, most) = if before != Some(owner) && held >= MOST_DEVICES {
            (format!(" of the user {owner}"), grouped(MOST_DEVICES))
        } else if before.is_none() && all >= MOST_PHONES {
            (String::new(), grouped(MOST_PHONES))
        } else {
            return None;
        };
        let told =
            format!("Phones{of}: there are more than {most}; only {most} of them are shown.");
        Some(Fault(told.into()))
    }

    /// A person has a phone more.
    pub(super) fn more(&mut self, user: &UserId) {
        *self.0.entry(user.clone()).or_default() += 1;
    }

    /// A person has a phone less.
    pub(super) fn less(&mut self, user: &UserId) {
        if let Some(held) = self.0.get_mut(user) {
            *held -= 1;
            if *held == 0 {
                self.0.remove(user);
            }
        }
    }
}
