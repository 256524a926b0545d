//! What a filled-in form comes to: the writes, and what an operator must know before they are sent.

use crate::flow::Order;
use crate::model::payload::Fault;
use crate::model::write::Write;

/// Writes that an operator is asked to send. The writes are the order's own, and neither can be changed afterwards: what the
/// review shows is what is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    order: Order,
    writes: Vec<Write>,
    /// The body of what exists, that the writes would change, as JSON with its secrets masked; none when they make
    /// something new.
    pub before: Option<String>,
    /// What it does to the world, a line each; safe to show.
    pub affects: Vec<String>,
    /// How it can be undone, or the plain statement that it cannot.
    pub undo: String,
    /// What must be typed before it is sent: the name of what is hit, or how many are.
    pub confirm: Option<String>,
}

impl Plan {
    /// The plan of an order, or why it comes to no write.
    pub fn of(
        order: Order,
        affects: Vec<String>,
        undo: impl Into<String>,
    ) -> Result<Self, Vec<Fault>> {
        Ok(Self {
            writes: order.writes()?,
            order,
            before: None,
            affects,
            undo: undo.into(),
            confirm: None,
        })
    }

    /// The same over what exists.
    #[must_use]
    pub fn over(self, before: Option<String>) -> Self {
        Self { before, ..self }
    }

    /// The same, sent only once this has been typed.
    #[must_use]
    pub fn confirmed_by(self, word: Option<String>) -> Self {
        Self {
            confirm: word,
            ..self
        }
    }

    /// What is sent, in order; more than one when the same is done to several things.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// What is done when it is sent: the writes, with everything around them.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The same, to be carried out.
    #[must_use]
    pub fn into_order(self) -> Order {
        self.order
    }
}
