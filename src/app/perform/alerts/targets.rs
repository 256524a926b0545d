//! A target of the profile, ready to be sent to: its secrets read, its way set up.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use rustls::ClientConfig;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::task::spawn_blocking;

use super::{http, patience};
use crate::alert::target::command::Program;
use crate::alert::target::syslog::{Carriage, Collector};
use crate::alert::target::{How, Receiver, Shape, alertmanager};
use crate::alert::webhook::Webhook;
use crate::app::perform::authorities;
use crate::cloud;
use crate::config::Profile;
use crate::config::profile::alerts::{
    HttpTarget, SyslogCarriage, TargetPlace, TargetSettings, TargetWay, WebhookAddress,
};
use crate::config::secret::SecretSource;
use crate::environment::Environment;
use crate::text::Text;

/// A target of the profile.
///
/// # Errors
/// Why it cannot be told anything, and what to do; nothing of a secret is in it.
pub async fn receiver(
    profile: &Profile,
    target: &TargetSettings,
    environment: &Environment,
) -> Result<Receiver, Text> {
    let how = match &target.to {
        TargetWay::Http {
            kind,
            at,
            user,
            key,
        } => {
            let key = match key {
                Some(place) => Some(secret("key", place, environment).await?),
                None => None,
            };
            let at = address(at, *kind, environment).await?;
            let webhook = Webhook::new(http(profile, environment).await?, at, patience(profile));
            by_http(*kind, webhook, user.as_deref(), key)?
        }
        TargetWay::Syslog {
            carriage,
            host,
            port,
            facility,
        } => How::Syslog(Collector {
            carriage: match carriage {
                SyslogCarriage::Udp => Carriage::Udp,
                SyslogCarriage::Tcp => Carriage::Tcp,
                SyslogCarriage::Tls => Carriage::Tls(verified(profile).await?),
            },
            host: host.clone(),
            port: *port,
            facility: *facility,
            machine: rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
            patience: patience(profile),
        }),
        TargetWay::Command { argv, timeout } => How::Command(Program::new(argv.clone(), *timeout)),
    };
    Ok(Receiver::new(&profile.name, how, patience(profile)))
}

fn by_http(
    kind: HttpTarget,
    webhook: Webhook,
    user: Option<&str>,
    key: Option<SecretString>,
) -> Result<How, Text> {
    let shape = match (kind, key) {
        (HttpTarget::PagerDuty, Some(key)) => return Ok(How::Http(webhook, Shape::PagerDuty(key))),
        (HttpTarget::PagerDuty, None) => return Err(Text::from("it has no key.")),
        (HttpTarget::Slack, _) => return Ok(How::Http(webhook, Shape::Slack)),
        (HttpTarget::Teams, _) => return Ok(How::Http(webhook, Shape::Teams)),
        (HttpTarget::Webhook, key) => (Shape::Contract, key),
        (HttpTarget::Alertmanager, key) => (Shape::Alertmanager, key),
    };
    let (shape, Some(key)) = shape else {
        return Ok(How::Http(webhook, shape.0));
    };
    let header = match user {
        Some(user) => {
            let login = STANDARD.encode(format!("{user}:{}", key.expose_secret()));
            format!("Basic {login}")
        }
        None => format!("Bearer {}", key.expose_secret()),
    };
    let header = HeaderValue::from_str(&header)
        .map_err(|_| Text::from("its key has characters that no header can carry."))?;
    Ok(How::Http(webhook.authorized(header), shape))
}

async fn address(
    at: &TargetPlace,
    kind: HttpTarget,
    environment: &Environment,
) -> Result<reqwest::Url, Text> {
    let WebhookAddress(mut url) = match at {
        TargetPlace::Written(at) => at.clone(),
        TargetPlace::Secret(place) => {
            let text = secret("address", place, environment).await?;
            let read = TargetPlace::address(text.expose_secret().trim());
            read.map_err(|why| Text::from(format!("its address in {place}: {why}.")))?
        }
    };
    if kind == HttpTarget::Alertmanager {
        let path = url.path().trim_end_matches('/');
        url.set_path(&format!("{path}/{}", alertmanager::PATH));
    }
    Ok(url)
}

async fn secret(
    what: &str,
    place: &SecretSource,
    environment: &Environment,
) -> Result<SecretString, Text> {
    let read = place.read(environment).await;
    // It is read once: what is mended counts from the next start on.
    read.map_err(|error| Text::from(format!("its {what}: {error} Then start trunkline again.")))
}

/// What verifies a collector as the organisation is verified.
async fn verified(profile: &Profile) -> Result<Arc<ClientConfig>, Text> {
    let own = match &profile.ca_file {
        Some(path) => authorities(path).await?,
        None => Vec::new(),
    };
    let made = spawn_blocking(move || cloud::tls::config(own, None)).await;
    match made {
        Ok(Ok(config)) => Ok(Arc::new(config)),
        Ok(Err(error)) => Err(Text::from(error.to_string())),
        Err(error) => Err(Text::from(format!("TLS could not be set up: {error}."))),
    }
}
