//! Callbacks, their queues and their stream, as the console asks for them (contract §10).

use reqwest::Url;

use super::routes::absent;
use super::upgrade::Load;
use super::{Call, Client, Error, Fault, Needs, Socket, Urgency, direct, get};
use crate::model::callback::Callback;
use crate::model::queue::Queue;
use crate::model::{CallbackId, QueueId};

/// All reservations that the organisation lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallbackListing {
    /// Those that could be read.
    pub callbacks: Vec<Callback>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
}

/// All queues that the organisation lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueListing {
    /// Those that could be read.
    pub queues: Vec<Queue>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
}

impl Client {
    /// Reads all reservations.
    pub async fn callbacks(&self, urgency: Urgency) -> Result<CallbackListing, Error> {
        if let Ok(platform) = self.platform() {
            return platform.callbacks(urgency).await;
        }
        let call = reading(self.url(&["api", "v2", "callbacks"])?);
        let body = self.0.read(&call, urgency).await?;
        direct::callbacks(&body, &call).map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads all queues; none of an organisation that has no list of them (contract §10).
    pub async fn queues(&self, urgency: Urgency) -> Result<QueueListing, Error> {
        if let Ok(platform) = self.platform() {
            return platform.queues(urgency).await;
        }
        let call = reading(self.url(&["api", "v2", "queues"])?);
        // An organisation may have no list of them: one that is named by its id is read alone.
        let Some(body) = absent(self.0.read(&call, urgency).await, &[404, 405])? else {
            return Ok(QueueListing::default());
        };
        direct::queues(&body, &call).map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads one queue: what a booking does last before it is sent, because its room is what others leave.
    pub async fn queue(&self, id: &QueueId, urgency: Urgency) -> Result<Queue, Error> {
        if let Ok(platform) = self.platform() {
            return platform.queue(id, urgency).await;
        }
        let call = reading(self.url(&["api", "v2", "queues", id.raw()])?);
        let body = self.0.read(&call, urgency).await?;
        direct::queue(&body).map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads one callback with what a list leaves out; none where the API has no such call, because its list leaves nothing out.
    pub async fn callback(
        &self,
        id: &CallbackId,
        urgency: Urgency,
    ) -> Result<Option<Callback>, Error> {
        match self.platform() {
            Ok(platform) => platform.callback(id, urgency).await.map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Opens the stream of all reservations. It is tried once: when to come back is the feed's to decide.
    pub async fn open_callbacks(&self) -> Result<Socket, Error> {
        let mut url = self.url(&["api", "v2", "callbacks", "websocket"])?;
        let scheme = if url.scheme() == "http" { "ws" } else { "wss" };
        // All four are special schemes, between which a change is never refused.
        let _ = url.set_scheme(scheme);
        let call = Call {
            verb: "WebSocket",
            ..reading(url)
        };
        self.0.open(&call, None, Load::Heavy).await
    }
}

fn reading(url: Url) -> Call {
    Call {
        needs: Needs::Callbacks,
        ..get(url)
    }
}
