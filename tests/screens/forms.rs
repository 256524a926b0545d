//! Forms, reviews and progress: how they look, and what keys do to them before anything is sent.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use serde_json::json;
use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::flow::{FlowNews, Order};
use trunkline::model::finding::{Finding, ProbeOutcome, Stun, Target};
use trunkline::model::flow::{FlowId, Outcome as End, Step, StepState};
use trunkline::model::write::WriteKind;
use trunkline::shelf::{self, Contents, Kept};
use trunkline::vocabulary::command::Half;

use super::stage::{NOON, Stage};

const CONFIG: &str = r#"
[profiles.acme]
api = "direct"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
read_only = false

[profiles.acme.provisioning]
edges = ["us-east-1-edge-7f3a", "eu-central-1-edge-02"]

[profiles.acme.probes]
stun = ["stun.example.com:3478", "[2001:db8::9]:3478"]
"#;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

fn stage(theme: &str) -> Stage {
    let mut stage = Stage::with(theme, Some(CONFIG));
    stage.populate();
    stage.press(&["n"]);
    stage
}

fn found(address: &str, outcome: ProbeOutcome) -> Event {
    let finding = Finding {
        target: format!("stun:{address}").parse::<Target>().unwrap(),
        at: NOON,
        took_ms: 12,
        outcome,
    };
    Event::Done(Done::Found(Box::new(finding)))
}

/// Two answers: a good one and a bad one.
fn answers(stage: &mut Stage) {
    let good = ProbeOutcome::Stun(Stun {
        peer: "192.0.2.9:3478".parse().unwrap(),
        local: "10.0.0.5:50000".parse().unwrap(),
        mapped: Some("198.51.100.7:50000".parse().unwrap()),
        wants: None,
        rtt_us: 11_800,
        requests: 1,
        software: None,
    });
    stage.happen(found("stun.example.com:3478", good));
    let bad = ProbeOutcome::unreachable("[2001:db8::9]:3478 did not answer within 5.0 s.");
    stage.happen(found("[2001:db8::9]:3478", bad));
}

fn to_servers(stage: &mut Stage) {
    stage.type_in("edge-berlin-01");
    stage.press(&[
        "Tab",
        "Tab",
        "Tab",
        "Tab",
        "Backspace",
        "Backspace",
        "Backspace",
    ]);
    stage.press(&["Tab", "Tab"]);
    answers(stage);
}

#[test]
fn a_form_with_a_fault_and_answers() {
    for theme in ["mono", "dark", "light"] {
        for size in SIZES {
            let mut stage = stage(theme);
            to_servers(&mut stage);
            let name = format!("form_{theme}_{}x{}", size.0, size.1);
            insta::assert_snapshot!(name, stage.picture(size));
        }
    }
}

#[test]
fn on_a_narrow_screen_the_json_is_a_key_away() {
    let mut stage = stage("mono");
    stage.press(&["Ctrl-j"]);
    let shown = stage.text((80, 24));
    assert!(shown.contains("\"maxConcurrentSessions\": 500"), "{shown}");
    assert!(!shown.contains("Sessions at most"), "{shown}");
    stage.press(&["Ctrl-j"]);
    assert!(stage.text((80, 24)).contains("Sessions at most"));
}

#[test]
fn from_the_row_to_the_submit_in_three_keys_beside_the_name() {
    let mut stage = stage("mono");
    stage.type_in("edge-berlin-01");
    stage.press(&["Ctrl-s"]);
    for size in SIZES {
        let name = format!("review_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, stage.picture(size));
    }
    stage.take_effects();
    stage.press(&["y"]);
    let effects = stage.take_effects();
    let Some(Effect::Copy { text, .. }) = effects.first() else {
        panic!("{effects:?}");
    };
    assert!(
        text.starts_with("curl -X POST") && text.contains("$TOKEN"),
        "{text}"
    );
    stage.press(&["Enter"]);
    let effects = stage.take_effects();
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Flow(_, order) => Some(order.as_ref()),
        _ => None,
    });
    let Some(Order::Provision { body, follow: true }) = sent else {
        panic!("{effects:?}");
    };
    assert_eq!(body.name, "edge-berlin-01");
    assert_eq!(body.edge_id, "us-east-1-edge-7f3a");
    let kept = |effect: &Effect| {
        matches!(
            effect,
            Effect::Shelf(shelf::ShelfOrder::Keep(Half::Sent, _))
        )
    };
    assert!(effects.iter().any(kept), "{effects:?}");
}

#[test]
fn the_cursor_goes_to_what_is_wrong() {
    let mut stage = stage("mono");
    stage.press(&["Ctrl-s"]);
    let shown = stage.text((120, 40));
    assert!(shown.contains("! 1 to 128 characters, not 0"), "{shown}");
    assert!(!shown.contains("POST"), "nothing is under review: {shown}");
    stage.type_in("a");
    assert!(!stage.text((120, 40)).contains("! 1 to 128"));
}

#[test]
fn a_read_only_profile_stops_at_the_review() {
    let config = CONFIG.replace("read_only = false", "read_only = true");
    let mut stage = Stage::with("mono", Some(&config));
    stage.populate();
    stage.press(&["n"]);
    stage.type_in("edge-berlin-01");
    stage.press(&["Ctrl-s"]);
    let shown = stage.text((120, 40));
    assert!(shown.contains("The profile acme is read-only"), "{shown}");
    assert!(!shown.contains("Enter send this"), "{shown}");
    stage.take_effects();
    stage.press(&["Enter", "Enter"]);
    let effects = stage.take_effects();
    assert!(
        !effects.iter().any(|e| matches!(e, Effect::Flow(..))),
        "{effects:?}"
    );
}

#[test]
fn progress_shows_its_steps_and_its_end() {
    let mut stage = stage("dark");
    stage.type_in("edge-berlin-01");
    stage.press(&["Ctrl-s", "Enter"]);
    let step = |name, subject: &str, state, note: &str, took| Step {
        name,
        subject: subject.into(),
        state,
        note: note.into(),
        began: NOON,
        took,
    };
    let steps = [
        step(
            "probe",
            "stun:stun.example.com:3478",
            StepState::Done,
            "192.0.2.9:3478 answered in 11.8 ms.",
            Some(12),
        ),
        step(
            "submit",
            "",
            StepState::Failed,
            "HTTP 503; again in 2 s\x1b[2J",
            Some(1_250),
        ),
        step("follow", "job-1", StepState::Running, "Running", None),
    ];
    let tell = |news| Event::Done(Done::Flow(FlowId(1), Box::new(news)));
    for (number, step) in steps.into_iter().enumerate() {
        stage.happen(tell(FlowNews::Step { number, step }));
    }
    insta::assert_snapshot!("progress_running_80x24", stage.picture((80, 24)));
    let due = stage.app.deadline().unwrap();
    assert!(due.since(stage.app.now()) <= 125, "the spinner turns");
    let outcome = End::Unknown {
        why: "the connection broke after the request was sent.".into(),
        check: "Look for edge-berlin-01 among the jobs.".into(),
    };
    let at = NOON.plus(65_000);
    stage.happen(tell(FlowNews::Ended { outcome, at }));
    insta::assert_snapshot!("progress_ended_120x40", stage.picture((120, 40)));
    stage.pass(10_000);
    assert!(
        stage
            .app
            .deadline()
            .is_none_or(|due| due.since(stage.app.now()) > 125)
    );
    stage.press(&["Esc"]);
    assert!(stage.text((80, 24)).contains("STATE"));
}

#[test]
fn leaving_asks_once_when_a_form_is_open() {
    let mut stage = stage("mono");
    stage.type_in("q");
    assert_eq!(stage.app.ended(), None, "q is a letter here");
    stage.press(&["Ctrl-c"]);
    assert_eq!(stage.app.ended(), None);
    assert!(
        stage
            .text((80, 24))
            .contains("a form is open: once more quits")
    );
    stage.type_in("x");
    stage.press(&["Ctrl-c"]);
    assert_eq!(
        stage.app.ended(),
        None,
        "another key takes the question back"
    );
    stage.take_effects();
    stage.press(&["Ctrl-c"]);
    assert_eq!(stage.app.ended(), Some(0));
    assert!(kept_draft(&stage.take_effects()).is_some());
}

#[test]
fn leaving_asks_once_while_a_write_is_under_way() {
    let mut stage = stage("mono");
    stage.type_in("edge-berlin-01");
    stage.press(&["Ctrl-s", "Enter", "Esc", "q"]);
    assert_eq!(stage.app.ended(), None);
    assert!(stage.text((120, 24)).contains("a write is under way"));
    stage.press(&["q"]);
    assert_eq!(stage.app.ended(), Some(0));
}

fn kept_draft(effects: &[Effect]) -> Option<Kept> {
    effects.iter().find_map(|effect| match effect {
        Effect::Shelf(shelf::ShelfOrder::Keep(Half::Drafts, kept)) => Some((**kept).clone()),
        _ => None,
    })
}

#[test]
fn a_draft_is_kept_while_it_is_typed_and_comes_back() {
    let mut stage = stage("mono");
    stage.take_effects();
    stage.type_in("half");
    assert!(
        kept_draft(&stage.take_effects()).is_none(),
        "not at every key"
    );
    stage.pass(1_000);
    let draft = kept_draft(&stage.take_effects()).expect("a second later");
    assert_eq!(draft.subject.raw(), "half");
    stage.press(&["Esc"]);
    assert!(
        kept_draft(&stage.take_effects()).is_none(),
        "it is kept already"
    );

    stage.press(&[":", "d", "r", "a", "f", "t", "s", "Enter"]);
    let asked = Effect::Shelf(shelf::ShelfOrder::List(Half::Drafts));
    assert!(stage.take_effects().contains(&asked));
    let contents = Contents {
        kept: vec![draft.clone()],
        unreadable: 0,
    };
    let listed = shelf::ShelfNews::Listed(Half::Drafts, contents);
    stage.happen(Event::Done(Done::Shelf(Box::new(listed))));
    insta::assert_snapshot!("drafts_80x24", stage.text((80, 24)));
    stage.press(&["Enter"]);
    stage.type_in("-done");
    stage.pass(1_000);
    let again = kept_draft(&stage.take_effects()).expect("the same draft");
    assert_eq!((again.name, again.subject.raw()), (draft.name, "half-done"));
}

#[test]
fn an_editor_brings_back_json_or_the_reason_why_not() {
    let mut stage = stage("mono");
    stage.take_effects();
    stage.press(&["Ctrl-x"]);
    let effects = stage.take_effects();
    let Some(Effect::Edit(text)) = effects.first() else {
        panic!("{effects:?}");
    };
    let mut body: serde_json::Value = serde_json::from_str(text).unwrap();
    stage.happen(Event::Done(Done::Edited(Ok("{".into()))));
    assert!(
        stage
            .text((120, 24))
            .contains("the text is no JSON: it ends too early, } is missing (line 1, column 1)")
    );
    stage.happen(Event::Done(Done::Edited(Ok(" \n".into()))));
    let shown = stage.text((120, 24));
    assert!(
        shown.contains("the text is empty. The form is as it was"),
        "{shown}"
    );
    stage.press(&["Ctrl-x"]);
    assert!(
        stage.take_effects().contains(&Effect::Edit(text.clone())),
        "nothing is no text to go on with: the form is as it was"
    );
    stage.happen(Event::Done(Done::Edited(Ok("{".into()))));
    stage.press(&["Ctrl-x"]);
    let again = Effect::Edit("{".into());
    assert!(
        stage.take_effects().contains(&again),
        "what was torn is mended"
    );
    body["name"] = json!("from-the-editor\u{1b}[2J\u{202e}");
    stage.happen(Event::Done(Done::Edited(Ok(body.to_string()))));
    let shown = stage.text((120, 40));
    assert!(
        shown.contains("from-the-editor\\u{1b}[2J\\u{202e}"),
        "{shown}"
    );
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'));
    stage.happen(Event::Done(Done::Edited(Ok("[1]".into()))));
    assert!(
        stage.text((120, 40)).contains("it is missing"),
        "any JSON is taken and judged"
    );
}

#[test]
fn a_file_is_named_and_loaded_over_the_form() {
    let mut stage = stage("mono");
    stage.press(&["Ctrl-o"]);
    stage.type_in("/tmp/body.json");
    assert!(stage.text((80, 24)).contains("load JSON from"));
    stage.take_effects();
    stage.press(&["Enter"]);
    let load = Effect::Shelf(shelf::ShelfOrder::Load("/tmp/body.json".into()));
    assert_eq!(stage.take_effects(), [load]);
    let loaded = shelf::ShelfNews::Loaded(r#"{"name": "from-a-file"}"#.into());
    stage.happen(Event::Done(Done::Shelf(Box::new(loaded))));
    let shown = stage.text((120, 40));
    assert!(shown.contains("WebRTC endpoint  from-a-file"), "{shown}");
}

#[test]
fn a_paste_types_and_presses_nothing() {
    let mut stage = stage("mono");
    stage.happen(Event::Paste("edge\r\n\x13\x1b[A-1\n".into()));
    let shown = stage.text((120, 40));
    assert!(shown.contains("edge    [A-1"), "{shown}");
    assert!(shown.contains("provision a WebRTC endpoint"));
}

#[test]
fn a_click_puts_a_field_in_focus_and_the_button_reviews() {
    let mut stage = stage("mono");
    stage.type_in("edge-1");
    let mut click = |words: &str| {
        let shown = stage.text((120, 40));
        let row = shown.lines().position(|line| line.contains(words)).unwrap();
        stage.happen(Event::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 4,
            row: u16::try_from(row).unwrap(),
            modifiers: KeyModifiers::NONE,
        }));
        stage.text((120, 40))
    };
    let shown = click("Description");
    assert!(shown.contains("What it is for."), "{shown}");
    let shown = click("[ Review ]");
    assert!(shown.contains("POST https://api.example.com"), "{shown}");
}

#[test]
fn a_server_is_probed_when_its_row_is_left() {
    let mut stage = stage("mono");
    let probes = |stage: &mut Stage| {
        let effects = stage.take_effects().into_iter();
        let probes = effects.filter_map(|effect| match effect {
            Effect::Probe(target) => Some(target.to_string()),
            _ => None,
        });
        probes.collect::<Vec<_>>()
    };
    let known = probes(&mut stage);
    assert!(
        known.contains(&"stun:stun.example.com:3478".to_owned()),
        "{known:?}"
    );
    stage.press(&["Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab"]);
    stage.type_in("turn.example.com:443?transport=tcp");
    assert_eq!(probes(&mut stage), [""; 0]);
    stage.press(&["Tab"]);
    assert_eq!(
        probes(&mut stage),
        ["stun:turn.example.com:443?transport=tcp"]
    );
}

#[test]
fn a_review_says_until_when_its_kind_of_write_is_left_alone() {
    let mut stage = stage("mono");
    let until = NOON.plus(30_000);
    let news = FlowNews::LeftAlone(WriteKind::Provision, until);
    stage.happen(Event::Done(Done::Flow(FlowId(1), Box::new(news))));
    stage.type_in("edge-berlin-01");
    stage.press(&["Ctrl-s"]);
    let review = stage.text((120, 40));
    assert!(review.contains("left alone to 14:03:5"), "{review}");
}
