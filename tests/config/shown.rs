//! What `config init`, `check` and `show` write, section by section.

use std::fs;

use trunkline::config::{ConfigError, Flags, report};

use super::LAB;
use super::home::Home;

#[test]
fn init_writes_a_template_that_loads_and_never_overwrites() {
    let home = Home::empty();
    report::init(&home.flags, &home.env, &home.paths).unwrap();
    assert_eq!(home.load().unwrap().profile.unwrap().name, "lab");
    let again = report::init(&home.flags, &home.env, &home.paths).unwrap_err();
    assert!(matches!(again, ConfigError::Exists { .. }));
}

#[test]
fn every_line_that_the_template_offers_is_accepted() {
    let home = Home::empty();
    report::init(&home.flags, &home.env, &home.paths).unwrap();
    let text = fs::read_to_string(&home.paths.config_file).unwrap();
    let is_setting = |line: &str| {
        let key = line.split_once(" = ").map(|(key, _)| key);
        line.starts_with('[') || key.is_some_and(|key| !key.contains(' '))
    };
    let on = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(header)
            if ["[profiles.", "[views."]
                .iter()
                .any(|of| header.starts_with(of)) =>
        {
            header
        }
        Some(setting) if is_setting(setting) && !setting.starts_with("ACTION") => setting,
        _ => line,
    });
    let one_place = on.filter(|line| {
        let others = ["client_secret_", "token_"];
        !others.iter().any(|key| {
            line.starts_with(&format!("{key}file")) || line.starts_with(&format!("{key}command"))
        })
    });
    // A region takes the place of both addresses, on the Platform API.
    let text: Vec<&str> = one_place
        .filter(|line| !line.starts_with("base_url") && !line.starts_with("login_url"))
        .map(|line| match line {
            "api = \"direct\"" => "api = \"platform\"",
            line => line,
        })
        .collect();
    fs::write(&home.paths.config_file, text.join("\n")).unwrap();
    let loaded = home.load().unwrap();
    assert_eq!(loaded.config.views["lost"].filter, "state:lost !site:lab");
    let profile = loaded.profile.unwrap();
    assert_eq!(profile.base_url.as_str(), "https://api.mypurecloud.de/");
    assert_eq!(profile.person.unwrap().redirect_port, 8085);
    assert_eq!(profile.registrations.users.unwrap().len(), 2);
    let proxies = profile.carriers.proxies.values().map(ToString::to_string);
    assert_eq!(proxies.collect::<Vec<_>>(), ["sip.example.com:5061"]);
    assert_eq!(profile.probes.turn[0].username, "console");
}

#[test]
fn proxies_of_carriers_are_checked_and_shown() {
    let proxy = |text: &str| Home::with(&format!("{LAB}\n[profiles.lab.carriers.c-1]\n{text}\n"));
    let home = proxy("host = \"2001:db8::1\"");
    let shown = report::show(&home.load().unwrap());
    assert!(
        shown.contains("carriers.c-1 = \"[2001:db8::1]:5061\""),
        "{shown}"
    );
    for (wrong, key, why) in [
        ("host = \"a b\"", "carriers.c-1.host", "is not a host"),
        ("port = 5061", "carriers.c-1.host", "missing"),
        (
            "host = \"sip\"\nport = 0",
            "carriers.c-1.port",
            "not a port",
        ),
        ("host = \"sip\"\nprot = 1", "carriers.c-1.prot", "port"),
    ] {
        let error = proxy(wrong).load().unwrap_err().to_string();
        assert!(error.contains(key) && error.contains(why), "{error}");
    }
}

#[test]
fn check_says_ok_and_what_it_could_not_find() {
    let home = Home::with(LAB);
    let text = report::check(&home.flags, &home.env, &home.paths).unwrap();
    assert!(
        text.starts_with(
            "ok\nwarning: client_secret: the secret should be in LAB_SECRET, which is not set"
        ),
        "{text}"
    );
    let home = home.env(&[("LAB_SECRET", "canary")]);
    let text = report::check(&home.flags, &home.env, &home.paths).unwrap();
    assert!(
        !text.contains("warning") && !text.contains("canary"),
        "{text}"
    );
    assert!(text.contains("api      https://lab.example/"), "{text}");
}

#[test]
fn show_names_the_layer_of_each_value_and_masks_the_secret() {
    let flags = Flags {
        read_only: true,
        ..Flags::default()
    };
    let home = Home::with(&format!("[ui]\nclock = \"off\"{LAB}"))
        .env(&[
            ("TRUNKLINE_CLIENT_ID", "ours"),
            ("TRUNKLINE_CLIENT_SECRET", "canary"),
        ])
        .flags(flags);
    let text = report::show(&home.load().unwrap());
    let file = home.paths.config_file.display();
    for line in [
        format!("ui.clock = \"off\"  # {file}:2\n"),
        "ui.mouse = true  # default\n".to_owned(),
        "keys.quit = [\"q\", \"Ctrl-c\"]  # default\n".to_owned(),
        "profiles.lab.client_id = \"ours\"  # environment TRUNKLINE_CLIENT_ID\n".to_owned(),
        "profiles.lab.read_only = true  # flag --read-only\n".to_owned(),
        format!("profiles.lab.base_url = \"https://lab.example/\"  # {file}:4\n"),
    ] {
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert!(
        text.contains("masked") && !text.contains("canary"),
        "{text}"
    );
    text.parse::<toml::Table>().expect("what is shown is TOML");
    let path = report::path(&home.flags, &home.env, &home.paths);
    let lines: Vec<&str> = path.lines().collect();
    assert_eq!(lines[0], format!("{file}  (default)"));
    for name in ["state", "log", "audit"] {
        assert!(lines.iter().any(|line| line.contains(name)), "{path}");
    }
}

#[test]
fn a_socket_is_enough_and_says_who_may_use_it() {
    let section = "socket = \"t.sock\"\nsocket_group = 7\nsocket_writers = [\"deploy\", 1002]";
    let home = Home::with(&format!("{LAB}[profiles.lab.listen]\n{section}"));
    let loaded = home.load().unwrap();
    let listen = loaded.profile.as_ref().unwrap().listen.as_ref().unwrap();
    assert_eq!(listen.address, None);
    let shown = report::show(&loaded);
    for line in [
        "listen.socket_group = 7",
        "listen.socket_writers = [\"deploy\", 1002]",
        "listen.open = \"health\"",
        "listen.ready_at = 0.95",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(!shown.contains("listen.address"), "{shown}");
}

#[test]
fn check_says_where_the_tokens_of_the_listener_are() {
    let home = Home::with(LAB);
    let paths = &home.paths;
    let said = report::check(&home.flags, &home.env, paths).unwrap();
    for scope in ["read", "write"] {
        let path = paths.state_dir.join(format!("listen/lab.{scope}.token"));
        let line = format!("the {scope} token is in {}", path.display());
        assert!(said.contains(&line), "{said}");
    }
}

#[test]
fn a_listener_beyond_loopback_needs_a_token_and_shows_none() {
    let with = |section: &str| Home::with(&format!("{LAB}[profiles.lab.listen]\n{section}"));
    let error = with("address = \"0.0.0.0:8080\"").error();
    assert!(error.contains("everyone who can reach it"), "{error}");
    for wrong in [
        "address = \"8080\"",
        "hosts = [\"a b\"]",
        "token = \"canary\"",
        "token_env = \"A\"\ntoken_file = \"b\"",
        "adress = \"127.0.0.1:1\"",
        "read_token = \"canary\"",
        "open = \"all\"",
        "open = \"reads\"\naddress = \"0.0.0.0:1\"\ntoken_env = \"A\"",
        "ready_at = 95",
        "socket_group = \"noc\"",
        "socket = \"~/a.sock\"",
        "socket = \"a.sock\"\nsocket_writers = [-1]",
    ] {
        let error = with(wrong).error();
        assert!(
            error.contains("profiles.lab.listen") && !error.contains("canary"),
            "{wrong}: {error}"
        );
    }
    let home = with("address = \"0.0.0.0:0\"\ntoken_env = \"T\"\nhosts = [\"NOC.example.com\"]");
    let home = home.env(&[("T", "canary")]);
    let loaded = home.load().unwrap();
    let listen = loaded.profile.as_ref().unwrap().listen.as_ref().unwrap();
    assert_eq!(listen.hosts, ["noc.example.com"]);
    let shown = report::show(&loaded);
    assert!(
        shown.contains("profiles.lab.listen.token = \"masked: from the variable T\"")
            && !shown.contains("canary"),
        "{shown}"
    );
}

#[test]
fn a_view_is_read_and_shown_and_what_is_wrong_with_one_is_told_at_its_line() {
    let home = Home::with(
        r#"[views.lost]
pane = "Registrations"
filter = " state:lost "
sort = "-since"
columns = ["user", "flaps_1h"]
[views."two words"]
pane = "registratons"
[views.a]
filter = "x"
[views.b]
pane = "carriers"
filter = "helth:down"
sort = "-dais"
columns = ["name", "nom"]
colums = ["name"]
[views.c]
pane = "transfers"
sort = "settled"
columns = ["queue"]
"#,
    );
    let error = home.error();
    for (line, text) in [
        (6, "views.two words: \"two words\" is no name of a view"),
        (7, "views.two words.pane: there is no list \"registratons\""),
        (8, "views.a: pane is missing: registrations, carriers,"),
        (12, "views.b.filter: column 1: "),
        (13, "views.b.sort: there is no field `dais`; there are "),
        (14, "views.b.columns: there is no field `nom`; there are "),
        (15, "views.b.colums: unknown key; did you mean \"columns\"?"),
    ] {
        let expected = format!("config.toml:{line}: {text}");
        assert!(error.contains(&expected), "{expected}\n in \n{error}");
    }
    for hint in ["did you mean \"registrations\"?", "did you mean \"days\"?"] {
        assert!(error.contains(hint), "{hint}\n in \n{error}");
    }
    let home = Home::with(
        "[views.lost]\npane = \"Registrations\"\nfilter = \" state:lost \"\nsort = \"-since\"\n",
    );
    let loaded = home.load().unwrap();
    let view = &loaded.config.views["lost"];
    assert_eq!(
        (view.pane.as_str(), view.filter.as_str()),
        ("registrations", "state:lost")
    );
    let shown = report::show(&loaded);
    for line in [
        "views.lost.pane = \"registrations\"",
        "views.lost.sort = \"-since\"",
    ] {
        assert!(shown.contains(line), "{line}\n in \n{shown}");
    }
}

#[test]
fn targets_of_alerts_are_shown_without_their_secrets_and_checked() {
    let targets = r#"
[[profiles.lab.alerts.targets]]
name = "oncall"
kind = "pagerduty"
key_env = "CANARY_UNSET"
when = "severity:critical"
[[profiles.lab.alerts.targets]]
name = "log"
kind = "syslog"
address = "udp://logs.example"
[[profiles.lab.alerts.targets]]
name = "hook"
kind = "webhook"
address = "https://hooks.example/canary?key=canary"
"#;
    let home = Home::with(&format!("{LAB}{targets}"));
    let shown = report::show(&home.load().unwrap());
    assert!(!shown.contains("canary"), "{shown}");
    for part in [
        "key = \"masked: from the variable CANARY_UNSET\"",
        "to = \"masked: https://events.pagerduty.com/…\"",
        "to = \"udp://logs.example:514\"",
        "to = \"masked: https://hooks.example/…\"",
    ] {
        assert!(shown.contains(part), "no {part} in\n{shown}");
    }
    let checked = report::check(&home.flags, &home.env, &home.paths).unwrap();
    for part in [
        "warning: key of the alert target oncall: the secret should be in CANARY_UNSET",
        "warning: alert target log: udp://logs.example:514 is read by whoever is on the way",
    ] {
        assert!(checked.contains(part), "no {part} in\n{checked}");
    }
    let wrong = targets.replace("pagerduty", "pagerdutty");
    let home = Home::with(&format!("{LAB}{wrong}"));
    let fault = home.load().unwrap_err().to_string();
    assert!(
        fault.contains("target 1: kind: ") && fault.contains("did you mean"),
        "{fault}"
    );
}
