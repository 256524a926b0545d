//! The variables that the documents of the integrations use: alone they make a profile, and a mistake is told at its variable.

use trunkline::config::report;
use trunkline::model::api::Api;

use super::home::Home;

const ALL: [(&str, &str); 9] = [
    ("GENESYS_CLIENT_ID", "the-client"),
    ("GENESYS_CLIENT_SECRET", "canary"),
    ("GENESYS_SUBDOMAIN", "acme"),
    ("GENESYS_ENVIRONMENT", "mypurecloud.de"),
    ("TARGET_USER_ID", "u-1,u-2"),
    ("SIP_PROXY_HOST", "sip.example.com"),
    ("WEBHOOK_URL", "https://hooks.example.com/noc"),
    (
        "MEDIA_SERVER_WEBHOOK",
        "https://media.example.com/transfers",
    ),
    (
        "EXTERNAL_CALENDAR_WEBHOOK_URL",
        "https://calendar.example.com/in",
    ),
];

fn with(variables: &[(&str, &str)]) -> Home {
    Home::empty().env(variables)
}

#[test]
fn the_documents_variables_alone_make_a_profile_and_show_says_which_made_what() {
    let loaded = with(&ALL).load().unwrap();
    let profile = loaded.profile.as_ref().unwrap();
    assert_eq!(profile.name, "environment");
    assert_eq!(profile.api, Api::Direct);
    assert_eq!(profile.base_url.as_str(), "https://acme.mypurecloud.de/");
    assert_eq!(profile.registrations.users.as_ref().unwrap().len(), 2);
    assert!(loaded.source.is_none() && loaded.warnings.is_empty());
    let shown = report::show(&loaded);
    for line in [
        "profiles.environment.base_url = \"https://acme.mypurecloud.de/\"  # environment GENESYS_SUBDOMAIN",
        "profiles.environment.client_id = \"the-client\"  # environment GENESYS_CLIENT_ID",
        "registrations.users = [\"u-1\", \"u-2\"]  # environment TARGET_USER_ID",
        "alerts.webhook = \"masked: https://hooks.example.com/…\"  # environment WEBHOOK_URL",
        "media_callback = \"masked: https://media.example.com/…\"  # environment MEDIA_SERVER_WEBHOOK",
        "callbacks.webhook = \"masked: https://calendar.example.com/…\"  # environment EXTERNAL_CALENDAR_WEBHOOK_URL",
        "sip.example.com:5061",
        "masked: from the variable GENESYS_CLIENT_SECRET",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains("canary"), "{shown}");
    let home = with(&ALL);
    let said = report::check(&home.flags, &home.env, &home.paths).unwrap();
    assert!(said.contains("the environment says it all"), "{said}");
}

#[test]
fn the_platform_is_found_by_its_region_where_it_is_asked_for() {
    let mut variables = ALL[..2].to_vec();
    variables.extend([
        ("GENESYS_ENVIRONMENT", "eu-west-2"),
        ("TRUNKLINE_API", "platform"),
    ]);
    let profile = with(&variables).load().unwrap().profile.unwrap();
    assert_eq!(profile.api, Api::Platform);
    assert_eq!(profile.base_url.as_str(), "https://api.euw2.pure.cloud/");
    let login = profile.login_url.unwrap();
    assert_eq!(login.as_str(), "https://login.euw2.pure.cloud/");
}

#[test]
fn a_mistake_is_told_at_its_variable_and_a_file_goes_before_all_of_it() {
    let mut wrong = ALL.to_vec();
    wrong.push(("GENESYS_HOSTNAME", "http://api.example.com"));
    wrong[6].1 = "ftp://hooks.example.com";
    let error = with(&wrong).error();
    for word in ["environment GENESYS_HOSTNAME", "environment WEBHOOK_URL"] {
        assert!(error.contains(word), "{error}");
    }
    let profile = Home::with(super::LAB).env(&ALL).load().unwrap().profile;
    let profile = profile.unwrap();
    assert_eq!(profile.name, "lab");
    assert!(profile.alerts.webhook.is_none() && profile.registrations.users.is_none());
}

#[test]
fn scopes_and_deadlines_are_the_profiles_to_say() {
    let deadlines = "[profiles.lab.deadlines]\ncall_seconds = 5\njob_minutes = 90\n";
    let text = format!(
        "{}scopes = [\"a:read\", \"b:write\"]\n{deadlines}",
        super::LAB
    );
    let loaded = Home::with(&text).load().unwrap();
    let shown = report::show(&loaded);
    for line in [
        "scopes = [\"a:read\", \"b:write\"]",
        "deadlines.call_seconds = 5",
        "deadlines.job_minutes = 90",
        "deadlines.transfer_seconds = 10  # default",
        "deadlines.ping_seconds = 3  # default",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let error = Home::with(&text.replace("call_seconds = 5", "call_seconds = 0")).error();
    assert!(error.contains("from 1 to 600"), "{error}");
    let error = Home::with(&text.replace("b:write", "b write")).error();
    assert!(error.contains("is not one scope"), "{error}");
}
