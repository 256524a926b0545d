//! What is said over SIP in the course of a call: for the leg to the outside between its carrier and an edge, for the leg of an agent
//! between the agent's edge and telephone. Queues and flows are in the edge itself, and say nothing.
//!
//! All of it follows from the legs and from the ids: whoever asks twice reads the same. A call that suffers (its carrier is degraded, or
//! its calls sound bad) was tried at an edge that was busy, or its INVITE was sent again until somebody heard it, or both.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::message::{Dialog, Message, Party};
use crate::org::edges;
use crate::org::interactions::legs::{Leg, ending};
use crate::org::interactions::{AGENT, EXTERNAL, Interaction};
use crate::org::platform::conversations::view::{DNIS, address, customer};
use crate::org::platform::estate;
use crate::org::platform::way::{self, Bad, Way, hash};
use crate::org::state::{DeviceKey, World};

/// When an INVITE over UDP is sent again that nobody answers, in milliseconds after the first: T1 is 500 ms, and the wait doubles (RFC
/// 3261 §17.1.1.2).
const AGAIN: [i64; 2] = [500, 1_500];

/// From the first INVITE to the answer at least, in milliseconds.
const LEAD: i64 = 260;

/// So long before anybody inside is rung whoever calls is answered, by the edge itself, in milliseconds.
const GREETED: i64 = 2_100;

/// From an attempt that was refused to the next one, in milliseconds.
const NEXT: i64 = 340;

/// How everything is that calls run on.
pub(super) struct Scene<'a> {
    pub(super) world: &'a World,
    pub(super) bad: Bad,
}

/// How a call suffers.
#[derive(Clone, Copy, Debug, Default)]
struct Trouble {
    /// Its INVITE is heard at last.
    unheard: bool,
    /// It is refused where it is tried first.
    refused: bool,
}

impl Scene<'_> {
    /// What was said for a call, in its order.
    pub(super) fn said(&self, call: &Interaction) -> Vec<Message> {
        let way = Way::of(call, self.world.carriers.len());
        let legs = call.legs.all().iter();
        let mut all: Vec<Message> = legs.flat_map(|leg| self.leg(call, leg, way)).collect();
        all.sort_by_key(|message| message.at);
        all
    }

    fn leg(&self, call: &Interaction, leg: &Leg, way: Way) -> Vec<Message> {
        let (caller, target) = (customer(call).unwrap_or(DNIS), address(leg));
        let edge = self.edge(way.edge);
        if leg.who.is_outside() {
            let at = |edge| Course::new(call, leg, [self.carrier(way.carrier, caller), edge], DNIS);
            let other = self.edge((way.edge + 1) % edges::COUNT);
            return self.tried(way, call, [at(other), at(edge)]);
        }
        match leg.who.purpose {
            EXTERNAL => {
                let to = |carrier| {
                    let carrier = self.carrier(carrier, &target);
                    Course::new(call, leg, [edge.clone().called(DNIS), carrier], &target)
                };
                let next = (way.carrier + 1) % self.world.carriers.len().max(1);
                self.tried(way, call, [to(way.carrier), to(next)])
            }
            AGENT => {
                let Some(phone) = way::person(leg).map(|person| self.phone(person, &target)) else {
                    return Vec::new();
                };
                let (edge, phone) = phone;
                let edge = self.edge(edge).called(caller);
                let course = Course::new(call, leg, [edge, phone], &target).over_tls();
                course.run(Trouble::default())
            }
            _ => Vec::new(),
        }
    }

    /// The first of two ways, and the second where the call suffers; a call that does not goes the second alone.
    fn tried(
        &self,
        way: Way,
        call: &Interaction,
        [first, second]: [Course<'_>; 2],
    ) -> Vec<Message> {
        let suffers = way.suffers(call, self.world, self.bad);
        let kind = (way.draw >> 40) % 3;
        let trouble = Trouble {
            unheard: suffers && kind != 1,
            refused: suffers && kind != 0,
        };
        let mut said = Vec::new();
        if trouble.refused {
            let begins = second.begins(trouble);
            let before = begins.checked_sub(ms(NEXT)).unwrap_or(begins);
            said.extend(first.refused(before));
        }
        said.extend(second.run(trouble));
        said
    }

    fn carrier(&self, number: usize, user: &str) -> Party {
        let carrier = self.world.carriers.get(number);
        Party {
            alias: carrier.map_or("", |carrier| carrier.name).to_owned(),
            // Out of a range that is kept for documentation (RFC 5737), as all of them are.
            ip: format!("203.0.113.{}", 20 + number % 200),
            port: 5060,
            user: user_of(user).to_owned(),
            host: format!("{}.sip.example", carrier.map_or("", |carrier| carrier.id)),
            agent: "Carrier-SBC/7.2",
        }
    }

    fn edge(&self, number: usize) -> Party {
        let (_, name) = self.world.plant.named(number);
        Party {
            alias: name.to_owned(),
            ip: estate::address(number),
            port: 5060,
            user: user_of(DNIS).to_owned(),
            host: "org.example".to_owned(),
            agent: "Genesys-Cloud-Edge/1.0.0",
        }
    }

    /// Somebody's first telephone, with the edge that serves it.
    fn phone(&self, person: usize, address: &str) -> (usize, Party) {
        let place = DeviceKey { person, device: 0 };
        let phone = Party {
            alias: self.world.phone_name(place).to_string(),
            ip: format!("192.0.2.{}", 10 + person % 240),
            port: u16::try_from(50_000 + person % 10_000).unwrap_or(50_000),
            user: user_of(address).to_owned(),
            host: "org.example".to_owned(),
            agent: "WebRTC-Phone/3.1",
        };
        (way::edge_of(self.world, person), phone)
    }
}

/// The user of an address.
fn user_of(uri: &str) -> &str {
    let bare = uri.split_once(':').map_or(uri, |(_, bare)| bare);
    bare.split_once('@').map_or(bare, |(user, _)| user)
}

const fn ms(count: i64) -> SignedDuration {
    SignedDuration::from_millis(count)
}

/// A leg from its INVITE to its end, between two.
struct Course<'a> {
    leg: &'a Leg,
    dialog: Dialog,
    draw: u64,
}

impl<'a> Course<'a> {
    fn new(call: &Interaction, leg: &'a Leg, [caller, target]: [Party; 2], to: &str) -> Self {
        let target = target.called(to);
        // Another attempt is another call to those who are asked.
        let draw = hash(&format!("{} {} {}", leg.id, caller.alias, target.alias));
        let opus = !Way::of(call, 1).draw.is_multiple_of(3);
        Self {
            leg,
            dialog: Dialog {
                conversation: call.id.to_string(),
                participant: leg.id.to_string(),
                call_id: format!("{draw:016x}@{}", caller.ip),
                tags: [
                    format!("{:08x}", draw >> 32),
                    format!("{:08x}", draw & 0xffff_ffff),
                ],
                parties: [caller, target],
                transport: "UDP",
                codec: if opus { "opus" } else { "PCMA" },
                draw,
            },
            draw,
        }
    }

    /// Browsers, and whoever stands for them, say nothing in the open.
    fn over_tls(mut self) -> Self {
        self.dialog.transport = "TLS";
        self
    }

    /// When its first INVITE is sent.
    fn begins(&self, trouble: Trouble) -> Timestamp {
        let waits = if trouble.unheard { AGAIN[1] } else { 0 };
        let answered = self.answered().unwrap_or(self.leg.started);
        let known = answered.min(self.leg.started);
        known.checked_sub(ms(LEAD + waits)).unwrap_or(known)
    }

    /// When it was answered.
    fn answered(&self) -> Option<Timestamp> {
        let connected = self.leg.connected?;
        if self.leg.who.is_outside() {
            return connected.checked_sub(ms(GREETED)).ok();
        }
        Some(connected)
    }

    /// An attempt that is refused: where it came to, there is no room for it.
    fn refused(self, at: Timestamp) -> Vec<Message> {
        let mut says = Says::new(self.dialog, at, self.draw);
        says.ask(0, "INVITE", true);
        says.answer(9, "100", "Trying", "INVITE", false);
        says.answer(31, "503", "Service Unavailable", "INVITE", true);
        says.acknowledge(18, false);
        says.said
    }

    fn run(self, trouble: Trouble) -> Vec<Message> {
        let begins = self.begins(trouble);
        let (leg, answered) = (self.leg, self.answered());
        let mut says = Says::new(self.dialog, begins, self.draw);
        says.ask(0, "INVITE", true);
        for after in AGAIN.iter().filter(|_| trouble.unheard) {
            says.until(begins, *after);
            says.ask(0, "INVITE", true);
        }
        says.answer(8, "100", "Trying", "INVITE", false);
        match leg.alerting {
            Some(rings) => says.to(rings),
            None => says.pass(70),
        }
        if leg.ending != Some(ending::UNAVAILABLE) {
            says.answer(0, "180", "Ringing", "INVITE", true);
        }
        if let Some(answered) = answered {
            says.to(answered);
            says.answer(0, "200", "OK", "INVITE", true);
            says.acknowledge(19, true);
        }
        let Some(ended) = leg.ended else {
            return says.said;
        };
        says.to(ended);
        if leg.connected.is_some() {
            // Whoever is on the leg hangs up, or the edge lets go of them.
            let theirs = leg.ending == Some(ending::ENDPOINT);
            let outside = leg.who.is_outside();
            says.bye(theirs == outside);
            says.answer(15, "200", "OK", "BYE", true);
        } else if leg.ending == Some(ending::UNAVAILABLE) {
            says.answer(0, "480", "Temporarily Unavailable", "INVITE", true);
            says.acknowledge(17, false);
        } else {
            says.ask(0, "CANCEL", true);
            says.answer(9, "200", "OK", "CANCEL", true);
            says.answer(3, "487", "Request Terminated", "INVITE", true);
            says.acknowledge(16, false);
        }
        says.said
    }
}

/// What is said, one after the other.
struct Says {
    dialog: Rc<Dialog>,
    at: Timestamp,
    draw: u64,
    /// Who hung up.
    caller_left: bool,
    said: Vec<Message>,
}

impl Says {
    fn new(dialog: Dialog, at: Timestamp, draw: u64) -> Self {
        Self {
            dialog: Rc::new(dialog),
            at,
            draw,
            caller_left: false,
            said: Vec::new(),
        }
    }

    /// Lets milliseconds pass, and a part of one, so that no two calls are alike.
    fn pass(&mut self, count: i64) {
        let part = (self.draw >> (self.said.len() % 48)) % 997;
        let part = SignedDuration::from_micros(i64::try_from(part).unwrap_or(0));
        self.at = self.at.checked_add(ms(count) + part).unwrap_or(self.at);
    }

    /// Waits until a moment, unless it is past.
    fn to(&mut self, at: Timestamp) {
        self.pass(0);
        self.at = self.at.max(at);
    }

    /// Waits until so many milliseconds after a moment.
    fn until(&mut self, from: Timestamp, count: i64) {
        self.at = from.checked_add(ms(count)).unwrap_or(self.at);
    }

    fn ask(&mut self, after: i64, method: &'static str, by_caller: bool) {
        if after > 0 {
            self.pass(after);
        }
        let number = if method == "BYE" { 2 } else { 1 };
        self.put(Message {
            method,
            number,
            by_caller,
            ..self.next("", "")
        });
    }

    fn answer(
        &mut self,
        after: i64,
        status: &'static str,
        reason: &'static str,
        to: &'static str,
        tagged: bool,
    ) {
        self.pass(after);
        let by_caller = to == "BYE" && !self.caller_left;
        let number = if to == "BYE" { 2 } else { 1 };
        self.put(Message {
            method: to,
            number,
            by_caller,
            tagged,
            ..self.next(status, reason)
        });
    }

    /// An ACK; one of an answer that took the call is a transaction of its own (RFC 3261 §13.2.2.4), one of a refusal is not (§17.1.1.3).
    fn acknowledge(&mut self, after: i64, taken: bool) {
        self.pass(after);
        self.put(Message {
            method: "ACK",
            by_caller: true,
            tagged: true,
            apart: taken,
            ..self.next("", "")
        });
    }

    fn bye(&mut self, caller: bool) {
        self.caller_left = caller;
        self.pass(0);
        self.put(Message {
            method: "BYE",
            number: 2,
            by_caller: caller,
            tagged: true,
            ..self.next("", "")
        });
    }

    fn next(&self, status: &'static str, reason: &'static str) -> Message {
        Message {
            dialog: Rc::clone(&self.dialog),
            at: self.at,
            status,
            reason,
            method: "",
            number: 1,
            by_caller: false,
            tagged: false,
            apart: false,
            place: self.said.len(),
        }
    }

    fn put(&mut self, message: Message) {
        self.said.push(message);
    }
}
