//! The form of a person's WebRTC phone (Platform API).

use serde_json::Value;

use super::{Completion, Field, FieldKind, Form, Opening, Plan, Rules, Spec};
use crate::flow::{Order, phone};
use crate::model::payload::Fault;
use crate::model::softphone::{Premises, Softphone};
use crate::store::Store;

/// Users that are offered; whoever knows the id of another types it.
const USERS: usize = 2_000;

static FIELDS: [Field; 8] = [
    Field::new("webRtcUser", "Person", FieldKind::Text)
        .group("Phone")
        .help("Whose phone it is, by the user's id. Users that are watched are offered by name."),
    Field::new("name", "Name", FieldKind::Text)
        .group("Phone")
        .help("What the phone is called, in 1 to 128 characters; no other phone of the organisation is."),
    Field::new("site", "Site", FieldKind::Text)
        .group("Phone")
        .help("The site that it is at, by its id. The organisation's sites are offered."),
    Field::new("phoneBaseSettings", "Phone base", FieldKind::Text)
        .group("Settings")
        .help("What it is made from, by its id: a phone base of WebRTC phones. Those of the organisation are offered."),
    Field::new("lineBaseSettings", "Line base", FieldKind::Text)
        .group("Settings")
        .help("What its line is made from, by its id. Empty takes the first of the phone base.")
        .optional(),
    Field::new("lineName", "Line name", FieldKind::Text)
        .group("Settings")
        .help("What its line is called. Empty is as the phone.")
        .optional(),
    Field::new("takeOver", "Take over", FieldKind::Toggle)
        .group("Station")
        .help("Whether its station is freed first when somebody else is assigned to it; without it the phone is created and no user is disassociated.")
        .optional(),
    Field::new("setDefault", "Set default", FieldKind::Toggle)
        .group("Station")
        .help("Whether it becomes the default station of its person.")
        .optional(),
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "provision",
    title: "provision a WebRTC phone",
    subject: "name",
    fields: &FIELDS,
};

/// What is known of people and places when the form opens.
#[derive(Debug, Default)]
struct Known {
    premises: Premises,
    /// Ids and names of users.
    users: Vec<(String, String)>,
}

/// The form, on a body or on what the organisation suggests, for the person that it is about.
#[must_use]
pub fn open(store: &Store, opening: Opening) -> Form {
    let known = Known {
        premises: store.premises.clone(),
        users: users(store),
    };
    // Text and truths cannot fail to serialise.
    let Opening { about, body, .. } = opening;
    let body = body.or_else(|| {
        let mut draft = Softphone::draft(&known.premises);
        if let Some(person) = about.first() {
            person.clone_into(&mut draft.web_rtc_user);
        }
        serde_json::to_value(draft).ok()
    });
    Form::new(&SPEC, Box::new(known), about, body.unwrap_or_default())
}

/// Reads a phone out of a file, and judges it as the form does. What follows from the organisation is filled in by
/// [`Softphone::completed`].
pub fn judge(json: &str) -> Result<Softphone, Vec<Fault>> {
    super::judge(&SPEC, json, Softphone::faults)
}

/// Users with something to be named by, each once.
fn users(store: &Store) -> Vec<(String, String)> {
    let mut users: Vec<(String, String)> = Vec::new();
    for row in store.registrations.read_rows() {
        let id = row.user_id().raw();
        if users.last().is_none_or(|(last, _)| last != id) {
            users.push((id.to_owned(), row.user().to_string()));
        }
        if users.len() == USERS {
            break;
        }
    }
    users
}

impl Known {
    fn read(&self, body: &Value) -> Result<Softphone, Vec<Fault>> {
        let payload = super::read(body, Softphone::faults)?;
        Ok(payload.completed(&self.premises))
    }

    fn site(&self, id: &str) -> String {
        let mut sites = self.premises.sites.iter();
        let known = sites.find(|site| site.id.raw() == id);
        known.map_or_else(
            || crate::text::safe(id).into_owned(),
            |site| site.name.to_string(),
        )
    }

    fn person(&self, id: &str) -> String {
        let known = self.users.iter().find(|(known, _)| known == id);
        let id = crate::text::fit(id, 48);
        known.map_or_else(
            || id.clone().into_owned(),
            |(_, name)| format!("{name} ({id})"),
        )
    }
}

impl Rules for Known {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        let mut faults = match self.read(body) {
            Ok(payload) => payload.write().err().unwrap_or_default(),
            Err(faults) => faults,
        };
        // What has a space in it is a name, and one that is known once would have become its id.
        let ids = [
            "webRtcUser",
            "site",
            "phoneBaseSettings",
            "lineBaseSettings",
        ];
        faults.extend(ids.into_iter().filter_map(|path| {
            let typed = body.get(path)?.as_str()?.trim();
            let why =
                "no id, and not the name of exactly one that is known here: Ctrl-n offers them";
            typed.contains(' ').then(|| Fault::new(path, why))
        }));
        faults
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let payload = self.read(body)?;
        let person = self.person(&payload.web_rtc_user);
        let mut affects = vec![
            format!(
                "Makes the WebRTC phone {} of {person} at the site {}.",
                crate::text::fit(&payload.name, 64),
                self.site(&payload.site)
            ),
            "Waits up to a minute for its station, then assigns it to the person, wherever they are signed in now."
                .to_owned(),
        ];
        if payload.take_over {
            affects.push("The user assigned to its station is disassociated first.".to_owned());
        }
        if payload.set_default {
            affects.push("Makes it their default station.".to_owned());
        }
        affects.push(
            "Each of these is a request of its own; the first is below. All are in the audit."
                .to_owned(),
        );
        let order = Order::Phone(phone::PhoneOrder::Create(Box::new(payload)));
        Plan::of(
            order,
            affects,
            "This cannot be undone from here: a phone that was made is removed in the organisation's administration.",
        )
    }

    fn completions(&self, path: &str, body: &Value) -> Vec<Completion> {
        let bases = &self.premises.bases;
        match path {
            "webRtcUser" => self
                .users
                .iter()
                .map(|(id, name)| Completion::new(id.as_str(), name.as_str()))
                .collect(),
            "site" => {
                let sites = self.premises.sites.iter();
                let sites = sites.map(|site| Completion::new(site.id.raw(), site.name.to_string()));
                sites.collect()
            }
            "phoneBaseSettings" => bases
                .iter()
                .map(|base| Completion::new(base.id.raw(), base.name.to_string()))
                .collect(),
            "lineBaseSettings" => {
                let chosen = body.get("phoneBaseSettings").and_then(Value::as_str);
                let base = bases.iter().find(|base| Some(base.id.raw()) == chosen);
                let lines = base.map(|base| &base.lines).into_iter().flatten();
                lines
                    .map(|line| Completion::new(line.raw(), "a line base of the phone base"))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::softphone::{Named, PhoneBase};

    fn form(body: Value) -> Form {
        let known = Known {
            premises: Premises {
                sites: vec![Named {
                    id: "s-1".into(),
                    name: "Denver".into(),
                }],
                bases: vec![PhoneBase {
                    id: "pb-1".into(),
                    name: "WebRTC".into(),
                    lines: vec!["lb-1".into()],
                }],
            },
            users: vec![("u-1".into(), "Ana Petrova".into())],
        };
        Form::new(&SPEC, Box::new(known), Vec::new(), body)
    }

    fn body() -> Value {
        json!({
            "webRtcUser": "u-1", "name": "webrtc-ana", "site": "s-1", "phoneBaseSettings": "pb-1",
            "takeOver": true, "setDefault": true,
        })
    }

    #[test]
    fn the_plan_is_the_reference_s_request_and_says_what_else_is_done() {
        let plan = form(body()).plan().expect("nothing is wrong");
        let sent: Value = serde_json::from_str(plan.writes()[0].body.as_deref().unwrap()).unwrap();
        assert_eq!(
            sent,
            json!({
                "name": "webrtc-ana", "site": {"id": "s-1"}, "phoneBaseSettings": {"id": "pb-1"},
                "lines": [{"name": "webrtc-ana", "lineBaseSettings": {"id": "lb-1"}}], "webRtcUser": {"id": "u-1"},
            })
        );
        let affects = plan.affects.join("\n");
        for told in [
            "Ana Petrova (u-1)",
            "Denver",
            "disassociated first",
            "default station",
        ] {
            assert!(affects.contains(told), "{affects}");
        }
    }

    #[test]
    fn a_base_that_nobody_knows_needs_its_line_base() {
        let mut odd = body();
        odd["phoneBaseSettings"] = json!("pb-9");
        let faults = form(odd.clone()).faults().to_vec();
        assert_eq!(faults[0].path, "lineBaseSettings", "{faults:?}");
        odd["lineBaseSettings"] = json!("lb-9");
        assert!(form(odd).faults().is_empty());
    }

    #[test]
    fn a_name_becomes_its_id_and_one_that_nobody_has_is_a_fault() {
        let mut named = body();
        named["webRtcUser"] = json!("ana petrova");
        let mut by_name = form(named.clone());
        by_name.stroke(crate::form::Stroke::Next);
        assert_eq!(by_name.body()["webRtcUser"], "u-1");
        assert!(by_name.faults().is_empty(), "{:?}", by_name.faults());
        named["webRtcUser"] = json!("Bob Nobody");
        let faults = form(named).faults().to_vec();
        assert_eq!(faults[0].path, "webRtcUser", "{faults:?}");
    }

    #[test]
    fn a_file_says_the_same_as_the_form() {
        assert!(judge(&body().to_string()).is_ok());
        let faults = judge(r#"{"name":"","webRtcUser":5,"siet":"x"}"#).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        for path in ["webRtcUser", "site", "phoneBaseSettings"] {
            assert!(paths.contains(&path), "{paths:?}");
        }
    }
}
