//! The form of a phone's station (Platform API): who sits there, and who by default.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Completion, Field, FieldKind, Form, Plan, Rules, Spec};
use crate::flow::phone::Deed;
use crate::flow::{Order, phone};
use crate::model::UserId;
use crate::model::payload::Fault;
use crate::model::softphone::found::{Station, Survey};
use crate::text::fit;

/// What can be done with a station.
const DEEDS: [&str; 3] = ["associate", "free", "default"];

/// Columns of an id in a sentence.
const SHOWN: usize = 48;

static FIELDS: [Field; 3] = [
    Field::new("station", "Station", FieldKind::Choice(&[]))
        .help("The station of the phone's line, by its id."),
    Field::new("deed", "What", FieldKind::Choice(&DEEDS))
        .help("associate assigns it to the person, free disassociates the user assigned to it, default makes it the person's default station."),
    Field::new("user", "Person", FieldKind::Text)
        .help("The user to assign, by id. The station of a WebRTC phone belongs to its own user."),
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "station",
    title: "the station of a phone",
    subject: "station",
    fields: &FIELDS,
};

/// The body of the form; it is of this console's making.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    station: String,
    deed: String,
    #[serde(default)]
    user: String,
}

/// The form, on what was just read of a phone; the error says why there is nothing to fill in.
pub fn open(survey: &Survey, body: Option<Value>) -> Result<Form, String> {
    let first = survey.stations.first().ok_or_else(|| {
        format!(
            "{} has no station: its edge has not taken it up yet, or it is switched off",
            survey.phone.name
        )
    })?;
    let user = first.owner.as_ref().or(survey.phone.user.as_ref());
    let deed = if first.taken() { DEEDS[1] } else { DEEDS[0] };
    let suggested = json!({
        "station": first.id.raw(), "deed": deed, "user": user.map_or("", UserId::raw),
    });
    let rules = Box::new(Known(survey.clone()));
    let about = vec![survey.phone.id.raw().to_owned()];
    Ok(Form::new(&SPEC, rules, about, body.unwrap_or(suggested)))
}

/// A phone with its stations, as they were read when the form opened.
#[derive(Debug)]
struct Known(Survey);

impl Known {
    fn station(&self, id: &str) -> Option<&Station> {
        let mut stations = self.0.stations.iter();
        stations.find(|station| station.id.raw() == id)
    }

    fn judged(&self, wish: &Wish) -> Vec<Fault> {
        let mut faults = Vec::new();
        let station = self.station(&wish.station);
        if station.is_none() {
            faults.push(Fault::new("station", "the phone has no such station"));
        }
        let named = !wish.user.is_empty();
        if wish.deed == "free" {
            if station.is_some_and(|station| !station.taken()) {
                faults.push(Fault::new("deed", "no user is assigned to it"));
            }
        } else if !named {
            faults.push(Fault::new("user", "name the user by the id"));
        }
        faults
    }

    fn read(&self, body: &Value) -> Result<Wish, Vec<Fault>> {
        super::read(body, |wish: &Wish| self.judged(wish))
    }

    /// What comes of it, in order, and what an operator must know.
    fn deeds(&self, wish: &Wish) -> (Vec<Deed>, Vec<String>) {
        let Some(station) = self.station(&wish.station) else {
            return (Vec::new(), Vec::new());
        };
        let (id, name) = (station.id.clone(), station.name.clone());
        let user = UserId::from(wish.user.as_str());
        let shown = fit(&wish.user, SHOWN);
        let free = || Deed::Free {
            station: id.clone(),
            name: name.clone(),
        };
        let moved = station.user.as_ref().filter(|seated| **seated != user);
        let mut affects = Vec::new();
        let mut deeds = Vec::new();
        match wish.deed.as_str() {
            "free" => {
                deeds.push(free());
                affects.push(format!("Disassociates {} from {name}.", seated(station)));
            }
            "default" => {
                affects.push(format!("{name} becomes the default station of {shown}."));
                deeds.push(Deed::Default {
                    user,
                    station: id.clone(),
                    name,
                });
            }
            _ => {
                if let Some(moved) = moved {
                    affects.push(format!("Moves {moved} out of {name} first."));
                    deeds.push(free());
                }
                affects.push(format!(
                    "Assigns {name} to {shown}, wherever they are signed in now."
                ));
                deeds.push(Deed::Associate {
                    user,
                    station: id.clone(),
                    name,
                });
            }
        }
        (deeds, affects)
    }
}

impl Rules for Known {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.read(body).err().unwrap_or_default()
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let (deeds, affects) = self.deeds(&self.read(body)?);
        let order = Order::Phone(phone::PhoneOrder::Deeds(deeds));
        let undo = "By this form: the user who was assigned can be assigned again.";
        Plan::of(order, affects, undo)
    }

    fn completions(&self, path: &str, _body: &Value) -> Vec<Completion> {
        let stations = self.0.stations.iter();
        match path {
            "station" => stations
                .map(|station| Completion::new(station.id.raw(), station.name.to_string()))
                .collect(),
            "user" => {
                let owners = stations.filter_map(|station| station.owner.as_ref());
                let users = owners.chain(self.0.phone.user.as_ref());
                let mut users: Vec<_> = users.collect();
                users.dedup();
                let note = "whose phone it is";
                users
                    .into_iter()
                    .map(|user| Completion::new(user.raw(), note))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn explain(&self, _path: &str, body: &Value) -> Vec<String> {
        let chosen = body.get("station").and_then(Value::as_str);
        let Some(station) = chosen.and_then(|id| self.station(id)) else {
            return Vec::new();
        };
        let told = |what: &str, is: Option<bool>| {
            let word = match is {
                Some(true) => "yes",
                Some(false) => "no",
                None => "not available",
            };
            format!("{what}: {word}")
        };
        vec![
            format!("{} of the phone {}", station.name, self.0.phone.name),
            format!("now there: {}", seated(station)),
            told("keeps its connection between calls", station.persistent),
            told("media by TURN servers only", station.force_turn),
        ]
    }
}

fn seated(station: &Station) -> String {
    match &station.user {
        Some(user) => user.to_string(),
        None if station.taken() => "somebody".to_owned(),
        None => "nobody".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::softphone::found::Phone;
    use crate::model::write::WriteKind;

    fn survey(seated: Option<&str>) -> Survey {
        Survey {
            phone: Phone {
                id: "p-1".into(),
                name: "Ana".into(),
                user: Some("u-1".into()),
                state: None,
                lines: vec!["l-1".into()],
            },
            stations: vec![Station {
                id: "s-1".into(),
                name: "Ana's".into(),
                status: None,
                user: seated.map(UserId::from),
                owner: Some("u-1".into()),
                line: Some("l-1".into()),
                persistent: Some(true),
                force_turn: None,
                media_helper: None,
            }],
        }
    }

    fn kinds(seated: Option<&str>, deed: &str) -> Result<Vec<WriteKind>, Vec<Fault>> {
        let body = json!({"station": "s-1", "deed": deed, "user": "u-1"});
        let known = Known(survey(seated));
        let plan = known.plan(&body)?;
        Ok(plan.writes().iter().map(|write| write.kind).collect())
    }

    #[test]
    fn each_deed_is_the_writes_that_it_takes() {
        use WriteKind::{StationAssociate, StationDefault, StationFree};
        assert_eq!(kinds(None, "associate"), Ok(vec![StationAssociate]));
        assert_eq!(kinds(Some("u-1"), "associate"), Ok(vec![StationAssociate]));
        assert_eq!(
            kinds(Some("u-9"), "associate"),
            Ok(vec![StationFree, StationAssociate])
        );
        assert_eq!(kinds(Some("u-9"), "free"), Ok(vec![StationFree]));
        assert_eq!(kinds(None, "default"), Ok(vec![StationDefault]));
        assert_eq!(kinds(None, "free").unwrap_err()[0].path, "deed");
    }

    #[test]
    fn the_form_begins_with_what_is_likely_and_says_how_it_is() {
        let form = open(&survey(None), None).unwrap();
        assert!(form.faults().is_empty(), "{:?}", form.faults());
        let known = Known(survey(Some("u-9")));
        let lines = known.explain("", &json!({"station": "s-1"})).join("\n");
        assert!(
            lines.contains("u-9") && lines.contains("calls: yes"),
            "{lines}"
        );
        let mut none = survey(None);
        none.stations.clear();
        assert!(open(&none, None).unwrap_err().contains("has no station"));
    }
}
