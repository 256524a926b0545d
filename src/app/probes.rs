//! From what a profile says of probes to what the probes need.

use crate::cloud::way::Way;
use crate::config::profile::{Profile, TurnAccount};
use crate::environment::Environment;
use crate::probe::{Resolver, Settings, TurnUser};

/// Reads the trusted authorities and the passwords of these TURN accounts.
///
/// A password that cannot be read spoils the probe of its own server alone; an unreadable `ca_file` spoils all, because
/// certificates would be judged without it.
pub async fn settings(
    profile: &Profile,
    accounts: impl IntoIterator<Item = &TurnAccount>,
    environment: &Environment,
) -> Result<Settings, String> {
    let authorities = match &profile.ca_file {
        Some(path) => super::perform::authorities(path).await?,
        None => Vec::new(),
    };
    let identity = super::perform::identity(profile.client_cert.as_ref()).await?;
    let proxy = super::perform::proxy(profile, environment).await?;
    let mut turn = Vec::new();
    for account in accounts {
        let password = account.password.read(environment).await;
        turn.push(TurnUser {
            server: account.server.clone(),
            username: account.username.clone(),
            password: password
                .map_err(|error| format!("the user's password: {}", error.told().sentence())),
        });
    }
    let fallbacks = profile.probes.resolvers.iter().copied();
    Ok(Settings {
        expiring_days: profile.probes.expiring_days,
        authorities,
        identity,
        way: Way::new(proxy),
        resolvers: std::iter::once(Resolver::System)
            .chain(fallbacks.map(Resolver::At))
            .collect(),
        turn,
        ..Settings::default()
    })
}
