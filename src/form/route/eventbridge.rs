//! The form of a route to Amazon `EventBridge` (Platform API).

use serde_json::{Value, json};

use super::around::{Around, WHY};
use crate::form::item::TextItem;
use crate::form::{Completion, Field, FieldKind, Form, Opening, Plan, Rules, Spec, path};
use crate::model::payload::Fault;
use crate::model::route::eventbridge::RETRIED_DAYS;
use crate::model::route::{self};
use crate::store::Store;

static TOPIC: TextItem = TextItem("TOPIC");

static FIELDS: [Field; 9] = [
    Field::new("name", "Name", FieldKind::Text)
        .group("Route")
        .help("What it is called; no other integration that feeds a bus is."),
    Field::new("kind", "Kind", FieldKind::Choice(&["eventbridge"]))
        .group("Route")
        .help("Events go to a bus of Amazon EventBridge."),
    Field::new("awsAccountId", "AWS account", FieldKind::Text)
        .group("Event bus")
        .help("The twelve digits of the account that owns the bus."),
    Field::new("awsAccountRegion", "AWS region", FieldKind::Text)
        .group("Event bus")
        .help("Where the bus is: eu-west-1."),
    Field::new("eventSourceSuffix", "Source suffix", FieldKind::Text)
        .group("Event bus")
        .help("The end of the event source's name; it tells this source from others of the organisation."),
    Field::new(
        "eventFilter",
        "Topics",
        FieldKind::List {
            item: &TOPIC,
            most: 100,
        },
    )
    .group("What is sent")
    .help("Every event of these topics is sent. Topics that reach a bus are offered."),
    Field::new("enabled", "Runs", FieldKind::Toggle)
        .group("Route")
        .help("The state that it is to be in; the organisation reports when it is there."),
    Field::new("notes", "Notes", FieldKind::Text)
        .group("Route")
        .help("What others should know of it.")
        .optional(),
    WHY,
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "route-eventbridge",
    title: "deploy a route to Amazon EventBridge",
    subject: "name",
    fields: &FIELDS,
};

#[derive(Debug)]
struct Judge(Around);

/// The form: of a new route, or of the one it is about.
pub fn open(opening: Opening, store: &Store) -> Result<Form, String> {
    let around = Around::of(route::Kind::EventBridge, &opening, store)?;
    let body = opening.body.unwrap_or_else(|| {
        around.suggested(json!({
            "kind": "eventbridge", "name": "", "awsAccountId": "", "awsAccountRegion": "", "eventSourceSuffix": "",
            "eventFilter": [], "enabled": true, "notes": "",
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
        self.0.topics(at, "eventFilter")
    }

    fn explain(&self, at: &str, body: &Value) -> Vec<String> {
        if path::within(at, "eventSourceSuffix") {
            let suffix = body.get("eventSourceSuffix").and_then(Value::as_str);
            let suffix = crate::text::safe(suffix.unwrap_or_default()).into_owned();
            return vec![format!(
                "bus aws.partner/genesys.com/cloud/ORGANISATION/{suffix}"
            )];
        }
        if path::within(at, "eventFilter") {
            return vec![format!(
                "What the bus does not accept is kept and tried again for up to {RETRIED_DAYS} days; nobody can set how."
            )];
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::faults;
    use crate::model::route::{EventType, Known};

    fn judge(base: Option<Known>) -> Judge {
        Judge(Around {
            kind: route::Kind::EventBridge,
            base,
            names: vec!["taken".to_owned()],
            elsewhere: Vec::new(),
            events: vec![EventType {
                name: "v2.a".into(),
                fields: Vec::new(),
                carried_by: route::Kind::EventBridge,
            }],
        })
    }

    fn body() -> Value {
        json!({
            "kind": "eventbridge", "name": "noc", "awsAccountId": "123456789012", "awsAccountRegion": "eu-west-1",
            "eventSourceSuffix": "noc", "eventFilter": ["v2.a"], "enabled": true, "notes": "",
        })
    }

    #[test]
    fn every_rule_lands_on_its_field_and_topics_are_offered() {
        assert_eq!(faults(&SPEC, &judge(None), &body()), []);
        for (field, value) in [
            ("name", json!("taken")),
            ("kind", json!("trigger")),
            ("awsAccountId", json!("1")),
            ("awsAccountRegion", json!("Mars")),
            ("eventSourceSuffix", json!("")),
            ("eventFilter", json!([])),
            ("enabled", json!("yes")),
        ] {
            let mut body = body();
            body[field] = value;
            let found = faults(&SPEC, &judge(None), &body);
            assert!(
                found.iter().any(|fault| fault.path == field),
                "{field}: {found:?}"
            );
        }
        let offered = judge(None).completions("eventFilter[0]", &body());
        assert_eq!(offered[0].value, "v2.a");
        assert!(judge(None).explain("eventSourceSuffix", &body())[0].ends_with("/noc"));
    }

    #[test]
    fn a_plan_shows_every_write_and_a_change_only_its_own() {
        let plan = judge(None).plan(&body()).unwrap();
        assert_eq!(plan.writes().len(), 3);
        let there = route::read(&body().to_string()).unwrap();
        let judge = judge(Some(Known {
            version: Some(2),
            ..Known::new("n-1", there)
        }));
        let mut off = body();
        off["enabled"] = json!(false);
        let plan = judge.plan(&off).unwrap();
        assert_eq!(plan.writes().len(), 1);
        assert_eq!(
            plan.writes()[0].body.as_deref(),
            Some(r#"{"intendedState":"DISABLED"}"#)
        );
        assert_eq!(
            plan.before.as_deref(),
            Some(r#"{"intendedState":"ENABLED"}"#)
        );
        assert!(
            judge.plan(&body()).unwrap().writes().is_empty(),
            "it is so already"
        );
    }
}
