//! What a profile says of notification channels, where the Platform API is spoken.

use toml::Value;

use crate::config::reader::{Notes, Section};

/// Channels when the profile does not say: half of what the organisation allows, because all applications of an OAuth client share
/// its twenty, and the one too many evicts another.
const CHANNELS: u32 = 10;

/// The organisation's own limit for a user and an application.
const MOST_CHANNELS: u32 = 20;

/// How much is streamed; the rest is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notifications {
    /// Channels of a thousand topics each, made when they are needed; 0 is polling only.
    pub channels: u32,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { channels: CHANNELS }
    }
}

impl Notifications {
    /// What is in force, for `config show`.
    pub(in crate::config) fn shown(self) -> Vec<(&'static str, Value)> {
        vec![("channels", i64::from(self.channels).into())]
    }
}

pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> Notifications {
    let read = Notifications {
        channels: from
            .take_as("channels", notes, |channels: u32| {
                let fits = channels <= MOST_CHANNELS;
                fits.then_some(channels).ok_or_else(|| {
                    format!("at most {MOST_CHANNELS}, which is all that the organisation allows")
                })
            })
            .unwrap_or(CHANNELS),
    };
    from.finish(notes);
    read
}
