//! Callbacks on the Platform API: conversations on a queue whose caller waits to be called.
//!
//! | call | what for |
//! |---|---|
//! | `POST /analytics/conversations/details/query` | those that have not ended, and those that just did: there is no list |
//! | `GET /conversations/callbacks/{id}` | one of them, with what the query does not tell |
//! | `GET /routing/queues`, `…/{id}` | the queues that they wait on |
//! | `v2.routing.queues.{id}.conversations.callbacks` | everything that happens to those of a queue |

mod assemble;
mod conversation;
mod details;
mod query;
mod queues;

use jiff::Timestamp;

use self::query::{Which, query};
use super::Platform;
use super::analytics::PAGE;
use crate::cause::misread;
use crate::cloud::callbacks::CallbackListing;
use crate::cloud::entities::Faults;
use crate::cloud::{Error, Fault, Urgency};
use crate::model::callback::{BOOKED_AS, Callback, REASON};
use crate::model::{CallbackId, QueueId};
use crate::text::Text;
use crate::time::Millis;

/// Reading one callback asks for no permission of its own, but for being somebody who may see it.
const FREELY: &[&str] = &[];

/// Pages of one reading: as many callbacks as the table keeps.
const PAGES: usize = 100;

/// Participants looked at of one conversation; one that was offered to many agents has dozens.
const PARTIES: usize = 256;

impl Platform<'_> {
    /// Reads the callbacks that have not ended, and those that ended within the last two hours.
    pub(in crate::cloud) async fn callbacks(
        self,
        urgency: Urgency,
    ) -> Result<CallbackListing, Error> {
        let now = Timestamp::now();
        let mut listing = CallbackListing::default();
        for page in 1..=PAGES {
            let more = self
                .page(Which::Open, now, page, urgency, &mut listing)
                .await?;
            if more == 0 {
                break;
            }
            if page == PAGES {
                let told = format!("{more} more callbacks are left out: {PAGES} pages are read");
                listing.faults.push(Fault(Text::from(told)));
            }
        }
        // One page: what ended before is history, and not what a shift looks back on.
        self.page(Which::Over, now, 1, urgency, &mut listing)
            .await?;
        Ok(listing)
    }

    /// Reads one page into the listing, and says how many are left after it.
    async fn page(
        self,
        which: Which,
        now: Timestamp,
        page: usize,
        urgency: Urgency,
        listing: &mut CallbackListing,
    ) -> Result<usize, Error> {
        let call = self.details(&query(which, now, page))?;
        let body = self.ask(&call, urgency).await?;
        let mut faults = Faults::new(&call);
        let read = details::page(&body, &mut faults);
        let read = read.map_err(|reason| Error::answer(&call, reason))?;
        listing.callbacks.extend(read.callbacks);
        listing.faults.extend(faults.told());
        // Without a total a full page has another behind it.
        let full = usize::from(read.entries >= PAGE && read.total == 0);
        let left = read.total.saturating_sub(page.saturating_mul(PAGE));
        Ok(if read.entries == 0 { 0 } else { left.max(full) })
    }

    /// Reads one callback.
    pub(in crate::cloud) async fn callback(
        self,
        id: &CallbackId,
        urgency: Urgency,
    ) -> Result<Callback, Error> {
        let path = ["conversations", "callbacks", id.raw()];
        let call = self.call("GET", &path, &[], FREELY)?;
        let body = self.ask(&call, urgency).await?;
        let same = conversation::callback(&body).and_then(|read| {
            if read.id == *id {
                return Ok(read);
            }
            let other = read.id.0.fit(80).into_owned();
            Err(format!("id is {other}, another callback's"))
        });
        same.map_err(|reason| Error::answer(&call, reason))
    }
}

/// The topic that tells what happens to the callbacks of a queue.
#[must_use]
pub fn topic(queue: &QueueId) -> String {
    format!("v2.routing.queues.{}.conversations.callbacks", queue.raw())
}

/// Reads an event of that topic: the callback as it is now.
pub fn event(body: &[u8]) -> Result<Callback, String> {
    conversation::callback(body)
}

/// Reads the answer to a booking: the id of the conversation that it became.
pub fn booked(body: &[u8]) -> Result<CallbackId, String> {
    #[derive(serde::Deserialize)]
    struct Answer {
        conversation: Reference,
    }
    #[derive(serde::Deserialize)]
    struct Reference {
        id: String,
    }
    let read: Answer = serde_json::from_slice(body).map_err(|error| misread(&error))?;
    crate::cloud::entities::id(read.conversation.id, "conversation.id").map(CallbackId)
}

/// A moment of the wire; none where there is none that can be read.
fn moment(text: Option<&str>) -> Option<Millis> {
    let at: Timestamp = text?.parse().ok()?;
    Some(Millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_is_answered_with_its_conversation() {
        let body = br#"{"conversation":{"id":"c-1","selfUri":"/x"},"callbackIdentifiers":[{"type":"ACD","id":"cb-1"}]}"#;
        assert_eq!(booked(body), Ok(CallbackId::from("c-1")));
        for broken in [
            "{}",
            r#"{"conversation":{}}"#,
            r#"{"conversation":{"id":""}}"#,
        ] {
            assert!(booked(broken.as_bytes()).is_err(), "{broken}");
        }
        assert_eq!(
            topic(&"q-1".into()),
            "v2.routing.queues.q-1.conversations.callbacks"
        );
    }
}
