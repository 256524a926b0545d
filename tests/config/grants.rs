//! Where an organisation on the Platform API is, and who the console is to it.

use trunkline::config::report;

use crate::home::Home;

const SECRET: &str = "client_id = \"c\"\nclient_secret_env = \"S\"\n";

fn platform(rest: &str) -> Home {
    Home::with(&format!("[profiles.lab]\napi = \"platform\"\n{rest}"))
}

#[test]
fn a_region_says_both_hosts() {
    for word in ["ap-southeast-2", "mypurecloud.com.au"] {
        let home = platform(&format!("region = \"{word}\"\n{SECRET}"));
        let profile = home.load().unwrap().profile.unwrap();
        assert_eq!(profile.base_url.as_str(), "https://api.mypurecloud.com.au/");
        let login = profile.login_url.unwrap();
        assert_eq!(login.as_str(), "https://login.mypurecloud.com.au/");
    }
    let error = platform(&format!("region = \"eu-centrl-1\"\n{SECRET}")).error();
    assert!(
        error.contains("config.toml:3: profiles.lab.region: \"eu-centrl-1\" is no region"),
        "{error}"
    );
    assert!(error.contains("did you mean \"eu-central-1\"?"), "{error}");
}

#[test]
fn the_login_host_of_a_region_is_known_from_its_api_host() {
    let login = |rest: &str| platform(rest).load().unwrap().profile.unwrap().login_url;
    let known = format!("base_url = \"https://api.mypurecloud.ie\"\n{SECRET}");
    assert_eq!(
        login(&known).unwrap().as_str(),
        "https://login.mypurecloud.ie/"
    );
    let own = format!("base_url = \"https://127.0.0.1:8443\"\n{SECRET}");
    assert_eq!(login(&own), None, "the same address");
}

#[test]
fn a_place_is_said_once() {
    let region = "region = \"us-east-1\"\n";
    for (rest, says) in [
        (
            "base_url = \"https://a.example\"\n",
            "profiles.lab.base_url: the region says where the API is",
        ),
        (
            "login_url = \"https://a.example\"\n",
            "profiles.lab.login_url: the region says where tokens come from",
        ),
    ] {
        let error = platform(&format!("{region}{rest}{SECRET}")).error();
        assert!(error.contains(says), "{error}");
    }
    let error = platform(SECRET).error();
    assert!(error.contains("region = \"eu-central-1\""), "{error}");
}

#[test]
fn the_direct_api_has_neither_regions_nor_people() {
    let home = Home::with(&format!(
        "[profiles.lab]\nregion = \"us-east-1\"\n{SECRET}[profiles.lab.person]\nclient_id = \"p\"\n"
    ));
    let error = home.error();
    for says in [
        "config.toml:2: profiles.lab.region: only organisations on the Platform API",
        "config.toml:5: profiles.lab.person: only the Platform API tells people from clients",
    ] {
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_person_may_be_beside_the_client_or_alone() {
    let person = "[profiles.lab.person]\nclient_id = \"p\"\nredirect_port = 8085\n";
    let region = "region = \"us-east-1\"\n";
    let both = platform(&format!("{region}{SECRET}{person}"))
        .load()
        .unwrap();
    let shown = report::show(&both);
    for line in [
        "profiles.lab.region = \"us-east-1\"",
        "profiles.lab.person.client_id = \"p\"",
        "profiles.lab.person.redirect_port = 8085",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(!shown.contains("base_url"), "{shown}");
    assert!(both.profile.unwrap().client.is_some());
    // Variables that other tools share do not add a client; ours do.
    let alone = |env: &[(&str, &str)]| {
        let home = platform(&format!("{region}{person}")).env(env);
        home.load().unwrap().profile.unwrap().client
    };
    assert!(alone(&[("GENESYS_CLIENT_ID", "x"), ("GENESYS_CLIENT_SECRET", "y")]).is_none());
    let ours = [
        ("TRUNKLINE_CLIENT_ID", "x"),
        ("TRUNKLINE_CLIENT_SECRET", "y"),
    ];
    assert_eq!(alone(&ours).unwrap().id, "x");
    let home = platform(&format!("{region}{person}"));
    let said = report::check(&home.flags, &home.env, &home.paths).unwrap();
    assert!(said.contains("secret   none: a person signs in"), "{said}");
    assert!(
        said.contains("region   us-east-1 (mypurecloud.com)"),
        "{said}"
    );
}

#[test]
fn a_person_s_section_is_checked() {
    let of = |rest: &str| {
        platform(&format!(
            "region = \"us-east-1\"\n[profiles.lab.person]\n{rest}"
        ))
        .error()
    };
    for (rest, says) in [
        ("", "profiles.lab.person.client_id: missing"),
        (
            "client_id = \"p\"\nredirect_prt = 1\n",
            "did you mean \"redirect_port\"?",
        ),
        (
            "client_id = \"p\"\nredirect_port = 70000\n",
            "person.redirect_port",
        ),
        (
            "client_id = \"p\"\nclient_secret = \"canary\"\n",
            "does not belong in this file",
        ),
    ] {
        let error = of(rest);
        assert!(error.contains(says) && !error.contains("canary"), "{error}");
    }
}

#[test]
fn a_sign_in_is_kept_only_where_the_profile_says_so() {
    for (line, kept) in [("", false), ("keyring = true\n", true)] {
        let home = platform(&format!(
            "region = \"eu-west-1\"\n[profiles.lab.person]\nclient_id = \"people\"\n{line}"
        ));
        let person = home.load().unwrap().profile.unwrap().person.unwrap();
        assert_eq!(person.keyring, kept);
    }
}
