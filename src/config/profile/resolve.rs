//! From what the file says to what is in force: the environment, the flags and the defaults laid over and under it.

use std::num::NonZeroU32;

use ratatui::style::Color;

use super::grants::ClientGrant;
use super::{DEFAULT_REQUESTS_PER_MINUTE, Draft, Profile, names_production};
use crate::config::Flags;
use crate::config::origin::Origin;
use crate::config::reader::Notes;
use crate::config::secret::{KEYS as SECRET_KEYS, SecretSource};
use crate::environment::{
    CLIENT_ID, CLIENT_SECRET, Environment, GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET,
};

/// The profile in force, or none when something it needs is missing; that is noted.
pub(in crate::config) fn resolve(
    draft: Draft,
    flags: &Flags,
    environment: &Environment,
    notes: &mut Notes<'_>,
) -> Option<Profile> {
    let section = format!("profiles.{}", draft.name);
    let place = draft.place();
    let client = if wants_client(&draft, environment) {
        let id = client_id(draft.client_id, environment, &section, notes);
        let secret = secret(draft.secret, environment, &section, notes);
        id.zip(secret)
            .map(|(id, secret)| Some(ClientGrant { id, secret }))
    } else {
        Some(None)
    };
    let production = draft
        .production
        .unwrap_or_else(|| names_production(&draft.name));
    if flags.read_only {
        let key = format!("{section}.read_only");
        notes.origins.insert(key, Origin::Flag("--read-only"));
    }
    Some(Profile {
        api: draft.api.unwrap_or_default(),
        region: draft.region,
        base_url: place.as_ref()?.base_url.clone(),
        login_url: place?.login_url,
        status_url: draft.status_url,
        client: client?,
        person: draft.person,
        auth: draft.auth.unwrap_or_default(),
        scopes: draft.scopes,
        deadlines: draft.deadlines,
        ca_file: draft.ca_file,
        client_cert: draft.client_cert,
        proxy: draft.proxy,
        read_only: flags.read_only || draft.read_only.unwrap_or(production),
        production,
        colour: draft.colour.or(production.then_some(Color::Red)),
        time_zone: draft.time_zone,
        registrations: draft.registrations,
        notifications: draft.notifications,
        carriers: draft.carriers,
        callbacks: true,
        queue_hours: draft.queue_hours,
        alerts: draft.alerts,
        listen: draft.listen,
        probes: draft.probes,
        provisioning: draft.provisioning,
        routes: draft.routes,
        handover: draft.handover,
        transfers: draft.transfers,
        requests_per_minute: draft
            .requests_per_minute
            .map_or(Some(DEFAULT_REQUESTS_PER_MINUTE), NonZeroU32::new),
        name: draft.name,
    })
}

/// Whether the console is to sign in by a client of its own. A profile through which a person signs in does without one,
/// unless something asks for it; variables that other tools share do not.
fn wants_client(draft: &Draft, environment: &Environment) -> bool {
    let set = |variable| environment.get(variable).is_some();
    draft.person.is_none()
        || draft.client_id.is_some()
        || draft.secret.is_some()
        || set(CLIENT_ID)
        || set(CLIENT_SECRET)
}

/// The variable that decides: `TRUNKLINE_…` replaces what the file says; `GENESYS_…`, which other tools share, only
/// fills a gap.
fn deciding(
    ours: &'static str,
    shared: &'static str,
    is_written: bool,
    environment: &Environment,
) -> Option<&'static str> {
    let shared = (!is_written).then_some(shared);
    let mut candidates = [Some(ours), shared].into_iter().flatten();
    candidates.find(|variable| environment.get(variable).is_some())
}

fn client_id(
    written: Option<String>,
    environment: &Environment,
    section: &str,
    notes: &mut Notes<'_>,
) -> Option<String> {
    let key = format!("{section}.client_id");
    let variable = deciding(CLIENT_ID, GENESYS_CLIENT_ID, written.is_some(), environment);
    let Some(variable) = variable else {
        if written.is_none() && !notes.has_fault(&key) {
            let message =
                format!("missing: add client_id = \"…\" to the profile, or set {CLIENT_ID}");
            let origin = notes.origin(section);
            notes.fault(origin, &key, message);
        }
        return written;
    };
    match crate::config::origin::variable(environment, variable) {
        Ok(value) => {
            notes.origins.insert(key, Origin::Environment(variable));
            value.map(str::to_owned)
        }
        Err(fault) => {
            notes.faults.push(fault);
            None
        }
    }
}

fn secret(
    written: Option<SecretSource>,
    environment: &Environment,
    section: &str,
    notes: &mut Notes<'_>,
) -> Option<SecretSource> {
    let key = format!("{section}.client_secret");
    let (ours, shared) = (CLIENT_SECRET, GENESYS_CLIENT_SECRET);
    if let Some(variable) = deciding(ours, shared, written.is_some(), environment) {
        notes.origins.insert(key, Origin::Environment(variable));
        return Some(SecretSource::Variable(variable.to_owned()));
    }
    let faulty = SECRET_KEYS
        .iter()
        .any(|name| notes.has_fault(&format!("{section}.{name}")));
    if written.is_none() && !faulty {
        let message = format!(
            "missing: add client_secret_file, client_secret_command or client_secret_env to the profile, or set {CLIENT_SECRET}"
        );
        let origin = notes.origin(section);
        notes.fault(origin, &key, message);
    }
    written
}
