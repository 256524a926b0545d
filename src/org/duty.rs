//! Who is at work, and how the browser of each does: what the topics and reads of the Platform API tell of a person.
//!
//! The direct API knows a browser by its registration alone. What stands behind it here: somebody who has gone home has signed out, and
//! a browser that is gone without that has failed. Calls that nobody answers then make the person not responding.

mod contradictions;

use std::collections::HashMap;

use compact_str::CompactString;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::platform::phones::is_web_rtc;
use super::platform::sparse::moment;
use super::state::{Device, DeviceKey, World, user_id};

/// The presence of somebody who is there.
const ON_QUEUE: &str = "ON_QUEUE";

/// The presence of somebody who has gone home.
const OFFLINE: &str = "OFFLINE";

/// What befalls a browser that is gone and did not sign out.
const LOST: &str = "The ICE connection was lost";

/// What is told of a person's connection: its word, and why it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Connection {
    pub(super) state: CompactString,
    pub(super) error: Option<CompactString>,
}

/// What was said of one person; what was not follows from the person's phones.
#[derive(Clone, Debug, Default)]
pub(super) struct Duty {
    presence: Option<(CompactString, Timestamp)>,
    routing: Option<(CompactString, Timestamp)>,
    connection: Option<Connection>,
}

/// A change of it by hand.
#[derive(Debug, Default)]
pub(super) struct DutyChange {
    pub(super) presence: Option<CompactString>,
    pub(super) routing: Option<CompactString>,
    pub(super) connection: Option<Connection>,
}

/// Everyone of whom something was said, and those whose signs were made to contradict each other.
#[derive(Debug, Default)]
pub(super) struct Duties(HashMap<usize, Duty>, Vec<usize>);

impl Duties {
    /// Half of those whose browser is not there have gone home.
    pub(super) fn of(people: &[super::state::Person]) -> Self {
        let mut duties = Self::default();
        for (person, found) in people.iter().enumerate() {
            let mut devices = found.devices.iter().filter(|device| is_web_rtc(device));
            let away = devices.find(|device| !device.registered);
            if let Some(away) = away.filter(|_| goes_home(person)) {
                let presence = Some((OFFLINE.into(), away.since));
                let duty = Duty {
                    presence,
                    ..Duty::default()
                };
                duties.0.insert(person, duty);
            }
        }
        duties
    }
}

/// Whether this person's browser goes because the person goes home: every second one's.
const fn goes_home(person: usize) -> bool {
    person % 2 == 1
}

impl World {
    /// A person signs out when their browser is about to go, where that is their way.
    pub(super) fn may_go_home(&mut self, place: DeviceKey, now: Timestamp) {
        if goes_home(place.person) && self.device(place).is_some_and(is_web_rtc) {
            self.change_duty(
                place.person,
                DutyChange {
                    presence: Some(OFFLINE.into()),
                    ..DutyChange::default()
                },
                now,
            );
        }
    }

    /// A browser is there again: so is its person.
    pub(super) fn back_to_work(&mut self, person: usize, now: Timestamp) {
        if self.presence(person).0 == OFFLINE {
            let presence = Some(ON_QUEUE.into());
            let change = DutyChange {
                presence,
                ..DutyChange::default()
            };
            self.change_duty(person, change, now);
        }
    }

    /// Changes what is given, and tells its topics.
    pub(super) fn change_duty(&mut self, person: usize, change: DutyChange, now: Timestamp) {
        let duty = self.duties.0.entry(person).or_default();
        let presence = change.presence.is_some();
        duty.presence = change
            .presence
            .map(|word| (word, now))
            .or(duty.presence.take());
        duty.routing = change
            .routing
            .clone()
            .map(|word| (word, now))
            .or(duty.routing.take());
        duty.connection = change.connection.or(duty.connection.take());
        let routing = presence || change.routing.is_some();
        if presence {
            let topic = format!("v2.users.{}.presence", user_id(person));
            self.topics.publish(&topic, || self.presence_entity(person));
        }
        self.tell_connection(person);
        if routing {
            self.tell_routing(person, now);
        }
    }

    /// Tells a person's topic how the browser does.
    pub(super) fn tell_connection(&self, person: usize) {
        let user = user_id(person);
        let topic = format!("v2.users.{user}.persistentconnection");
        self.topics.publish(&topic, || {
            let Connection { state, error } = self.connection(person);
            let mut told = json!({"persistentState": state});
            if let Some(text) = error {
                told["errorInfo"] = json!({"text": text, "code": "persistent.connection.failed"});
            }
            told
        });
    }

    /// Tells a person's topic whether calls find anybody.
    pub(super) fn tell_routing(&self, person: usize, now: Timestamp) {
        let user = user_id(person);
        let topic = format!("v2.users.{user}.routingStatus");
        self.topics.publish(
            &topic,
            || json!({"id": user, "routingStatus": self.routing_status(person, false, now)}),
        );
    }

    /// How a person is there, and since when.
    fn presence(&self, person: usize) -> (&str, Option<Timestamp>) {
        let said = self.duties.0.get(&person);
        let said = said.and_then(|duty| duty.presence.as_ref());
        said.map_or((ON_QUEUE, None), |(word, at)| (word, Some(*at)))
    }

    /// The same, as the wire has it.
    pub(super) fn presence_entity(&self, person: usize) -> Value {
        let (word, at) = self.presence(person);
        let mut told = json!({
            "source": "PURECLOUD", "primary": true,
            "presenceDefinition": {"id": presence_id(word), "systemPresence": word},
        });
        if let Some(at) = at {
            told["modifiedDate"] = json!(moment(at));
        }
        told
    }

    /// Whether calls find a person: `busy` is whether one has.
    pub(super) fn routing_status(&self, person: usize, busy: bool, now: Timestamp) -> Value {
        let said = self.duties.0.get(&person);
        let said = said.and_then(|duty| duty.routing.as_ref());
        let since = self
            .browser(person)
            .map_or(now, |(_, browser)| browser.since);
        let (status, at) = match said {
            Some((word, at)) => (word.as_str(), *at),
            None if self.presence(person).0 == OFFLINE => ("OFF_QUEUE", since),
            None if self.connection(person).error.is_some() => ("NOT_RESPONDING", since),
            None if busy => ("INTERACTING", now),
            None => ("IDLE", now),
        };
        json!({"status": status, "startTime": moment(at)})
    }

    /// How a person's browser is connected.
    pub(super) fn connection(&self, person: usize) -> Connection {
        let said = self.duties.0.get(&person);
        if let Some(said) = said.and_then(|duty| duty.connection.clone()) {
            return said;
        }
        let state = |state: &str| Connection {
            state: state.into(),
            error: None,
        };
        let Some((place, browser)) = self.browser(person) else {
            return state("UNKNOWN");
        };
        if self.presence(person).0 == OFFLINE || !self.plant.is_up(self.edge_of(place)) {
            state("DISCONNECTED")
        } else if browser.registered {
            state("PERSISTED")
        } else {
            Connection {
                error: Some(LOST.into()),
                ..state("FAILED")
            }
        }
    }

    /// A person's browser: the one that is not registered, where there are several.
    fn browser(&self, person: usize) -> Option<(DeviceKey, &Device)> {
        let present = self.people.get(person)?.present();
        let browsers = present.filter(|(_, device)| is_web_rtc(device));
        let (device, found) = browsers.min_by_key(|(_, device)| device.registered)?;
        Some((DeviceKey { person, device }, found))
    }
}

/// The id of a presence; the published ones are of this shape.
fn presence_id(word: &str) -> &'static str {
    match word {
        OFFLINE => "ccf3c10a-aa2c-4845-8e8d-f59fa48c58e5",
        ON_QUEUE => "e08eaf1b-ee47-4fa9-a231-1200e284798f",
        _ => "6a3af858-942f-489d-9700-5f9bcdcdae9b",
    }
}
