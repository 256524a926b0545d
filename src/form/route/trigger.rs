//! The form of a route that starts a workflow (Platform API).

use serde_json::{Value, json};

use super::around::{Around, WHY};
use super::criterion::CRITERION;
use crate::form::{Completion, Field, FieldKind, Form, Opening, Plan, Rules, Spec, path};
use crate::model::payload::Fault;
use crate::model::route::trigger::{DELAYS, FORMATS, LEAST_TTL, LIMITS, OPERATORS};
use crate::model::route::{self};
use crate::store::Store;

const WHEN: &str = "When";
const WHAT: &str = "What it starts";

static FIELDS: [Field; 12] = [
    Field::new("name", "Name", FieldKind::Text)
        .group("Route")
        .help("What it is called; no other trigger of the organisation is."),
    Field::new("kind", "Kind", FieldKind::Choice(&["trigger"]))
        .group("Route")
        .help("Events start an Architect workflow."),
    Field::new("enabled", "Runs", FieldKind::Toggle)
        .group("Route")
        .help("One that does not run starts nothing."),
    Field::new("description", "Description", FieldKind::Text)
        .group("Route")
        .help("What it is for.")
        .optional(),
    Field::new("topicName", "Topic", FieldKind::Text)
        .group(WHEN)
        .help("The topic whose events it looks at. It cannot be changed afterwards. Topics for triggers are offered."),
    Field::new(
        "matchCriteria",
        "Criteria",
        FieldKind::List {
            item: &CRITERION,
            most: 100,
        },
    )
    .group(WHEN)
    .help("One a line: mediaType Equal VOICE, queueId In a, b. All of them have to hold; without any, every event counts."),
    Field::new(
        "eventTTLSeconds",
        "Too old after",
        FieldKind::Number {
            least: LEAST_TTL as f64,
            most: f64::INFINITY,
            whole: true,
            unit: "s",
        },
    )
    .group(WHEN)
    .help("An event older than that starts nothing. Not beside a delay.")
    .optional(),
    Field::new("target.type", "Target", FieldKind::Choice(&["Workflow"]))
        .group(WHAT)
        .help("The only kind there is."),
    Field::new("target.id", "Workflow", FieldKind::Text)
        .group(WHAT)
        .help("The id of a published workflow."),
    Field::new(
        "target.workflowTargetSettings.dataFormat",
        "Data as",
        FieldKind::Choice(&FORMATS),
    )
    .group(WHAT)
    .help("How the workflow is handed the event: its plain fields one by one, or all of it as JSON.")
    .optional(),
    Field::new(
        "delayBySeconds",
        "Starts after",
        FieldKind::Number {
            least: *DELAYS.start() as f64,
            most: *DELAYS.end() as f64,
            whole: true,
            unit: "s",
        },
    )
    .group(WHAT)
    .help("Seconds that it waits before it starts the workflow. Not beside a time after which events are too old.")
    .optional(),
    WHY,
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "route-trigger",
    title: "deploy a trigger",
    subject: "name",
    fields: &FIELDS,
};

#[derive(Debug)]
struct Judge(Around);

/// The form: of a new route, or of the one it is about.
pub fn open(opening: Opening, store: &Store) -> Result<Form, String> {
    let around = Around::of(route::Kind::Trigger, &opening, store)?;
    let body = opening.body.unwrap_or_else(|| {
        around.suggested(json!({
            "kind": "trigger", "name": "", "topicName": "", "target": {"type": "Workflow", "id": ""}, "enabled": true,
            "matchCriteria": [],
        }))
    });
    Ok(Form::new(
        &SPEC,
        Box::new(Judge(around)),
        opening.about,
        body,
    ))
}

impl Rules for Judge {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.0.faults(body)
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        self.0.plan(body)
    }

    fn completions(&self, at: &str, _body: &Value) -> Vec<Completion> {
        self.0.topics(at, "topicName")
    }

    fn explain(&self, at: &str, _body: &Value) -> Vec<String> {
        if path::within(at, "target") {
            return vec![LIMITS.to_owned()];
        }
        if path::within(at, "matchCriteria") {
            let words: Vec<&str> = OPERATORS.iter().map(|(word, _)| *word).collect();
            return vec![words.join(" ")];
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::faults;
    use crate::model::route::Known;

    fn judge(base: Option<Known>) -> Judge {
        Judge(Around {
            kind: route::Kind::Trigger,
            base,
            names: vec!["taken".to_owned()],
            elsewhere: Vec::new(),
            events: Vec::new(),
        })
    }

    fn body() -> Value {
        json!({
            "kind": "trigger", "name": "t", "topicName": "v2.a", "target": {"type": "Workflow", "id": "w"}, "enabled": true,
            "matchCriteria": [{"jsonPath": "a", "operator": "Equal", "value": 1}],
        })
    }

    #[test]
    fn every_rule_lands_on_its_field() {
        assert_eq!(faults(&SPEC, &judge(None), &body()), []);
        for (pointer, value, at) in [
            ("/name", json!("taken"), "name"),
            ("/topicName", json!(""), "topicName"),
            ("/target/id", json!(""), "target.id"),
            ("/delayBySeconds", json!(59), "delayBySeconds"),
            ("/eventTTLSeconds", json!(9), "eventTTLSeconds"),
            (
                "/matchCriteria",
                json!([{"jsonPath": "a", "operator": "Like", "value": 1}]),
                "matchCriteria[0].operator",
            ),
            ("/matchCriteria", json!([7]), "matchCriteria[0]"),
        ] {
            let mut body = body();
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[field] = value;
            let found = faults(&SPEC, &judge(None), &body);
            assert!(
                found.iter().any(|fault| fault.path == at),
                "{at}: {found:?}"
            );
            for fault in &found {
                assert!(SPEC.field(&fault.path).is_some(), "{fault} is at no field");
            }
        }
    }

    #[test]
    fn the_topic_of_one_that_is_there_stays_and_limits_are_told() {
        let there = route::read(&body().to_string()).unwrap();
        let judge = judge(Some(Known {
            version: Some(2),
            ..Known::new("t-1", there)
        }));
        let mut other = body();
        other["topicName"] = json!("v2.b");
        assert_eq!(judge.faults(&other)[0].path, "topicName");
        assert!(judge.explain("target.id", &other)[0].contains("6,000"));
        let mut off = body();
        off["enabled"] = json!(false);
        let plan = judge.plan(&off).unwrap();
        let put: Value = serde_json::from_str(plan.writes()[0].body.as_ref().unwrap()).unwrap();
        assert_eq!(
            (&put["version"], &put["enabled"]),
            (&json!(2), &json!(false))
        );
        let before: Value = serde_json::from_str(plan.before.as_ref().unwrap()).unwrap();
        assert_eq!((&before["version"], before.get("kind")), (&json!(2), None));
    }
}
