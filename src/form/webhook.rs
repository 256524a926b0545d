//! The form of a webhook (contract §7, §10), and what is about to happen to one, for the review.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Check, CheckVerdict, Field, FieldKind, Form, Plan, Rules, Spec, read};
use crate::config::Profile;
use crate::flow::Order;
use crate::flow::webhook::WebhookOrder;
use crate::model::finding::{Protocol, Target};
use crate::model::hook::HookUrl;
use crate::model::payload::Fault;
use crate::model::webhook::{NewWebhook, Webhook, WebhookKind};
use crate::store::Store;
use crate::text::safe;

const KINDS: [&str; 2] = [WebhookKind::Jobs.word(), WebhookKind::Callbacks.word()];

static FIELDS: [Field; 3] = [
    Field::new("kind", "Tells of", FieldKind::Choice(&KINDS))
        .group("Webhook")
        .help("Ends of asynchronous jobs, or changes of callback reservations."),
    Field::new("name", "Name", FieldKind::Text)
        .group("Webhook")
        .help("What it is called, in 1 to 128 characters. An empty one is named after what it tells of.")
        .optional(),
    Field::new("uri", "Receiver", FieldKind::Text)
        .group("Webhook")
        .help("Where it delivers: https. An empty one is the profile's webhook, or else this console's own listener.")
        .optional(),
];

/// What there is to fill in.
pub static SPEC: Spec = Spec {
    name: "webhook",
    title: "register a webhook",
    subject: "name",
    fields: &FIELDS,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    uri: String,
}

/// What is known when the form is opened.
#[derive(Debug)]
struct Registering {
    all: Vec<Webhook>,
    /// Where the profile wants each kind delivered, in the order of [`WebhookKind::ALL`].
    written: [Option<HookUrl>; 2],
    /// This console's own listener, or why nothing can be delivered to it.
    own: Result<HookUrl, &'static str>,
}

/// The form; `body` is from a draft.
#[must_use]
pub fn open(profile: &Profile, store: &Store, body: Option<Value>) -> Form {
    let written = [
        profile.provisioning.webhook.as_ref(),
        profile.queue_hours.webhook.as_ref(),
    ];
    let rules = Registering {
        all: store.webhooks.iter().cloned().collect(),
        written: written.map(|to| to.map(|to| HookUrl::elsewhere(to.0.to_string()))),
        own: store.jobs.hook.address(),
    };
    let new = json!({"kind": KINDS[0], "name": "", "uri": ""});
    Form::new(&SPEC, Box::new(rules), Vec::new(), body.unwrap_or(new))
}

impl Registering {
    /// What is to be registered, or why it cannot be.
    fn wanted(&self, body: &Value) -> Result<NewWebhook, Vec<Fault>> {
        let body: Body = read(body, |_| Vec::new())?;
        let kinds = WebhookKind::ALL.into_iter().zip(&self.written);
        let mut kinds = kinds.filter(|(kind, _)| kind.word() == body.kind);
        let Some((kind, written)) = kinds.next() else {
            let message = format!("write {}", KINDS.join(" or "));
            return Err(vec![Fault::new("kind", message)]);
        };
        let address = match (body.uri.trim(), written, &self.own) {
            ("", Some(written), _) => written.clone(),
            ("", None, Ok(own)) => own.clone(),
            ("", None, Err(why)) => {
                let message = format!("write where to deliver; {why}");
                return Err(vec![Fault::new("uri", message)]);
            }
            (uri, ..) => HookUrl::elsewhere(uri.to_owned()),
        };
        let name = match body.name.trim() {
            "" => kind.default_name(),
            name => name,
        };
        let new = NewWebhook {
            kind,
            name: name.to_owned(),
            ours: self.own.as_ref().is_ok_and(|own| *own == address),
            address,
        };
        match new.faults() {
            none if none.is_empty() => Ok(new),
            faults => Err(faults),
        }
    }
}

impl Rules for Registering {
    fn faults(&self, body: &Value) -> Vec<Fault> {
        self.wanted(body).err().unwrap_or_default()
    }

    fn checks(&self, body: &Value) -> Vec<Check> {
        let Ok(new) = self.wanted(body) else {
            return Vec::new();
        };
        let mut checks = Vec::new();
        if new.ours {
            let said = "this console's own listener receives what is delivered";
            checks.push(Check::known("uri", "receiver", CheckVerdict::Good, said));
        } else if let Ok(target) = Target::new(Protocol::Http, new.address.expose()) {
            checks.push(Check::probe("uri", target));
        }
        if let Some(other) = new.doubles(&self.all).next() {
            let told = format!(
                "{} delivers the same to the same place: everything would come twice",
                other.name.fit(40)
            );
            checks.push(Check::known("uri", "double", CheckVerdict::Warning, told));
        }
        checks
    }

    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        add(self.wanted(body)?)
    }

    fn explain(&self, path: &str, body: &Value) -> Vec<String> {
        match self.wanted(body) {
            Ok(new) if path == "uri" => vec![format!("delivers to {}", new.address.host())],
            _ => Vec::new(),
        }
    }
}

/// One to be registered.
pub fn add(new: NewWebhook) -> Result<Plan, Vec<Fault>> {
    let whom = if new.ours {
        "this console's listener".to_owned()
    } else {
        new.address.host()
    };
    let mut affects = vec![format!(
        "The organisation tells {whom} of {}.",
        new.kind.tells()
    )];
    if new.ours {
        affects.push(
            "What it delivers and what is read meet on one row; whichever comes second changes nothing."
                .to_owned(),
        );
    } else {
        affects.push(
            "The receiver is looked at first: one whose name, TLS or health fails stops it."
                .to_owned(),
        );
    }
    let order = Order::Webhook(Box::new(WebhookOrder::Add(new)));
    Plan::of(order, affects, "u removes it again.")
}

/// One to be taken away.
pub fn remove(webhook: &Webhook) -> Result<Plan, Vec<Fault>> {
    let affects = vec![format!(
        "{} hears no more of {}.",
        webhook.address.host(),
        webhook.kind.tells()
    )];
    let order = Order::Webhook(Box::new(WebhookOrder::Remove(webhook.clone())));
    let undo = "u registers it again, under a new id; what is sent in between is lost.";
    let plan = Plan::of(order, affects, undo)?;
    Ok(plan.confirmed_by(Some(webhook.name.raw().to_owned())))
}

/// A test delivery, which goes there from here.
pub fn test(webhook: &Webhook) -> Result<Plan, Vec<Fault>> {
    let affects = vec![
        format!(
            "Delivers an event that is no event to {}, from here and without a token.",
            webhook.address.host()
        ),
        "It shows whether the receiver accepts deliveries; the organisation has no part in it."
            .to_owned(),
    ];
    let order = Order::Webhook(Box::new(WebhookOrder::Try(webhook.clone())));
    Plan::of(order, affects, "What was delivered cannot be undone.")
}

/// What takes back what was done to a webhook: one that was registered is removed, and one that was removed is registered again.
pub fn undo(order: &WebhookOrder) -> Result<Plan, String> {
    let plan = match order {
        WebhookOrder::Remove(webhook) => remove(webhook),
        WebhookOrder::Add(new) => add(new.clone()),
        WebhookOrder::Try(webhook) => {
            let name = safe(webhook.name.raw()).into_owned();
            return Err(format!("{name} was only tried"));
        }
    };
    plan.map_err(|faults| crate::model::payload::sentence(&faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(own: Result<&str, &'static str>) -> Registering {
        let there = Webhook {
            id: "wh-1".into(),
            kind: WebhookKind::Jobs,
            name: "noc".into(),
            address: HookUrl::elsewhere("https://noc.example.com/in".to_owned()),
            enabled: Some(true),
            events: Vec::new(),
        };
        Registering {
            all: vec![there],
            written: [
                None,
                Some(HookUrl::elsewhere("https://cal.example.com/in".to_owned())),
            ],
            own: own.map(|own| HookUrl::new(own.to_owned())),
        }
    }

    #[test]
    fn an_empty_receiver_is_the_profiles_or_else_this_console() {
        let own = rules(Ok("https://console.example.com/hooks/abcdefghij"));
        let new = own.wanted(&json!({"kind": "jobs"})).unwrap();
        assert!(new.ours && new.name == "trunkline-jobs");
        let new = own.wanted(&json!({"kind": "callbacks"})).unwrap();
        assert_eq!(new.address.host(), "https://cal.example.com/…");
        let none = rules(Err("there is no listener"));
        let faults = none.faults(&json!({"kind": "jobs"}));
        assert_eq!(faults[0].path, "uri");
        assert!(faults[0].message.contains("there is no listener"));
        for (body, path) in [
            (
                json!({"kind": "jobs", "uri": "http://x.example.com/"}),
                "uri",
            ),
            (
                json!({"kind": "calls", "uri": "https://x.example.com/"}),
                "kind",
            ),
        ] {
            assert_eq!(own.faults(&body)[0].path, path);
        }
    }

    #[test]
    fn a_double_is_warned_of_and_the_receiver_is_looked_at() {
        let rules = rules(Err("none"));
        let checks = rules.checks(&json!({"kind": "jobs", "uri": "https://noc.example.com/in"}));
        assert!(matches!(checks[0].ask, super::super::Ask::World(_)));
        assert_eq!(checks[1].label, "double");
        let other = rules.checks(&json!({"kind": "jobs", "uri": "https://other.example.com/in"}));
        assert_eq!(other.len(), 1);
    }
}
