//! What the flows of a profile share.

use std::path::Path;
use std::sync::Arc;

use super::callback::waiting::WaitingBookings;
use super::route;
use super::transfer::{Flights, Patience};
use crate::audit::Audit;
use crate::cloud::Client;
use crate::cloud::breaker::Breakers;
use crate::cloud::direct::transfer::{Session, Timing};
use crate::config::Profile;
use crate::deployments::Deployments;
use crate::environment::Environment;
use crate::probe::Prober;
use crate::text::Text;
use crate::time::Clock;

/// Names whoever is at the console for the audit, where the machine's user name does not: a shared account on a jump host.
pub const OPERATOR: &str = "TRUNKLINE_OPERATOR";

/// What every flow of a profile works with.
#[derive(Clone, Debug)]
pub struct Kit {
    /// The organisation.
    pub client: Client,
    /// The profile: its limits, its webhooks, whether it may write at all.
    pub profile: Arc<Profile>,
    /// The audit, or why there is none: then nothing is written.
    pub audit: Result<Audit, Text>,
    /// What is left alone for now.
    pub breakers: Breakers,
    /// Probes before a write, or why there are none.
    pub prober: Result<Prober, Text>,
    /// The socket that transfers go through; opened when the first one does.
    pub transfers: Session,
    /// The interactions that are being transferred.
    pub flights: Flights,
    /// How a transfer that was taken is watched, where there is no socket that answers.
    pub patience: Patience,
    /// Who is at the console.
    pub operator: String,
    /// The bookings that wait.
    pub waiting: WaitingBookings,
    /// What pipelines of routes share.
    pub routes: route::Shared,
    /// Where the time comes from.
    pub clock: Arc<Clock>,
    /// Why nothing may be sent that is begun now: the console shows the past; none lets it.
    pub gate: Option<Text>,
}

impl Kit {
    /// Opens the audit and puts everything together. An audit that cannot be opened stops no reading, only writes.
    pub async fn open(
        client: Client,
        profile: Arc<Profile>,
        prober: Result<Prober, String>,
        environment: &Environment,
        state_dir: &Path,
    ) -> Self {
        let waiting = WaitingBookings::new(state_dir, &profile.name);
        let deployments = Deployments::new(state_dir, &profile.name);
        let (folder, name) = (state_dir.to_owned(), profile.name.clone());
        let opened = tokio::task::spawn_blocking(move || Audit::open(&folder, &name)).await;
        let audit = match opened {
            Ok(opened) => opened.map_err(|error| error.to_string()),
            Err(error) => Err(format!("Opening the audit was interrupted: {error}.")),
        };
        Self {
            gate: None,
            transfers: Session::new(client.clone(), timing(&profile)),
            flights: Flights::default(),
            waiting,
            patience: Patience::default(),
            client,
            profile,
            audit: audit.map_err(Text::from),
            breakers: Breakers::default(),
            prober: prober.map_err(Text::from),
            operator: operator(environment),
            routes: route::Shared::new(deployments),
            clock: Arc::new(Clock::Real),
        }
    }
}

/// How patient the transfer socket is, by the profile.
fn timing(profile: &Profile) -> Timing {
    Timing {
        pong: profile.deadlines.ping,
        answer: profile.deadlines.transfer,
        ..Timing::default()
    }
}

/// Who is at the console: as they say, else as the machine calls them. One name in the audit, the alerts, the transfers and
/// what other machines are told.
#[must_use]
pub fn operator(environment: &Environment) -> String {
    let named = [OPERATOR, "SUDO_USER", "LOGNAME", "USER"]
        .into_iter()
        .filter_map(|name| environment.get(name)?.to_str())
        .map(str::trim)
        .find(|name| !name.is_empty());
    match named {
        Some(name) => name.to_owned(),
        None => format!("uid {}", rustix::process::getuid().as_raw()),
    }
}
