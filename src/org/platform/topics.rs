//! What is told over notification channels: the one place where events of the Platform API go out.
//!
//! Its lock is the innermost: whoever changes something publishes it while the change's own lock is held, so that every
//! channel sees changes in the order they were made. Nothing here ever waits for another part.

mod book;
pub(super) mod combined;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use uuid::Uuid;

pub(in crate::org) use self::book::{
    ChannelBook, ChannelInfo, MOST_TOPICS, Subscribed, UnknownChannel,
};

/// The channels, for every part that has something to tell; clones are the same channels.
#[derive(Clone, Default)]
pub(in crate::org) struct Topics(Arc<Mutex<ChannelBook>>);

impl Topics {
    /// Tells a topic's channels; the body is only made when there is one.
    pub(in crate::org) fn publish<B: Serialize>(&self, topic: &str, body: impl FnOnce() -> B) {
        let mut book = self.book();
        if book.is_followed(topic) {
            let frame = frame(topic, &json!(body()));
            book.tell(topic, &frame);
        }
    }

    /// The channels themselves.
    pub(in crate::org) fn book(&self) -> MutexGuard<'_, ChannelBook> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An event as a text frame.
pub(in crate::org) fn frame(topic: &str, body: &Value) -> Utf8Bytes {
    let frame = json!({
        "topicName": topic,
        "version": "2",
        "eventBody": body,
        "metadata": {"CorrelationId": Uuid::new_v4().to_string()},
    });
    frame.to_string().into()
}
