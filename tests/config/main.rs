//! The configuration as a person meets it: layers, mistakes, reports.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests")]

mod grants;
mod home;
mod shown;
mod variables;

use home::Home;
use trunkline::config::Flags;
use trunkline::config::secret::SecretSource;

const LAB: &str = r#"
[profiles.lab]
base_url = "https://lab.example"
client_id = "from-file"
client_secret_env = "LAB_SECRET"
"#;

fn two() -> String {
    format!("{LAB}{}", LAB.replace("lab", "acme-prod"))
}

fn profile_flag(name: &str) -> Flags {
    Flags {
        profile: Some(name.to_owned()),
        ..Flags::default()
    }
}

#[test]
fn no_configuration_at_all_is_not_an_error() {
    let loaded = Home::empty().load().unwrap();
    assert!(loaded.profile.is_none() && loaded.source.is_none());
    assert_eq!(loaded.theme.name(), "terminal");
    assert!(loaded.warnings.is_empty());
}

#[test]
fn credentials_without_a_file_say_that_base_url_is_missing() {
    let error = Home::empty().env(&[("TRUNKLINE_CLIENT_ID", "x")]).error();
    assert!(
        error.contains("TRUNKLINE_CLIENT_ID is set") && error.contains("base_url is missing"),
        "{error}"
    );
    let shared = Home::empty()
        .env(&[("GENESYS_CLIENT_ID", "x")])
        .load()
        .unwrap();
    assert!(shared.profile.is_none() && shared.warnings[0].contains("base_url is missing"));
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let flags = Flags {
        config: Some("/nonexistent/c.toml".into()),
        ..Flags::default()
    };
    let error = Home::empty().flags(flags).error();
    assert!(error.contains("which flag --config names"), "{error}");
    let error = Home::empty()
        .env(&[("TRUNKLINE_CONFIG", "/nonexistent/c.toml")])
        .error();
    assert!(
        error.contains("which environment TRUNKLINE_CONFIG names"),
        "{error}"
    );
}

#[test]
fn the_only_profile_is_the_default_and_has_the_defaults() {
    let loaded = Home::with(LAB).load().unwrap();
    let lab = loaded.profile.unwrap();
    assert_eq!(
        (lab.name.as_str(), lab.base_url.as_str()),
        ("lab", "https://lab.example/")
    );
    assert!(!lab.read_only && !lab.production && lab.colour.is_none());
    assert_eq!(lab.registrations.poll.as_secs(), 30);
    assert_eq!(lab.registrations.max_streams, None, "everyone has a stream");
    assert!(lab.registrations.remember);
    assert_eq!(lab.requests_per_minute.unwrap().get(), 300);
}

#[test]
fn among_several_each_layer_may_choose() {
    let error = Home::with(&two()).error();
    assert!(
        error.contains("has the profiles acme-prod, lab, and none is chosen. Choose one"),
        "{error}"
    );
    let chosen = |home: Home| home.load().unwrap().profile.unwrap().name;
    let file = format!("profile = \"lab\"\n{}", two());
    assert_eq!(chosen(Home::with(&file)), "lab");
    let env = [("TRUNKLINE_PROFILE", "acme-prod")];
    assert_eq!(chosen(Home::with(&file).env(&env)), "acme-prod");
    assert_eq!(
        chosen(Home::with(&file).env(&env).flags(profile_flag("lab"))),
        "lab"
    );
    let error = Home::with(&file).flags(profile_flag("labb")).error();
    assert!(
        error.contains("flag --profile: profile: no profile named \"labb\" among acme-prod, lab; did you mean \"lab\"?"),
        "{error}"
    );
}

#[test]
fn our_variables_replace_and_shared_ones_fill_gaps() {
    let read = |file: &str, env: &[(&str, &str)]| {
        let profile = Home::with(file).env(env).load().unwrap().profile.unwrap();
        let client = profile.client.unwrap();
        let SecretSource::Variable(secret) = client.secret else {
            panic!("a variable")
        };
        (client.id, secret)
    };
    let owned = |id: &str, secret: &str| (id.to_owned(), secret.to_owned());
    let shared = [
        ("GENESYS_CLIENT_ID", "shared"),
        ("GENESYS_CLIENT_SECRET", "s"),
    ];
    assert_eq!(read(LAB, &shared), owned("from-file", "LAB_SECRET"));
    let bare = "[profiles.lab]\nbase_url = \"https://lab.example\"";
    assert_eq!(
        read(bare, &shared),
        owned("shared", "GENESYS_CLIENT_SECRET")
    );
    let ours = [
        ("TRUNKLINE_CLIENT_ID", "ours"),
        ("TRUNKLINE_CLIENT_SECRET", "s"),
        ("GENESYS_CLIENT_ID", "shared"),
    ];
    assert_eq!(read(LAB, &ours), owned("ours", "TRUNKLINE_CLIENT_SECRET"));
}

#[test]
fn production_is_read_only_and_red_until_said_otherwise() {
    let profile = |file: &str| Home::with(file).load().unwrap().profile.unwrap();
    let by_name = profile(&LAB.replace("lab]", "acme-prod]"));
    assert!(by_name.production && by_name.read_only);
    assert_eq!(by_name.colour, Some(ratatui::style::Color::Red));
    let flagged = profile(&format!(
        "{LAB}production = true\ncolour = \"#ff8800\"\nread_only = false"
    ));
    assert!(flagged.production && !flagged.read_only);
    let flags = Flags {
        read_only: true,
        ..Flags::default()
    };
    let file = format!("{LAB}read_only = false");
    assert!(
        Home::with(&file)
            .flags(flags)
            .load()
            .unwrap()
            .profile
            .unwrap()
            .read_only
    );
}

#[test]
fn no_color_means_mono_and_a_flag_beats_it() {
    let home = Home::with("[ui]\ntheme = \"dark\"").env(&[("NO_COLOR", "1")]);
    assert_eq!(home.load().unwrap().theme.name(), "mono");
    let flags = Flags {
        theme: Some("light".to_owned()),
        ..Flags::default()
    };
    assert_eq!(home.flags(flags).load().unwrap().theme.name(), "light");
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let home = Home::with(
        r#"[ui]
clock = "second"
them = "dark"
mouse = "yes"
[profiles.lab]
api = "platfrom"
base_url = "http://lab.example"
client_id = ""
client_secret = "canary"
time_zone = "Europe/Berlni"
colour = "rde"
requests_per_minute = -1
[profiles.lab.registrations]
pol_seconds = 30
poll_seconds = 9
users = []
"#,
    );
    let error = home.error();
    for (line, text) in [
        (
            2,
            "ui.clock: \"second\" is not one of \"seconds\", \"minutes\", \"off\"; did you mean \"seconds\"?",
        ),
        (3, "ui.them: unknown key; did you mean \"theme\"?"),
        (
            4,
            "ui.mouse: it must be true or false, and is the text \"yes\". Write it without quotes.",
        ),
        (
            6,
            "profiles.lab.api: \"platfrom\" is not one of \"direct\", \"platform\"; did you mean \"platform\"?",
        ),
        (
            7,
            "profiles.lab.base_url: http would send the token in the clear",
        ),
        (8, "profiles.lab.client_id: may not be empty"),
        (
            9,
            "profiles.lab.client_secret: a secret does not belong in this file",
        ),
        (
            10,
            "profiles.lab.time_zone: \"Europe/Berlni\" is not a time zone (an IANA name such as \"Europe/Berlin\"); did you mean \"Europe/Berlin\"?",
        ),
        (11, "profiles.lab.colour: \"rde\" is not a colour"),
        (
            12,
            "profiles.lab.requests_per_minute: -1 is out of range: it is 0 to 4,294,967,295",
        ),
        (
            14,
            "profiles.lab.registrations.pol_seconds: unknown key; did you mean \"poll_seconds\"?",
        ),
        (
            15,
            "profiles.lab.registrations.poll_seconds: 9 is too often",
        ),
        (16, "profiles.lab.registrations.users: names no user"),
    ] {
        let expected = format!("config.toml:{line}: {text}");
        assert!(error.contains(&expected), "{expected}\n in \n{error}");
    }
    assert!(
        error.starts_with("the configuration has 13 mistakes:"),
        "{error}"
    );
    assert!(!error.contains("canary"));
}

#[test]
fn text_that_is_no_toml_is_told_by_line() {
    let error = Home::with("[ui]\ntheme = \n[keys\n").error();
    assert!(error.contains("config.toml:2: "), "{error}");
    let error = Home::with("[ui]\nclock = \"\\u001b]0;x\\u0007\"\n\"\\u001b[2J\" = 1").error();
    assert!(!error.contains('\u{1b}'), "{error:?}");
}

#[test]
fn a_profile_says_what_it_lacks() {
    let error = Home::with("[profiles.lab]\nread_only = true").error();
    for key in ["base_url", "client_id", "client_secret"] {
        assert!(
            error.contains(&format!("config.toml:1: profiles.lab.{key}: missing")),
            "{error}"
        );
    }
    let error = Home::with(&format!("{LAB}client_secret_file = \"s\"")).error();
    assert!(
        error.contains("more than one place for the secret"),
        "{error}"
    );
}

#[test]
fn paths_are_beside_the_file() {
    let home = Home::with(&LAB.replace(
        "_env = \"LAB_SECRET\"",
        "_file = \"lab.secret\"\nca_file = \"ca.pem\"",
    ));
    let profile = home.load().unwrap().profile.unwrap();
    assert_eq!(profile.ca_file.unwrap(), home.dir().join("ca.pem"));
    assert!(
        matches!(profile.client.unwrap().secret, SecretSource::File(path) if path == home.dir().join("lab.secret"))
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_write_is_refused() {
    let home = Home::with(LAB);
    assert!(home.load().unwrap().warnings.is_empty());
    home.mode(0o666);
    let error = home.error();
    assert!(
        error.contains("mode 0666") && error.contains("Run `chmod go-w` on it"),
        "{error}"
    );
    home.mode(0o644);
    assert!(home.load().is_ok());
}

#[cfg(unix)]
#[test]
fn a_file_of_a_secret_that_others_may_read_is_refused_whatever_is_wanted() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::with(&LAB.replace("_env = \"LAB_SECRET\"", "_file = \"lab.secret\""));
    let secret = home.dir().join("lab.secret");
    std::fs::write(&secret, "canary-in-a-file").unwrap();
    for mode in [0o644, 0o620, 0o602] {
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = home.error();
        assert!(error.contains("chmod 600"), "{mode:o}: {error}");
        assert!(!error.contains("canary"), "{error}");
    }
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(home.load().is_ok());
}

#[test]
fn a_thousand_mistakes_are_counted_not_listed() {
    let unknown: Vec<String> = (0..1000).map(|i| format!("k{i} = 1")).collect();
    let error = Home::with(&unknown.join("\n")).error();
    assert!(
        error.contains("has 1000 mistakes") && error.contains("\n  and 950 more\n"),
        "{error}"
    );
    assert!(error.lines().count() < 60);
}
