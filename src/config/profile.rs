//! A profile: one organisation, who the console is to it, and how hard it may ask.

pub mod alerts;
pub mod carriers;
pub mod deadlines;
mod draft;
pub mod grants;
pub mod handover;
pub mod listen;
pub mod notifications;
mod place;
pub mod probes;
pub mod provisioning;
pub mod proxy;
pub mod queue_hours;
mod resolve;
pub mod routes;
pub mod transfers;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::style::Color;
use url::Url;

use self::carriers::Carriers;
use self::listen::Listen;
use crate::model::UserId;
pub use crate::model::api::Api;
use crate::model::region::Region;

pub(super) use draft::Draft;
pub use probes::{Probes, TurnAccount};
pub(super) use resolve::resolve;

/// Seconds between two polls of one user when the profile does not say (contract §3).
pub const DEFAULT_POLL: Duration = Duration::from_secs(30);
/// Polls may not be closer than this (contract §3).
pub const LEAST_POLL: Duration = Duration::from_secs(10);
/// Requests a minute that a Genesys Cloud token allows, and the default of the budget.
pub const DEFAULT_REQUESTS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(299);

/// How the client credentials travel to the token endpoint (contract §1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// HTTP Basic.
    #[default]
    Basic,
    /// `client_id` and `client_secret` as form fields.
    Form,
}

/// Which registrations are watched, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrations {
    /// Whom to watch; none is everyone the organisation lists.
    pub users: Option<Vec<UserId>>,
    /// The time one round of polls takes; never below [`LEAST_POLL`].
    pub poll: Duration,
    /// Streams to open at most; 0 is polling only, none is one for everyone, as far as the machine bears.
    pub max_streams: Option<u32>,
    /// Whether the last known rows are kept on disk, for the first frame of the next run.
    pub remember: bool,
}

impl Default for Registrations {
    fn default() -> Self {
        Self {
            users: None,
            poll: DEFAULT_POLL,
            max_streams: None,
            remember: true,
        }
    }
}

/// Where a client certificate and its key are, in PEM; both may be in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCert {
    /// The certificate, and what is above it.
    pub cert: PathBuf,
    /// Its key: a file that only its owner may read.
    pub key: PathBuf,
}

/// Everything needed to sign in to one organisation and to watch it. Holds no secret, only where to find it.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name in the file, shown in the header and written in the audit.
    pub name: String,
    /// The dialect.
    pub api: Api,
    /// The region that it names; none when it gives its addresses itself.
    pub region: Option<Region>,
    /// Where the API is; ends in `/`.
    pub base_url: Url,
    /// Where tokens come from when that is another host; ends in `/`. None is [`Self::base_url`].
    pub login_url: Option<Url>,
    /// The vendor's status page, or a mirror of it. None is asked where none is named: many machines have no way out but to the
    /// organisation, and whoever asks a page says that they are there.
    pub status_url: Option<Url>,
    /// The OAuth client of the console itself. None only where a person signs in, who then does everything.
    pub client: Option<grants::ClientGrant>,
    /// Through which client a person signs in; none on the direct API.
    pub person: Option<grants::PersonGrant>,
    /// How the id and the secret of a client travel.
    pub auth: Auth,
    /// The scopes that the sign-in asks for; none asks for all that the client has.
    pub scopes: Option<Vec<String>>,
    /// How long things may take before they are given up.
    pub deadlines: deadlines::Deadlines,
    /// PEM file of a further certificate authority to trust for this organisation.
    pub ca_file: Option<PathBuf>,
    /// The client certificate for servers that demand one, those of carriers for example.
    pub client_cert: Option<ClientCert>,
    /// The proxy on the way to the organisation.
    pub proxy: proxy::ProxySetting,
    /// Whether writes are refused. Production is read-only unless the profile says `read_only = false`.
    pub read_only: bool,
    /// Whether a mistake here reaches real callers: said by the profile, else told by its name.
    pub production: bool,
    /// The colour of its name in the header; none is the theme's own. Ignored by a theme without colour.
    pub colour: Option<Color>,
    /// The zone of the second clock; none is the one of the `ui` table.
    pub time_zone: Option<TimeZone>,
    /// What is watched.
    pub registrations: Registrations,
    /// How many notification channels may be made.
    pub notifications: notifications::Notifications,
    /// Carriers and their SIP proxies.
    pub carriers: Carriers,
    /// Whether callbacks are followed. No key of the file: a command that needs none of them turns it off.
    pub callbacks: bool,
    /// Which schedule group opens which queue, where the API does not tell.
    pub queue_hours: queue_hours::QueueHours,
    /// What is told of, and where to.
    pub alerts: alerts::Alerts,
    /// The listener of the console; none is off.
    pub listen: Option<Listen>,
    /// What is probed, and how.
    pub probes: Probes,
    /// Where endpoints are made.
    pub provisioning: provisioning::Provisioning,
    /// Event routes: how they are watched, and who is told of deployments.
    pub routes: routes::Routes,
    /// Where hand-overs are posted.
    pub handover: handover::HandoverSettings,
    /// What may be asked for in a transfer, and who is told of it.
    pub transfers: transfers::TransferSettings,
    /// The request budget; none is no limit.
    pub requests_per_minute: Option<NonZeroU32>,
}

/// Whether a name claims production: it has the word `prod` or `production`, and not as in `non-prod` or `pre-prod`.
fn names_production(name: &str) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    words.iter().enumerate().any(|(i, word)| {
        let before = i.checked_sub(1).and_then(|i| words.get(i));
        matches!(*word, "prod" | "production")
            && !before.is_some_and(|word| matches!(*word, "non" | "not" | "pre"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_production() {
        for name in ["production", "acme-prod", "PROD_eu", "prod"] {
            assert!(names_production(name), "{name}");
        }
        for name in ["lab", "non-prod", "preprod", "pre-prod", "product", "acme"] {
            assert!(!names_production(name), "{name}");
        }
    }
}
