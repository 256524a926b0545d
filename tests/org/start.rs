use std::os::unix::fs::PermissionsExt;

use secrecy::ExposeSecret;
use serde_json::Value;
use trunkline::org::{self, Options, OrgError};

use crate::client::{bench, options};

/// The state without what the clock puts in it.
fn timeless(mut state: Value) -> Value {
    state["time"].take();
    for list in ["registrations", "edges"] {
        for entry in state[list].as_array_mut().unwrap() {
            entry["since"].take();
        }
    }
    state
}

#[tokio::test]
async fn the_same_seed_is_the_same_organisation() {
    let mut states = Vec::new();
    for seed in [7, 7, 8] {
        let bench = bench(Options {
            users: 50,
            seed,
            ..options()
        })
        .await;
        let users = bench
            .get_json("/api/v2/users?pageSize=50", &bench.token().await)
            .await;
        states.push((timeless(bench.control_get("/_org/state").await), users));
    }
    assert_eq!(states[0], states[1]);
    assert_ne!(states[0].0["registrations"], states[2].0["registrations"]);
}

#[tokio::test]
async fn with_a_rate_things_happen_and_without_one_nothing_does() {
    let lively = bench(Options {
        rate: 2000.0,
        ..options()
    })
    .await;
    let quiet = bench(options()).await;
    while lively.control_get("/_org/state").await["events"]
        .as_u64()
        .unwrap()
        < 100
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(quiet.control_get("/_org/state").await["events"], 0);
}

#[tokio::test]
async fn the_ready_line_and_the_profile_name_the_same_organisation() {
    let folder = tempfile::tempdir().unwrap();
    let (profile, ca) = (folder.path().join("org.toml"), folder.path().join("ca.pem"));
    let options = Options {
        profile_out: Some(profile.clone()),
        ca_out: Some(ca.clone()),
        client_secret: Some("zx\"y\\v".into()),
        rate_limit: 0,
        ..options()
    };
    let org = org::start(options).await.unwrap();
    let ready: Value = serde_json::from_str(&org.ready_line()).unwrap();
    let text = std::fs::read_to_string(&profile).unwrap();
    let written: toml::Value = toml::from_str(&text).unwrap();
    assert_eq!(written["profile"].as_str(), Some("org"));
    let written = &written["profiles"]["org"];
    assert_eq!(written["api"].as_str(), Some("direct"));
    for key in ["base_url", "client_id", "ca_file"] {
        assert_eq!(written[key].as_str(), ready[key].as_str(), "{key}");
    }
    assert_eq!(
        written["status_url"].as_str(),
        Some(org.status_page().as_str())
    );
    assert_eq!(written["requests_per_minute"].as_integer(), Some(0));
    let webhook = format!("{}/_org/webhooks", org.base_url());
    assert_eq!(
        written["alerts"]["webhook"].as_str(),
        Some(webhook.as_str())
    );
    assert_eq!(
        written["transfers"]["media_callback"].as_str(),
        Some(org.media_callback().as_str())
    );
    let told = written["routes"]["sync_webhook"].as_str();
    assert_eq!(told, Some(format!("{webhook}/routes").as_str()));
    let stun = ready["stun"].as_str().unwrap();
    let tcp = format!("{stun}?transport=tcp");
    let servers = written["probes"]["stun"].as_array().unwrap().iter();
    assert!(
        servers
            .map(toml::Value::as_str)
            .eq([Some(stun), Some(tcp.as_str())])
    );
    let proxies = written["carriers"].as_table().unwrap();
    assert_eq!(proxies.len(), ready["sip"].as_object().unwrap().len());
    for (id, proxy) in proxies {
        let (host, port) = (&proxy["host"], &proxy["port"]);
        let address = format!("{}:{port}", host.as_str().unwrap());
        assert_eq!(ready["sip"][id].as_str(), Some(address.as_str()), "{id}");
    }
    assert_eq!(
        ready["control_token"].as_str(),
        Some(org.control_token().expose_secret())
    );
    assert_eq!(std::fs::read_to_string(&ca).unwrap(), org.ca_pem());

    let secret = written["client_secret_file"].as_str().unwrap();
    assert_eq!(std::fs::read_to_string(secret).unwrap(), "zx\"y\\v");
    for path in [profile.to_str().unwrap(), secret] {
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    assert!(!text.contains("zx"));
    drop(org);
    assert!(ca.exists());
}

#[tokio::test]
async fn a_temporary_ca_goes_with_the_organisation() {
    let org = org::start(options()).await.unwrap();
    let ca = org.ca_file().to_owned();
    assert!(ca.exists());
    drop(org);
    assert!(!ca.exists());
}

#[tokio::test]
async fn options_out_of_range_are_refused() {
    for (options, told) in [
        (
            Options {
                users: 0,
                ..options()
            },
            "--users",
        ),
        (
            Options {
                rate: f64::NAN,
                ..options()
            },
            "--rate",
        ),
        (
            Options {
                rate: -1.0,
                ..options()
            },
            "--rate",
        ),
        (
            Options {
                listen: "0.0.0.0:0".parse().unwrap(),
                ..options()
            },
            "--listen",
        ),
        (
            Options {
                ca_out: Some("/nonexistent/ca.pem".into()),
                ..options()
            },
            "/nonexistent/ca.pem",
        ),
    ] {
        let error = org::start(options).await.unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    let taken = org::start(options()).await.unwrap();
    let listen = taken
        .base_url()
        .trim_start_matches("https://")
        .parse()
        .unwrap();
    assert!(matches!(
        org::start(Options {
            listen,
            ..options()
        })
        .await,
        Err(OrgError::Listen { .. })
    ));
}

#[tokio::test]
async fn a_large_organisation_starts() {
    let bench = bench(Options {
        users: 100_000,
        rate: 20_000.0,
        rate_limit: 0,
        ..options()
    })
    .await;
    let page = bench
        .get_json(
            "/api/v2/users?pageSize=500&pageNumber=200",
            &bench.token().await,
        )
        .await;
    assert_eq!(page["entities"][499]["id"], "u-100000");
}
