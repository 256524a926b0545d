//! The rules of triggers (Platform API).

use super::{Faults, MOST_ENTRIES, SHOWN};
use crate::model::route::Trigger;
use crate::model::route::trigger::{
    Criterion, DELAYS, FORMATS, LEAST_TTL, LONGEST_DESCRIPTION, OPERATORS, Takes, Target, WORKFLOW,
};
use crate::text::{fit, is_plain};

/// Characters of a path into an event.
const LONGEST_PATH: usize = 512;

pub(super) fn judge(trigger: &Trigger, faults: &mut Faults) {
    topic(&trigger.topic_name, faults);
    target(&trigger.target, faults);
    faults.too_many("matchCriteria", trigger.match_criteria.len());
    for (n, criterion) in trigger.match_criteria.iter().take(MOST_ENTRIES).enumerate() {
        judge_criterion(&format!("matchCriteria[{n}]"), criterion, faults);
    }
    times(trigger, faults);
    faults.text("description", &trigger.description, LONGEST_DESCRIPTION);
}

/// What an existing trigger cannot become.
pub(super) fn judge_change(before: &Trigger, after: &Trigger, faults: &mut Faults) {
    if before.topic_name != after.topic_name {
        let was = fit(&before.topic_name, SHOWN);
        faults.add(
            "topicName",
            format!("it cannot be changed ({was}): make a new trigger and delete this one"),
        );
    }
}

/// A topic is that of all conversations, queues or users: the place of the id is written as a name in braces.
fn topic(topic: &str, faults: &mut Faults) {
    faults.word("topicName", topic);
    let id = topic
        .split('.')
        .find(|part| uuid::Uuid::parse_str(part).is_ok());
    faults.maybe(
        "topicName",
        id.map(|id| format!("a trigger looks at all of them: write {{id}} in the place of {id}")),
    );
}

fn target(target: &Target, faults: &mut Faults) {
    if target.kind != WORKFLOW {
        let given = fit(&target.kind, SHOWN);
        faults.add(
            "target.type",
            format!("{given:?} is not known: a trigger starts a {WORKFLOW:?}"),
        );
    }
    faults.word("target.id", &target.id);
    let settings = target.workflow_target_settings.as_ref();
    if let Some(format) = settings.and_then(|settings| settings.data_format.as_deref())
        && !FORMATS.contains(&format)
    {
        faults.add(
            "target.workflowTargetSettings.dataFormat",
            format!("one of {}", FORMATS.join(", ")),
        );
    }
}

fn judge_criterion(path: &str, criterion: &Criterion, faults: &mut Faults) {
    let at = |field: &str| format!("{path}.{field}");
    if criterion.json_path.trim().is_empty() {
        faults.add(
            &at("jsonPath"),
            "empty: where in the event, such as mediaType",
        );
    } else if criterion.json_path.len() > LONGEST_PATH || !is_plain(&criterion.json_path) {
        faults.add(
            &at("jsonPath"),
            format!("longer than {LONGEST_PATH} bytes, or with characters that cannot be shown"),
        );
    } else {
        faults.maybe(&at("jsonPath"), broken(&criterion.json_path));
    }
    let known = OPERATORS
        .iter()
        .find(|(word, _)| *word == criterion.operator);
    let Some((operator, takes)) = known else {
        let words: Vec<&str> = OPERATORS.iter().map(|(word, _)| *word).collect();
        return faults.add(&at("operator"), format!("one of {}", words.join(", ")));
    };
    match (&criterion.value, &criterion.values) {
        (Some(_), Some(_)) => faults.add(&at("values"), "either value or values, not both"),
        (None, None) if *takes == Takes::Several => {
            faults.add(&at("values"), format!("{operator} needs values"));
        }
        (None, None) => faults.add(&at("value"), format!("{operator} needs a value")),
        (_, Some(values)) if values.is_empty() => faults.add(&at("values"), "empty"),
        (_, Some(values)) if values.len() > MOST_ENTRIES => {
            faults.too_many(&at("values"), values.len());
        }
        (Some(_), None) if *takes == Takes::Several => faults.add(
            &at("value"),
            format!("{operator} compares with a list: write \"values\": [..] in its place"),
        ),
        (Some(value), None) => faults.maybe(&at("value"), wrong(operator, value)),
        (None, Some(_)) if *takes == Takes::One => faults.add(
            &at("values"),
            format!("{operator} compares with one value: write \"value\" in its place"),
        ),
        (None, Some(_)) => {}
    }
}

/// What is wrong with a path in every notation of `JSONPath`, of which organisations take more than one: a bracket, a quote or
/// a name that does not end.
fn broken(path: &str) -> Option<String> {
    let (mut open, mut quote) = (Vec::new(), None);
    for (n, c) in path.chars().enumerate() {
        if let Some(end) = quote {
            quote = Some(end).filter(|_| c != end);
            continue;
        }
        match c {
            '\'' | '"' => quote = Some(c),
            '[' => open.push(']'),
            '(' => open.push(')'),
            ']' | ')' if open.pop() != Some(c) => {
                return Some(format!("{c:?} at character {} closes nothing", n + 1));
            }
            _ => {}
        }
    }
    if let Some(quote) = quote {
        return Some(format!("the text in {quote} does not end"));
    }
    if let Some(end) = open.pop() {
        return Some(format!("{end:?} is missing at its end"));
    }
    let unfinished = path.ends_with('.') || path.contains("...") || path.contains("[]");
    unfinished.then(|| "a name is missing in it".to_owned())
}

/// What is wrong with the one value that an operator compares with, as far as its name tells.
fn wrong(operator: &str, value: &serde_json::Value) -> Option<String> {
    let (good, shape) = match operator {
        "Exists" => (value.is_boolean(), "true or false"),
        "Size" => (value.is_u64(), "a whole number"),
        "GreaterThan" | "GreaterThanOrEqual" | "LessThan" | "LessThanOrEqual" => {
            (value.is_number(), "a number, without quotes")
        }
        _ => (!value.is_null(), "a value"),
    };
    (!good).then(|| format!("{operator} compares with {shape}"))
}

fn times(trigger: &Trigger, faults: &mut Faults) {
    let (ttl, delay) = (trigger.event_ttl_seconds, trigger.delay_by_seconds);
    if ttl.is_some() && delay.is_some() {
        faults.add(
            "delayBySeconds",
            "either eventTTLSeconds or delayBySeconds, not both",
        );
    }
    if let Some(ttl) = ttl.filter(|ttl| *ttl < LEAST_TTL) {
        faults.add(
            "eventTTLSeconds",
            format!("{ttl} is too short: {LEAST_TTL} s or more"),
        );
    }
    if let Some(delay) = delay.filter(|delay| !DELAYS.contains(delay)) {
        let (least, most) = (DELAYS.start(), DELAYS.end());
        faults.add(
            "delayBySeconds",
            format!("{delay} is out of range: {least} to {most} s"),
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::model::route::{Route, read};

    fn body() -> Value {
        json!({
            "kind": "trigger", "name": "call-back", "topicName": "v2.detail.events.conversation.{id}.acd.end",
            "target": {"type": "Workflow", "id": "w-1", "workflowTargetSettings": {"dataFormat": "Json"}},
            "enabled": true, "description": "",
            "matchCriteria": [{"jsonPath": "mediaType", "operator": "Equal", "value": "VOICE"}],
        })
    }

    fn route(body: &Value) -> Route {
        read(&body.to_string()).unwrap()
    }

    fn faults(pointer: &str, value: Value) -> Vec<String> {
        let mut body = body();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[field] = value;
        route(&body)
            .faults()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn criterion(criterion: &Value) -> Vec<String> {
        faults("/matchCriteria", json!([criterion]))
    }

    #[test]
    fn each_rule_at_its_edges_by_the_field_that_it_names() {
        assert_eq!(route(&body()).faults(), []);
        for good in [60, 900] {
            assert_eq!(faults("/delayBySeconds", json!(good)), [""; 0]);
        }
        assert_eq!(faults("/eventTTLSeconds", json!(10)), [""; 0]);
        assert_eq!(faults("/description", json!("x".repeat(512))), [""; 0]);
        for (pointer, value, says) in [
            ("/name", json!(""), "name: missing"),
            ("/topicName", json!(""), "topicName: empty"),
            (
                "/topicName",
                json!("v2.detail.events.conversation.7a1c2f0e-1111-4222-8333-444455556666.acd.end"),
                "topicName: a trigger looks at all of them: write {id}",
            ),
            ("/target/type", json!("Email"), "target.type: \"Email\""),
            ("/target/id", json!(""), "target.id: empty"),
            (
                "/target/workflowTargetSettings",
                json!({"dataFormat": "Xml"}),
                "dataFormat: one of TopLevelPrimitives, Json",
            ),
            ("/delayBySeconds", json!(59), "delayBySeconds: 59"),
            ("/delayBySeconds", json!(901), "60 to 900"),
            ("/eventTTLSeconds", json!(9), "eventTTLSeconds: 9"),
            ("/description", json!("x".repeat(513)), "512"),
        ] {
            let found = faults(pointer, value);
            assert_eq!(found.len(), 1, "{pointer}: {found:?}");
            assert!(found[0].contains(says), "{found:?}");
        }
    }

    #[test]
    fn a_time_to_live_and_a_delay_exclude_each_other() {
        let mut body = body();
        (body["eventTTLSeconds"], body["delayBySeconds"]) = (json!(60), json!(60));
        assert!(route(&body).faults()[0].to_string().contains("not both"));
    }

    #[test]
    fn what_is_compared_with_fits_its_operator() {
        for good in [
            json!({"jsonPath": "a", "operator": "In", "values": ["x"]}),
            json!({"jsonPath": "a", "operator": "Exists", "value": true}),
            json!({"jsonPath": "a", "operator": "Size", "value": 0}),
            json!({"jsonPath": "$.a.b", "operator": "Contains", "values": [1]}),
            json!({"jsonPath": "$.a.b", "operator": "Contains", "value": "x"}),
            json!({"jsonPath": "a", "operator": "All", "values": ["x", "y"]}),
            json!({"jsonPath": "a", "operator": "NotIn", "values": ["x"]}),
            json!({"jsonPath": "$..a[?(@.b == 'x)')].c[0]", "operator": "Equal", "value": "x"}),
            json!({"jsonPath": "a", "operator": "LessThanOrEqual", "value": 0.5}),
        ] {
            assert_eq!(criterion(&good), [""; 0], "{good}");
        }
        for (bad, at) in [
            (
                json!({"jsonPath": "", "operator": "Equal", "value": 1}),
                "matchCriteria[0].jsonPath",
            ),
            (
                json!({"jsonPath": "a", "operator": "Like", "value": 1}),
                "matchCriteria[0].operator",
            ),
            (
                json!({"jsonPath": "a", "operator": "Equal"}),
                "matchCriteria[0].value",
            ),
            (
                json!({"jsonPath": "a", "operator": "In"}),
                "matchCriteria[0].values",
            ),
            (
                json!({"jsonPath": "a", "operator": "In", "values": []}),
                "matchCriteria[0].values",
            ),
            (
                json!({"jsonPath": "a", "operator": "In", "value": 1, "values": [1]}),
                "matchCriteria[0].values",
            ),
            (
                json!({"jsonPath": "a", "operator": "Exists", "value": 1}),
                "matchCriteria[0].value",
            ),
            (
                json!({"jsonPath": "a", "operator": "Size", "value": -1}),
                "matchCriteria[0].value",
            ),
            (
                json!({"jsonPath": "a", "operator": "In", "value": "x"}),
                "matchCriteria[0].value: In compares with a list",
            ),
            (
                json!({"jsonPath": "a", "operator": "NotIn", "value": "x"}),
                "matchCriteria[0].value: NotIn compares with a list",
            ),
            (
                json!({"jsonPath": "a", "operator": "All", "value": "x"}),
                "matchCriteria[0].value: All compares with a list",
            ),
            (
                json!({"jsonPath": "a", "operator": "Contains"}),
                "matchCriteria[0].value: Contains needs a value",
            ),
            (
                json!({"jsonPath": "a", "operator": "Equal", "values": ["x"]}),
                "matchCriteria[0].values: Equal compares with one value",
            ),
            (
                json!({"jsonPath": "a", "operator": "GreaterThan", "value": "30"}),
                "matchCriteria[0].value: GreaterThan compares with a number",
            ),
            (
                json!({"jsonPath": "a[?(", "operator": "Equal", "value": 1}),
                "matchCriteria[0].jsonPath: ')' is missing",
            ),
            (
                json!({"jsonPath": "a.", "operator": "Equal", "value": 1}),
                "matchCriteria[0].jsonPath: a name is missing",
            ),
        ] {
            let found = criterion(&bad);
            assert_eq!(found.len(), 1, "{bad}: {found:?}");
            assert!(found[0].starts_with(at), "{bad}: {found:?}");
        }
    }

    #[test]
    fn a_topic_stays_and_so_does_the_kind() {
        let mut other = body();
        other["topicName"] = json!("v2.else");
        let (before, after) = (route(&body()), route(&other));
        assert_eq!(after.faults_after(&before)[0].path, "topicName");
        assert_eq!(before.faults_after(&before), []);
        let webhook = read(r#"{"name":"n","uri":"https://h/","eventFilters":[]}"#).unwrap();
        assert_eq!(webhook.faults_after(&before)[0].path, "kind");
    }
}
