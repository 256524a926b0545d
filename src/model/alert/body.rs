//! The JSON that a webhook receives, to the letter of the contract (§5).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AlertKind, Details, Subject};
use crate::text::Text;
use crate::time::Millis;

/// The eight fields of the contract, and `resolved` on the second POST.
///
/// Every POST has all eight. What an alert is not about is `null` or `unknown` rather than a guess. `userId` and
/// `deviceId` name what it is about: a device by its two ids, a carrier as `carrier:ID` and its name, a SIP proxy as
/// `tls:HOST:PORT` and the carrier's name, an edge as `edge:ID` and its name, a storm as `site:NAME` (or `site:*`) and `312 devices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    /// When the condition began, or ended.
    pub timestamp: Timestamp,
    /// Who or what.
    pub user_id: String,
    /// Which device of theirs.
    pub device_id: String,
    /// Whether the device is registered; null when this is not about devices.
    pub registered: Option<bool>,
    /// The device's codec, or `unknown`.
    pub codec: String,
    /// The contract's `alertType`, or the name of a rule.
    pub alert_type: String,
    /// The carrier's health; on other alerts the worst of all carriers. `unknown` when none has been read.
    pub carrier_health: String,
    /// Whether the proxy's certificate is fully valid; on other alerts whether all are. Null when none was probed.
    pub tls_valid: Option<bool>,
    /// Whether this tells of the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resolved: bool,
}

/// What surrounds an alert: how carriers and certificates are at that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// As [`Body::carrier_health`].
    pub carrier_health: String,
    /// As [`Body::tls_valid`].
    pub tls_valid: Option<bool>,
}

impl Body {
    /// What is sent of this subject at this moment.
    #[must_use]
    pub fn new(
        kind: &AlertKind,
        subject: &Subject,
        details: &Details,
        around: Surroundings,
        at: Millis,
    ) -> Self {
        let (user_id, device_id) = names(subject, details);
        Self {
            timestamp: at.timestamp(),
            user_id,
            device_id,
            registered: details.registered,
            codec: details
                .codec
                .as_ref()
                .map_or_else(|| "unknown".to_owned(), |codec| codec.raw().to_owned()),
            alert_type: kind.wire().to_owned(),
            carrier_health: around.carrier_health,
            tls_valid: around.tls_valid,
            resolved: false,
        }
    }
}

fn names(subject: &Subject, details: &Details) -> (String, String) {
    let name = || details.name.raw().to_owned();
    match subject {
        Subject::Device { user, device } => (user.raw().to_owned(), device.raw().to_owned()),
        Subject::Carrier(id) => (format!("carrier:{}", id.raw()), name()),
        Subject::Endpoint(host) => (format!("tls:{}", host.raw()), name()),
        Subject::Edge(id) => (format!("edge:{}", id.raw()), name()),
        Subject::Calls { by, name } => (format!("calls:{}", by.raw()), name.raw().to_owned()),
        Subject::Storm { site, devices } => {
            let site = site.as_ref().map_or("*", Text::raw);
            (format!("site:{site}"), format!("{devices} devices"))
        }
    }
}
