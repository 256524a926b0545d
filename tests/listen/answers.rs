//! What each path tells.

use std::collections::BTreeSet;

use prometheus_parse::{Scrape, Value as Sample};
use reqwest::Method;
use reqwest::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use serde_json::{Value, json};
use trunkline::listen::{NotReady, Question};

use crate::house::{House, anywhere, get_json, request};

fn keys(object: &Value) -> BTreeSet<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn set<const N: usize>(names: [&'static str; N]) -> BTreeSet<&'static str> {
    names.into_iter().collect()
}

#[tokio::test]
async fn the_dashboard_has_the_fields_of_the_contract_and_no_others() {
    let mut house = House::start(12, &anywhere()).await;
    house.settle().await;
    let rows = house.runner.app.store.registrations.counts().total;
    let (status, dashboard) = house
        .during(|at| get_json(at, "/api/v1/telephony/dashboard"))
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        keys(&dashboard),
        set(["registrations", "carriers", "report"])
    );
    let registrations = dashboard["registrations"].as_array().unwrap();
    assert_eq!(registrations.len(), rows as usize);
    for one in registrations {
        let fields = set(["userId", "deviceId", "registered", "codec", "lastChecked"]);
        assert_eq!(keys(one), fields);
        assert!(one["registered"].is_boolean() && one["codec"].is_string());
        moment(&one["lastChecked"]);
    }
    let carriers = dashboard["carriers"].as_array().unwrap();
    assert!(!carriers.is_empty());
    for one in carriers {
        assert_eq!(keys(one), set(["providerId", "name", "status", "health"]));
    }
    let report = &dashboard["report"];
    let fields = set([
        "generatedAt",
        "totalChecks",
        "successCount",
        "successRate",
        "lastFailureTime",
        "unknownChecks",
        "reads",
        "activeUsers",
        "degradedCarriers",
    ]);
    assert_eq!(keys(report), fields);
    moment(&report["generatedAt"]);
    let good = registrations.iter().filter(|one| one["registered"] == true);
    let good = good.count();
    assert_eq!(report["successCount"], json!(good));
    let share = good as f64 * 100.0 / f64::from(rows);
    assert_eq!(report["successRate"], json!(share));
    let some_lost = good < registrations.len();
    assert_eq!(report["lastFailureTime"] != "none", some_lost, "{report}");
    assert_eq!(report["totalChecks"], json!(rows), "a look at each device");
    assert_eq!(report["reads"]["total"], 12, "a read of each user");
    assert_eq!(report["reads"]["lastFailureTime"], "none");
    let active: BTreeSet<&str> = registrations
        .iter()
        .filter(|one| one["registered"] == true)
        .map(|one| one["userId"].as_str().unwrap())
        .collect();
    assert_eq!(report["activeUsers"], json!(active.len()));
}

/// RFC 3339.
fn moment(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(text.parse::<jiff::Timestamp>().is_ok(), "{text}");
}

#[tokio::test]
async fn a_dashboard_of_many_pages_lists_each_device_once() {
    let mut house = House::start(1, &anywhere()).await;
    // More devices than one page holds; reading as many over the wire would outlast the budget of a minute.
    let mut changes = trunkline::store::Changes::default();
    let table = &mut house.runner.app.store.registrations;
    for user in 0..1_700_u32 {
        let device = |n: u32| trunkline::model::registration::Device {
            id: format!("d-{n}").as_str().into(),
            registered: user % 2 == 0,
            codec: None,
        };
        let id = format!("made-up-{user}").as_str().into();
        let devices = vec![device(0), device(1)];
        let now = trunkline::time::Millis(1);
        table.snapshot(&id, devices, &[], true, now, &mut changes);
    }
    assert_eq!(table.counts().active_users, 850);
    let (_, dashboard) = house
        .during(|at| get_json(at, "/api/v1/telephony/dashboard"))
        .await;
    let listed = dashboard["registrations"].as_array().unwrap();
    let ours: Vec<_> = listed
        .iter()
        .filter(|one| one["userId"].as_str().unwrap().starts_with("made-up"))
        .map(|one| (one["userId"].to_string(), one["deviceId"].to_string()))
        .collect();
    let different: BTreeSet<_> = ours.iter().collect();
    assert_eq!((ours.len(), different.len()), (3_400, 3_400));
    assert!(listed.iter().any(|one| one["codec"] == "unknown"));
}

#[tokio::test]
async fn another_verb_is_refused_with_the_one_that_is_allowed() {
    let mut house = House::start(1, &anywhere()).await;
    house
        .during(|at| async move {
            for path in [
                "/api/v1/telephony/dashboard",
                "/metrics",
                "/healthz",
                "/readyz",
            ] {
                for verb in ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"] {
                    let verb = Method::from_bytes(verb.as_bytes()).unwrap();
                    let answer = request(verb.clone(), at, path).send().await.unwrap();
                    assert_eq!(answer.status(), 405, "{verb} {path}");
                    assert_eq!(answer.headers()[ALLOW], "GET");
                    if verb != Method::HEAD {
                        let body: Value = answer.json().await.unwrap();
                        assert_eq!(keys(&body), set(["code", "contextId", "message", "status"]));
                        assert_eq!(body["status"], 405);
                    }
                }
            }
        })
        .await;
}

#[tokio::test]
async fn metrics_are_the_json_of_the_contract_unless_text_is_asked_for() {
    let mut house = House::start(3, &anywhere()).await;
    house.settle().await;
    house
        .during(|at| async move {
            // What is read meanwhile adds samples: both forms are asked for until nothing came between.
            let (status, json) = loop {
                let (status, json) = get_json(at, "/metrics").await;
                let figures = json["figures"].as_object().unwrap();
                for name in ["trunkline_resolves", "trunkline_listener_denied"] {
                    assert!(!figures[name]["samples"].as_array().unwrap().is_empty());
                }
                let text = request(Method::GET, at, "/metrics").header(ACCEPT, "text/plain");
                let text = text.send().await.unwrap().text().await.unwrap();
                let told = figures.values().map(|family| family["samples"].as_array().unwrap().len());
                let samples = text.lines().filter(|line| !line.starts_with('#'));
                if told.sum::<usize>() == samples.count() {
                    break (status, json);
                }
                tokio::task::yield_now().await;
            };
            assert_eq!(status, 200);
            let mut json = json;
            json.as_object_mut().unwrap().remove("figures");
            assert_eq!(
                json,
                json!({"reachability_rate": 0.0, "total_resolves": 0, "successful_resolves": 0, "avg_latency_ms": 0.0})
            );
            for (accept, kind) in [
                ("text/plain", "text/plain; version=0.0.4; charset=utf-8"),
                (
                    "application/openmetrics-text",
                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                ),
            ] {
                let asked = request(Method::GET, at, "/metrics").header(ACCEPT, accept);
                let answer = asked.send().await.unwrap();
                assert_eq!(answer.headers()[CONTENT_TYPE], kind);
                let text = answer.text().await.unwrap();
                assert_eq!(
                    text.ends_with("# EOF\n"),
                    accept != "text/plain",
                    "only OpenMetrics marks its end"
                );
            }
        })
        .await;
}

#[tokio::test]
async fn the_prometheus_text_is_one_that_prometheus_reads() {
    let mut house = House::start(5, &anywhere()).await;
    house.settle().await;
    let counts = house.runner.app.store.registrations.counts();
    let text = house
        .during(|at| async move {
            let asked = request(Method::GET, at, "/metrics").header(ACCEPT, "text/plain");
            asked.send().await.unwrap().text().await.unwrap()
        })
        .await;
    let scrape = Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).unwrap();
    let sum = |name: &str| {
        let of = scrape.samples.iter().filter(|one| one.metric == name);
        of.map(|one| match one.value {
            Sample::Counter(value) | Sample::Gauge(value) => value,
            ref other => panic!("{name} is {other:?}: its type was lost"),
        })
        .sum::<f64>()
    };
    assert!((sum("trunkline_registrations") - f64::from(counts.total)).abs() < 0.5);
    assert!((sum("trunkline_reads_total") - 5.0).abs() < 0.5);
    assert!((sum("trunkline_checks_total") - f64::from(counts.total)).abs() < 0.5);
    assert!((sum("trunkline_ready") - 1.0).abs() < 0.5);
    assert!((sum("trunkline_link") - 1.0).abs() < 0.5);
    assert!((sum("trunkline_budget_allowed") - 300.0).abs() < 0.5);
    let carriers = house.runner.app.store.carriers.len();
    assert!((sum("trunkline_carriers") - carriers as f64).abs() < 0.5);
    let names: BTreeSet<&str> = scrape.samples.iter().map(|one| &*one.metric).collect();
    for name in [
        "trunkline_build_info",
        "trunkline_streams",
        "trunkline_mailbox_dropped_total",
        "trunkline_read_duration_seconds",
        "trunkline_carrier_suffers",
        "trunkline_budget_used",
    ] {
        assert!(names.contains(name), "{name} is not in\n{text}");
        let help = format!("# HELP {name} ");
        assert!(text.contains(&help), "{help}");
    }
    assert_eq!(scrape.docs.len(), text.matches("# HELP").count());
    assert!(!text.contains("NaN"), "{text}");
}

#[tokio::test]
async fn ready_comes_after_the_first_whole_reading_and_alive_before() {
    let mut house = House::start(4, &anywhere()).await;
    let (to, answer) = tokio::sync::oneshot::channel();
    let app = &mut house.runner.app;
    let now = app.now();
    app.answer(Question::Overview(to), now);
    let ready = answer.await.unwrap().ready;
    assert_eq!(ready, Err(NotReady::Unlisted(None)));
    house.settle().await;
    house
        .during(|at| async move {
            let (status, ready) = get_json(at, "/readyz").await;
            assert_eq!((status, &ready["status"]), (200, &json!("ready")));
            let coverage = &ready["coverage"];
            assert_eq!(
                (&coverage["share"], &coverage["readyAt"]),
                (&json!(1.0), &json!(0.95))
            );
            assert_eq!(
                (&coverage["users"], &coverage["awaited"]),
                (&json!(4), &json!(0))
            );
            assert!(coverage["rows"]["sure"].as_u64().unwrap() >= 4, "{ready}");
            assert_eq!(ready["missing"], json!([]));
            assert_eq!(
                get_json(at, "/healthz").await,
                (200, json!({"status": "ok"}))
            );
        })
        .await;
}

#[tokio::test]
async fn without_an_organisation_it_is_alive_and_says_why_it_is_not_ready() {
    let mut house = House::start(4, &anywhere()).await;
    house.org.take().unwrap().stop().await;
    house
        .runner
        .run(|app| app.problem().is_some())
        .await
        .unwrap();
    house
        .during(|at| async move {
            let (status, why) = get_json(at, "/readyz").await;
            assert_eq!(status, 503);
            let message = why["message"].as_str().unwrap();
            assert!(
                message.starts_with("the list of users has not been read yet: "),
                "{message}"
            );
            assert_eq!(get_json(at, "/healthz").await.0, 200);
            let (status, dashboard) = get_json(at, "/api/v1/telephony/dashboard").await;
            assert_eq!(status, 200);
            assert_eq!(dashboard["registrations"], json!([]));
            assert_eq!(dashboard["report"]["successRate"], json!(0.0));
        })
        .await;
}

#[tokio::test]
async fn a_console_that_has_ended_is_not_alive() {
    let House {
        runner,
        listener,
        org,
        folder: _folder,
    } = House::start(1, &anywhere()).await;
    drop(runner);
    for path in ["/healthz", "/api/v1/telephony/dashboard"] {
        let (status, why) = get_json(listener.address().unwrap(), path).await;
        assert_eq!(status, 503);
        assert_eq!(why["message"], "the console is ending");
    }
    drop(org);
}
