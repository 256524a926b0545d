//! The same forms where the organisation alone settles the media: a call and a destination (Platform API).
//!
//! The address of the write names the participant who has the call, so an interaction is read before it can be reviewed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::known::Known;
use super::left::LeftOut;
use super::{INTERACTION, LISTED, SHOWN, STOP};
use crate::flow::Order;
use crate::flow::transfer::{Move, Replace, Transfers};
use crate::form::{Check, Completion, Field, FieldKind, Plan, Rules, Spec};
use crate::model::interaction::Interaction;
use crate::model::payload::Fault;
use crate::model::transfer::{Destination, Handover};
use crate::text::fit;

const DESTINATION: Field = Field::new("destination_uri", "Destination", FieldKind::Text)
    .group("Transfer")
    .help("genesys://user/ID, genesys://queue/ID or tel:+number.");

static ONE: [Field; 2] = [INTERACTION, DESTINATION];

static SEVERAL: [Field; 2] = [DESTINATION, STOP];

/// What there is to fill in for one interaction.
pub static SPEC: Spec = Spec {
    fields: &ONE,
    ..super::SPEC
};

/// What there is to fill in for several; which ones, the rows say.
pub static SPEC_SEVERAL: Spec = Spec {
    fields: &SEVERAL,
    ..super::SPEC_SEVERAL
};

/// What several have in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    destination_uri: String,
    stop_on_failure: bool,
}

/// What the console knows of the calls that are handed over.
#[derive(Debug)]
pub(super) struct Handing {
    pub(super) known: Known,
    /// Those of several that need not be moved any more.
    pub(super) left_out: LeftOut,
    /// The interactions of several; none is the form of one.
    pub(super) about: Option<Vec<String>>,
    /// The host of the media server that is told; none tells nobody.
    pub(super) media_server: Option<String>,
}

impl Handing {
    /// What was given, as far as this form has a field for it.
    pub(super) fn filled(&self, given: Option<&Value>) -> Value {
        let text = |field: &str| {
            let given = given
                .and_then(|given| given.get(field))
                .and_then(Value::as_str);
            given.unwrap_or_default().to_owned()
        };
        let destination_uri = text("destination_uri");
        if self.about.is_none() {
            return json!(Handover {
                interaction_id: text("interaction_id"),
                destination_uri,
            });
        }
        let stop = given.and_then(|given| given.get("stop_on_failure"));
        json!(Common {
            destination_uri,
            stop_on_failure: stop.and_then(Value::as_bool).unwrap_or(true),
        })
    }

    /// What is asked, interaction by interaction, and whether a failure stops the rest.
    fn asked(&self, body: &Value) -> Result<(Vec<Handover>, bool), Vec<Fault>> {
        let Some(about) = &self.about else {
            let handover = crate::form::read(body, Handover::faults)?;
            return Ok((vec![handover], false));
        };
        let of = |common: &Common, id: &str| Handover {
            interaction_id: id.to_owned(),
            destination_uri: common.destination_uri.clone(),
        };
        let common = crate::form::read(body, |common: &Common| {
            let each = about.iter().map(|id| of(common, id).faults());
            // They differ in their id alone, so what is wrong with one says it for all.
            each.max_by_key(Vec::len).unwrap_or_default()
        })?;
        let asked = about.iter().map(|id| of(&common, id)).collect();
        Ok((asked, common.stop_on_failure))
    }

    /// The same with whom each call is taken from.
    fn replacements(&self, body: &Value) -> Result<(Vec<Replace>, bool), Vec<Fault>> {
        let (asked, stop_on_failure) = self.asked(body)?;
        let replacements = asked.into_iter().map(|handover| {
            let id = handover.interaction_id.clone();
            match self.known.interaction(&id) {
                Some(one) => Replace::of(handover, &one),
                None => Err(format!(
                    "{} has to be read first, which happens when the field is left",
                    fit(&id, SHOWN)
                )),
            }
        });
        let replacements = replacements.collect::<Result<Vec<_>, _>>();
        let replacements = replacements.map_err(|why| vec![Fault::new(INTERACTION.path, why)])?;
        Ok((replacements, stop_on_failure))
    }

    fn affects(&self, all: &[Replace]) -> Vec<String> {
        let Some(first) = all.first() else {
            return Vec::new();
        };
        let to = fit(&first.handover.destination_uri, SHOWN);
        let sentence = |one: &Replace| {
            let call = self.known.sentence(&one.handover.interaction_id);
            let from = self.known.bearer(&one.handover.interaction_id);
            format!("{call} from {from}")
        };
        let mut lines = match all {
            [one] => vec![format!("Moves {} to {to}.", sentence(one))],
            many => {
                let mut lines = vec![format!("Moves {} interactions to {to}:", many.len())];
                lines.extend(many.iter().map(|one| format!("  {}", sentence(one))));
                lines
            }
        };
        lines.push("Blind transfer: the call arrives unannounced.".to_owned());
        if let Some(server) = &self.media_server {
            lines.push(format!("Tells the media server at {server} afterwards."));
        }
        lines
    }
}

impl Rules for Handing {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.replacements(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let one = body.get(INTERACTION.path).and_then(Value::as_str);
        let ids: Vec<&str> = match &self.about {
            Some(about) => about.iter().map(String::as_str).collect(),
            None => one.into_iter().filter(|id| !id.is_empty()).collect(),
        };
        let listed = ids.into_iter().take(LISTED);
        let mut checks: Vec<Check> = self.left_out.check().into_iter().collect();
        checks.extend(listed.map(|id| self.known.check(INTERACTION.path, id)));
        let to = body.get(DESTINATION.path).and_then(Value::as_str);
        if let Some(to) = to.and_then(|uri| Destination::parse(uri).ok()) {
            checks.extend(self.known.destination(&to, None));
        }
        checks
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let (replacements, stop_on_failure) = self.replacements(body)?;
        let affects = self.affects(&replacements);
        let moves: Vec<Move> = replacements.into_iter().map(Move::Replace).collect();
        // Somebody outside is on each of them.
        let confirm = match moves.len() {
            1 => "transfer".to_owned(),
            many => many.to_string(),
        };
        let order = Order::Transfer(Box::new(Transfers {
            moves,
            stop_on_failure,
        }));
        Ok(Plan::of(order, affects, super::UNDO)?.confirmed_by(Some(confirm)))
    }

    fn completions(&self, path: &str, _body: &Value) -> Vec<Completion> {
        match path {
            "interaction_id" => self.known.interactions(),
            "destination_uri" => self.known.destinations(),
            _ => Vec::new(),
        }
    }

    fn learnt(&mut self, interaction: &Interaction) {
        self.known.learn(interaction);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::interaction::{Leg, Participant, Standing};
    use crate::model::transfer::REACHED;
    use crate::store::Store;
    use crate::time::Millis;

    fn call(id: &str) -> Interaction {
        let who = |purpose: &str, name: &str| Participant {
            purpose: purpose.into(),
            name: name.into(),
            id: format!("p-{purpose}").into(),
            leg: Some(Leg {
                state: "connected".into(),
                ..Leg::default()
            }),
            ..Participant::default()
        };
        Interaction {
            media: "voice".into(),
            participants: vec![who("customer", "Carl"), who("agent", "Ana")],
            ..Interaction::bare(id.into(), Standing::Active)
        }
    }

    fn rules(about: Option<Vec<String>>) -> Handing {
        let mut store = Store::default();
        store
            .transfers
            .listed(vec![call("c-1"), call("c-2")], Vec::new(), Millis(0));
        Handing {
            known: Known::of(&store, &REACHED),
            about,
            media_server: None,
            left_out: LeftOut::default(),
        }
    }

    fn asked(id: &str) -> Value {
        json!({"interaction_id": id, "destination_uri": "genesys://queue/q-2"})
    }

    #[test]
    fn what_is_reviewed_names_who_is_replaced_and_is_what_is_sent() {
        let rules = rules(None);
        let plan = rules.plan(&asked("c-1")).unwrap();
        assert_eq!(
            plan.affects[0],
            "Moves c-1 (active, voice, Carl and Ana) from Ana to genesys://queue/q-2."
        );
        let Order::Transfer(order) = plan.order() else {
            panic!("{plan:?}");
        };
        let limits = crate::model::transfer::Limits::default();
        assert_eq!(order.moves[0].write(&limits).unwrap(), plan.writes()[0]);
        assert!(
            plan.writes()[0]
                .path
                .join("/")
                .ends_with("participants/p-agent/replace")
        );
    }

    #[test]
    fn one_that_is_not_known_has_to_be_read_first() {
        let mut rules = rules(None);
        let told = rules.plan(&asked("c-9")).unwrap_err();
        assert!(told[0].to_string().contains("read first"), "{told:?}");
        rules.learnt(&call("c-9"));
        assert!(rules.plan(&asked("c-9")).is_ok());
    }

    #[test]
    fn several_go_to_one_place_after_a_typed_number() {
        let rules = rules(Some(vec!["c-1".into(), "c-2".into()]));
        let body = rules.filled(Some(&json!({"destination_uri": "tel:+14155550199"})));
        let plan = rules.plan(&body).unwrap();
        assert_eq!(
            (plan.writes().len(), plan.confirm.as_deref()),
            (2, Some("2"))
        );
        let sip = rules.filled(Some(&json!({"destination_uri": "sip:a@b.example"})));
        assert!(
            rules.faults(&sip)[0]
                .to_string()
                .contains("transfers to no sip")
        );
    }

    #[test]
    fn a_draft_of_the_other_kind_keeps_what_fits() {
        let draft = json!({"interaction_id": "c-1", "destination_uri": "x", "media_matrix": {}});
        let body = rules(None).filled(Some(&draft));
        assert_eq!(
            body,
            json!({"interaction_id": "c-1", "destination_uri": "x"})
        );
    }
}
