//! Conversations on the Platform API: what is live in the whole organisation, and one in full.
//!
//! | call | what for |
//! |---|---|
//! | `POST /analytics/conversations/details/query` | everything of the last day that has not ended; the calls of `/conversations` themselves list only one's own |
//! | `v2.routing.queues.{id}.conversations.calls` | every change of a call of a queue |
//! | `GET /conversations/{id}` | one in full: the check before a transfer, and what became of it |

mod assemble;
mod details;
mod names;
mod refusal;
mod topic;
mod whole;

use jiff::{SignedDuration, Timestamp};

use super::Platform;
use super::analytics::{Ended, PAGE, Query, interval};
use crate::cloud::entities::Faults;
use crate::cloud::transfers::InteractionListing;
use crate::cloud::{Error, Urgency};
use crate::model::interaction::Interaction;
use crate::model::{InteractionId, QueueId};

pub(in crate::cloud) use self::names::AgentNames;
pub(crate) use self::refusal::cause;
pub(crate) use self::topic::call as call_topic;

/// What reading conversations takes (Platform API).
const VIEW: &[&str] = &["conversation:communication:view"];

/// Pages of one reading: whoever has more live conversations is told how many are left out.
const PAGES: usize = 10;

/// A call that lasts longer is not found by the query; the API's own advice is a day.
const REACH: SignedDuration = SignedDuration::from_hours(24);

impl Platform<'_> {
    /// Reads the conversations that have not ended.
    pub(in crate::cloud) async fn live_conversations(
        self,
        urgency: Urgency,
    ) -> Result<InteractionListing, Error> {
        let interval = interval(REACH, Timestamp::now());
        let mut listing = InteractionListing::default();
        for number in 1..=PAGES {
            listing.more_requests = u32::try_from(number - 1).unwrap_or(u32::MAX);
            let call = self.details(&Query::of(interval.clone(), Ended::No, number))?;
            let answer = self.ask(&call, urgency).await?;
            let mut faults = Faults::new(&call);
            let page = details::page(&answer, &mut faults);
            let page = page.map_err(|reason| Error::answer(&call, reason))?;
            listing.interactions.extend(page.interactions);
            listing.faults.extend(faults.told());
            let read = number.saturating_mul(PAGE);
            listing.left_out = page.total.saturating_sub(read);
            // Without a total an unfilled page is the last one.
            if listing.left_out == 0 && (page.total > 0 || page.entries < PAGE) {
                break;
            }
        }
        let asked = self.name_agents(&mut listing.interactions, urgency).await;
        listing.more_requests = listing.more_requests.saturating_add(asked);
        Ok(listing)
    }

    /// Reads one conversation, with everybody who is or was in it.
    pub(in crate::cloud) async fn conversation(
        self,
        id: &InteractionId,
    ) -> Result<Interaction, Error> {
        let call = self.call("GET", &["conversations", id.raw()], &[], VIEW)?;
        // A person waits for it, and a write for them.
        let body = self.ask(&call, Urgency::Write).await?;
        let read = whole::conversation(&body);
        let same = read.and_then(|read| {
            if read.id == *id {
                let mut read = read;
                self.fill(std::slice::from_mut(&mut read));
                return Ok(read);
            }
            let other = read.id.0.fit(80).into_owned();
            Err(format!("id is {other}, another conversation's"))
        });
        same.map_err(|reason| Error::answer(&call, reason))
    }
}

/// The topic of everything that happens to the calls of a queue.
pub(crate) fn queue_topic(queue: &QueueId) -> String {
    format!("v2.routing.queues.{}.conversations.calls", queue.raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_the_last_day_and_a_little_more() {
        let now = "2026-06-15T14:03:22Z".parse().unwrap();
        assert_eq!(
            interval(REACH, now),
            "2026-06-14T14:03:22.000Z/2026-06-15T14:08:22.000Z"
        );
    }
}
