//! What the filter grammar knows of an alert: for silences and for the pane.

use super::{Alert, Delivery, Subject};
use crate::query::{FieldSpec, Fields, Kind, Value};

/// The fields, in the order of their indices.
pub const FIELDS: &[FieldSpec] = &[
    aside(
        "state",
        Kind::Choice(&[
            "undelivered",
            "open",
            "acknowledged",
            "silenced",
            "resolved",
        ]),
        "What the alert is now",
    ),
    field("kind", "The alertType, or the name of the rule"),
    field("what", "What it is about, as shown"),
    field("user", "The id of the device's user"),
    field("device", "The device id"),
    field("site", "Where it is"),
    field("carrier", "The carrier's id, or the SIP proxy"),
    aside("began", Kind::Moment, "How long ago it began"),
    aside(
        "delivery",
        Kind::Choice(&[
            "none",
            "elsewhere",
            "withheld",
            "queued",
            "retrying",
            "sent",
            "undelivered",
        ]),
        "How far its newest POST has come",
    ),
    field("by", "Who has acknowledged it"),
    aside(
        "flapping",
        Kind::Choice(&["yes", "no"]),
        "More than three changes in five minutes",
    ),
];

const fn field(name: &'static str, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        also: &[],
        kind: Kind::Text,
        doc,
        bare: true,
    }
}

const fn aside(name: &'static str, kind: Kind, doc: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        also: &[],
        kind,
        doc,
        bare: false,
    }
}

impl Delivery {
    /// The word on screen and in filters.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NoWebhook => "none",
            Self::Elsewhere => "elsewhere",
            Self::Withheld => "withheld",
            Self::Queued => "queued",
            Self::Retrying { .. } => "retrying",
            Self::Sent { .. } => "sent",
            Self::Undelivered { .. } => "undelivered",
        }
    }
}

impl Fields for Alert {
    fn value(&self, index: usize) -> Value<'_> {
        let known = |text: Option<&'_ str>| {
            text.map_or(Value::Unknown, |text| Value::Text(text.to_owned().into()))
        };
        match index {
            0 => Value::Text(self.standing().word().into()),
            1 => Value::Text(self.kind.wire().into()),
            2 => Value::Text(self.what().into()),
            3 | 4 => match &self.subject {
                Subject::Device { user, .. } if index == 3 => Value::Text(user.raw().into()),
                Subject::Device { device, .. } => Value::Text(device.raw().into()),
                _ => Value::Unknown,
            },
            5 => known(self.site().map(crate::text::Text::raw)),
            6 => match &self.subject {
                Subject::Carrier(id) | Subject::Endpoint(id) => Value::Text(id.raw().into()),
                _ => Value::Unknown,
            },
            7 => Value::Moment(self.began),
            8 => Value::Text(self.current().delivery.word().into()),
            9 => known(self.acknowledged.as_ref().map(|ack| ack.by.raw())),
            10 => Value::Text(if self.flapping { "yes" } else { "no" }.into()),
            _ => Value::Unknown,
        }
    }
}

impl Alert {
    /// Where it is, when that is one place.
    #[must_use]
    pub fn site(&self) -> Option<&crate::text::Text> {
        match &self.subject {
            Subject::Storm { site, .. } => site.as_ref(),
            _ => self.details.site.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alert::Standing;

    #[test]
    fn the_grammar_knows_every_standing() {
        let Kind::Choice(words) = FIELDS[0].kind else {
            panic!("state is a choice");
        };
        assert_eq!(words, Standing::ALL.map(Standing::word));
    }
}
