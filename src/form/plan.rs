//! What a filled-in form comes to: the writes, and what an operator must know before they are sent.

use crate::flow::Order;
use crate::model::write::Write;

/// Writes that an operator is asked to send. The review shows it; what is sent is exactly this.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is sent, in order; more than one when the same is done to several things.
    pub writes: Vec<Write>,
    /// The body of what exists, that the writes would change, as JSON with its secrets masked; none when they make
    /// something new.
    pub before: Option<String>,
    /// What it does to the world, a line each; safe to show.
    pub affects: Vec<String>,
    /// How it can be undone, or the plain statement that it cannot.
    pub undo: String,
    /// What must be typed before it is sent: the name of what is hit, or how many are.
    pub confirm: Option<String>,
    /// What is done when it is sent: the writes, with everything around them.
    pub order: Order,
}
