//! The interactions that can be moved (contract §8): who talks to whom, where, and how far each is.
//!
//! | call | what |
//! |---|---|
//! | `GET /api/v2/interactions` | `{"entities":[interaction]}`: the active and queued ones, oldest first; beyond the contract |
//! | `GET /api/v2/interactions/{id}` | any that is remembered, ended ones too; 404 |
//!
//! Both need `interaction:view`. An interaction is
//! `{"id","state","mediaType","queueId"?,"participants":[{"id","purpose","name","address"}],"started","ended"?,"transferId"?}`;
//! `transferId` is the id of the frame that last moved it: what an answer that never came is reconciled with.

mod cast;
pub(super) mod course;
pub(super) mod legs;
mod serve;

use std::collections::{BTreeSet, VecDeque};

use compact_str::CompactString;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::cast::InteractionGenerator;
pub(super) use self::cast::{AGENT, AGENTS, EXTERNAL, FLOW, Participant, QUEUE};
use self::legs::{InteractionSnapshot, Legs, ending};
pub(super) use self::serve::OPERATIONS;
use super::platform::conversations::{is_call, tell, tell_calls, tell_routing};
use super::platform::topics::Topics;
use super::state::Person;

/// The most interactions that are under way at once.
pub(super) const MOST_LIVE: usize = 5_000;

/// The most ended ones that are remembered.
const MOST_ENDED: usize = 1_000;

/// How many there are from the start, by their state.
const SEEDED: [(InteractionState, usize); 4] = [
    (InteractionState::Active, 12),
    (InteractionState::Queued, 4),
    (InteractionState::Completed, 2),
    (InteractionState::Abandoned, 2),
];

/// Calls of the hour before, where that is made; an hour in seconds; and for how long calls have sounded bad then.
const PAST_CALLS: i64 = 80;
const HOUR: i64 = 3_500;
const BAD_FOR: i64 = 1_500;

/// How far an interaction is (contract §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum InteractionState {
    Active,
    Queued,
    Completed,
    Abandoned,
}

impl InteractionState {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Queued => "queued",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
        }
    }

    pub(super) const fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Queued)
    }
}

/// One interaction, as the wire shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Interaction {
    pub(super) id: CompactString,
    pub(super) state: InteractionState,
    pub(super) media_type: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) queue_id: Option<CompactString>,
    pub(super) participants: Vec<Participant>,
    pub(super) started: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Timestamp>,
    /// The frame that last moved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_id: Option<String>,
    /// What the Platform API shows of it, and the direct one does not.
    #[serde(skip)]
    pub(super) legs: Legs,
}

/// Every interaction that is remembered.
pub(super) struct Interactions {
    /// In the order they began.
    live: VecDeque<Interaction>,
    /// In the order they ended.
    ended: VecDeque<Interaction>,
    cast: InteractionGenerator,
    /// Where changes are told.
    pub(super) topics: Topics,
    /// Since when calls of a carrier sound bad, where they ever did.
    pub(super) bad_since: Option<Timestamp>,
}

impl Interactions {
    /// The same interactions for the same seed; the first is the one of the contract's example.
    pub(super) fn populate(people: &[Person], seed: u64, now: Timestamp) -> Self {
        let mut interactions = Self {
            live: VecDeque::new(),
            ended: VecDeque::new(),
            cast: InteractionGenerator::of(people, seed),
            topics: Topics::default(),
            bad_since: None,
        };
        for (state, count) in SEEDED {
            for _ in 0..count {
                let age = interactions.cast.seconds(20, 900);
                let started = now
                    .checked_sub(SignedDuration::from_secs(age))
                    .unwrap_or(now);
                interactions.add(state, started);
            }
        }
        interactions
    }

    /// The calls of the hour before, of which those of one carrier sound bad from some moment on; they are made once.
    pub(super) fn sound_bad(&mut self, people: &[Person], seed: u64, now: Timestamp) {
        if self.bad_since.is_some() {
            return;
        }
        let ago = |seconds: i64| {
            now.checked_sub(SignedDuration::from_secs(seconds))
                .unwrap_or(now)
        };
        self.bad_since = Some(ago(BAD_FOR));
        let mut cast = InteractionGenerator::apart(people, seed);
        for number in 0..PAST_CALLS {
            let began = HOUR - (number + 1) * (HOUR / (PAST_CALLS + 1));
            let (began, length) = (began.max(60), cast.seconds(30, 240));
            let mut call = cast.draw(InteractionState::Active, ago(began));
            call.media_type = "voice".into();
            call.trace(ago(began));
            call.state = InteractionState::Completed;
            let ended = ago((began - length).max(0));
            call.trace(ended);
            self.keep(call, ended);
        }
    }

    /// Who has a call, or several.
    pub(super) fn talking(&self) -> Vec<String> {
        let legs = self.live.iter().flat_map(|one| one.legs.live());
        legs.map(|leg| leg.who.id.to_string()).collect()
    }

    /// Begins an interaction; none when there are too many.
    pub(super) fn add(
        &mut self,
        state: InteractionState,
        started: Timestamp,
    ) -> Option<CompactString> {
        let interaction = self.cast.draw(state, started);
        self.begin(interaction, started)
    }

    /// Begins a call that this user has; none when there are too many.
    pub(super) fn add_call(&mut self, user: &str, started: Timestamp) -> Option<CompactString> {
        let mut call = self.cast.draw(InteractionState::Active, started);
        call.media_type = "voice".into();
        call.participants.retain(Participant::is_outside);
        call.participants.push(Participant::agent(user));
        self.begin(call, started)
    }

    fn begin(&mut self, mut interaction: Interaction, started: Timestamp) -> Option<CompactString> {
        if self.live.len() >= MOST_LIVE {
            return None;
        }
        interaction.trace(started);
        tell(&self.topics, &interaction);
        let id = interaction.id.clone();
        let after = agents(&interaction);
        let call = is_call(&interaction);
        self.route((&id, call), &BTreeSet::new(), &after, started);
        self.keep(interaction, started);
        Some(id)
    }

    fn keep(&mut self, mut interaction: Interaction, now: Timestamp) {
        if interaction.state.is_live() {
            self.live.push_back(interaction);
            return;
        }
        interaction.ended.get_or_insert(now);
        if self.ended.len() >= MOST_ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back(interaction);
    }

    /// Tells of the agents who came to an interaction and had nothing else to do, and of those who left and have not.
    fn route(
        &self,
        (id, call): (&str, bool),
        before: &BTreeSet<CompactString>,
        after: &BTreeSet<CompactString>,
        now: Timestamp,
    ) {
        for agent in before.symmetric_difference(after) {
            let has = |one: &&Interaction| one.legs.live().any(|leg| leg.is_agent(agent));
            let others = self.live.iter().filter(|one| one.id != id);
            let others: Vec<&Interaction> = others.filter(has).collect();
            let calls = others.iter().filter(|one| is_call(one)).count();
            let this = usize::from(call && after.contains(agent));
            tell_calls(&self.topics, agent, calls + this);
            if others.is_empty() {
                tell_routing(&self.topics, agent, after.contains(agent), now);
            }
        }
    }

    pub(super) fn get(&self, id: &str) -> Option<&Interaction> {
        let mut all = self.live.iter().chain(&self.ended);
        all.find(|interaction| interaction.id == id)
    }

    /// Those that can be moved.
    pub(super) fn live(&self) -> &VecDeque<Interaction> {
        &self.live
    }

    /// All of them, for the control surface.
    pub(super) fn all(&self) -> impl Iterator<Item = &Interaction> {
        self.live.iter().chain(&self.ended)
    }

    /// Changes one that is under way, and lets it go when that ended it; says whether there was one.
    pub(super) fn change(
        &mut self,
        id: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Interaction, &mut InteractionGenerator),
    ) -> bool {
        let place = self.live.iter().position(|live| live.id == id);
        let Some(place) = place else {
            return false;
        };
        if let Some(interaction) = self.live.get_mut(place) {
            let before = agents(interaction);
            change(interaction, &mut self.cast);
            interaction.trace(now);
            tell(&self.topics, interaction);
            let after = agents(interaction);
            let call = is_call(interaction);
            self.route((id, call), &before, &after, now);
        }
        let over = |live: &Interaction| !live.state.is_live();
        if self.live.get(place).is_some_and(over)
            && let Some(interaction) = self.live.remove(place)
        {
            self.keep(interaction, now);
        }
        true
    }

    /// The same for a change that comes to something; none when there is none such under way.
    pub(super) fn alter<T>(
        &mut self,
        id: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Interaction) -> T,
    ) -> Option<T> {
        let mut came_to = None;
        self.change(id, now, |one, _| came_to = Some(change(one)));
        came_to
    }

    /// Moves one to a participant, by a frame; says why it could not be.
    pub(super) fn transfer(
        &mut self,
        id: &str,
        to: Participant,
        frame: &str,
        now: Timestamp,
    ) -> Result<(), CannotMove> {
        match self.get(id).map(|interaction| interaction.state) {
            None => return Err(CannotMove::Unknown),
            Some(state) if !state.is_live() => return Err(CannotMove::Over(state)),
            Some(_) => {}
        }
        self.change(id, now, |interaction, _| interaction.hand_to(to, frame));
        Ok(())
    }
}

/// The agents who take part now.
fn agents(of: &Interaction) -> BTreeSet<CompactString> {
    let legs = of.legs.live().filter(|leg| leg.who.purpose == AGENT);
    legs.map(|leg| leg.who.id.clone()).collect()
}

/// Why an interaction cannot be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CannotMove {
    Unknown,
    Over(InteractionState),
}

impl Interaction {
    /// Whoever had it is gone from it; a queue makes it wait again.
    pub(super) fn hand_to(&mut self, to: Participant, frame: &str) {
        self.participants.retain(Participant::is_outside);
        if to.purpose == cast::QUEUE {
            self.state = InteractionState::Queued;
            self.queue_id = Some(to.id.clone());
        } else {
            self.state = InteractionState::Active;
        }
        self.participants.push(to);
        self.transfer_id = Some(frame.to_owned());
    }

    /// Keeps the legs in step with who is there.
    fn trace(&mut self, now: Timestamp) {
        let scene = InteractionSnapshot {
            id: &self.id,
            state: self.state,
            queue: self.queue_id.as_deref(),
            participants: &self.participants,
            started: self.started,
        };
        self.legs.follow(&scene, now);
    }

    /// Lets somebody go who hangs up: the customer, or the last one inside, ends it; who consults leaves it to whoever
    /// was asked. A name for the transfer that this may be comes along.
    pub(super) fn leave(&mut self, leg: &str, transfer: &str, now: Timestamp) {
        let Some(leaving) = self.legs.get(leg).filter(|leg| leg.is_live()).cloned() else {
            return;
        };
        let consult = self
            .legs
            .consult()
            .filter(|consult| consult.initiator == leg);
        let asked = consult.and_then(|consult| self.legs.get(&consult.destination));
        if let Some(asked) = asked.filter(|asked| asked.is_connected()) {
            self.hand_to(asked.who.clone(), transfer);
            return;
        }
        self.legs.end(leg, ending::CLIENT, now);
        self.participants.retain(|who| who.id != leaving.who.id);
        let mut left = self.legs.live().filter(|leg| leg.is_connected());
        if leaving.who.is_outside() || left.all(|leg| leg.who.is_outside()) {
            self.state = InteractionState::Completed;
        }
    }

    /// Whether it came through a queue, and was given to whoever has it by one.
    pub(super) const fn is_acd(&self) -> bool {
        self.queue_id.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::state::World;

    fn interactions(seed: u64) -> Interactions {
        let world = World::populate(40, seed, Timestamp::now());
        Interactions::populate(&world.people, seed, Timestamp::now())
    }

    fn ids(interactions: &Interactions) -> Vec<CompactString> {
        interactions.all().map(|one| one.id.clone()).collect()
    }

    #[test]
    fn the_same_seed_is_the_same_interactions() {
        assert_eq!(ids(&interactions(3)), ids(&interactions(3)));
        assert_ne!(ids(&interactions(3)), ids(&interactions(4)));
        assert_eq!(ids(&interactions(3))[0], "interaction-12345-abcde");
    }

    #[test]
    fn both_kinds_are_bounded() {
        let mut interactions = interactions(1);
        let now = Timestamp::now();
        let begun = (0..MOST_LIVE * 2)
            .filter_map(|_| interactions.add(InteractionState::Active, now))
            .count();
        assert_eq!(
            (begun, interactions.live.len()),
            (MOST_LIVE - 16, MOST_LIVE)
        );
        for id in ids(&interactions) {
            interactions.change(&id, now, |one, _| one.state = InteractionState::Completed);
        }
        assert_eq!(interactions.live.len(), 0);
        assert_eq!(interactions.ended.len(), MOST_ENDED);
    }

    #[test]
    fn what_is_over_is_not_moved() {
        let mut interactions = interactions(1);
        let now = Timestamp::now();
        let to = || Participant::external("tel:+14155550100");
        let over = interactions.ended[0].id.clone();
        assert_eq!(
            interactions.transfer(&over, to(), "f", now),
            Err(CannotMove::Over(InteractionState::Completed))
        );
        assert_eq!(
            interactions.transfer("nobody", to(), "f", now),
            Err(CannotMove::Unknown)
        );
        let live = interactions.live[0].id.clone();
        assert_eq!(interactions.transfer(&live, to(), "f", now), Ok(()));
        let moved = interactions.get(&live).unwrap();
        assert_eq!(moved.transfer_id.as_deref(), Some("f"));
        assert_eq!(moved.participants.len(), 2, "the customer and the number");
    }
}
