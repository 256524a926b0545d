//! The form that starts a consult transfer: a call, a destination, and who speaks to whom (Platform API).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::known::Known;
use super::{INTERACTION, SHOWN};
use crate::cause::Cause;
use crate::config::Profile;
use crate::flow::Order;
use crate::flow::consult::{Consult, Deed};
use crate::form::{
    Check, CheckVerdict, Completion, Field, FieldKind, Form, Opening, Plan, Rules, Spec,
};
use crate::model::interaction::{Interaction, SpeakTo};
use crate::model::payload::Fault;
use crate::model::transfer::{Destination, Handover};
use crate::model::write::WriteKind;
use crate::store::Store;
use crate::text::fit;

static FIELDS: [Field; 3] = [
    INTERACTION,
    Field::new("destination_uri", "Destination", FieldKind::Text)
        .group("Transfer")
        .help("Whom it is announced to: genesys://user/ID, genesys://queue/ID or tel:+number."),
    Field::new(
        "speak_to",
        "Speak to",
        FieldKind::Choice(&["destination", "caller", "both", "conference"]),
    )
    .group("Transfer")
    .help("Whom the agent speaks to once the destination has answered; it can be changed then."),
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "consult",
    title: "announce a call",
    subject: "interaction_id",
    fields: &FIELDS,
};

/// What an operator asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Announcement {
    interaction_id: String,
    destination_uri: String,
    speak_to: String,
}

/// What the console knows of the calls that are announced.
#[derive(Debug)]
struct Announcing {
    known: Known,
    /// Why nobody can act on live calls now; none when somebody has signed in.
    lack: Option<Cause>,
}

/// The form, on the interaction of the opening.
#[must_use]
pub fn open(opening: Opening, profile: &Profile, store: &Store) -> Form {
    let rules = Announcing {
        known: Known::of(store, profile.api.capabilities().destinations),
        lack: store.person.lack(),
    };
    let given = opening.body.unwrap_or_default();
    let text = |field: &str, otherwise: &str| {
        let text = given.get(field).and_then(Value::as_str);
        text.unwrap_or(otherwise).to_owned()
    };
    let body = json!(Announcement {
        interaction_id: text("interaction_id", ""),
        destination_uri: text("destination_uri", ""),
        speak_to: text("speak_to", SpeakTo::Destination.word()),
    });
    super::begin(&SPEC, Box::new(rules), opening.about, body)
}

impl Announcement {
    fn faults(&self) -> Vec<Fault> {
        let handover = Handover {
            interaction_id: self.interaction_id.clone(),
            destination_uri: self.destination_uri.clone(),
        };
        let mut faults = handover.faults();
        if SpeakTo::named(&self.speak_to).is_none() {
            let ways = SpeakTo::ALL.map(SpeakTo::word).join(", ");
            faults.push(Fault::new("speak_to", format!("one of {ways}")));
        }
        faults
    }
}

impl Announcing {
    fn consult(&self, body: &Value) -> Result<Consult, Vec<Fault>> {
        let asked = crate::form::read(body, Announcement::faults)?;
        let at = |path: &str, why: String| vec![Fault::new(path, why)];
        let to = Destination::parse(&asked.destination_uri);
        let to = to.map_err(|why| at("destination_uri", why))?;
        let way = SpeakTo::named(&asked.speak_to).unwrap_or(SpeakTo::Destination);
        let id = asked.interaction_id.as_str();
        let one = self.known.interaction(id).ok_or_else(|| {
            let id = fit(id, SHOWN);
            let why = format!("{id} has to be read first, which happens when the field is left");
            at(INTERACTION.path, why)
        })?;
        Consult::of(&one, Deed::Start(to, way)).map_err(|why| at(INTERACTION.path, why))
    }
}

impl Rules for Announcing {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.consult(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
        let mut checks = Vec::new();
        if let Some(lack) = self.lack {
            let text = lack.told().to_string();
            checks.push(Check::known("", "sign-in", CheckVerdict::Bad, text));
        }
        let id = text(INTERACTION.path);
        if !id.is_empty() {
            checks.push(self.known.check(INTERACTION.path, id));
        }
        if let Ok(to) = Destination::parse(text("destination_uri")) {
            checks.extend(self.known.destination(&to, None));
        }
        checks
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let consult = self.consult(body)?;
        let id = body.get(INTERACTION.path).and_then(Value::as_str);
        let id = id.unwrap_or_default();
        let agent = self.known.bearer(id);
        plan(
            consult,
            vec![
                format!(
                    "Calls the destination on behalf of {agent}, who has {}.",
                    self.known.sentence(id)
                ),
                "The caller stays with the agent until the transfer is completed.".to_owned(),
            ],
            "C on its row cancels it: the agent goes on with the caller.",
        )
    }

    fn completions(&self, path: &str, _body: &Value) -> Vec<Completion> {
        match path {
            "interaction_id" => self.known.interactions(),
            "destination_uri" => self.known.destinations(),
            _ => Vec::new(),
        }
    }

    fn explain(&self, path: &str, body: &Value) -> Vec<String> {
        let word = body.get("speak_to").and_then(Value::as_str);
        match (path, word.and_then(SpeakTo::named)) {
            ("speak_to", Some(way)) => vec![way.doc().to_owned()],
            _ => Vec::new(),
        }
    }

    fn learnt(&mut self, interaction: &Interaction) {
        self.known.learn(interaction);
    }
}

/// The plan of any deed of a consult transfer: it is reviewed like every write.
pub fn plan(
    consult: Consult,
    affects: Vec<String>,
    undo: impl Into<String>,
) -> Result<Plan, Vec<Fault>> {
    // Who is called has the caller then, and it cannot be undone.
    let last = consult.kind() == WriteKind::ConsultComplete;
    let confirm = last.then(|| "complete".to_owned());
    let plan = Plan::of(Order::Consult(Box::new(consult)), affects, undo)?;
    Ok(plan.confirmed_by(confirm))
}
