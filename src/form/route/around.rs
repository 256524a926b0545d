//! What a route is judged by while it is filled in, whatever its kind: the route that it changes, the names that are taken, the
//! events that there are.

use serde_json::Value;

use crate::form::{Completion, Field, FieldKind, Opening, Plan, path};
use crate::model::payload::Fault;
use crate::model::route::{self, EventType, Kind, Known, Route};
use crate::store::Store;
use crate::store::routes::Presence;
use crate::text::Text;

/// Where the reason of a change is typed; it is no part of the route.
const WHY_AT: &str = "why";

/// Why a route is changed: kept with the deployment and in the audit, and not sent.
pub(super) const WHY: Field = Field::new(WHY_AT, "Why", FieldKind::Text)
    .group("On record")
    .help("A note for whoever asks later: a change number, a reason. Kept with the deployment and in the audit; it is not sent.")
    .optional();

/// The route that is typed, and why.
fn apart(body: &Value) -> (Value, Option<Text>) {
    let mut route = body.clone();
    let why = route
        .as_object_mut()
        .and_then(|fields| fields.remove(WHY_AT));
    let why = why.as_ref().and_then(Value::as_str).map(str::trim);
    (route, why.filter(|why| !why.is_empty()).map(Text::from))
}

/// What there is around a route of one kind.
#[derive(Debug)]
pub(super) struct Around {
    pub(super) kind: Kind,
    /// The route that is changed, as it was when the form was opened; none for a new one.
    pub(super) base: Option<Known>,
    /// Names that are taken by others of the kind.
    pub(super) names: Vec<String>,
    /// Where the others of the kind deliver, each with the name of its route.
    pub(super) elsewhere: Vec<(String, String)>,
    /// The events that the kind can carry.
    pub(super) events: Vec<EventType>,
}

impl Around {
    /// What there is now. The error is that the route to be changed is gone.
    pub(super) fn of(kind: Kind, opening: &Opening, store: &Store) -> Result<Self, String> {
        let base = match opening.about.first() {
            None => None,
            Some(id) => {
                let row = store.routes.get(&id.as_str().into());
                let gone = || format!("the route {id} is not there any more; its draft is kept");
                Some(row.ok_or_else(gone)?.known.clone())
            }
        };
        let others = store.routes.iter().filter(|row| {
            base.as_ref().is_none_or(|base| base.id != row.known.id)
                && row.presence == Presence::There
                && row.known.route.kind() == kind
        });
        let events = store.routes.events().iter();
        let (mut names, mut elsewhere) = (Vec::new(), Vec::new());
        for row in others {
            let route = &row.known.route;
            names.push(route.name().to_owned());
            let uris = route.destinations().into_iter();
            elsewhere.extend(uris.map(|uri| (uri.to_owned(), route.name().to_owned())));
        }
        Ok(Self {
            kind,
            names,
            elsewhere,
            events: events
                .filter(|known| known.carried_by == kind)
                .cloned()
                .collect(),
            base,
        })
    }

    /// What a form begins with.
    pub(super) fn suggested(&self, new: Value) -> Value {
        // Strings, lists and numbers that came from JSON cannot fail to become JSON.
        let body = |base: &Known| serde_json::to_value(&base.route).unwrap_or_default();
        self.base.as_ref().map_or(new, body)
    }

    fn read(&self, body: &Value) -> Result<Route, Vec<Fault>> {
        let (body, _) = apart(body);
        let body = &body;
        let kind = body.get("kind").and_then(Value::as_str);
        if kind.unwrap_or(Kind::Webhook.word()) != self.kind.word() {
            return Err(vec![Fault::new("kind", format!("write {}", self.kind))]);
        }
        let route = route::read(&body.to_string()).map_err(|fault| vec![fault])?;
        let mut faults = route.faults();
        if let Some(base) = &self.base {
            faults.extend(route.faults_after(&base.route));
        }
        if faults.is_empty() {
            return Ok(route);
        }
        Err(faults)
    }

    /// Everything that breaks a rule.
    pub(super) fn faults(&self, body: &Value) -> Vec<Fault> {
        let mut faults = self.read(body).err().unwrap_or_default();
        let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
        if self.names.iter().any(|taken| taken == name) {
            let message = "there is a route of this name already";
            faults.push(Fault::new("name", message));
        }
        faults
    }

    /// What it comes to.
    pub(super) fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>> {
        let route = self.read(body)?;
        let (_, why) = apart(body);
        match &self.base {
            Some(base) => super::plans::update(base, route, why),
            None => super::plans::create(route, why),
        }
    }

    /// The topics that there are, for a field that takes them.
    pub(super) fn topics(&self, at: &str, field: &str) -> Vec<Completion> {
        if !path::within(at, field) {
            return Vec::new();
        }
        let offer = |known: &EventType| Completion::new(known.name.raw(), "");
        self.events.iter().map(offer).collect()
    }
}
