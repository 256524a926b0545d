//! Webhooks and endpoints: what there is, what is wrong with it, and what can be done about it.

use trunkline::app::event::{Done, Event};
use trunkline::app::routes::RouteAnswer;
use trunkline::app::webhooks::WebhookAnswer;
use trunkline::effect::Effect;
use trunkline::model::hook::HookUrl;
use trunkline::model::job::{By, JobEvent, JobKey, Made, Phase, Word};
use trunkline::model::provision::Provision;
use trunkline::model::route::{Check, Stage as Found, Verdict};
use trunkline::model::webhook::{JOB_EVENTS, Webhook, WebhookKind};
use trunkline::time::Millis;

use super::stage::{NOON, Stage};

fn command(stage: &mut Stage, line: &str) {
    stage.press(&[":"]);
    stage.type_in(line);
    stage.press(&["Enter"]);
}

fn webhook(id: &str, kind: WebhookKind, name: &str, to: &str) -> Webhook {
    let events = match kind {
        WebhookKind::Jobs => JOB_EVENTS.as_slice(),
        WebhookKind::Callbacks => &[],
    };
    Webhook {
        id: id.into(),
        kind,
        name: name.into(),
        address: HookUrl::elsewhere(to.to_owned()),
        enabled: Some(true),
        events: events.iter().map(|event| (*event).into()).collect(),
    }
}

/// One that cannot be reached, two that are alike, one of callbacks.
pub fn populated() -> Stage {
    let mut stage = Stage::new("mono");
    stage.populate();
    let all = vec![
        webhook(
            "wh-1",
            WebhookKind::Jobs,
            "noc",
            "https://noc.example.com/in?key=hunter2-hunter2",
        ),
        webhook(
            "wh-2",
            WebhookKind::Jobs,
            "noc again",
            "https://noc.example.com/in?key=hunter2-hunter2",
        ),
        webhook(
            "cw-1",
            WebhookKind::Callbacks,
            "calendar",
            "https://calendar.example.com/in",
        ),
    ];
    let told = WebhookAnswer::Read(all, Vec::new());
    stage.happen(Event::Done(Done::Webhooks(told)));
    let store = &mut stage.app.store.webhooks;
    let mut good = Verdict::new("https://noc.example.com/in?key=hunter2-hunter2", NOON);
    good.set(
        Check::Health,
        Found::Passed {
            took_ms: 12,
            note: "200".into(),
        },
    );
    good.days_left = Some(61);
    store.checked(good);
    let mut bad = Verdict::new("https://calendar.example.com/in", NOON);
    bad.set(
        Check::Tls,
        Found::Failed {
            took_ms: 3,
            why: "the certificate has expired".into(),
        },
    );
    store.checked(bad);
    let jobs = &mut stage.app.store.jobs;
    for (n, name, phase) in [
        (1, "edge-berlin", Phase::Completed),
        (2, "edge-paris", Phase::Running),
    ] {
        let key = JobKey(format!("audit-{n}").as_str().into());
        let mut body = Provision::draft(name.into(), "us-east-1-edge-7f3a".into(), [], []);
        body.max_concurrent_sessions = 100 * n;
        let at = Millis(NOON.0 + i64::from(n) * 1_000);
        let body = Some(Box::new(body));
        let name = name.into();
        jobs.apply(&key, None, JobEvent::Submitting { at, name, body });
        let made = Made {
            id: format!("conn-{n}").as_str().into(),
            name: "made".into(),
        };
        let results = (phase == Phase::Completed).then_some(made);
        let word = Word {
            id: Some(format!("job-{n}").as_str().into()),
            phase: Some(phase),
            results: results.into_iter().collect(),
            error: None,
        };
        let (at, by) = (at.plus(2_000), By::Poll);
        jobs.apply(&key, None, JobEvent::Heard { at, by, word });
    }
    stage.pass(1_500);
    stage
}

#[test]
fn webhooks_say_who_is_told_of_what_and_whether_they_can_be() {
    let mut stage = populated();
    command(&mut stage, "webhooks");
    assert_eq!(stage.app.showing().0, "Webhooks");
    insta::assert_snapshot!("webhooks_80x24", stage.text((80, 24)));
    insta::assert_snapshot!("webhooks_120x40", stage.text((120, 40)));
    stage.press(&["Enter"]);
    let detail = stage.text((120, 40));
    assert!(detail.contains("the certificate has expired"), "{detail}");
    assert!(!detail.contains("hunter2"), "{detail}");
    // What is done to a webhook is reviewed, and a removal needs its name.
    stage.press(&["d"]);
    let review = stage.text((120, 40));
    assert!(
        review.contains("DELETE https://") && review.contains("/api/v2/webhooks/cw-1"),
        "{review}"
    );
    stage.press(&["Esc", "P"]);
    let review = stage.text((120, 40));
    assert!(
        review.contains("POST https://calendar.example.com/…") && !review.contains("Bearer"),
        "a test goes there, and without a token: {review}"
    );
    // A receiver that somebody has asked about is told of, and its key is not.
    stage.press(&["Esc", "Esc", "j", "p"]);
    let uri = "https://noc.example.com/in?key=hunter2-hunter2";
    let mut verdict = Verdict::new(uri, NOON);
    let why = "the name has no address".into();
    verdict.set(Check::Dns, Found::Failed { took_ms: 1, why });
    let told = RouteAnswer::Checked(Box::new(verdict));
    stage.happen(Event::Done(Done::Routes(told)));
    let screen = stage.text((120, 40));
    assert!(screen.contains("the name has no address"), "{screen}");
    assert!(!screen.contains("hunter2"), "{screen}");
}

#[test]
fn the_list_is_read_while_somebody_looks_at_it() {
    let mut stage = Stage::new("mono");
    let reads = |stage: &mut Stage| {
        let effects = stage.take_effects().into_iter();
        let read = |effect: &Effect| matches!(effect, Effect::ReadWebhooks { .. });
        effects.filter(read).count()
    };
    stage.happen(Event::Done(Done::Connected));
    assert_eq!(reads(&mut stage), 0, "others come first");
    command(&mut stage, "webhooks");
    assert_eq!(reads(&mut stage), 1);
    let told = WebhookAnswer::Unread("the client lacks webhooks:write".into());
    stage.happen(Event::Done(Done::Webhooks(told)));
    let screen = stage.text((120, 40));
    assert!(screen.contains("lacks webhooks:write"), "{screen}");
    stage.pass(59_000);
    assert_eq!(reads(&mut stage), 0);
    stage.pass(1_500);
    assert_eq!(reads(&mut stage), 1);
}

#[test]
fn a_form_registers_one_where_it_is_to_deliver() {
    let mut stage = populated();
    command(&mut stage, "webhooks");
    stage.press(&["n"]);
    let form = stage.text((120, 40));
    assert!(form.contains("register a webhook"), "{form}");
    stage.press(&["Tab"]);
    stage.type_in("mine");
    stage.press(&["Tab"]);
    let form = stage.text((120, 40));
    assert!(form.contains("1 field needs attention"), "{form}");
    stage.type_in("https://noc.example.com/in?key=hunter2-hunter2");
    stage.press(&["Ctrl-s"]);
    let review = stage.text((120, 40));
    assert!(
        review.contains("/api/v2/platform/webhooks") && review.contains("would come twice"),
        "{review}"
    );
    assert!(!review.contains("hunter2"), "{review}");
}

#[test]
fn endpoints_are_what_was_provisioned_from_here_and_another_like_one_is_a_form() {
    let mut stage = populated();
    command(&mut stage, "endpoints");
    assert_eq!(stage.app.showing().0, "Endpoints");
    insta::assert_snapshot!("endpoints_120x40", stage.text((120, 40)));
    command(&mut stage, "filter edge-berlin");
    stage.press(&["e"]);
    let form = stage.text((120, 40));
    assert!(
        form.contains("provision a WebRTC endpoint") && form.contains("100"),
        "{form}"
    );
    stage.press(&["Esc", "d"]);
    let said = stage.text((120, 40));
    assert!(said.contains("administration"), "{said}");
}
