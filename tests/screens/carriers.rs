//! Carriers and Pulse: what the organisation says beside what the probes saw.

use trunkline::alert::AlertNews;
use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::model::carrier::{Carrier, Health};
use trunkline::model::finding::{
    Certificate, Distrust, Finding, ProbeOutcome, Stun, Target, Tls, TlsVerdict,
};
use trunkline::vocabulary::news::News;
use trunkline::vocabulary::problem::{Problem, Trouble};

use super::stage::{NOON, Stage};

const CONFIG: &str = r#"
[profiles.acme]
api = "direct"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"

[profiles.acme.carriers.c-1]
host = "sip.north.example"
[profiles.acme.carriers.c-2]
host = "sip.south.example"
port = 5071
[profiles.acme.carriers.c-3]
host = "2001:db8::7"

[profiles.acme.probes]
stun = ["stun.example.com:3478"]
"#;

const DAY: i64 = 86_400_000;

fn stage(theme: &str) -> Stage {
    let mut stage = Stage::with(theme, Some(CONFIG));
    stage.populate();
    stage
}

fn carrier(id: &str, name: &str, health: Health, affected: Option<u64>) -> Carrier {
    Carrier {
        id: id.into(),
        name: name.into(),
        status: Some("active".into()),
        health,
        affected,
        trunks: Vec::new(),
    }
}

fn estate() -> Vec<Carrier> {
    vec![
        carrier("c-1", "Northwind Telecom", Health::Healthy, Some(0)),
        carrier("c-2", "Südwest Voice", Health::Healthy, None),
        carrier("c-3", "Kestrel\x1b[2J", Health::Down, Some(312)),
        carrier("c-4", "", Health::Unknown, None),
    ]
}

fn told(carriers: Vec<Carrier>) -> News {
    News::Carriers {
        carriers,
        faults: Vec::new(),
    }
}

fn tls(target: &str, verdict: TlsVerdict, days: Option<i64>) -> Finding {
    let certificate = |days| Certificate {
        subject: "CN=sip.example".into(),
        issuer: "CN=Example CA".into(),
        sans: vec!["sip.example".into()],
        sans_dropped: 0,
        not_before: NOON.plus(-100 * DAY),
        not_after: NOON.plus(days * DAY + 1_000_000),
        sha256: "AB:CD".to_owned(),
    };
    Finding {
        target: target.parse().unwrap(),
        at: NOON.plus(2_000),
        took_ms: 23,
        outcome: ProbeOutcome::Tls(Box::new(Tls {
            verdict,
            reason: format!("the handshake with {target} says {}.", verdict.detail()).into(),
            peer: None,
            version: Some("TLS 1.3".into()),
            cipher: Some("TLS_AES_256_GCM_SHA384".into()),
            days_left: days,
            chain: days.map(certificate).into_iter().collect(),
            chain_dropped: 0,
        })),
    }
}

fn stun() -> Finding {
    Finding {
        target: "stun:stun.example.com:3478".parse().unwrap(),
        at: NOON.plus(2_000),
        took_ms: 12,
        outcome: ProbeOutcome::Stun(Stun {
            peer: "192.0.2.9:3478".parse().unwrap(),
            local: "10.0.0.5:40000".parse().unwrap(),
            mapped: Some("198.51.100.7:40000".parse().unwrap()),
            wants: None,
            rtt_us: 11_400,
            requests: 1,
            software: None,
        }),
    }
}

fn found(stage: &mut Stage, finding: Finding) {
    stage.happen(Event::Done(Done::Found(Box::new(finding))));
}

/// One carrier in order, one whose certificate cannot be believed, one down whose proxy answers, one without a proxy.
pub fn populated(theme: &str) -> Stage {
    let mut stage = stage(theme);
    stage.feed(vec![told(estate())]);
    stage.pass(2_000);
    let distrust = TlsVerdict::Untrusted(Distrust::WrongName);
    found(
        &mut stage,
        tls("tls:sip.north.example:5061", TlsVerdict::Expiring, Some(12)),
    );
    found(
        &mut stage,
        tls("tls:sip.south.example:5071", distrust, Some(200)),
    );
    found(
        &mut stage,
        tls("tls:[2001:db8::7]:5061", TlsVerdict::Valid, Some(64)),
    );
    found(&mut stage, stun());
    stage.pass(1_000);
    stage
}

fn probes(stage: &mut Stage) -> Vec<Target> {
    let effects = stage.take_effects().into_iter();
    let targets = effects.filter_map(|effect| match effect {
        Effect::Probe(target) => Some(target),
        _ => None,
    });
    targets.collect()
}

#[test]
fn carriers_in_every_size() {
    for size in [(80, 24), (120, 40)] {
        for (name, keys) in [
            ("carriers", &["2"][..]),
            ("carrier_detail", &["2", "G", "Up", "Enter"]),
        ] {
            let mut stage = populated("mono");
            stage.press(keys);
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), stage.picture(size));
        }
    }
}

#[test]
fn pulse_in_every_size() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut stage = populated("mono");
        stage.update("u-1", "webrtc-4711", false);
        stage.pass(600_000);
        stage.press(&["9"]);
        insta::assert_snapshot!(format!("pulse_{}x{}", size.0, size.1), stage.text(size));
    }
}

#[test]
fn a_contradiction_is_told_in_words_and_counts_as_trouble() {
    let mut stage = populated("mono");
    stage.press(&["2"]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("≠ untrusted"),
        "healthy, and nobody may believe it:\n{text}"
    );
    assert!(text.contains("≠ valid"), "down, and it answers:\n{text}");
    assert!(text.contains("Carr 4 ▼2"), "{text}");
    stage.press(&[
        "/", "a", "c", "c", "o", "r", "d", ":", "c", "o", "n", "t", "r", "a", "d", "i", "c", "t",
        "i", "o", "n", "Enter",
    ]);
    let text = stage.text((120, 40));
    assert!(
        text.contains("2 rows") && !text.contains("Northwind"),
        "{text}"
    );
}

/// A probe may be quicker than the organisation's list: what it found is called by the carrier's name as soon as that is known.
#[test]
fn an_alert_of_a_certificate_takes_the_carriers_name() {
    let mut stage = stage("mono");
    stage.happen(Event::Done(Done::Alerts(Box::new(AlertNews::Opened {
        records: Vec::new(),
        ours: true,
        operator: "ana".into(),
        warnings: Vec::new(),
    }))));
    stage.pass(2_000);
    found(
        &mut stage,
        tls("tls:sip.north.example:5061", TlsVerdict::Expiring, Some(12)),
    );
    stage.pass(30_000);
    stage.press(&["7"]);
    let text = stage.text((120, 40));
    let shows = |text: &str, name| {
        let mut lines = text.lines();
        lines.any(|line| line.contains("certificate expiring") && line.contains(name))
    };
    assert!(shows(&text, " c-1 "), "{text}");
    stage.feed(vec![told(estate())]);
    let text = stage.text((120, 40));
    assert!(shows(&text, " Northwind Telecom "), "{text}");
}

#[test]
fn every_target_of_the_profile_is_probed_soon_and_one_on_demand() {
    let mut stage = stage("mono");
    stage.pass(2_000);
    assert_eq!(
        probes(&mut stage).len(),
        4,
        "three proxies and a STUN server"
    );
    stage.pass(10_000);
    assert_eq!(probes(&mut stage), [], "none of them has ended yet");
    stage.feed(vec![told(estate())]);
    let healthy = || tls("tls:sip.north.example:5061", TlsVerdict::Valid, Some(64));
    found(&mut stage, healthy());
    stage.press(&["2", "G", "Up", "p"]);
    let asked = probes(&mut stage);
    assert_eq!(asked, [healthy().target], "{}", stage.cursor_line());
    found(&mut stage, healthy());
    assert!(
        stage.text((120, 40)).contains("says valid"),
        "the answer is told"
    );
    stage.pass(70_000);
    assert_eq!(
        probes(&mut stage),
        [healthy().target],
        "its next turn, an interval later"
    );
}

#[test]
fn a_carrier_without_a_proxy_says_what_to_write() {
    let mut stage = stage("mono");
    stage.feed(vec![told(vec![carrier(
        "c-4",
        "Lonely",
        Health::Healthy,
        None,
    )])]);
    stage.take_effects();
    stage.press(&["2", "p"]);
    assert_eq!(probes(&mut stage), []);
    assert!(
        stage
            .text((120, 40))
            .contains("names no SIP proxy of Lonely")
    );
}

#[test]
fn carriers_that_cannot_be_read_say_why_and_leave_registrations_alone() {
    let refused = || {
        News::CarriersFailed(Problem {
            trouble: Trouble::Forbidden,
            text: "the scope telephony:providers:read is missing".into(),
        })
    };
    let mut stage = stage("mono");
    stage.feed(vec![refused()]);
    assert!(stage.app.problem().is_none());
    stage.press(&["2"]);
    assert!(
        stage
            .text((80, 24))
            .contains("telephony:providers:read is missing")
    );

    stage.feed(vec![told(estate())]);
    assert!(stage.text((80, 24)).contains("Northwind"));
    stage.feed(vec![refused()]);
    let text = stage.text((80, 24));
    assert!(text.contains("stale since"), "{text}");
    assert!(
        !text.contains("healthy   Northwind"),
        "what may be out of date never claims health:\n{text}"
    );
}

#[test]
fn remote_text_of_carriers_cannot_act_on_the_terminal() {
    let mut stage = populated("mono");
    stage.press(&["2"]);
    let text = stage.text((120, 40));
    assert!(text.contains("Kestrel\\u{1b}[2J") && !text.contains('\x1b'));
}

#[test]
fn a_list_like_the_last_one_and_a_quiet_pulse_need_no_frame() {
    let mut stage = populated("mono");
    for pane in ["2", "9"] {
        stage.press(&[pane]);
        stage.pass(61_000);
        stage.text((120, 40));
        stage.feed(vec![told(estate())]);
        assert!(!stage.app.dirty(), "pane {pane}");
    }
    let worse = vec![carrier("c-1", "Northwind Telecom", Health::Degraded, None)];
    stage.feed(vec![told(worse)]);
    assert!(stage.app.dirty());
}

#[test]
fn exports_carry_both_sides() {
    let mut stage = populated("mono");
    stage.press(&["2"]);
    stage.take_effects();
    stage.press(&["x", "Down", "Enter"]);
    let body = stage
        .take_effects()
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Export {
                kind, body, rows, ..
            } => {
                assert_eq!((kind, rows), ("carriers", 4));
                Some(body)
            }
            _ => None,
        });
    let rows: serde_json::Value = serde_json::from_str(&body.unwrap()).unwrap();
    let kestrel = &rows[0];
    assert_eq!(kestrel["id"], "c-3");
    assert_eq!(kestrel["name"], "Kestrel\x1b[2J", "JSON is byte-true");
    assert_eq!(kestrel["affected"], 312);
    assert_eq!(kestrel["accord"], "contradiction");
    assert_eq!(
        (&kestrel["tls"], &kestrel["days"]),
        (&"valid".into(), &64.into())
    );
    assert_eq!(kestrel["since"], NOON.plus(1_500).to_string());
}

#[test]
fn the_detail_of_a_lost_phone_says_what_is_wrong_with_carriers_and_their_certificates() {
    let mut stage = populated("mono");
    stage.press(&["1", "g", "Enter"]);
    let shown = stage.text((200, 60));
    let words: Vec<&str> = shown.split_whitespace().collect();
    let words = words.join(" ");
    let wrong = "carriers Kestrel\\u{1b}[2J down, Südwest Voice healthy, probe: untrusted, +1 more";
    assert!(words.contains(wrong), "{shown}");
}
