//! What the organisation says of an event that a trigger was shown.

use serde::Deserialize;

use crate::model::route::Trial;
use crate::text::Text;

/// Details that are kept; each is a sentence.
const MOST_DETAILS: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrialEntity {
    schema_validation: Option<PartEntity>,
    target_validation: Option<PartEntity>,
    trigger_matches: Option<bool>,
}

#[derive(Deserialize)]
struct PartEntity {
    matches: Option<bool>,
    details: Option<Vec<String>>,
}

impl TrialEntity {
    /// The same in the model's words.
    pub(super) fn trial(self) -> Trial {
        let parts = [&self.schema_validation, &self.target_validation];
        let details = parts
            .into_iter()
            .flatten()
            .filter_map(|part| part.details.as_ref());
        let details = details.flatten().take(MOST_DETAILS);
        let matches = |part: &Option<PartEntity>| part.as_ref().and_then(|part| part.matches);
        Trial {
            matches: self.trigger_matches,
            schema: matches(&self.schema_validation),
            target: matches(&self.target_validation),
            details: details.map(|detail| Text::from(detail.as_str())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_may_be_missing() {
        let trial = |json: &str| serde_json::from_str::<TrialEntity>(json).unwrap().trial();
        assert_eq!(trial("{}"), Trial::default());
        let told = trial(
            r#"{"schemaValidation":{"name":"Schema","step":1,"matches":true,"details":[]},
            "targetValidation":{"name":"Target","step":2,"matches":false,"details":["no such workflow"]},
            "jsonPathValidation":{"step":3,"matches":true,"details":[{"jsonPath":"a"}]},"triggerMatches":true}"#,
        );
        assert_eq!(
            (told.matches, told.schema, told.target),
            (Some(true), Some(true), Some(false))
        );
        assert_eq!(told.details, [Text::from("no such workflow")]);
    }
}
