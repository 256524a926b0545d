//! An older read never overwrites a newer frame: what a stream spoke of while a read of its user was under way.
//!
//! The stream's task and the reader share one [`StreamReads`]; under its lock frames are handed on and answers land, so that
//! the news of one user keeps its order.

use std::sync::{Arc, Mutex};

use hashbrown::HashSet;

use crate::model::registration::Device;
use crate::model::{DeviceId, UserId};
use crate::vocabulary::news::News;

/// Devices noted during one read; far beyond what one user has, so only a hostile stream gets there.
const MOST_SPOKEN: usize = 65_536;

/// The stream named more devices during one read than can be kept apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// An open stream, as the reader sees it.
pub(super) type StreamReads = Arc<Mutex<Resync>>;

/// Why a read is made, and so how it lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Landing {
    /// Someone waits for it.
    Awaited,
    /// The sweep came by: what it corrects, the stream has missed.
    Swept,
}

/// What an answer was good for.
#[derive(Debug)]
pub(super) struct Landed {
    pub news: News,
    /// Whether the stream is live from here on.
    pub first: bool,
}

/// One stream's reads; only the newest of them lands.
#[derive(Debug, Default)]
pub(super) struct Resync {
    /// Devices that the stream spoke of since the newest read began; none while no read is under way.
    spoken: Option<Box<HashSet<DeviceId>>>,
    turn: u32,
    live: bool,
    heard: bool,
    closed: bool,
}

impl Resync {
    /// A read is sent: from here on the stream is newer. The number tells this read from others.
    pub fn begin(&mut self) -> u32 {
        self.turn = self.turn.wrapping_add(1);
        self.spoken = Some(Box::default());
        self.turn
    }

    /// A frame came for this device.
    pub fn spoke(&mut self, device: &DeviceId) -> Result<(), TooMany> {
        self.heard = true;
        if let Some(spoken) = &mut self.spoken
            && !spoken.contains(device)
        {
            if spoken.len() >= MOST_SPOKEN {
                return Err(TooMany);
            }
            spoken.insert(device.clone());
        }
        Ok(())
    }

    /// A read answered: what of it still holds. None when the stream has ended meanwhile or a newer read is under way.
    pub fn land(
        &mut self,
        turn: u32,
        user: &UserId,
        (mut devices, whole): (Vec<Device>, bool),
        landing: Landing,
    ) -> Option<Landed> {
        if self.closed || turn != self.turn {
            return None;
        }
        let spoken = self.spoken.take()?;
        devices.retain(|device| !spoken.contains(&device.id));
        let (user, spoken) = (user.clone(), spoken.into_iter().collect());
        let news = match landing {
            Landing::Awaited => News::Snapshot {
                user,
                devices,
                spoken,
                whole,
                live: true,
                asked: None,
            },
            Landing::Swept => News::Swept {
                user,
                devices,
                spoken,
                whole,
            },
        };
        let first = !std::mem::replace(&mut self.live, true);
        Some(Landed { news, first })
    }

    /// A read failed. Says whether the rows were live until here, and are no longer.
    pub fn fail(&mut self, turn: u32, landing: Landing) -> bool {
        if turn != self.turn {
            return false;
        }
        self.spoken = None;
        // What the sweep cannot read, the stream still says.
        landing == Landing::Awaited && std::mem::take(&mut self.live)
    }

    /// Whether rows of this stream are live.
    pub fn is_live(&self) -> bool {
        self.live && !self.closed
    }

    /// The stream has ended. Says whether its rows were live, and whether it has said anything at all.
    pub fn close(&mut self) -> (bool, bool) {
        self.closed = true;
        self.spoken = None;
        (std::mem::take(&mut self.live), self.heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str) -> Device {
        Device {
            id: id.into(),
            registered: true,
            codec: None,
        }
    }

    fn awaited(resync: &mut Resync, turn: u32, devices: Vec<Device>) -> Option<Landed> {
        resync.land(turn, &UserId::from("u"), (devices, true), Landing::Awaited)
    }

    #[test]
    fn what_the_stream_said_during_the_read_is_left_out_of_it() {
        let mut resync = Resync::default();
        assert_eq!(resync.spoke(&"before".into()), Ok(()));
        let turn = resync.begin();
        assert_eq!(resync.spoke(&"during".into()), Ok(()));
        let landed = awaited(&mut resync, turn, vec![device("before"), device("during")]);
        let Some(Landed {
            news:
                News::Snapshot {
                    devices,
                    spoken,
                    live: true,
                    ..
                },
            first: true,
        }) = landed
        else {
            panic!("{landed:?}")
        };
        assert_eq!(devices, [device("before")]);
        assert_eq!(spoken, ["during".into()]);
    }

    #[test]
    fn only_the_newest_read_of_a_stream_that_is_open_lands() {
        let mut resync = Resync::default();
        let older = resync.begin();
        let newer = resync.begin();
        assert!(awaited(&mut resync, older, vec![]).is_none());
        assert!(awaited(&mut resync, newer, vec![]).is_some());
        assert!(awaited(&mut resync, newer, vec![]).is_none(), "once");
        let late = resync.begin();
        assert_eq!(resync.close(), (true, false));
        assert!(awaited(&mut resync, late, vec![]).is_none());
    }

    #[test]
    fn a_sweep_that_fails_leaves_what_the_stream_says() {
        let mut resync = Resync::default();
        let turn = resync.begin();
        assert!(awaited(&mut resync, turn, vec![]).is_some());
        let turn = resync.begin();
        assert!(!resync.fail(turn, Landing::Swept));
        let turn = resync.begin();
        assert!(resync.is_live() && resync.fail(turn, Landing::Awaited));
        assert!(!resync.is_live());
    }

    #[test]
    fn a_flood_of_devices_during_a_read_is_bounded() {
        let mut resync = Resync::default();
        resync.begin();
        let spoke =
            (0..=MOST_SPOKEN).try_for_each(|id| resync.spoke(&format!("d{id}").as_str().into()));
        assert_eq!(spoke, Err(TooMany));
    }
}
