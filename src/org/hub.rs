//! Which streams watch whom, and the frames that go out to them.

use std::collections::HashMap;

use serde::Serialize;
use tokio::sync::mpsc;

use super::auth::TokenId;
use super::state::{Device, user_id};
use super::text_socket::Push;

/// The most streams at once; each is a socket and a task.
pub(super) const MAX_STREAMS: usize = 20_000;

/// How far a stream may fall behind, in frames. Past it the stream is closed rather than left with a hole.
const BACKLOG: usize = 1024;

/// What a frame tells; its `eventType` (contract §3).
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum DeviceEvent {
    /// How a device is, without a change.
    Status,
    /// A device registered, or lost its registration.
    Registration,
    /// A device speaks another codec.
    Codec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegistrationFrame<'a> {
    event_type: DeviceEvent,
    payload: DevicePayload<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DevicePayload<'a> {
    user_id: &'a str,
    device_id: &'a str,
    registered: bool,
    codec: &'a str,
}

struct StreamSender {
    id: u64,
    token: TokenId,
    pushes: mpsc::Sender<Push>,
}

/// The open streams, by the user they watch.
#[derive(Default)]
pub(super) struct Hub {
    outlets: HashMap<usize, Vec<StreamSender>>,
    opened: u64,
    open: usize,
}

impl Hub {
    /// Adds a stream; its id takes it out again. None when there are too many.
    pub(super) fn join(
        &mut self,
        person: usize,
        token: TokenId,
    ) -> Option<(u64, mpsc::Receiver<Push>)> {
        if self.open >= MAX_STREAMS {
            return None;
        }
        let (pushes, receiver) = mpsc::channel(BACKLOG);
        self.opened += 1;
        self.open += 1;
        self.outlets.entry(person).or_default().push(StreamSender {
            id: self.opened,
            token,
            pushes,
        });
        Some((self.opened, receiver))
    }

    /// Takes a stream out; its session calls it when it ends, whichever way it ends.
    pub(super) fn leave(&mut self, person: usize, id: u64) {
        self.retain(person, |outlet| outlet.id != id);
    }

    /// How many streams are open.
    pub(super) const fn open(&self) -> usize {
        self.open
    }

    /// Sends a device's state to the streams of its user.
    pub(super) fn publish(&mut self, person: usize, event: DeviceEvent, device: &Device) {
        if !self.outlets.contains_key(&person) {
            return;
        }
        let user = user_id(person);
        let payload = DevicePayload {
            user_id: &user,
            device_id: &device.id,
            registered: device.registered,
            codec: &device.codec,
        };
        let Ok(text) = serde_json::to_string(&RegistrationFrame {
            event_type: event,
            payload,
        }) else {
            return;
        };
        let frame = Push::Frame(text.into());
        self.retain(person, |outlet| {
            outlet.pushes.try_send(frame.clone()).is_ok()
        });
    }

    /// Closes the streams that `chosen` picks, with this code, and says how many.
    pub(super) fn close(&mut self, code: u16, chosen: impl Fn(TokenId) -> bool) -> usize {
        let before = self.open;
        let people: Vec<usize> = self.outlets.keys().copied().collect();
        for person in people {
            self.retain(person, |outlet| {
                let close = chosen(outlet.token);
                if close {
                    // A full queue ends the stream as well: its sender is dropped below.
                    let _ = outlet.pushes.try_send(Push::Close(code));
                }
                !close
            });
        }
        before - self.open
    }

    fn retain(&mut self, person: usize, keep: impl FnMut(&mut StreamSender) -> bool) {
        let Some(outlets) = self.outlets.get_mut(&person) else {
            return;
        };
        let before = outlets.len();
        outlets.retain_mut(keep);
        self.open = self.open.saturating_sub(before - outlets.len());
        if outlets.is_empty() {
            self.outlets.remove(&person);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::org::state::{DeviceKey, World};

    #[test]
    fn a_stream_that_falls_behind_is_ended_and_not_left_with_a_hole() {
        let mut world = World::populate(1, 1, Timestamp::now());
        let mut tokens = crate::org::auth::Tokens::default();
        let (token, _) = tokens.issue(
            None,
            vec!["x"],
            std::time::Duration::from_secs(1),
            tokio::time::Instant::now(),
        );
        let (_, mut pushes) = world.hub.join(0, token).unwrap();
        for _ in 0..=BACKLOG {
            world.announce(DeviceKey {
                person: 0,
                device: 0,
            });
        }
        assert_eq!(world.hub.open(), 0);
        let mut received = 0;
        while pushes.try_recv().is_ok() {
            received += 1;
        }
        assert_eq!(received, BACKLOG);
        assert_eq!(
            pushes.try_recv().unwrap_err(),
            mpsc::error::TryRecvError::Disconnected
        );
    }
}
