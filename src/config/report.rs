//! `trunkline config init|check|path|show`: what each of them says, as text that is safe to print.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use toml::Value;

use super::profile::grants;
use super::profile::listen::Listen;
use super::secret::SecretSource;
use super::ui::ClockStyle;
use super::{ConfigError, Flags, Loaded, Paths, Profile, file_in_use, load, profile};
use crate::environment::Environment;
use crate::kind::view::View;
use crate::text::safe;
use crate::vocabulary::action::Action;

pub(super) const TEMPLATE: &str = include_str!("template.toml");

/// Writes a first configuration with a comment on every setting. Never overwrites; the file is private.
pub fn init(flags: &Flags, env: &Environment, paths: &Paths) -> Result<String, ConfigError> {
    let (path, _) = file_in_use(flags, env, paths);
    write_new(&path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => ConfigError::Exists { path: path.clone() },
        _ => ConfigError::Unwritable {
            path: path.clone(),
            source,
        },
    })?;
    let path = path.to_string_lossy();
    Ok(format!(
        "wrote {}\nSet base_url (or region), client_id and the place of the secret in it, then run `trunkline config check`.\n",
        safe(&path)
    ))
}

/// Where a first configuration is to be written.
///
/// # Errors
/// There is one.
pub fn place(flags: &Flags, env: &Environment, paths: &Paths) -> Result<PathBuf, ConfigError> {
    let (path, _) = file_in_use(flags, env, paths);
    if path.exists() {
        return Err(ConfigError::Exists { path });
    }
    Ok(path)
}

/// A configuration beside the place where it is to be, private, and gone with this unless it is kept.
#[derive(Debug)]
pub struct TriedFile(NamedTempFile);

/// Writes one.
pub fn draft(place: &Path, text: &str) -> std::io::Result<TriedFile> {
    let folder = place.parent().unwrap_or(Path::new("."));
    crate::folder::make(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".config-")
        .suffix(".toml")
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(TriedFile(file))
}

impl TriedFile {
    /// Where it is now.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts it in its place, never over another.
    pub fn keep_as(self, place: &Path) -> std::io::Result<()> {
        let kept = self.0.persist_noclobber(place);
        kept.map(drop).map_err(|error| error.error)
    }
}

fn write_new(path: &Path) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        crate::folder::make(dir)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(TEMPLATE.as_bytes())
}

/// Where the configuration is, or would be; and who says so.
#[must_use]
pub fn path(flags: &Flags, env: &Environment, paths: &Paths) -> String {
    let (path, origin) = file_in_use(flags, env, paths);
    let missing = if path.exists() { "" } else { ", not there" };
    let mut text = format!("{}  ({origin}{missing})\n", safe(&path.to_string_lossy()));
    let mut place = |what: &str, at: &Path| {
        let missing = if at.exists() { "" } else { "  (not there)" };
        // A string takes every write.
        let _ = writeln!(text, "{what:<18}{}{missing}", safe(&at.to_string_lossy()));
    };
    place("themes", &super::paths::themes_dir(&path));
    place("state", &paths.state_dir);
    for (name, what) in IN_STATE {
        place(&format!("  {what}"), &paths.state_dir.join(name));
    }
    text
}

/// What the console keeps in the state directory, and where; by profile where it is a folder.
const IN_STATE: &[(&str, &str)] = &[
    ("trunkline.log", "log"),
    ("audit", "audit"),
    ("alerts", "alerts"),
    ("jobs", "jobs"),
    ("routes", "deployments"),
    ("hours", "report"),
    ("forms", "drafts, sent"),
    ("views", "views"),
    ("bookmarks", "bookmarks"),
    ("recalled", "how it was left"),
    ("memory", "last rows"),
    ("clipboard.txt", "copies"),
    ("crash.txt", "crash report"),
];

/// "ok" with what is in force and what deserves a look. Every mistake at once is the error of [`load()`].
pub fn check(flags: &Flags, env: &Environment, paths: &Paths) -> Result<String, ConfigError> {
    let loaded = load(flags, env, paths)?;
    let mut warnings = loaded.warnings.clone();
    let profile = loaded.profile.as_ref();
    if let Some(profile) = profile {
        let client = profile.client.as_ref().map(|client| &client.secret);
        warnings.extend(secret_faults("client_secret", client, env));
        let person = profile
            .person
            .as_ref()
            .and_then(|person| person.secret.as_ref());
        warnings.extend(secret_faults("person.client_secret", person, env));
        for account in &profile.probes.turn {
            let server = account.server.to_string();
            warnings.extend(secret_faults(&server, Some(&account.password), env));
        }
        for target in &profile.alerts.targets {
            for (what, place) in target.secrets() {
                let key = format!("{what} of the alert target {}", target.name);
                warnings.extend(secret_faults(&key, Some(place), env));
            }
            if target.in_the_clear() {
                warnings.push(format!(
                    "alert target {}: {} is read by whoever is on the way: use tls:// where the collector can",
                    target.name,
                    target.place()
                ));
            }
        }
        let proxy = profile.proxy.password();
        warnings.extend(secret_faults("proxy_password", proxy, env));
        warnings.extend(missing_certificates(profile));
        let listen = profile.listen.as_ref();
        for token in listen.into_iter().flat_map(Listen::tokens) {
            warnings.extend(secret_faults("the listener's token", Some(token), env));
        }
    }
    let mut text = String::from("ok\n");
    for warning in warnings {
        let _ = writeln!(text, "warning: {}", safe(&warning));
    }
    let source = loaded.source.as_ref().map(|path| path.to_string_lossy());
    let source = source.as_deref().unwrap_or(match profile {
        Some(_) => {
            "none: the environment says it all, `trunkline config show` tells by which variables"
        }
        None => "none; see `trunkline config init`",
    });
    let _ = writeln!(text, "file     {}", safe(source));
    let _ = writeln!(
        text,
        "theme    {} ({})",
        safe(loaded.theme.name()),
        loaded.origin("ui.theme")
    );
    match profile {
        Some(profile) => {
            let writes = if profile.read_only {
                "read-only"
            } else {
                "may write"
            };
            let _ = writeln!(text, "profile  {}, {writes}", safe(&profile.name));
            let _ = writeln!(text, "api      {}", safe(profile.base_url.as_str()));
            if let Some(region) = profile.region {
                let _ = writeln!(text, "region   {region} ({})", region.domain);
            }
            match &profile.client {
                Some(client) => {
                    let _ = writeln!(text, "secret   from {}", client.secret);
                }
                None => text.push_str("secret   none: a person signs in, and does everything\n"),
            }
            if let Some(person) = &profile.person {
                let _ = writeln!(
                    text,
                    "person   signs in through {}",
                    safe(&person.client_id)
                );
            }
            listener(&mut text, profile, paths);
        }
        None => text.push_str("profile  none\n"),
    }
    Ok(text)
}

/// Where the listener's own tokens are; also without its section, for `trunkline serve`.
fn listener(text: &mut String, profile: &Profile, paths: &Paths) {
    let listen = profile.listen.clone().unwrap_or_default();
    for token in listen.own_tokens(&paths.state_dir, &profile.name) {
        let there = token.path.exists();
        let not_yet = if there {
            ""
        } else {
            " from the first start on"
        };
        let _ = writeln!(text, "listener {token}{not_yet}");
    }
}

/// Why a secret cannot be had, or what is odd about it; nothing of it is shown.
fn secret_faults(key: &str, place: Option<&SecretSource>, env: &Environment) -> Option<String> {
    let place = place?;
    let fault = place.inspect(env).err().map(|error| error.to_string());
    let fault = fault.or_else(|| Some(place.doubt(env)?.to_string()));
    fault.map(|fault| format!("{key}: {fault}"))
}

fn missing_certificates(profile: &Profile) -> impl Iterator<Item = String> {
    certificates(profile).filter_map(|(key, path)| {
        let error = fs::File::open(path).err()?;
        Some(format!("cannot read {key} {}: {error}", path.display()))
    })
}

/// The files for TLS that a profile names, by their keys.
fn certificates(profile: &Profile) -> impl Iterator<Item = (&'static str, &Path)> {
    let client = profile.client_cert.as_ref();
    let files = [
        ("ca_file", profile.ca_file.as_ref()),
        ("client_cert_file", client.map(|client| &client.cert)),
        ("client_key_file", client.map(|client| &client.key)),
    ];
    let named = files.into_iter();
    named.filter_map(|(key, path)| Some((key, path?.as_path())))
}

/// The configuration in force as TOML, with the layer of each value behind it. Secrets are masked.
#[must_use]
pub fn show(loaded: &Loaded) -> String {
    let mut lines = Lines {
        text: String::new(),
        loaded,
    };
    if let Some(profile) = &loaded.profile {
        lines.put("profile", profile.name.as_str());
    }
    ui(&mut lines);
    record(&mut lines);
    share(&mut lines);
    for action in Action::ALL {
        let keys = loaded.config.keys.keys(*action).iter();
        let keys: Vec<Value> = keys.map(|key| Value::from(key.to_string())).collect();
        lines.put(&format!("keys.{}", action.name()), keys);
    }
    for (name, view) in &loaded.config.views {
        view_lines(&mut lines, name, view);
    }
    if let Some(profile) = &loaded.profile {
        profile_lines(&mut lines, profile);
    }
    lines.text
}

fn ui(lines: &mut Lines<'_>) {
    let ui = &lines.loaded.config.ui;
    lines.put("ui.theme", ui.theme.as_str());
    let clock = ClockStyle::NAMES
        .iter()
        .find(|(_, style)| *style == ui.clock);
    lines.put("ui.clock", clock.map_or("", |(name, _)| *name));
    lines.put("ui.mouse", ui.mouse);
    lines.put("ui.osc52", ui.osc52);
    lines.put("ui.synchronized_output", ui.synchronized_output);
    lines.put("ui.hyperlinks", ui.hyperlinks);
    if let Some(ascii) = ui.ascii {
        lines.put("ui.ascii", ascii);
    }
    if let Some(zone) = &ui.time_zone {
        lines.put("ui.time_zone", zone.iana_name().unwrap_or("UTC"));
    }
}

fn record(lines: &mut Lines<'_>) {
    let settings = lines.loaded.config.record;
    let [keep, size] = super::record::words(&settings);
    lines.put("record.enabled", settings.enabled);
    lines.put("record.keep", keep);
    lines.put("record.size", size);
    lines.put("record.mask", settings.mask);
}

fn share(lines: &mut Lines<'_>) {
    let settings = &lines.loaded.config.share;
    if let Some(socket) = &settings.socket {
        lines.put("share.socket", socket.to_string_lossy().into_owned());
    }
    if let Some(group) = &settings.group {
        lines.put("share.group", Value::from(group));
    }
    lines.put("share.take_over", settings.take_over);
}

/// A name as part of a key: one that is no bare key is quoted, so that what is shown can be pasted.
fn key_part(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if name.chars().all(bare) {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}

fn view_lines(lines: &mut Lines<'_>, name: &str, view: &View) {
    let section = key_part(name);
    let mut put = |key: &str, value: Value| {
        let key_of = |name: &str| format!("views.{name}.{key}");
        lines.put_as(&key_of(&section), &key_of(name), &value);
    };
    put("pane", view.pane.as_str().into());
    put("filter", view.filter.as_str().into());
    if let Some(by) = &view.sort {
        put("sort", by.as_str().into());
    }
    if !view.columns.is_empty() {
        put("columns", view.columns.clone().into());
    }
}

fn profile_lines(lines: &mut Lines<'_>, profile: &Profile) {
    let section = key_part(&profile.name);
    let origin_of = format!("profiles.{}", profile.name);
    let mut put = |key: &str, value: Value| {
        lines.put_as(
            &format!("profiles.{section}.{key}"),
            &format!("{origin_of}.{key}"),
            &value,
        );
    };
    put("api", profile.api.word().into());
    for (key, value) in profile.place_shown() {
        put(key, value);
    }
    if let Some(client) = &profile.client {
        put("client_id", client.id.as_str().into());
        put(
            "client_secret",
            format!("masked: from {}", client.secret).into(),
        );
    }
    for (key, value) in profile.person.iter().flat_map(grants::PersonGrant::shown) {
        put(&format!("person.{key}"), value);
    }
    let auth = match profile.auth {
        profile::Auth::Basic => "basic",
        profile::Auth::Form => "form",
    };
    put("auth", auth.into());
    if let Some(scopes) = &profile.scopes {
        put("scopes", scopes.clone().into());
    }
    for (key, path) in certificates(profile) {
        put(key, path.to_string_lossy().into_owned().into());
    }
    for (key, value) in profile.proxy.shown() {
        put(key, value);
    }
    put("production", profile.production.into());
    put("read_only", profile.read_only.into());
    if let Some(colour) = profile.colour {
        put("colour", colour.to_string().to_lowercase().into());
    }
    if let Some(zone) = &profile.time_zone {
        put("time_zone", zone.iana_name().unwrap_or("UTC").into());
    }
    let requests = profile
        .requests_per_minute
        .map_or(0, std::num::NonZero::get);
    put("requests_per_minute", i64::from(requests).into());
    let watched = &profile.registrations;
    if let Some(users) = &watched.users {
        let users: Vec<Value> = users.iter().map(|user| Value::from(user.raw())).collect();
        put("registrations.users", users.into());
    }
    let seconds = i64::try_from(watched.poll.as_secs()).unwrap_or(i64::MAX);
    put("registrations.poll_seconds", seconds.into());
    let streams = watched
        .max_streams
        .map_or(Value::from("all"), |streams| i64::from(streams).into());
    put("registrations.max_streams", streams);
    put("registrations.remember", watched.remember.into());
    for (carrier, proxy) in &profile.carriers.proxies {
        put(&format!("carriers.{carrier}"), proxy.to_string().into());
    }
    for (key, value) in profile.deadlines.shown() {
        put(&format!("deadlines.{key}"), value);
    }
    for (key, value) in profile.routes.shown() {
        put(&format!("routes.{key}"), value);
    }
    for (key, value) in profile.handover.shown() {
        put(&format!("handover.{key}"), value);
    }
    for (key, value) in profile.notifications.shown() {
        put(&format!("notifications.{key}"), value);
    }
    for (key, value) in profile.queue_hours.shown() {
        put(&format!("callbacks.{key}"), value);
    }
    for (key, value) in profile.provisioning.shown() {
        put(&format!("provisioning.{key}"), value);
    }
    for (key, value) in profile.probes.shown() {
        put(&format!("probes.{key}"), value);
    }
    for (key, value) in profile.alerts.shown() {
        put(&format!("alerts.{key}"), value);
    }
    for (key, value) in profile.transfers.shown() {
        put(&format!("transfers.{key}"), value);
    }
    let listen = profile.listen.as_ref();
    for (key, value) in listen.into_iter().flat_map(Listen::shown) {
        put(&format!("listen.{key}"), value);
    }
}

/// `key = value  # layer`, a line each.
struct Lines<'a> {
    text: String,
    loaded: &'a Loaded,
}

impl Lines<'_> {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.put_as(key, key, &value.into());
    }

    fn put_as(&mut self, key: &str, origin_key: &str, value: &Value) {
        let origin = self.loaded.origin(origin_key);
        let line = format!("{key} = {value}");
        let _ = writeln!(self.text, "{}  # {origin}", safe(&line));
    }
}
