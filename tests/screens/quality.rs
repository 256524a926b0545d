//! How calls sounded: the worst first, and what the poor ones have in common since when.

use trunkline::app::event::{Done, Event};
use trunkline::app::inquiries::InquiryAnswer;
use trunkline::cloud::platform::quality::CallListing;
use trunkline::effect::Effect;
use trunkline::model::alert::Subject;
use trunkline::model::capacity::CallCapacity;
use trunkline::model::change::Change;
use trunkline::model::inquiry::Inquiry;
use trunkline::model::quality::{Call, CallLeg};
use trunkline::model::queue::load::QueueLoad;

use super::platform;
use super::stage::{NOON, Stage};

const MINUTE: i64 = 60_000;

fn command(stage: &mut Stage, line: &str) {
    stage.press(&[":"]);
    stage.type_in(line);
    stage.press(&["Enter"]);
}

/// A call that began so many minutes ago, over that proxy, with that score.
fn call(id: &str, ago: i64, user: &str, host: &str, mos: Option<f64>) -> Call {
    let began = NOON.plus(-ago * MINUTE);
    Call {
        id: id.into(),
        began: Some(began),
        ended: mos.map(|_| began.plus(MINUTE)),
        mos,
        r_factor: mos.map(|mos| mos * 20.0),
        legs: vec![
            CallLeg {
                purpose: "customer".into(),
                edge: Some("EU West 1".into()),
                host: Some(host.into()),
                mos,
                latency_ms: mos.map(|mos| if mos < 3.5 { 320 } else { 60 }),
                received: Some(3_000),
                lost: mos.map(|mos| if mos < 3.5 { 210 } else { 3 }),
                codecs: vec!["PCMA".into()],
                ..CallLeg::default()
            },
            CallLeg {
                purpose: "agent".into(),
                user: Some(user.into()),
                edge: Some("EU West 1".into()),
                mos: mos.map(|_| 4.3),
                codecs: vec!["opus".into()],
                ..CallLeg::default()
            },
        ],
    }
}

/// What is asked for is answered: calls of one carrier sound poor since a quarter of an hour.
pub fn read(stage: &mut Stage) {
    let (north, south) = ("sip.north.example", "sip.south.example:5061");
    let calls = vec![
        call("c-1", 2, "u-1", north, None),
        call("c-2", 4, "u-2", north, Some(2.4)),
        call("c-3", 9, "u-1", north, Some(2.9)),
        call("c-4", 11, "u-2", south, Some(4.31)),
        call("c-5", 15, "u-1", north, Some(3.2)),
        call("c-6", 30, "u-1", north, Some(4.2)),
    ];
    let listing = CallListing {
        calls,
        ..CallListing::default()
    };
    let answer = InquiryAnswer::Quality(Ok(listing));
    stage.happen(Event::Done(Done::Inquired(Box::new(answer))));
    stage.pass(1_500);
}

/// What was changed, by two of them; an alert would name the first.
pub fn changed(stage: &mut Stage) {
    let change = |id: &str, ago: i64, user: Option<&str>, status: &str| Change {
        id: id.into(),
        at: NOON.plus(-ago * MINUTE),
        user: user.map(Into::into),
        client: Some("client-1".into()),
        action: "Update".into(),
        sort: "Trunk".into(),
        thing: Some("t-1".into()),
        name: "Northwind".into(),
        status: Some(status.into()),
        properties: vec!["enabled: true -> false".into()],
    };
    let all = vec![
        change("a-1", 3, Some("Eve Adams"), "SUCCESS"),
        change("a-2", 90, None, "FAILURE"),
    ];
    let answer = InquiryAnswer::Changes(Ok((all, Vec::new())));
    stage.happen(Event::Done(Done::Inquired(Box::new(answer))));
    stage.pass(1_500);
}

#[test]
fn what_others_changed_is_listed_and_an_alert_names_it() {
    let mut stage = platform::estate();
    changed(&mut stage);
    command(&mut stage, "changes");
    insta::assert_snapshot!("changes_80x24", stage.text((80, 24)));
    let before = stage.app.store.changed.before(NOON, 15 * MINUTE);
    let named: Vec<String> = before.map(Change::sentence).collect();
    assert_eq!(named, ["Update Trunk Northwind by Eve Adams"]);
}

#[test]
fn the_worst_calls_come_first_and_lead_to_their_carrier() {
    let mut stage = platform::estate();
    platform::phones(&mut stage);
    stage.happen(Event::Done(Done::Connected));
    stage.take_effects();
    command(&mut stage, "quality");
    let asked = Effect::Inquire(Inquiry::Quality, Vec::new());
    assert!(stage.take_effects().contains(&asked));
    read(&mut stage);
    insta::assert_snapshot!("quality_80x24", stage.text((80, 24)));
    stage.press(&["Enter"]);
    insta::assert_snapshot!("quality_120x40", stage.text((120, 40)));
    stage.pass(30_000);
    assert!(!stage.take_effects().contains(&asked));
    stage.pass(30_000);
    assert!(
        stage.take_effects().contains(&asked),
        "once a minute while it is shown"
    );
    command(&mut stage, "registrations");
    stage.pass(5 * MINUTE);
    assert!(!stage.take_effects().contains(&asked), "and no longer");
}

#[test]
fn a_rule_over_calls_is_an_alert_of_the_carrier_and_reads_by_itself() {
    let config = r#"
[profiles.acme]
api = "platform"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
[profiles.acme.alerts]
settle_seconds = 0
calls = [{ name = "poor-calls", below = 3.5, minutes = 30 }]
"#;
    let mut stage = platform::estate_of(config);
    platform::phones(&mut stage);
    stage.happen(Event::Done(Done::Alerts(Box::new(
        trunkline::alert::AlertNews::Opened {
            records: Vec::new(),
            ours: true,
            operator: "noc".into(),
            warnings: Vec::new(),
        },
    ))));
    stage.happen(Event::Done(Done::Connected));
    let asked = Effect::Inquire(Inquiry::Quality, Vec::new());
    assert!(stage.take_effects().contains(&asked), "nobody looks at it");
    read(&mut stage);
    let alerts = stage.app.store.alerts.iter();
    let of_calls: Vec<_> = alerts
        .filter_map(|alert| match &alert.subject {
            Subject::Calls { by, name } => Some((by.raw(), name.raw(), alert.is_open())),
            _ => None,
        })
        .collect();
    assert_eq!(of_calls, [("carrier", "Northwind Telecom", true)]);
    // Later calls are fine.
    let fine = CallListing {
        calls: (0..4)
            .map(|n| call(&format!("d-{n}"), n, "u-1", "sip.north.example", Some(4.2)))
            .collect(),
        ..CallListing::default()
    };
    let answer = InquiryAnswer::Quality(Ok(fine));
    stage.happen(Event::Done(Done::Inquired(Box::new(answer))));
    stage.pass(60_000);
    let open = stage
        .app
        .store
        .alerts
        .iter()
        .filter(|alert| alert.is_open());
    assert_eq!(
        open.filter(|alert| matches!(alert.subject, Subject::Calls { .. }))
            .count(),
        0
    );
}

#[test]
fn queues_say_who_waits_and_who_could_take_them() {
    let mut stage = platform::populated();
    let id = stage
        .app
        .store
        .queues
        .iter()
        .next()
        .unwrap()
        .queue
        .id
        .clone();
    let load = QueueLoad {
        waiting: Some(3),
        oldest: Some(NOON.plus(-75_000)),
        interacting: Some(4),
        on_queue: Some(4),
        available: Some(0),
        service_level: Some(71.0),
        target: Some(80.0),
    };
    let answer = InquiryAnswer::Load(Ok([(id, load)].into()));
    stage.happen(Event::Done(Done::Inquired(Box::new(answer))));
    stage.pass(1_500);
    command(&mut stage, "queues");
    let text = stage.text((120, 40));
    for told in ["WAITING", "OLDEST", "ON QUEUE", "71.0", "nobody free 1"] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn trunks_that_are_nearly_full_are_an_alert_where_that_is_asked_for() {
    let config = r#"
[profiles.acme]
api = "platform"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
[profiles.acme.alerts]
settle_seconds = 0
capacity_percent = 90
"#;
    let mut stage = platform::estate_of(config);
    stage.happen(Event::Done(Done::Alerts(Box::new(
        trunkline::alert::AlertNews::Opened {
            records: Vec::new(),
            ours: true,
            operator: "noc".into(),
            warnings: Vec::new(),
        },
    ))));
    stage.happen(Event::Done(Done::Connected));
    let asked = Effect::Inquire(Inquiry::Capacity, Vec::new());
    assert!(stage.take_effects().contains(&asked), "nobody looks at it");
    let mut told = |calls| {
        let is = CallCapacity {
            calls: Some(calls),
            most_calls: Some(1_000),
            ..CallCapacity::default()
        };
        let answer = InquiryAnswer::Capacity(Ok(vec![("cloud", is)]));
        stage.happen(Event::Done(Done::Inquired(Box::new(answer))));
        stage.pass(60_000);
        command(&mut stage, "trunks");
        let open = stage
            .app
            .store
            .alerts
            .iter()
            .filter(|alert| alert.is_open());
        let titles: Vec<String> = open.map(trunkline::model::alert::Alert::title).collect();
        let full = titles
            .iter()
            .any(|title| title.starts_with("capacity: cloud"));
        (full, stage.text((120, 40)))
    };
    assert!(!told(500).0);
    let (full, text) = told(950);
    assert!(
        full && text.contains("cloud 95 % full, most 95 %"),
        "{text}"
    );
    let (full, text) = told(700);
    assert!(
        !full && text.contains("cloud 70 % full, most 95 %"),
        "{text}"
    );
}
