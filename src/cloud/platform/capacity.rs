//! How full all trunks together are: `GET /telephony/calls/metrics`, for the cloud and for the premises.

use serde::Deserialize;

use super::Platform;
use crate::cloud::entities::one;
use crate::cloud::{Error, Urgency};
use crate::model::capacity::{CallCapacity, PLACES};

const VIEW: &[&str] = &["telephony:callMetrics:view"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    concurrent_call_count: Option<u64>,
    concurrent_call_session_count: Option<u64>,
    max_call_capacity: Option<u64>,
    max_call_session_capacity: Option<u64>,
}

impl Platform<'_> {
    /// Reads both: two requests.
    pub async fn capacity(
        self,
        urgency: Urgency,
    ) -> Result<Vec<(&'static str, CallCapacity)>, Error> {
        let mut told = Vec::new();
        for place in PLACES {
            let path = ["telephony", "calls", "metrics"];
            let call = self.call("GET", &path, &[("metricType", place)], VIEW)?;
            let body = self.ask(&call, urgency).await?;
            let read: Metrics = one(&body).map_err(|reason| Error::answer(&call, reason))?;
            let is = CallCapacity {
                calls: read.concurrent_call_count,
                most_calls: read.max_call_capacity,
                sessions: read.concurrent_call_session_count,
                most_sessions: read.max_call_session_capacity,
            };
            told.push((place, is));
        }
        Ok(told)
    }
}
