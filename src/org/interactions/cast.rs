//! Who takes part in interactions: customers that are made up, agents out of the organisation, queues.

use compact_str::{CompactString, format_compact};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::legs::Legs;
use super::{Interaction, InteractionState};
use crate::org::people::{self, Name};
use crate::org::state::{Person, user_id};

/// The queues that interactions come through; the first is the one of the contract's example (§10).
pub(super) const QUEUES: [&str; 4] = [
    "queue_12345",
    "queue_sales_emea",
    "queue_billing_apac",
    "queue_night_us",
];

/// What most interactions are.
const MEDIA: [(&str, u32); 3] = [("voice", 80), ("video", 12), ("chat", 8)];

/// The id of the contract's example (§8), which the first interaction has.
const EXAMPLE: &str = "interaction-12345-abcde";

/// How many agents there are; a large organisation has more people than that, and they telephone among themselves.
pub(in crate::org) const AGENTS: usize = 64;

const CUSTOMER: &str = "customer";
pub(in crate::org) const AGENT: &str = "agent";
pub(in crate::org) const QUEUE: &str = "queue";
pub(in crate::org) const FLOW: &str = "flow";
pub(in crate::org) const EXTERNAL: &str = "external";

/// Somebody or something in an interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::org) struct Participant {
    pub(in crate::org) id: CompactString,
    pub(in crate::org) purpose: &'static str,
    pub(in crate::org) name: String,
    pub(in crate::org) address: String,
}

impl Participant {
    /// Whether it is the other side of the organisation, which a transfer leaves where it is.
    pub(in crate::org) fn is_outside(&self) -> bool {
        self.purpose == CUSTOMER
    }

    pub(in crate::org) fn agent(id: &str) -> Self {
        Self::inside(AGENT, "user", id)
    }

    pub(in crate::org) fn queue(id: &str) -> Self {
        Self::inside(QUEUE, "queue", id)
    }

    pub(in crate::org) fn flow(id: &str) -> Self {
        Self::inside(FLOW, "flow", id)
    }

    /// The same one by their name.
    pub(in crate::org) fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// Whoever answers at a `sip:` or `tel:` address.
    pub(in crate::org) fn external(address: &str) -> Self {
        Self {
            id: address.into(),
            purpose: EXTERNAL,
            name: address.to_owned(),
            address: address.to_owned(),
        }
    }

    fn inside(purpose: &'static str, kind: &str, id: &str) -> Self {
        Self {
            id: id.into(),
            purpose,
            name: id.to_owned(),
            address: format!("genesys://{kind}/{id}"),
        }
    }
}

/// Draws interactions: the same for the same seed.
pub(in crate::org) struct InteractionGenerator {
    rng: ChaCha8Rng,
    agents: Vec<(CompactString, String)>,
    drawn: u64,
}

impl InteractionGenerator {
    pub(super) fn of(people: &[Person], seed: u64) -> Self {
        // A stream of the seed of its own, as the scenario and the carriers have theirs.
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(7);
        let agents = people.iter().enumerate().take(AGENTS);
        Self {
            rng,
            agents: agents
                .map(|(index, person)| (user_id(index), person.name()))
                .collect(),
            drawn: 0,
        }
    }

    /// Others than those, with ids of their own.
    pub(super) fn apart(people: &[Person], seed: u64) -> Self {
        Self {
            drawn: 1_000_000,
            ..Self::of(people, seed.wrapping_add(1))
        }
    }

    /// A whole number of seconds in a range.
    pub(super) fn seconds(&mut self, from: i64, to: i64) -> i64 {
        self.rng.random_range(from..to)
    }

    /// A new interaction: a customer, and an agent when it is or was answered.
    pub(super) fn draw(&mut self, state: InteractionState, started: Timestamp) -> Interaction {
        let mut participants = vec![self.customer()];
        match state {
            InteractionState::Active | InteractionState::Completed => {
                participants.push(self.agent());
            }
            InteractionState::Queued | InteractionState::Abandoned => {}
        }
        let queue = QUEUES[self.rng.random_range(0..QUEUES.len())];
        self.drawn += 1;
        Interaction {
            id: self.id(),
            state,
            media_type: self.media().into(),
            queue_id: Some(queue.into()),
            participants,
            started,
            ended: None,
            transfer_id: None,
            legs: Legs::default(),
        }
    }

    fn id(&mut self) -> CompactString {
        if self.drawn == 1 {
            return EXAMPLE.into();
        }
        // Counted, so that no two are the same, and lettered, so that nobody counts on it.
        let letters: String = (0..5)
            .map(|_| char::from(b'a' + self.rng.random_range(0..26)))
            .collect();
        format_compact!("interaction-{:05}-{letters}", 20_000 + self.drawn * 17)
    }

    fn media(&mut self) -> &'static str {
        let mut ticket = self.rng.random_range(0..100);
        for (media, share) in MEDIA {
            if ticket < share {
                return media;
            }
            ticket -= share;
        }
        MEDIA[0].0
    }

    /// Numbers out of the range that is kept for fiction (555-0100 to 555-0199).
    fn customer(&mut self) -> Participant {
        let site = people::draw_site(&mut self.rng);
        let name = Name::draw(site, &mut self.rng).full();
        let (area, line) = (
            self.rng.random_range(201..990),
            self.rng.random_range(100..200),
        );
        Participant {
            id: format_compact!("customer-{area}-{line}"),
            purpose: CUSTOMER,
            name,
            address: format!("tel:+1{area}5550{line}"),
        }
    }

    /// Somebody who answers.
    pub(super) fn agent(&mut self) -> Participant {
        let index = self.rng.random_range(0..self.agents.len().max(1));
        match self.agents.get(index) {
            Some((id, name)) => Participant {
                name: name.clone(),
                ..Participant::agent(id)
            },
            None => Participant::agent("u-1"),
        }
    }
}
