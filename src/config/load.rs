//! Lays the layers over one another.

mod file;
mod variables;

use std::path::Path;

use super::near;
use super::origin::{ConfigError, Fault, Origin};
use super::paths::{self, Paths};
use super::profile::{Draft, Profile, resolve};
use super::reader::Notes;
use super::record;
use super::secret::SecretSource;
use super::theme::{Theme, Themes};
use super::ui::Ui;
use super::views::{self, Views};
use super::{Config, Flags, Keymap, Loaded, ShareSettings, share};
use crate::environment::{
    CLIENT_ID, CLIENT_SECRET, Environment, GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET, NO_COLOR,
    PROFILE,
};
use crate::record::RecordSettings;
pub use file::file_in_use;
use variables::Variables;

/// Reads the configuration in force. Touches the file system and nothing else, and reads no secret.
pub fn load(flags: &Flags, env: &Environment, paths: &Paths) -> Result<Loaded, ConfigError> {
    let (path, asked_by) = file_in_use(flags, env, paths);
    let text = file::read(&path, &asked_by)?;
    if text.is_some() {
        file::check(&path)?;
    }
    let said = match &text {
        Some(_) => None,
        None => Variables::read(env),
    };
    if text.is_none() && said.is_none() {
        refuse_without_file(flags, env, &path)?;
    }
    let written = text
        .as_deref()
        .or(said.as_ref().map(|said| said.text.as_str()));
    let mut notes = Notes::new(&path, written.unwrap_or_default());
    if let Some(said) = &said {
        notes = notes.of_variables(&said.lines);
    }
    let mut written = Written::read(&mut notes);
    let themes = Themes::load(&paths::themes_dir(&path));
    let mut warnings = themes.warnings();
    let theme = theme(&mut written.ui, flags, env, &themes, &mut notes);
    let names: Vec<String> = written.profiles.iter().map(|p| p.name.clone()).collect();
    let chosen = choose(&written, &names, flags, env, &mut notes);
    let profile = resolve_chosen(written.profiles, chosen.as_deref(), flags, env, &mut notes);
    let (Some(theme), true) = (theme, notes.faults.is_empty()) else {
        return Err(ConfigError::Invalid(in_order(notes.faults)));
    };
    if let Some(profile) = &profile {
        exposed(profile)?;
    }
    if chosen.is_none() && !names.is_empty() {
        return Err(ConfigError::NoChoice { path, names });
    }
    if text.is_none() && said.is_none() {
        warnings.extend(unused_credentials(env));
    }
    Ok(Loaded {
        config: Config {
            ui: written.ui,
            record: written.record,
            share: written.share,
            keys: written.keys,
            views: written.views,
            profiles: names,
        },
        profile,
        theme,
        themes,
        source: text.is_some().then_some(path),
        warnings,
        origins: notes.origins,
    })
}

/// The file as written, apart from what other layers make of it.
pub(super) struct Written {
    profile: Option<String>,
    ui: Ui,
    record: RecordSettings,
    share: ShareSettings,
    keys: Keymap,
    views: Views,
    profiles: Vec<Draft>,
}

impl Written {
    pub(super) fn read(notes: &mut Notes<'_>) -> Self {
        let mut root = notes.parse();
        let profile = root.take("profile", notes);
        let ui = root.section("ui", notes);
        let ui = ui.map_or_else(Ui::default, |section| Ui::read(section, notes));
        let record = root.section("record", notes);
        let record = record.map_or_else(RecordSettings::default, |section| {
            record::read(section, notes)
        });
        let share = root.section("share", notes);
        let share = share.map_or_else(ShareSettings::default, |section| {
            share::read(section, notes)
        });
        let keys = root.section("keys", notes);
        let keys = keys.map_or_else(Keymap::default, |section| Keymap::read(section, notes));
        let views = root.section("views", notes);
        let views = views.map_or_else(Views::new, |section| views::read(section, notes));
        let profiles = root.section("profiles", notes);
        let profiles = profiles.map_or_else(Vec::new, |section| section.sections(notes));
        let profiles = profiles
            .into_iter()
            .map(|(name, section)| Draft::read(&name, section, notes))
            .collect();
        root.finish(notes);
        Self {
            profile,
            ui,
            record,
            share,
            keys,
            views,
            profiles,
        }
    }
}

/// Our own variables ask for an organisation, which only a file can name.
fn refuse_without_file(flags: &Flags, env: &Environment, path: &Path) -> Result<(), ConfigError> {
    let asks = [PROFILE, CLIENT_ID, CLIENT_SECRET];
    let variable = asks.into_iter().find(|v| env.get(v).is_some());
    let variable = flags.profile.as_ref().map(|_| "--profile").or(variable);
    match variable {
        Some(variable) => Err(ConfigError::NoBaseUrl {
            variable,
            path: path.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Variables that other tools share do not stand in the way of a first start; they are only mentioned.
fn unused_credentials(env: &Environment) -> Option<String> {
    let shared = [GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET];
    let variable = shared.into_iter().find(|v| env.get(v).is_some())?;
    Some(format!(
        "{variable} is set and not used: there is no configuration file, so base_url is missing; set GENESYS_HOSTNAME, GENESYS_SUBDOMAIN or GENESYS_ENVIRONMENT beside it and the secret, or write a file with `trunkline config init`"
    ))
}

fn theme(
    ui: &mut Ui,
    flags: &Flags,
    env: &Environment,
    themes: &Themes,
    notes: &mut Notes<'_>,
) -> Option<Theme> {
    let over = match &flags.theme {
        Some(name) => Some((name.as_str(), Origin::Flag("--theme"))),
        None => env
            .get(NO_COLOR)
            .map(|_| ("mono", Origin::Environment(NO_COLOR))),
    };
    if let Some((name, origin)) = over {
        name.clone_into(&mut ui.theme);
        notes.origins.insert("ui.theme".to_owned(), origin);
    }
    match themes.get(&ui.theme, &notes.origin("ui.theme")) {
        Ok(theme) => Some(theme.clone()),
        Err(faults) => {
            notes.faults.extend(faults);
            None
        }
    }
}

/// The name of the profile to use: said by a layer, else the only one there is.
fn choose(
    written: &Written,
    names: &[String],
    flags: &Flags,
    env: &Environment,
    notes: &mut Notes<'_>,
) -> Option<String> {
    let from_environment = super::origin::variable(env, PROFILE).unwrap_or_else(|fault| {
        notes.faults.push(fault);
        None
    });
    let over = match (&flags.profile, from_environment) {
        (Some(name), _) => Some((name.as_str(), Origin::Flag("--profile"))),
        (None, Some(name)) => Some((name, Origin::Environment(PROFILE))),
        (None, None) => None,
    };
    if let Some((_, origin)) = &over {
        notes.origins.insert("profile".to_owned(), origin.clone());
    }
    let said = over.map(|(name, _)| name).or(written.profile.as_deref());
    let only = || match names {
        [only] => Some(only.as_str()),
        _ => None,
    };
    let name = said.or_else(only)?;
    if !names.iter().any(|known| known == name) {
        let hint = near::hint(name, names.iter().map(String::as_str));
        let known = if names.is_empty() {
            "none at all".to_owned()
        } else {
            names.join(", ")
        };
        let message = format!("no profile named {name:?} among {known}{hint}");
        let origin = notes.origin("profile");
        notes.fault(origin, "profile", message);
    }
    Some(name.to_owned())
}

fn resolve_chosen(
    drafts: Vec<Draft>,
    chosen: Option<&str>,
    flags: &Flags,
    env: &Environment,
    notes: &mut Notes<'_>,
) -> Option<Profile> {
    let mut drafts = drafts.into_iter();
    let draft = drafts.find(|draft| Some(draft.name.as_str()) == chosen)?;
    resolve(draft, flags, env, notes)
}

/// Refuses files of credentials that others may open. Whether they are there and hold one is told when one is needed.
fn exposed(profile: &Profile) -> Result<(), ConfigError> {
    let client = profile.client.iter().map(|client| &client.secret);
    let person = profile
        .person
        .iter()
        .filter_map(|person| person.secret.as_ref());
    let listen = profile
        .listen
        .iter()
        .filter_map(|listen| listen.token.as_ref());
    let turn = profile.probes.turn.iter().map(|account| &account.password);
    let key = profile.client_cert.as_ref();
    let key = key.map(|client| SecretSource::File(client.key.clone()));
    let proxy = profile.proxy.password().into_iter();
    for place in client
        .chain(person)
        .chain(listen)
        .chain(turn)
        .chain(proxy)
        .chain(&key)
    {
        if let Some(error) = place.exposed() {
            return Err(ConfigError::Exposed(error));
        }
    }
    Ok(())
}

/// Mistakes in the order of the file's lines, those of other layers after them.
fn in_order(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| match &fault.origin {
        Origin::File { line, .. } => *line,
        _ => usize::MAX,
    });
    faults
}
