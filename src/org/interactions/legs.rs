//! Everybody who ever took part in an interaction, and how: what the Platform API keeps of it beyond the direct one.
//!
//! The direct API shows who is there now; here nobody is removed, they end. [`Legs::follow`] is told who is there after
//! each change, whichever API made it, and works out who came and who went.

use compact_str::{CompactString, format_compact};
use jiff::Timestamp;

use super::cast::{AGENT, QUEUE};
use super::{InteractionState, Participant};

/// The most legs of one interaction; past it those that ended first are forgotten.
const MOST: usize = 64;

/// Why a leg ended, in the words of the Platform API.
pub(in crate::org) mod ending {
    /// Somebody else took the place.
    pub(in crate::org) const TRANSFER: &str = "transfer";
    /// The one who was asked first took the place.
    pub(in crate::org) const CONSULT: &str = "transfer.consult";
    /// It rang, and nobody answered.
    pub(in crate::org) const NO_ANSWER: &str = "transfer.noanswer";
    /// Nobody could be reached there.
    pub(in crate::org) const UNAVAILABLE: &str = "transfer.notavailable";
    /// The one on this leg hung up, through the API.
    pub(in crate::org) const CLIENT: &str = "client";
    /// The other side hung up.
    pub(in crate::org) const PEER: &str = "peer";
    /// The one on this leg hung up the telephone.
    pub(in crate::org) const ENDPOINT: &str = "endpoint";
    /// The whole was torn down.
    pub(in crate::org) const SYSTEM: &str = "system";
}

/// How far a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::org) enum LegStage {
    Alerting,
    Connected,
    Disconnected,
}

impl LegStage {
    pub(in crate::org) const fn name(self) -> &'static str {
        match self {
            Self::Alerting => "alerting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
        }
    }
}

/// One who took part.
#[derive(Clone, Debug)]
pub(in crate::org) struct Leg {
    pub(in crate::org) id: CompactString,
    pub(in crate::org) who: Participant,
    pub(in crate::org) stage: LegStage,
    pub(in crate::org) started: Timestamp,
    /// When it began to ring, where it did.
    pub(in crate::org) alerting: Option<Timestamp>,
    pub(in crate::org) connected: Option<Timestamp>,
    pub(in crate::org) ended: Option<Timestamp>,
    /// Since when it is on hold.
    pub(in crate::org) held: Option<Timestamp>,
    pub(in crate::org) muted: bool,
    /// Why it ended, once it did.
    pub(in crate::org) ending: Option<&'static str>,
}

impl Leg {
    pub(in crate::org) fn is_live(&self) -> bool {
        self.stage != LegStage::Disconnected
    }

    pub(in crate::org) fn is_connected(&self) -> bool {
        self.stage == LegStage::Connected
    }

    pub(super) fn is_agent(&self, id: &str) -> bool {
        self.who.purpose == AGENT && self.who.id == id
    }

    fn is(&self, who: &Participant) -> bool {
        self.who.id == who.id && self.who.purpose == who.purpose
    }

    fn end(&mut self, why: &'static str, now: Timestamp) {
        if self.is_live() {
            self.stage = LegStage::Disconnected;
            self.ended = Some(now);
            self.held = None;
            self.ending = Some(why);
        }
    }

    fn hold(&mut self, held: bool, now: Timestamp) {
        self.held = held.then(|| self.held.unwrap_or(now));
    }
}

/// Whom the one who consults speaks to (`speakTo` of the Platform API).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(in crate::org) enum SpeakTo {
    Destination,
    Object,
    Both,
    Conference,
}

/// A transfer that is asked about before it is made, by the ids of its legs.
#[derive(Clone, Debug)]
pub(in crate::org) struct Consult {
    pub(in crate::org) initiator: CompactString,
    /// Whoever is to be moved.
    pub(in crate::org) object: CompactString,
    pub(in crate::org) destination: CompactString,
}

/// Who takes part now, as a change left it.
pub(super) struct InteractionSnapshot<'a> {
    pub(super) id: &'a str,
    pub(super) state: InteractionState,
    pub(super) queue: Option<&'a str>,
    pub(super) participants: &'a [Participant],
    pub(super) started: Timestamp,
}

impl InteractionSnapshot<'_> {
    /// A queue takes part while somebody waits in it, and no longer.
    fn wanted(&self) -> Vec<Participant> {
        let waits = self.state == InteractionState::Queued;
        let named = self.participants.iter();
        let mut wanted: Vec<Participant> = named
            .filter(|who| who.purpose != QUEUE || waits)
            .cloned()
            .collect();
        if waits && !wanted.iter().any(|who| who.purpose == QUEUE) {
            wanted.extend(self.queue.map(Participant::queue));
        }
        wanted
    }
}

/// The legs of one interaction, in the order they began.
#[derive(Clone, Debug, Default)]
pub(in crate::org) struct Legs {
    all: Vec<Leg>,
    made: u32,
    consult: Option<Consult>,
}

impl Legs {
    pub(in crate::org) fn all(&self) -> &[Leg] {
        &self.all
    }

    pub(in crate::org) fn get(&self, id: &str) -> Option<&Leg> {
        self.all.iter().find(|leg| leg.id == id)
    }

    pub(in crate::org) fn live(&self) -> impl Iterator<Item = &Leg> {
        self.all.iter().filter(|leg| leg.is_live())
    }

    pub(in crate::org) const fn consult(&self) -> Option<&Consult> {
        self.consult.as_ref()
    }

    /// Works out who came and who went.
    pub(super) fn follow(&mut self, scene: &InteractionSnapshot<'_>, now: Timestamp) {
        if self.all.is_empty() {
            self.open(scene);
        }
        if !scene.state.is_live() {
            self.close(now);
            return;
        }
        let wanted = scene.wanted();
        let why = match &self.consult {
            Some(consult) if self.is_wanted(&consult.destination, &wanted) => ending::CONSULT,
            _ => ending::TRANSFER,
        };
        let asked = self
            .consult
            .as_ref()
            .map(|consult| consult.destination.clone());
        for leg in self.all.iter_mut().filter(|leg| leg.is_connected()) {
            let stays = wanted.iter().any(|who| leg.is(who)) || asked.as_ref() == Some(&leg.id);
            if !stays {
                leg.end(why, now);
            }
        }
        for who in wanted {
            self.connect(scene.id, who, now);
        }
        self.settle_consult(why == ending::CONSULT, now);
    }

    /// Who was there before anybody looked: the customer, and the queue that brought them to whoever answered.
    fn open(&mut self, scene: &InteractionSnapshot<'_>) {
        let (from, outside) = (scene.started, scene.participants.iter());
        for who in outside.filter(|who| who.is_outside()) {
            self.connect(scene.id, who.clone(), from);
        }
        if let Some(queue) = scene.queue {
            self.connect(scene.id, Participant::queue(queue), from);
        }
        if scene.state == InteractionState::Completed {
            for who in scene.wanted() {
                self.connect(scene.id, who, from);
            }
        }
    }

    fn is_wanted(&self, leg: &str, wanted: &[Participant]) -> bool {
        self.get(leg)
            .is_some_and(|leg| wanted.iter().any(|who| leg.is(who)))
    }

    fn connect(&mut self, interaction: &str, who: Participant, now: Timestamp) {
        let mut live = self.all.iter_mut().filter(|leg| leg.is_live());
        if let Some(leg) = live.find(|leg| leg.is(&who)) {
            leg.stage = LegStage::Connected;
            leg.connected.get_or_insert(now);
            return;
        }
        self.add(interaction, who, LegStage::Connected, now);
    }

    fn add(
        &mut self,
        interaction: &str,
        who: Participant,
        stage: LegStage,
        now: Timestamp,
    ) -> CompactString {
        if self.all.len() >= MOST
            && let Some(oldest) = self.all.iter().position(|leg| !leg.is_live())
        {
            self.all.remove(oldest);
        }
        self.made = self.made.saturating_add(1);
        let id = format_compact!("{interaction}-p{}", self.made);
        self.all.push(Leg {
            id: id.clone(),
            who,
            stage,
            started: now,
            alerting: (stage == LegStage::Alerting).then_some(now),
            connected: (stage == LegStage::Connected).then_some(now),
            ended: None,
            held: None,
            muted: false,
            ending: None,
        });
        id
    }

    fn close(&mut self, now: Timestamp) {
        for leg in &mut self.all {
            let why = if leg.who.is_outside() {
                ending::ENDPOINT
            } else {
                ending::PEER
            };
            leg.end(why, now);
        }
        self.consult = None;
    }

    /// A consultation whose parties are no longer there is over, and whoever was asked goes unless they have it now.
    fn settle_consult(&mut self, stays: bool, now: Timestamp) {
        let Some(consult) = self.consult.clone() else {
            return;
        };
        let there = |id: &str| self.get(id).is_some_and(Leg::is_live);
        if [&consult.object, &consult.initiator, &consult.destination]
            .into_iter()
            .all(|id| there(id))
        {
            return;
        }
        self.consult = None;
        if !stays {
            self.end(&consult.destination, ending::PEER, now);
        }
        self.hold(&consult.object, false, now);
        self.hold(&consult.destination, false, now);
    }

    /// Lets a telephone ring.
    pub(in crate::org) fn offer(
        &mut self,
        interaction: &str,
        who: Participant,
        now: Timestamp,
    ) -> CompactString {
        self.add(interaction, who, LegStage::Alerting, now)
    }

    /// Whoever was rung answers; false when it no longer rings.
    pub(in crate::org) fn answer(&mut self, id: &str, now: Timestamp) -> bool {
        let rings = |leg: &&mut Leg| leg.id == id && leg.stage == LegStage::Alerting;
        let Some(leg) = self.all.iter_mut().find(rings) else {
            return false;
        };
        leg.stage = LegStage::Connected;
        leg.connected = Some(now);
        true
    }

    /// Ends a leg; one that has ended stays as it is.
    pub(in crate::org) fn end(&mut self, id: &str, why: &'static str, now: Timestamp) {
        if let Some(leg) = self.find(id) {
            leg.end(why, now);
        }
    }

    pub(in crate::org) fn hold(&mut self, id: &str, held: bool, now: Timestamp) {
        if let Some(leg) = self.find(id).filter(|leg| leg.is_live()) {
            leg.hold(held, now);
        }
    }

    pub(in crate::org) fn mute(&mut self, id: &str, muted: bool) {
        if let Some(leg) = self.find(id) {
            leg.muted = muted;
        }
    }

    /// Begins a consultation, and says who speaks to whom.
    pub(in crate::org) fn begin_consult(
        &mut self,
        consult: Consult,
        speak_to: SpeakTo,
        now: Timestamp,
    ) {
        self.consult = Some(consult);
        self.speak_to(speak_to, now);
    }

    /// Puts whoever is not spoken to on hold.
    pub(in crate::org) fn speak_to(&mut self, speak_to: SpeakTo, now: Timestamp) {
        let Some(consult) = self.consult.clone() else {
            return;
        };
        self.hold(&consult.object, speak_to == SpeakTo::Destination, now);
        self.hold(&consult.destination, speak_to == SpeakTo::Object, now);
    }

    /// Takes a consultation back: whoever was asked goes, and everything is as before; false when there is none.
    pub(in crate::org) fn cancel_consult(&mut self, now: Timestamp) -> bool {
        let Some(consult) = self.consult.take() else {
            return false;
        };
        self.end(&consult.destination, ending::CLIENT, now);
        self.hold(&consult.object, false, now);
        true
    }

    fn find(&mut self, id: &str) -> Option<&mut Leg> {
        self.all.iter_mut().find(|leg| leg.id == id)
    }
}
