//! Carries out what alerts order: opens the ledger, starts the courier, hands it what there is to do.

mod targets;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

pub use self::targets::receiver;
use super::read_ca;
use crate::alert::courier::{self, Receivers};
use crate::alert::ledger::AlertLedger;
use crate::alert::webhook::{Patience, Webhook};
use crate::alert::{AlertNews, Orders};
use crate::app::event::Done;
use crate::cloud::{self, way};
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow;
use crate::text::Text;

/// The way to the courier, once it runs.
#[derive(Clone)]
pub(super) struct Post {
    state_dir: PathBuf,
    orders: Arc<Mutex<Option<mpsc::UnboundedSender<Orders>>>>,
}

impl Post {
    pub fn new(state_dir: PathBuf) -> Self {
        Self {
            state_dir,
            orders: Arc::default(),
        }
    }

    /// Hands on what there is to do.
    pub fn hand(&self, orders: Orders) {
        let courier = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(courier) = courier.as_ref() {
            let _ = courier.send(orders);
        }
    }

    /// Reads the ledger of the profile and starts the courier.
    pub fn open(
        &self,
        profile: Arc<Profile>,
        environment: &Environment,
        done: mpsc::UnboundedSender<Done>,
    ) {
        let operator = Text::from(flow::operator(environment));
        let environment = environment.clone();
        let (to_courier, orders) = mpsc::unbounded_channel();
        *self.orders.lock().unwrap_or_else(PoisonError::into_inner) = Some(to_courier);
        let state_dir = self.state_dir.clone();
        tokio::spawn(async move {
            let name = profile.name.clone();
            let opened = spawn_blocking(move || AlertLedger::open(&state_dir, &name)).await;
            let (mut ledger, mut records, mut ours, mut warnings) =
                (None, Vec::new(), true, Vec::new());
            match opened {
                Ok(Ok(Some((open, held)))) => {
                    if held.unreadable > 0 {
                        warnings.push(format!(
                            "{} lines of the alert ledger could not be read and are left out",
                            held.unreadable
                        ));
                    }
                    (ledger, records) = (Some(open), held.records);
                }
                Ok(Ok(None)) => {
                    ours = false;
                    warnings.push("another console of this profile delivers its alerts; here they are only shown".to_owned());
                }
                Ok(Err(error)) => warnings.push(error.to_string()),
                Err(error) => warnings.push(format!("opening the alert ledger: {error}")),
            }
            let mut receivers = Receivers {
                webhook: webhook(&profile, &environment).await,
                targets: Vec::new(),
                remind: courier::REMIND,
            };
            for target in &profile.alerts.targets {
                let to = receiver(&profile, target, &environment).await;
                let name = Text::from(target.name.as_str());
                receivers.targets.push((name, to));
            }
            let tell = move |news| {
                let _ = done.send(Done::Alerts(Box::new(news)));
            };
            tell(AlertNews::Opened {
                records,
                ours,
                operator,
                warnings,
            });
            courier::run(ledger, receivers, orders, tell).await;
        });
    }
}

/// The webhook of the profile; the error is why nothing can be posted to it.
async fn webhook(profile: &Profile, environment: &Environment) -> Result<Webhook, Text> {
    let Some(address) = profile.alerts.webhook.clone() else {
        return Err(Text::from("the profile has no webhook."));
    };
    let http = http(profile, environment).await?;
    Ok(Webhook::new(http, address.0, patience(profile)))
}

fn patience(profile: &Profile) -> Patience {
    let usual = Patience::default();
    Patience {
        answer: profile.deadlines.webhook.unwrap_or(usual.answer),
        ..usual
    }
}

/// What posts by the profile's way, and trusts whom it trusts.
async fn http(profile: &Profile, environment: &Environment) -> Result<reqwest::Client, Text> {
    let ca_pem = match &profile.ca_file {
        Some(path) => Some(read_ca(path).await?),
        None => None,
    };
    let way = way::Way::new(super::proxy(profile, environment).await?);
    let http = spawn_blocking(move || cloud::http_client(ca_pem.as_deref(), &way)).await;
    match http {
        Ok(Ok(http)) => Ok(http),
        Ok(Err(error)) => Err(Text::from(error.to_string())),
        Err(error) => Err(Text::from(format!(
            "The HTTP client could not be set up: {error}."
        ))),
    }
}
