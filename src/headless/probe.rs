//! `trunkline probe`: one probe, printed, and an exit code that a script can act on.

use std::time::Duration;

use super::{Exit, print, say};
use crate::app::{perform, probes};
use crate::cli::probe::ProbeArgs;
use crate::config::Profile;
use crate::config::profile::ClientCert;
use crate::config::secret::SecretSource;
use crate::environment::Environment;
use crate::model::finding::{Grade, Target};
use crate::probe::{Prober, Resolver, Settings, TurnUser, report};

impl From<Grade> for Exit {
    fn from(grade: Grade) -> Self {
        match grade {
            Grade::Good | Grade::Warning => Self::Ok,
            Grade::Bad => Self::Bad,
            Grade::Unreachable => Self::Unreachable,
        }
    }
}

/// Probes and prints; an error is one of the command line or of the configuration.
pub async fn probe(
    profile: Option<&Profile>,
    environment: &Environment,
    args: &ProbeArgs,
) -> Result<u8, String> {
    let target = Target::new(args.protocol, &args.target).map_err(|error| error.to_string())?;
    let settings = settings(profile, environment, args, &target).await?;
    let finding = Prober::new(settings).probe(&target).await;
    print(&if args.json {
        report::json(&finding)
    } else {
        report::text(&finding)
    })?;
    if finding.grade() == Grade::Warning {
        say(&format!("warning: {}", finding.sentence()));
    }
    Ok(Exit::from(finding.grade()) as u8)
}

/// What the profile says, with what the command line says over it.
async fn settings(
    profile: Option<&Profile>,
    environment: &Environment,
    args: &ProbeArgs,
    target: &Target,
) -> Result<Settings, String> {
    let mut settings = match profile {
        Some(profile) => {
            let accounts = profile.probes.turn.iter();
            // Only what this probe needs: a password command may ask a person something.
            let accounts = accounts.filter(|account| account.server.same_server(target));
            probes::settings(profile, accounts, environment).await?
        }
        None => Settings::default(),
    };
    settings.deadline = Duration::from_secs(args.deadline);
    settings.expiring_days = args.expiring_days.unwrap_or(settings.expiring_days);
    if let Some(path) = &args.ca_file {
        settings
            .authorities
            .extend(perform::authorities(path).await?);
    }
    if let (Some(cert), Some(key)) = (args.client_cert.clone(), args.client_key.clone()) {
        settings.identity = perform::identity(Some(&ClientCert { cert, key })).await?;
    }
    if !args.resolvers.is_empty() {
        settings.resolvers = args.resolvers.iter().copied().map(Resolver::At).collect();
    }
    if let (Some(username), Some(variable)) = (&args.username, &args.password_env) {
        let place = SecretSource::Variable(variable.clone());
        let password = place.read(environment).await;
        settings.turn = vec![TurnUser {
            server: target.clone(),
            username: username.clone(),
            password: Ok(password.map_err(|error| error.to_string())?),
        }];
    }
    Ok(settings)
}
