//! An older read never overwrites a newer frame: which devices the stream spoke of while a read was under way.

use hashbrown::HashSet;

use crate::cloud::Listing;
use crate::feed::news::News;
use crate::model::{DeviceId, UserId};

/// Devices noted during one read; far beyond what one user has, so only a hostile stream gets there.
const MOST_SPOKEN: usize = 65_536;

/// The stream named more devices during one read than can be kept apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// One stream's reads, at most one at a time.
#[derive(Debug, Default)]
pub(super) struct Resync {
    spoken: HashSet<DeviceId>,
    reading: bool,
    again: bool,
}

impl Resync {
    /// Whether a read is to be started now; one that is under way is followed by another, since it may be too old.
    pub fn wanted(&mut self) -> bool {
        self.again = self.reading;
        !self.reading
    }

    /// A read is sent: from here on the stream is newer.
    pub fn begin(&mut self) {
        self.reading = true;
        self.again = false;
        self.spoken.clear();
    }

    /// A frame came for this device.
    pub fn spoke(&mut self, device: &DeviceId) -> Result<(), TooMany> {
        if self.reading && !self.spoken.contains(device) {
            if self.spoken.len() >= MOST_SPOKEN {
                return Err(TooMany);
            }
            self.spoken.insert(device.clone());
        }
        Ok(())
    }

    /// The read answered: what of it still holds.
    pub fn land(&mut self, user: &UserId, listing: Listing) -> News {
        let (mut devices, whole) = (listing.devices, listing.faults.is_empty());
        let spoken = std::mem::take(&mut self.spoken);
        self.reading = false;
        devices.retain(|device| !spoken.contains(&device.id));
        News::Snapshot {
            user: user.clone(),
            devices,
            spoken: spoken.into_iter().collect(),
            whole,
            live: true,
        }
    }

    /// The read failed.
    pub fn fail(&mut self) {
        self.reading = false;
        self.spoken = HashSet::new();
    }

    /// Whether someone asked for another read while this one was under way.
    pub fn again(&mut self) -> bool {
        std::mem::take(&mut self.again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::registration::Device;

    fn device(id: &str) -> Device {
        Device {
            id: id.into(),
            registered: true,
            codec: None,
        }
    }

    fn listing(devices: Vec<Device>) -> Listing {
        Listing {
            devices,
            faults: Vec::new(),
        }
    }

    #[test]
    fn what_the_stream_said_during_the_read_is_left_out_of_it() {
        let (user, mut resync) = (UserId::from("u"), Resync::default());
        assert_eq!(resync.spoke(&"before".into()), Ok(()));
        resync.begin();
        assert_eq!(resync.spoke(&"during".into()), Ok(()));
        let news = resync.land(&user, listing(vec![device("before"), device("during")]));
        let News::Snapshot {
            devices,
            spoken,
            live: true,
            ..
        } = news
        else {
            panic!("{news:?}")
        };
        assert_eq!(devices, [device("before")]);
        assert_eq!(spoken, ["during".into()]);
    }

    #[test]
    fn a_request_during_a_read_starts_another_after_it() {
        let mut resync = Resync::default();
        assert!(resync.wanted());
        resync.begin();
        assert!(!resync.wanted());
        resync.fail();
        assert!(resync.again());
        assert!(!resync.again());
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
