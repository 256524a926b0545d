//! What transfers ask of the organisation: interactions, and the socket that moves them (contract §8).

use super::upgrade::Load;
use super::{Call, Client, Error, Fault, Needs, Socket, Urgency, direct, get, to_websocket};
use crate::model::InteractionId;
use crate::model::interaction::Interaction;

/// The interactions that the organisation lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InteractionListing {
    /// Those that could be read.
    pub interactions: Vec<Interaction>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
    /// Interactions that the organisation has and that were not read: they would take too many requests.
    pub left_out: usize,
    /// Requests beyond the first that it took: whoever reads it again and again waits that much longer.
    pub more_requests: u32,
}

impl Client {
    /// Reads the interactions that can be moved. The contract leaves the list open: an organisation without it answers 404
    /// or 405, and [`Error::status`] tells.
    ///
    /// On the Platform API these are the conversations of the last day that have not ended.
    pub async fn interactions(&self, urgency: Urgency) -> Result<InteractionListing, Error> {
        if let Ok(platform) = self.platform() {
            return platform.live_conversations(urgency).await;
        }
        let call = reading(self.url(&["api", "v2", "interactions"])?);
        let body = self.0.read(&call, urgency).await?;
        direct::interactions(&body, &call).map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads one interaction: the check before a transfer, and the way to learn what became of one without an answer.
    pub async fn interaction(&self, id: &InteractionId) -> Result<Interaction, Error> {
        if let Ok(platform) = self.platform() {
            return platform.conversation(id).await;
        }
        let call = reading(self.url(&["api", "v2", "interactions", id.raw()])?);
        // A person waits for it, and a write for them.
        let body = self.0.read(&call, Urgency::Write).await?;
        let read = direct::interaction(&body).and_then(|read| {
            if read.id == *id {
                return Ok(read);
            }
            Err(format!(
                "id is {}, another interaction's",
                read.id.0.fit(80)
            ))
        });
        read.map_err(|reason| Error::answer(&call, reason))
    }

    /// Opens the socket that transfers go through. It is tried once: when to come back is the session's to decide.
    pub async fn open_transfers(&self) -> Result<Socket, Error> {
        let mut url = self.url(&["api", "v2", "websocket"])?;
        to_websocket(&mut url);
        let call = Call::new("WebSocket", url, Needs::Transferring);
        self.0.open(&call, None, Load::Heavy).await
    }
}

fn reading(url: reqwest::Url) -> Call {
    Call {
        needs: Needs::Interactions,
        ..get(url)
    }
}
