//! Reads of asynchronous jobs and of the edges that endpoints are made on (contract §7).

use super::direct::{self, Listed};
use super::{Call, Client, Error, Needs, Urgency, get};
use crate::model::JobId;
use crate::model::job::Word;
use crate::model::provision::OfferedEdge;

impl Client {
    /// Reads one job. It is tried once: when to come back is the follower's to decide (contract §2).
    pub async fn job(&self, id: &JobId) -> Result<Word, Error> {
        let path = ["api", "v2", "async-jobs", id.raw()];
        let call = Call {
            needs: Needs::Jobs,
            ..get(self.url(&path)?)
        };
        let body = self.0.read_once(&call, Urgency::Reread, 1).await?.answer;
        direct::job(&body).map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads the newest jobs. Beyond the contract: an organisation may answer 404 or 405.
    pub async fn jobs(&self, urgency: Urgency) -> Result<Vec<Listed>, Error> {
        let call = Call {
            needs: Needs::Jobs,
            ..get(self.url(&["api", "v2", "async-jobs"])?)
        };
        let body = self.0.read(&call, urgency).await?;
        direct::jobs(&body).map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads the edges that endpoints are made on. Beyond the contract: an organisation may answer 404 or 405.
    pub async fn edges(&self, urgency: Urgency) -> Result<Vec<OfferedEdge>, Error> {
        let call = Call {
            needs: Needs::Edges,
            ..get(self.url(&["api", "v2", "telephony", "providers", "edges"])?)
        };
        let body = self.0.read(&call, urgency).await?;
        direct::edges(&body, &call).map_err(|reason| Error::answer(&call, reason))
    }
}
