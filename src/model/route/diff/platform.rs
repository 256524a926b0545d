//! How two routes of the Platform API differ.

use super::{Changes, Keyed};
use crate::model::route::trigger::Criterion;
use crate::model::route::{EventBridge, Trigger};

pub(super) fn eventbridge(found: &mut Changes, before: &EventBridge, after: &EventBridge) {
    found.word("name", &before.name, &after.name);
    found.word(
        "awsAccountId",
        &before.aws_account_id,
        &after.aws_account_id,
    );
    found.word(
        "awsAccountRegion",
        &before.aws_account_region,
        &after.aws_account_region,
    );
    found.word(
        "eventSourceSuffix",
        &before.event_source_suffix,
        &after.event_source_suffix,
    );
    found.list("eventFilter", topics(before), topics(after));
    found.word(
        "enabled",
        &before.enabled.to_string(),
        &after.enabled.to_string(),
    );
    found.word("notes", &before.notes, &after.notes);
}

/// A set: in which order the organisation keeps them means nothing.
fn topics(route: &EventBridge) -> Keyed {
    let mut topics: Keyed = route
        .event_filter
        .iter()
        .map(|topic| (topic.clone(), topic.clone()))
        .collect();
    topics.sort();
    topics.dedup();
    topics
}

pub(super) fn trigger(found: &mut Changes, before: &Trigger, after: &Trigger) {
    found.word("name", &before.name, &after.name);
    found.word("topicName", &before.topic_name, &after.topic_name);
    found.word("target.type", &before.target.kind, &after.target.kind);
    found.word("target.id", &before.target.id, &after.target.id);
    found.maybe(
        "target.workflowTargetSettings.dataFormat",
        format(before),
        format(after),
    );
    found.word(
        "enabled",
        &before.enabled.to_string(),
        &after.enabled.to_string(),
    );
    found.list("matchCriteria", criteria(before), criteria(after));
    let seconds = |seconds: Option<i64>| seconds.map(|seconds| seconds.to_string());
    let (old, new) = (
        seconds(before.event_ttl_seconds),
        seconds(after.event_ttl_seconds),
    );
    found.maybe("eventTTLSeconds", old.as_deref(), new.as_deref());
    let (old, new) = (
        seconds(before.delay_by_seconds),
        seconds(after.delay_by_seconds),
    );
    found.maybe("delayBySeconds", old.as_deref(), new.as_deref());
    found.word("description", &before.description, &after.description);
}

fn format(trigger: &Trigger) -> Option<&str> {
    let settings = trigger.target.workflow_target_settings.as_ref();
    settings.and_then(|settings| settings.data_format.as_deref())
}

/// All of them have to hold, in whatever order they are kept.
fn criteria(trigger: &Trigger) -> Keyed {
    let mut lines: Keyed = trigger
        .match_criteria
        .iter()
        .map(Criterion::line)
        .map(|line| (line.clone(), line))
        .collect();
    lines.sort();
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::model::route::{diff, read};

    fn told(before: &Value, pointer: &str, value: Value) -> Vec<String> {
        let mut after = before.clone();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        after.pointer_mut(parent).unwrap()[field] = value;
        let [before, after] = [before, &after].map(|body| read(&body.to_string()).unwrap());
        let changes = diff::changes(&before, &after);
        changes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_field_of_a_bus_tells_its_difference_and_an_order_is_none() {
        let bus = json!({
            "kind": "eventbridge", "name": "b", "awsAccountId": "123456789012", "awsAccountRegion": "eu-west-1",
            "eventSourceSuffix": "noc", "eventFilter": ["v2.a", "v2.b"], "enabled": true, "notes": "",
        });
        for (field, value, says) in [
            ("/name", json!("c"), "~ name: b -> c"),
            (
                "/awsAccountId",
                json!("9"),
                "~ awsAccountId: 123456789012 -> 9",
            ),
            (
                "/awsAccountRegion",
                json!("us-east-1"),
                "~ awsAccountRegion: eu-west-1 -> us-east-1",
            ),
            (
                "/eventSourceSuffix",
                json!("x"),
                "~ eventSourceSuffix: noc -> x",
            ),
            ("/eventFilter", json!(["v2.a"]), "- eventFilter: v2.b"),
            ("/enabled", json!(false), "~ enabled: true -> false"),
            ("/notes", json!("n"), "~ notes:  -> n"),
        ] {
            assert_eq!(told(&bus, field, value), [says]);
        }
        assert_eq!(told(&bus, "/eventFilter", json!(["v2.b", "v2.a"])), [""; 0]);
        let trigger =
            json!({"kind": "trigger", "name": "b", "topicName": "t", "target": {"id": "w"}});
        let [bus, trigger] = [bus, trigger].map(|body| read(&body.to_string()).unwrap());
        assert_eq!(
            diff::changes(&bus, &trigger)[0].to_string(),
            "~ kind: eventbridge -> trigger"
        );
    }

    #[test]
    fn every_field_of_a_trigger_tells_its_difference() {
        let trigger = json!({
            "kind": "trigger", "name": "t", "topicName": "v2.a", "target": {"type": "Workflow", "id": "w"}, "enabled": true,
            "matchCriteria": [{"jsonPath": "a", "operator": "Equal", "value": 1}, {"jsonPath": "b", "operator": "In", "values": [1]}],
        });
        for (field, value, says) in [
            ("/topicName", json!("v2.b"), "~ topicName: v2.a -> v2.b"),
            ("/target/id", json!("x"), "~ target.id: w -> x"),
            (
                "/target/workflowTargetSettings",
                json!({"dataFormat": "Json"}),
                "+ target.workflowTargetSettings.dataFormat: Json",
            ),
            ("/eventTTLSeconds", json!(60), "+ eventTTLSeconds: 60"),
            ("/delayBySeconds", json!(60), "+ delayBySeconds: 60"),
            ("/description", json!("d"), "~ description:  -> d"),
            (
                "/matchCriteria",
                json!([{"jsonPath": "b", "operator": "In", "values": [1]}]),
                "- matchCriteria: a Equal 1",
            ),
        ] {
            assert_eq!(told(&trigger, field, value), [says]);
        }
    }
}
