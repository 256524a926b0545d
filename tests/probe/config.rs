//! What a profile may say of probes, and what it is told when that is wrong.

use std::time::Duration;

use trunkline::app::probes;
use trunkline::config::{self, Flags, Loaded, Paths};
use trunkline::environment::Environment;
use trunkline::probe::Resolver;

fn load(probes: &str) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let text = format!(
        "[profiles.lab]\nbase_url = \"https://127.0.0.1:1\"\nclient_id = \"id\"\nclient_secret_env = \"NONE\"\n[profiles.lab.probes]\n{probes}\n"
    );
    std::fs::write(&file, text).unwrap();
    let flags = Flags {
        config: Some(file),
        ..Flags::default()
    };
    let environment = Environment::default();
    let paths = Paths::standard().unwrap();
    config::load(&flags, &environment, &paths).map_err(|error| error.to_string())
}

#[tokio::test]
async fn what_is_written_reaches_the_probes() {
    let loaded = load(
        r#"interval_seconds = 90
expiring_days = 14
resolvers = ["192.0.2.1:53", "[2001:db8::1]:53"]
stun = ["stun.example.com:19302"]
turn = [{ server = "turn.example.com:443?transport=tcp", username = "ana", password_env = "UNSET_CANARY" }]"#,
    );
    let loaded = loaded.unwrap();
    let shown = config::report::show(&loaded);
    assert!(shown.contains("probes.expiring_days = 14"), "{shown}");
    assert!(
        shown.contains("masked: from the variable UNSET_CANARY"),
        "{shown}"
    );
    let profile = loaded.profile.unwrap();
    assert_eq!(profile.probes.interval, Duration::from_secs(90));
    assert_eq!(
        profile.probes.stun[0].to_string(),
        "stun:stun.example.com:19302"
    );
    let environment = Environment::default();
    let settings = probes::settings(&profile, &profile.probes.turn, &environment);
    let settings = settings.await.unwrap();
    assert_eq!(settings.expiring_days, 14);
    assert_eq!(settings.resolvers.len(), 3);
    assert_eq!(
        settings.resolvers[0],
        Resolver::System,
        "the others are fallbacks"
    );
    let user = &settings.turn[0];
    assert_eq!(user.username, "ana");
    let missing = user.password.as_ref().unwrap_err();
    assert!(missing.contains("UNSET_CANARY"), "{missing}");
}

#[test]
fn mistakes_name_their_key() {
    for (text, says) in [
        ("interval_seconds = 1", "at least 10"),
        ("expiring_days = 4000", "at most 825"),
        (r#"resolvers = ["dns.example.com"]"#, "1.1.1.1:53"),
        (r#"stun = ["host:0"]"#, "1 to 65535"),
        (
            r#"turn = [{ server = "t", username = "u" }]"#,
            "password_env",
        ),
        (
            r#"turn = [{ server = "t", username = "u", password = "p" }]"#,
            "password",
        ),
        (
            r#"turn = [{ server = "t", username = "u", password_env = "A", password_file = "b" }]"#,
            "one place",
        ),
        ("intervall = 3", "interval_seconds"),
    ] {
        let error = load(text).unwrap_err();
        assert!(
            error.contains("profiles.lab.probes") && error.contains(says),
            "{text}: {error}"
        );
    }
}
