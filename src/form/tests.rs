//! What strokes do to a body, field kind by field kind.

use serde_json::{Value, json};

use super::*;
use crate::flow::Order;
use crate::model::payload::Fault;

static FIELDS: [Field; 9] = [
    Field::new("name", "Name", FieldKind::Text),
    Field::new("note", "Note", FieldKind::Text).optional(),
    Field::new("on", "On", FieldKind::Toggle),
    Field::new(
        "limits.most",
        "Most",
        FieldKind::Number {
            least: 1.0,
            most: 10.0,
            whole: true,
            unit: "",
        },
    ),
    Field::new(
        "channel",
        "Channel",
        FieldKind::Choice(&["voice", "sms", "email"]),
    ),
    Field::new(
        "codecs",
        "Codecs",
        FieldKind::Order(&["OPUS", "G722", "PCMU"]),
    ),
    Field::new(
        "servers",
        "Servers",
        FieldKind::List {
            item: &item::STUN,
            most: 3,
        },
    ),
    Field::new(
        "headers",
        "Headers",
        FieldKind::Pairs {
            secret: |name| name == "Authorization",
            most: 4,
        },
    ),
    Field::new(
        "video",
        "Video",
        FieldKind::Part {
            template: r#"{"fps":30}"#,
        },
    ),
];
static SPEC: Spec = Spec {
    name: "test",
    title: "test",
    subject: "name",
    fields: &FIELDS,
};

#[derive(Debug)]
struct Free;

impl Rules for Free {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        let taken = (body["name"] == "taken").then(|| Fault::new("name", "it is taken"));
        let servers = body["servers"].as_array().into_iter().flatten().enumerate();
        let wrong = servers.filter_map(|(n, server)| {
            let error = crate::model::provision::server(server.as_str()?, false).err()?;
            Some(Fault::new(path::index("servers", n), error))
        });
        taken.into_iter().chain(wrong).collect()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let servers = body["servers"].as_array().cloned().unwrap_or_default();
        let check = |(n, server): (usize, &Value)| {
            let target = crate::model::provision::server(server.as_str()?, false).ok()?;
            Some(Check::probe(path::index("servers", n), target))
        };
        servers.iter().enumerate().filter_map(check).collect()
    }

    fn plan(&self, _body: &Value) -> Result<Plan, Vec<Fault>> {
        let order = Order::Follow {
            key: crate::model::job::JobKey("k".into()),
            id: None,
            name: "n".into(),
            submitted: crate::time::Millis(0),
        };
        Plan::of(order, Vec::new(), "")
    }

    fn completions(&self, path: &str, _body: &Value) -> Vec<Completion> {
        let names = ["edge-1", "edge-2", "other"];
        let known = path == "name";
        names
            .iter()
            .filter(|_| known)
            .map(|n| Completion::new(*n, ""))
            .collect()
    }
}

fn form() -> Form {
    let body = json!({
        "name": "a", "on": true, "limits": {"most": 5}, "channel": "voice",
        "codecs": ["PCMU"], "servers": [], "headers": {"Authorization": "hunter2", "X": "y"}
    });
    Form::new(&SPEC, Box::new(Free), Vec::new(), body)
}

fn field(name: &str) -> Form {
    let mut form = form();
    form.focus_on(FIELDS.iter().position(|f| f.path == name).unwrap());
    form
}

fn write(form: &mut Form, text: &str) {
    for c in text.chars() {
        form.stroke(Stroke::Type(c));
    }
}

#[test]
fn text_goes_into_the_body_as_it_is_typed_and_an_empty_optional_leaves_it() {
    let mut form = form();
    write(&mut form, "bc");
    assert_eq!(form.body()["name"], "abc");
    assert!(form.stroke(Stroke::Undo));
    assert_eq!(form.body()["name"], "ab");
    form.stroke(Stroke::Next);
    write(&mut form, "x");
    let keys: Vec<_> = form.body().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys[..3], ["name", "note", "on"], "the order of the spec");
    form.stroke(Stroke::Erase);
    assert_eq!(form.body().get("note"), None);
}

#[test]
fn a_line_has_the_keys_of_shells() {
    let mut form = form();
    write(&mut form, " bc de");
    form.stroke(Stroke::EraseWord);
    assert_eq!(form.body()["name"], "a bc ");
    form.stroke(Stroke::Home);
    form.stroke(Stroke::Right);
    form.stroke(Stroke::EraseRest);
    assert_eq!(form.body()["name"], "a");
    form.stroke(Stroke::Undo);
    assert_eq!(form.body()["name"], "a bc ");
    form.stroke(Stroke::EraseLine);
    assert_eq!(form.body()["name"], "");
}

#[test]
fn a_number_that_is_none_stays_text_and_is_a_fault_of_its_field() {
    let mut form = field("limits.most");
    form.stroke(Stroke::Erase);
    write(&mut form, "ten");
    assert_eq!(form.body()["limits"]["most"], "ten");
    let fault = form.fault_of(form.focus()).unwrap();
    assert_eq!(fault.message, "write a whole number from 1 to 10");
    form.stroke(Stroke::EraseWord);
    write(&mut form, "7");
    assert_eq!(form.body()["limits"]["most"], 7);
    assert!(form.faults().is_empty(), "{:?}", form.faults());
}

#[test]
fn toggles_choices_and_parts_turn() {
    let mut form = field("on");
    form.stroke(Stroke::Type(' '));
    assert_eq!(form.body()["on"], false);
    form.stroke(Stroke::Next);
    form.stroke(Stroke::Next);
    form.stroke(Stroke::Left);
    assert_eq!(form.body()["channel"], "email");
    form.stroke(Stroke::Type('s'));
    assert_eq!(form.body()["channel"], "sms");
    let mut form = field("video");
    form.stroke(Stroke::Enter);
    assert_eq!(form.body()["video"], json!({"fps": 30}));
    form.stroke(Stroke::Enter);
    assert_eq!(form.body().get("video"), None);
}

#[test]
fn codecs_are_taken_and_moved() {
    let mut form = field("codecs");
    form.stroke(Stroke::Down);
    form.stroke(Stroke::Type(' '));
    assert_eq!(form.body()["codecs"], json!(["PCMU", "OPUS"]));
    form.stroke(Stroke::Raise);
    assert_eq!(form.body()["codecs"], json!(["OPUS", "PCMU"]));
    form.stroke(Stroke::Raise);
    form.stroke(Stroke::Type('g'));
    form.stroke(Stroke::Type(' '));
    assert_eq!(form.body()["codecs"], json!(["OPUS", "PCMU", "G722"]));
}

#[test]
fn a_list_grows_moves_and_loses_its_blank_rows() {
    let mut form = field("servers");
    write(&mut form, "a:1");
    form.stroke(Stroke::Enter);
    write(&mut form, "b:2");
    assert_eq!(form.body()["servers"], json!(["a:1", "b:2"]));
    assert_eq!(form.place(), "servers[1]");
    form.stroke(Stroke::Raise);
    assert_eq!(form.body()["servers"], json!(["b:2", "a:1"]));
    for _ in 0..3 {
        form.stroke(Stroke::Erase);
    }
    assert_eq!(form.body()["servers"], json!(["", "a:1"]));
    form.stroke(Stroke::Next);
    assert_eq!(
        form.body()["servers"],
        json!(["a:1"]),
        "blank rows go when the field is left"
    );
    form.stroke(Stroke::Previous);
    form.stroke(Stroke::Remove);
    assert_eq!(form.body()["servers"], json!([]));
    assert_eq!(form.editing().rows(), (1, 0));
}

#[test]
fn secrets_are_masked_left_out_and_put_back() {
    let form = form();
    let shown = SPEC.masked(form.body()).to_string();
    assert!(!shown.contains("hunter2"), "{shown}");
    let kept = form.opening().body.unwrap();
    assert_eq!(kept["headers"], json!({"Authorization": "", "X": "y"}));
    assert_eq!(&SPEC.with_secrets_of(&kept, form.body()), form.body());
    assert_eq!(
        SPEC.secret_pointers(form.body()),
        ["/headers/Authorization"]
    );
}

#[test]
fn the_plan_leads_to_the_first_fault() {
    let mut form = form();
    form.replace(&json!({"name": "taken", "servers": ["a:1", "nonsense"], "on": true}));
    assert!(form.plan().is_none());
    assert_eq!(form.place(), "name");
    let mut body = form.body().clone();
    body["name"] = json!("free");
    body["limits"] = json!({"most": 1});
    body["channel"] = json!("sms");
    body["codecs"] = json!([]);
    body["headers"] = json!({});
    form.replace(&body);
    assert!(form.plan().is_none());
    assert_eq!(form.place(), "servers[1]");
    form.stroke(Stroke::Remove);
    assert!(form.plan().is_some(), "{:?}", form.faults());
    assert_eq!(
        form.place(),
        "servers[1]",
        "the row to add to is there again"
    );
}

#[test]
fn a_server_is_asked_once_and_not_while_it_is_typed() {
    let mut form = field("servers");
    write(&mut form, "a.example:12");
    assert!(form.due().is_empty());
    form.stroke(Stroke::Enter);
    assert_eq!(form.due().len(), 1);
    assert!(form.due().is_empty());
    assert_eq!(form.checks()[0].progress, Progress::Running);
    form.check_again();
    assert_eq!(form.due().len(), 1);
}

#[test]
fn a_completion_is_taken_whole_or_walked_through() {
    let mut form = form();
    form.stroke(Stroke::Erase);
    write(&mut form, "ed");
    form.stroke(Stroke::Right);
    assert_eq!(form.body()["name"], "edge-1");
    form.stroke(Stroke::Complete);
    assert_eq!(form.body()["name"], "edge-2");
    form.stroke(Stroke::Complete);
    assert_eq!(form.body()["name"], "edge-1");
    form.stroke(Stroke::Undo);
    assert_eq!(form.body()["name"], "edge-2");
}

#[test]
fn strokes_on_a_body_of_the_wrong_shape_do_no_harm() {
    let strokes = [
        Stroke::Type('x'),
        Stroke::Type(' '),
        Stroke::Enter,
        Stroke::Raise,
        Stroke::Lower,
        Stroke::Remove,
        Stroke::Erase,
        Stroke::Complete,
        Stroke::Down,
        Stroke::Up,
        Stroke::Left,
        Stroke::Right,
        Stroke::Undo,
    ];
    for body in [
        json!(null),
        json!([1]),
        json!("x"),
        json!({"limits": 5, "servers": {"a": 1}, "headers": [1], "codecs": 7, "video": 3}),
    ] {
        let mut form = Form::new(&SPEC, Box::new(Free), Vec::new(), body);
        for _ in 0..=FIELDS.len() {
            for stroke in &strokes {
                form.stroke(stroke.clone());
            }
            form.stroke(Stroke::Next);
            form.plan();
        }
    }
}

#[test]
fn the_documentation_names_every_field() {
    let table = SPEC.table();
    for field in &FIELDS {
        assert!(table.contains(&format!("`{}`", field.path)), "{table}");
    }
}
