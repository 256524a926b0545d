//! The filters that all of these questions share: predicates, in clauses, joined by `and` or `or`.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::org::reply::Refusal;

/// The most clauses and predicates of one filter; the published document sets no limit, and time does.
const MOST: usize = 500;

/// One filter of a question.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AnalyticsFilter {
    r#type: Connective,
    #[serde(default)]
    clauses: Vec<Clause>,
    #[serde(default)]
    predicates: Vec<Predicate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Connective {
    And,
    Or,
}

#[derive(Clone, Debug, Deserialize)]
struct Clause {
    r#type: Connective,
    predicates: Vec<Predicate>,
}

#[derive(Clone, Debug, Deserialize)]
struct Predicate {
    r#type: Option<PredicateKind>,
    dimension: Option<String>,
    operator: Option<PredicateOperator>,
    value: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PredicateKind {
    Dimension,
    Property,
    Metric,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PredicateOperator {
    Matches,
    Exists,
    NotExists,
}

impl Connective {
    fn join(self, mut parts: impl Iterator<Item = bool>) -> bool {
        match self {
            Self::And => parts.all(|holds| holds),
            Self::Or => parts.any(|holds| holds),
        }
    }
}

impl AnalyticsFilter {
    /// Refuses what is not judged here: metrics and properties, and more parts than there is time for.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let predicates = self.clauses.iter().flat_map(|clause| &clause.predicates);
        let mut count = self.clauses.len();
        for predicate in predicates.chain(&self.predicates) {
            count += 1;
            let judged = matches!(predicate.r#type, None | Some(PredicateKind::Dimension));
            if !judged || predicate.dimension.is_none() {
                let message =
                    "a predicate has a dimension; metrics and properties are not judged here";
                return Err(bad(message));
            }
        }
        if count > MOST {
            return Err(bad(&format!("at most {MOST} clauses and predicates")));
        }
        Ok(())
    }

    /// Whether it holds of a row, whose layers are looked through from the first: a segment, its session and so on. One
    /// without any parts holds.
    pub(super) fn holds(&self, layers: &[&Value]) -> bool {
        if self.clauses.is_empty() && self.predicates.is_empty() {
            return true;
        }
        let clauses = self.clauses.iter().map(|clause| {
            let parts = clause.predicates.iter().map(|part| part.holds(layers));
            clause.r#type.join(parts)
        });
        let own = self.predicates.iter().map(|part| part.holds(layers));
        self.r#type.join(clauses.chain(own))
    }
}

impl Predicate {
    fn holds(&self, layers: &[&Value]) -> bool {
        let dimension = self.dimension.as_deref().unwrap_or_default();
        let found = layers.iter().find_map(|layer| field(layer, dimension));
        match self.operator.unwrap_or(PredicateOperator::Matches) {
            PredicateOperator::Exists => found.is_some(),
            PredicateOperator::NotExists => found.is_none(),
            PredicateOperator::Matches => {
                let wanted = self.value.as_deref().unwrap_or_default();
                found.is_some_and(|value| is(value, wanted))
            }
        }
    }
}

/// The field of a dimension; a list is in the plural.
fn field<'a>(layer: &'a Value, dimension: &str) -> Option<&'a Value> {
    layer
        .get(dimension)
        .or_else(|| layer.get(format!("{dimension}s")))
}

fn is(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text.eq_ignore_ascii_case(wanted),
        Value::Array(values) => values.iter().any(|value| is(value, wanted)),
        other => serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| wanted == *other),
    }
}

/// A refusal of a question that is not understood.
pub(super) fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "bad.request", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filter(value: Value) -> AnalyticsFilter {
        serde_json::from_value(value).unwrap()
    }

    fn dimension(name: &str, operator: &str, value: &str) -> Value {
        json!({"type": "dimension", "dimension": name, "operator": operator, "value": value})
    }

    #[test]
    fn predicates_are_judged_from_the_inside_out() {
        let (segment, session) = (
            json!({"queueId": "q", "n": 3}),
            json!({"mediaType": "voice", "callbackNumbers": ["+1", "+2"], "queueId": "other"}),
        );
        let layers = [&segment, &session];
        for (name, operator, value, holds) in [
            ("queueId", "matches", "q", true),
            ("queueId", "matches", "other", false),
            ("mediaType", "matches", "VOICE", true),
            ("callbackNumber", "matches", "+2", true),
            ("n", "matches", "3", true),
            ("segmentEnd", "notExists", "", true),
            ("segmentEnd", "exists", "", false),
            ("segmentEnd", "matches", "", false),
        ] {
            let one =
                filter(json!({"type": "and", "predicates": [dimension(name, operator, value)]}));
            assert_eq!(one.holds(&layers), holds, "{name} {operator} {value}");
        }
    }

    #[test]
    fn clauses_join_and_nothing_holds_by_itself() {
        let row = json!({"a": "1", "b": "2"});
        let (yes, no) = (
            dimension("a", "matches", "1"),
            dimension("b", "matches", "1"),
        );
        let either = json!({"type": "or", "predicates": [yes, no]});
        assert!(filter(json!({"type": "and", "clauses": [either]})).holds(&[&row]));
        let both = json!({"type": "and", "clauses": [either], "predicates": [no]});
        assert!(!filter(both).holds(&[&row]));
        assert!(filter(json!({"type": "or"})).holds(&[&row]));
    }

    #[test]
    fn metrics_are_refused() {
        let metric = json!({"type": "metric", "metric": "tTalk", "range": {"gt": 1}});
        assert!(
            filter(json!({"type": "and", "predicates": [metric]}))
                .check()
                .is_err()
        );
    }
}
