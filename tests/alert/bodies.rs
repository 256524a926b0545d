//! What each kind of target is sent, to the letter; with text in it that means something to its format.

use secrecy::SecretString;
use serde_json::json;
use trunkline::alert::Notice;
use trunkline::alert::target::{alertmanager, command, pagerduty, slack, syslog, teams};
use trunkline::model::alert::{Body, Severity, Telling};
use trunkline::time::Millis;

const BEGAN: Millis = Millis(1_750_000_000_123);
const ENDED: Millis = Millis(1_750_000_060_456);

/// A name as a bad neighbour would choose it: a terminal's escape, an end of a line, and what Slack, Markdown and syslog
/// look for.
const HOSTILE: &str = "Ana <!channel>\n\u{1b}[2J \"x\\]\" [y](http://z.example) & \u{202e}é";

fn notice(name: &str, ended: Option<Millis>) -> Notice {
    Notice {
        target: "oncall".into(),
        alert: "197708f9c7b-7".to_owned(),
        telling: Telling {
            title: "phone lost".into(),
            thing: name.into(),
            severity: Severity::Critical,
            site: Some("Accra".into()),
            reason: "no answer".into(),
        },
        began: BEGAN,
        ended,
        body: Body {
            timestamp: ended.unwrap_or(BEGAN).timestamp(),
            user_id: "u-1".to_owned(),
            device_id: "d-1".to_owned(),
            registered: Some(false),
            codec: "opus".to_owned(),
            alert_type: "registration_failure".to_owned(),
            carrier_health: "healthy".to_owned(),
            tls_valid: Some(true),
            resolved: ended.is_some(),
        },
    }
}

fn key() -> SecretString {
    SecretString::from("canary-routing-key")
}

#[test]
fn alertmanager_has_the_same_labels_in_the_end_and_an_end_in_both() {
    let raise = alertmanager::body("acme", &notice("Ana / d-1", None));
    let labels = json!({
        "alertname": "registration_failure",
        "severity": "critical",
        "profile": "acme",
        "user": "u-1",
        "device": "d-1",
        "alert_id": "197708f9c7b-7",
        "site": "Accra",
    });
    assert_eq!(
        raise,
        json!([{
            "labels": labels,
            "annotations": {
                "summary": "phone lost: Ana / d-1, Accra",
                "description": "Reason: no answer",
            },
            "startsAt": "2025-06-15T15:06:40.123Z",
            "endsAt": "2026-06-15T15:06:40.123Z",
        }])
    );
    let end = alertmanager::body("acme", &notice("Ana / d-1", Some(ENDED)));
    assert_eq!(end[0]["labels"], labels);
    assert_eq!(end[0]["endsAt"], "2025-06-15T15:07:40.456Z");
    // It refuses an end before the beginning.
    let back = alertmanager::body("acme", &notice("Ana", Some(BEGAN.plus(-5_000))));
    assert_eq!(back[0]["endsAt"], back[0]["startsAt"]);
}

#[test]
fn pagerduty_is_triggered_and_resolved_by_one_key() {
    let raise = pagerduty::body("acme", &notice("Ana / d-1", None), &key());
    assert_eq!(
        raise,
        json!({
            "routing_key": "canary-routing-key",
            "event_action": "trigger",
            "dedup_key": "197708f9c7b-7/acme",
            "payload": {
                "summary": "phone lost: Ana / d-1, Accra",
                "source": "acme",
                "severity": "critical",
                "timestamp": "2025-06-15T15:06:40.123Z",
                "component": "Ana / d-1",
                "class": "registration_failure",
                "custom_details": {
                    "timestamp": "2025-06-15T15:06:40.123Z",
                    "userId": "u-1",
                    "deviceId": "d-1",
                    "registered": false,
                    "codec": "opus",
                    "alertType": "registration_failure",
                    "carrierHealth": "healthy",
                    "tlsValid": true,
                    "severity": "critical",
                    "since": "2025-06-15T15:06:40.123Z",
                    "reason": "no answer",
                    "profile": "acme",
                },
                "group": "Accra",
            },
            "client": "trunkline",
        })
    );
    let end = pagerduty::body("acme", &notice("Ana / d-1", Some(ENDED)), &key());
    assert_eq!(
        end,
        json!({
            "routing_key": "canary-routing-key",
            "event_action": "resolve",
            "dedup_key": "197708f9c7b-7/acme",
        })
    );
    let long = pagerduty::body(&"p".repeat(400), &notice(&"n".repeat(5_000), None), &key());
    let chars = |value: &serde_json::Value| value.as_str().unwrap().chars().count();
    assert!(chars(&long["payload"]["summary"]) <= 1_024);
    assert_eq!(chars(&long["dedup_key"]), 255);
}

#[test]
fn slack_gets_plain_text_that_calls_nobody() {
    let body = slack::body("acme", &notice(HOSTILE, None));
    let text = body["text"].as_str().unwrap();
    assert_eq!(
        text,
        "phone lost: Ana &lt;!channel&gt;\\u{a}\\u{1b}[2J \"x\\]\" [y](http://z.example) &amp; \\u{202e}é, Accra\n\
         Severity: critical\nSince: 2025-06-15T15:06:40.123Z\nReason: no answer\nProfile: acme"
    );
    assert_eq!(body["mrkdwn"], false);
    let end = slack::body("acme", &notice("Ana", Some(ENDED)));
    let text = end["text"].as_str().unwrap();
    assert!(
        text.starts_with("Resolved: phone lost: Ana, Accra\n"),
        "{text}"
    );
    assert!(
        text.contains("\nUntil: 2025-06-15T15:07:40.456Z\n"),
        "{text}"
    );
}

#[test]
fn teams_gets_a_card_whose_text_is_never_markdown() {
    let body = teams::body("acme", &notice(HOSTILE, None));
    let card = &body["attachments"][0];
    assert_eq!(
        card["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    let blocks = card["content"]["body"].as_array().unwrap();
    assert_eq!(
        blocks[0],
        json!({"type": "RichTextBlock", "inlines": [{
            "type": "TextRun",
            "text": "phone lost: Ana <!channel>\\u{a}\\u{1b}[2J \"x\\]\" [y](http://z.example) & \\u{202e}é, Accra",
            "weight": "bolder",
            "color": "attention",
        }]})
    );
    assert!(blocks.iter().all(|block| block["type"] == "RichTextBlock"));
    let end = teams::body("acme", &notice("Ana", Some(ENDED)));
    assert_eq!(
        end["attachments"][0]["content"]["body"][0]["inlines"][0]["color"],
        "good"
    );
}

#[test]
fn syslog_is_one_line_whose_parameters_end_where_they_should() {
    let message = syslog::message("acme", &notice("Ana / d-1", None), 16, "noc-1");
    assert_eq!(
        message,
        "<130>1 2025-06-15T15:06:40.123Z noc-1 trunkline - registration_failure [trunkline@32473 alert=\"197708f9c7b-7\" \
         state=\"raised\" severity=\"critical\" profile=\"acme\" type=\"registration_failure\" user=\"u-1\" device=\"d-1\" \
         site=\"Accra\" reason=\"no answer\"] phone lost: Ana / d-1, Accra"
    );
    let mut odd = notice(HOSTILE, Some(ENDED));
    odd.telling.reason = HOSTILE.into();
    odd.body.alert_type = "my rule é".to_owned();
    let message = syslog::message("acme", &odd, 3, "");
    assert!(
        !message.contains(['\n', '\u{1b}', '\u{202e}']),
        "{message:?}"
    );
    assert!(
        message.starts_with(
            "<29>1 2025-06-15T15:07:40.456Z - trunkline - my_rule__ [trunkline@32473 "
        ),
        "{message}"
    );
    assert!(
        message.contains(
            r#" reason="Ana <!channel>\\u{a}\\u{1b}[2J \"x\\\]\" [y\](http://z.example) & "#
        ),
        "{message}"
    );
    // A text that is not ASCII says that it is UTF-8.
    assert!(
        message.contains("] \u{feff}Resolved: phone lost: Ana"),
        "{message}"
    );
    let mut endless = notice(&"\"".repeat(9_000), None);
    endless.telling.reason = "\\".repeat(9_000).as_str().into();
    endless.telling.site = Some("]".repeat(9_000).as_str().into());
    endless.body.user_id = "\"".repeat(9_000);
    endless.body.device_id = "\u{1b}".repeat(9_000);
    endless.body.alert_type = "é".repeat(9_000);
    let message = syslog::message(&"p".repeat(9_000), &endless, 23, &"h".repeat(9_000));
    assert!(message.len() <= 2_048, "{}", message.len());
}

#[test]
fn a_program_is_given_what_people_read_and_what_a_webhook_receives() {
    let body = command::body(
        "acme",
        "197708f9c7b-7-resolve",
        &notice(HOSTILE, Some(ENDED)),
    );
    assert_eq!(
        body,
        json!({
            "alert": "197708f9c7b-7",
            "key": "197708f9c7b-7-resolve",
            "state": "resolved",
            "profile": "acme",
            "title": "phone lost",
            "thing": "Ana <!channel>\\u{a}\\u{1b}[2J \"x\\]\" [y](http://z.example) & \\u{202e}é",
            "severity": "critical",
            "site": "Accra",
            "reason": "no answer",
            "began": "2025-06-15T15:06:40.123Z",
            "ended": "2025-06-15T15:07:40.456Z",
            "body": {
                "timestamp": "2025-06-15T15:07:40.456Z",
                "userId": "u-1",
                "deviceId": "d-1",
                "registered": false,
                "codec": "opus",
                "alertType": "registration_failure",
                "carrierHealth": "healthy",
                "tlsValid": true,
                "resolved": true,
            },
        })
    );
    assert!(!body.to_string().contains('\n'));
}
