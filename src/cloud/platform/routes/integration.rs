//! An integration as the organisation writes it.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::cloud::entities::id;
use crate::model::RouteId;
use crate::model::route::{EventBridge, Integration, Known, eventbridge};
use crate::text::Text;
use crate::time::Millis;

/// The word for one that was taken away and is still told of.
const DELETED: &str = "DELETED";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IntegrationEntity {
    pub(super) id: String,
    name: Option<String>,
    integration_type: Option<TypeEntity>,
    intended_state: Option<String>,
    reported_state: Option<ReportedEntity>,
    config: Option<ConfigsEntity>,
}

#[derive(Deserialize)]
struct TypeEntity {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReportedEntity {
    code: Option<String>,
    detail: Option<DetailEntity>,
    // Only shown, so of no type that could be broken.
    last_updated: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetailEntity {
    message: Option<String>,
    message_with_params: Option<String>,
    localizable_message_code: Option<String>,
}

#[derive(Deserialize)]
struct ConfigsEntity {
    current: Option<ConfigEntity>,
}

#[derive(Deserialize)]
pub(super) struct ConfigEntity {
    name: Option<String>,
    version: Option<u64>,
    properties: Option<Value>,
    advanced: Option<Value>,
    notes: Option<String>,
    credentials: Option<Value>,
}

impl IntegrationEntity {
    /// Whether it sends events to a bus, and is there.
    pub(super) fn is_ours(&self) -> bool {
        let kind = self.integration_type.as_ref();
        kind.is_some_and(|kind| kind.id == eventbridge::TYPE)
            && self.intended_state.as_deref() != Some(DELETED)
    }

    /// Its configuration, where it came with it.
    pub(super) fn config(&self) -> Option<&ConfigEntity> {
        self.config.as_ref()?.current.as_ref()
    }

    /// Gives it the configuration that it came without.
    pub(super) fn configure(&mut self, config: ConfigEntity) {
        self.config = Some(ConfigsEntity {
            current: Some(config),
        });
    }

    /// The route that it is. The error is what is wrong with it.
    pub(super) fn known(self) -> Result<Known, String> {
        let route_id = RouteId(id(self.id, "id")?);
        let config = self.config.and_then(|config| config.current);
        let config = config.unwrap_or(ConfigEntity {
            name: None,
            version: None,
            properties: None,
            advanced: None,
            notes: None,
            credentials: None,
        });
        let mut properties = match config.properties {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        let intended: Text = self.intended_state.unwrap_or_default().into();
        let enabled = matches!(intended.raw(), "ENABLED" | "RESTORED");
        let bridge = EventBridge {
            name: config.name.or(self.name).unwrap_or_default(),
            aws_account_id: word(properties.remove("awsAccountId")),
            aws_account_region: word(properties.remove("awsAccountRegion")),
            event_source_suffix: word(properties.remove("eventSourceSuffix")),
            event_filter: words(properties.remove("eventFilter")),
            enabled,
            notes: config.notes.unwrap_or_default(),
        };
        let mut integration = Integration {
            intended,
            properties,
            advanced: config.advanced.unwrap_or_default(),
            credentials: config.credentials.unwrap_or_default(),
            ..Integration::default()
        };
        if let Some(reported) = self.reported_state {
            reported.tell(&mut integration);
        }
        Ok(Known {
            version: config.version,
            integration: Some(Box::new(integration)),
            ..Known::new(route_id, bridge)
        })
    }
}

impl ReportedEntity {
    fn tell(self, integration: &mut Integration) {
        integration.reported = self.code.unwrap_or_default().into();
        let detail = self.detail.and_then(|detail| {
            let said = detail.message_with_params.or(detail.message);
            said.or(detail.localizable_message_code)
        });
        integration.detail = detail.unwrap_or_default().into();
        let since = self.last_updated.as_ref().and_then(Value::as_str);
        let since = since.and_then(|since| since.parse::<jiff::Timestamp>().ok());
        integration.since = since.map(|since| Millis(since.as_millisecond()));
    }
}

/// A property as a word: an account is digits, and digits are easily written as a number.
fn word(value: Option<Value>) -> String {
    match value {
        Some(Value::String(word)) => word,
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn words(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values
            .into_iter()
            .map(|value| word(Some(value)))
            .filter(|word| !word.is_empty())
            .collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::route::{IntegrationStanding, Route};

    const ENTITY: &str = r#"{"id":"n-1","name":"old name","integrationType":{"id":"amazon-eventbridge-source"},
        "intendedState":"ENABLED","reportedState":{"code":"ERROR","effective":"INACTIVE","lastUpdated":"2026-06-15T14:00:00Z",
        "detail":{"localizableMessageCode":"x.y","message":"The account {a} is not known"}},
        "config":{"current":{"id":"n-1","name":"noc","version":4,"notes":"ours","advanced":{"a":1},"credentials":{"c":{"id":"k"}},
        "properties":{"awsAccountId":"123456789012","awsAccountRegion":"eu-west-1","eventSourceSuffix":"noc",
        "eventFilter":["v2.a","v2.b"],"tomorrow":true}}}}"#;

    fn known(json: &str) -> Result<Known, String> {
        serde_json::from_str::<IntegrationEntity>(json)
            .map_err(|error| error.to_string())?
            .known()
    }

    #[test]
    fn both_states_the_reason_and_the_configuration_are_read() {
        let known = known(ENTITY).unwrap();
        let Route::EventBridge(bridge) = &known.route else {
            panic!("{known:?}")
        };
        assert_eq!((bridge.name.as_str(), known.version), ("noc", Some(4)));
        assert_eq!(bridge.event_filter, ["v2.a", "v2.b"]);
        assert_eq!(known.route.faults(), []);
        let integration = known.integration.as_ref().unwrap();
        assert_eq!(integration.standing(), IntegrationStanding::Error);
        assert_eq!(integration.detail.raw(), "The account {a} is not known");
        assert!(integration.since.is_some() && known.is_trouble());
        // What no route has survives a change of what it has.
        let put = known.updates(&Route::EventBridge(EventBridge {
            event_filter: vec!["v2.c".to_owned()],
            ..bridge.clone()
        }));
        let body: Value = serde_json::from_str(put[0].body.as_ref().unwrap()).unwrap();
        assert_eq!(body["properties"]["tomorrow"], true);
        assert_eq!(
            (&body["version"], &body["notes"]),
            (&4.into(), &"ours".into())
        );
    }

    #[test]
    fn what_is_missing_or_of_tomorrow_is_no_error() {
        let bare = known(r#"{"id":"n","name":"b","integrationType":{"id":"amazon-eventbridge-source"},"colour":1}"#).unwrap();
        assert!(bare.is_bare());
        let integration = bare.integration.unwrap();
        assert_eq!(integration.standing(), IntegrationStanding::Unknown);
        let odd = ENTITY
            .replace(r#""123456789012""#, "123456789012")
            .replace(r#"["v2.a","v2.b"]"#, r#""v2.a""#)
            .replace(r#""2026-06-15T14:00:00Z""#, "7")
            .replace("ERROR", "HIBERNATING");
        let known = known(&odd).unwrap();
        assert_eq!(known.route.events(), ["v2.a"]);
        assert_eq!(known.route.towards(), "aws 123456789012 eu-west-1 /noc");
    }

    #[test]
    fn only_those_that_feed_a_bus_and_are_there_are_routes() {
        let ours = |json: &str| {
            serde_json::from_str::<IntegrationEntity>(json)
                .unwrap()
                .is_ours()
        };
        assert!(ours(ENTITY));
        assert!(!ours(&ENTITY.replace("ENABLED", "DELETED")));
        assert!(!ours(
            &ENTITY.replace("amazon-eventbridge-source", "webhook")
        ));
        assert!(!ours(r#"{"id":"n"}"#));
    }
}
