//! Which topics there are, and what following each needs.

use std::collections::BTreeSet;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::org::access::{NOTHING, Needs, TELEPHONY, any};
use crate::org::platform::topics::combined;
use crate::org::platform::{Answer, Call, ok};
use crate::org::reply::Refusal;

const CONVERSATIONS: Needs = any(&["conversation:communication:view"]);
const QUEUES: Needs = any(&["routing:queue:view"]);

/// The topics, `{id}` for any id. The published document names the topics and not their permissions; these are the ones
/// that the reads of the same things need.
const TOPICS: [(&str, Needs); 25] = [
    (
        "v2.analytics.queues.{id}.activity",
        any(&["analytics:queueObservation:view"]),
    ),
    (
        "v2.analytics.queues.{id}.observations",
        any(&["analytics:queueObservation:view"]),
    ),
    ("v2.detail.events.conversation.{id}.acd.end", CONVERSATIONS),
    ("v2.detail.events.conversation.{id}.user.end", CONVERSATIONS),
    (
        "v2.detail.events.conversation.{id}.user.start",
        CONVERSATIONS,
    ),
    ("v2.operations.events.{id}", any(&["usage:events:view"])),
    ("v2.routing.queues.{id}.conversations", QUEUES),
    ("v2.routing.queues.{id}.conversations.callbacks", QUEUES),
    ("v2.routing.queues.{id}.conversations.calls", QUEUES),
    ("v2.routing.queues.{id}.users", QUEUES),
    ("v2.telephony.providers.edges.{id}", TELEPHONY),
    (
        "v2.telephony.providers.edges.{id}.logicalinterfaces",
        TELEPHONY,
    ),
    ("v2.telephony.providers.edges.{id}.metrics", TELEPHONY),
    (
        "v2.telephony.providers.edges.{id}.softwareupdate",
        TELEPHONY,
    ),
    ("v2.telephony.providers.edges.phones.{id}", TELEPHONY),
    ("v2.telephony.providers.edges.trunks.{id}", TELEPHONY),
    (
        "v2.telephony.providers.edges.trunks.{id}.metrics",
        TELEPHONY,
    ),
    ("v2.users.{id}.conversations", CONVERSATIONS),
    ("v2.users.{id}.conversations.callbacks", CONVERSATIONS),
    ("v2.users.{id}.conversations.calls", CONVERSATIONS),
    ("v2.users.{id}.conversationsummary", NOTHING),
    ("v2.users.{id}.persistentconnection", NOTHING),
    ("v2.users.{id}.presence", NOTHING),
    ("v2.users.{id}.routingStatus", NOTHING),
    (
        "v2.users.{id}.station",
        any(&["telephony:otherStationAssociation:view"]),
    ),
];

/// Whether a topic can be followed.
pub(super) enum TopicVerdict {
    Permitted,
    /// There is no such topic.
    Unknown,
    /// These permissions are missing.
    Missing(Vec<&'static str>),
}

/// Judges a topic, or a combined one by each of those that it stands for, for someone who holds every permission but those withheld.
pub(super) fn judge(topic: &str, withheld: &BTreeSet<String>) -> TopicVerdict {
    if !combined::is_combined(topic) {
        return judge_one(topic, withheld);
    }
    if topic.len() >= combined::TOO_LONG {
        return TopicVerdict::Unknown;
    }
    let mut missing = BTreeSet::new();
    for one in combined::each(topic) {
        match judge_one(&one, withheld) {
            TopicVerdict::Permitted => {}
            TopicVerdict::Unknown => return TopicVerdict::Unknown,
            TopicVerdict::Missing(more) => missing.extend(more),
        }
    }
    if missing.is_empty() {
        TopicVerdict::Permitted
    } else {
        TopicVerdict::Missing(missing.into_iter().collect())
    }
}

fn judge_one(topic: &str, withheld: &BTreeSet<String>) -> TopicVerdict {
    let Some((_, needs)) = TOPICS.iter().find(|(template, _)| fits(template, topic)) else {
        return TopicVerdict::Unknown;
    };
    let missing = needs.missing(withheld);
    if missing.is_empty() {
        TopicVerdict::Permitted
    } else {
        TopicVerdict::Missing(missing)
    }
}

/// Whether a topic is of a template's shape.
fn fits(template: &str, topic: &str) -> bool {
    let (mut words, mut parts) = (template.split('.'), topic.split('.'));
    loop {
        match (words.next(), parts.next()) {
            (None, None) => return true,
            (Some("{id}"), Some(id)) if !id.is_empty() && !id.contains(['?', '&']) => {}
            (Some(word), Some(part)) if word == part => {}
            _ => return false,
        }
    }
}

impl TopicVerdict {
    fn reason(&self) -> String {
        match self {
            Self::Permitted => String::new(),
            Self::Unknown => "The topic is not valid.".to_owned(),
            Self::Missing(missing) => {
                format!(
                    "Missing the following permission(s): {}",
                    missing.join(", ")
                )
            }
        }
    }

    /// The row of a topic that is not followed.
    pub(super) fn row(&self, topic: &str) -> Value {
        let missing: &[&str] = match self {
            Self::Missing(missing) => missing,
            Self::Permitted | Self::Unknown => &[],
        };
        json!({
            "id": topic, "state": "Rejected", "rejectionReason": self.reason(),
            "missingPermissions": missing,
        })
    }

    /// The refusal of a call that names it.
    pub(super) fn refusal(&self, topic: &str) -> Refusal {
        let (status, code) = match self {
            Self::Missing(_) => (StatusCode::FORBIDDEN, "missing.permissions"),
            Self::Permitted | Self::Unknown => {
                (StatusCode::BAD_REQUEST, "notification.invalid.topic")
            }
        };
        let message = format!("{topic}: {}", self.reason());
        Refusal::new(status, code, message).param("topic", topic)
    }
}

/// `GET /api/v2/notifications/availabletopics`.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let expanded = |word: &str| call.query.names("expand", word);
    let topic = |(template, needs): &(&str, Needs)| {
        let permissions = needs.permissions();
        let mut topic = json!({"id": template});
        let mut put = |word: &str, value: Value| {
            if expanded(word) {
                topic[word] = value;
            }
        };
        put("description", json!(format!("Changes of {template}")));
        put("requiresPermissions", json!(permissions));
        put("transports", json!(["All"]));
        put("visibility", json!("Public"));
        put("enforced", json!(true));
        put("topicParameters", json!(["id"]));
        put(
            "permissionDetails",
            json!([{"type": "requiresPermissions", "permissions": permissions, "enforced": true}]),
        );
        topic
    };
    let entities: Vec<Value> = TOPICS.iter().map(topic).collect();
    ok(&json!({"entities": entities}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_known_by_their_shape() {
        let nobody = BTreeSet::new();
        let long = format!(
            "v2.telephony.providers.edges.phones?{}",
            "a&".repeat(90) + "a"
        );
        for good in [
            "v2.telephony.providers.edges.phones.webrtc-0001",
            "v2.telephony.providers.edges.eu-west-1-edge-5d02",
            "v2.users.u-1.station",
            "v2.telephony.providers.edges.phones?a&b",
            "v2.users.u-1?station&presence",
        ] {
            assert!(
                matches!(judge(good, &nobody), TopicVerdict::Permitted),
                "{good}"
            );
        }
        for bad in [
            "",
            "v2.users..station",
            "v2.users.u-1",
            "v2.phones.*",
            "v2.users.u-1?station&nothing",
            "v2.users.u-1?station&",
            "v2.users.u-1?station?presence",
            long.as_str(),
        ] {
            assert!(
                matches!(judge(bad, &nobody), TopicVerdict::Unknown),
                "{bad}"
            );
        }
        let withheld = BTreeSet::from(["telephony:plugin:all".to_owned()]);
        let both = judge("v2.telephony.providers.edges.phones?x&y", &withheld);
        assert!(
            matches!(both, TopicVerdict::Missing(missing) if missing == ["telephony:plugin:all"])
        );
        let phone = judge("v2.telephony.providers.edges.phones.x", &withheld);
        assert!(
            matches!(phone, TopicVerdict::Missing(missing) if missing == ["telephony:plugin:all"])
        );
    }
}
