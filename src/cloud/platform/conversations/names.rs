//! The names of agents: rows of the query and some conversations tell their ids alone, and an id says nothing to anybody.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cloud::Urgency;
use crate::cloud::platform::Platform;
use crate::cloud::platform::phones::USERS;
use crate::model::UserId;
use crate::model::interaction::{Interaction, Participant};
use crate::text::Text;

/// Look-ups of one reading, a hundred names each: whoever is left is asked for with the next.
const LOOKUPS: usize = 3;

/// Names kept; past it everything is asked for again.
const KEPT: usize = 20_000;

/// The names that were asked for so far.
#[derive(Debug, Default)]
pub(in crate::cloud) struct AgentNames(Mutex<HashMap<UserId, Text>>);

impl AgentNames {
    fn held(&self) -> MutexGuard<'_, HashMap<UserId, Text>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platform<'_> {
    /// Puts names where the organisation told ids alone. Returns how many requests that took; what cannot be asked stays as it is.
    pub(super) async fn name_agents(self, of: &mut [Interaction], urgency: Urgency) -> u32 {
        self.fill(of);
        let unknown: BTreeSet<UserId> = nameless(of).map(|one| UserId(one.user.clone())).collect();
        let unknown: Vec<UserId> = unknown.into_iter().collect();
        let mut requests = 0;
        for users in unknown.chunks(USERS).take(LOOKUPS) {
            requests += 1;
            match self.names(users, urgency).await {
                Ok(named) => {
                    let mut known = self.0.agents.held();
                    if known.len() + named.len() > KEPT {
                        known.clear();
                    }
                    let named = named.into_iter().filter(|user| !user.name.is_empty());
                    known.extend(named.map(|user| (user.id, user.name)));
                }
                Err(error) => {
                    tracing::debug!(%error, "the names of agents could not be read");
                    break;
                }
            }
        }
        if requests > 0 {
            self.fill(of);
        }
        requests
    }

    /// Puts the names that are known already.
    pub(super) fn fill(self, of: &mut [Interaction]) {
        let known = self.0.agents.held();
        for one in nameless(of) {
            if let Some(name) = known.get(&UserId(one.user.clone())) {
                one.name.clone_from(name);
            }
        }
    }
}

/// Participants who are users without a name.
fn nameless(of: &mut [Interaction]) -> impl Iterator<Item = &mut Participant> {
    let all = of.iter_mut().flat_map(|one| &mut one.participants);
    all.filter(|one| one.name.is_empty() && !one.user.is_empty())
}
