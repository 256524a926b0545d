//! One row: how it is kept, in 72 bytes, and how it is read.

use std::borrow::Cow;
use std::fmt;

use super::Registrations;
use super::flaps::FLAPPING_OVER;
use super::intern::NameId;
use super::stamp::Stamp;
use super::trail::EntryLink;
use super::users::{NONE, Owner};
use crate::model::registration::condition::Condition;
use crate::model::registration::obstacle::Obstacle;
use crate::model::registration::phone::PhoneTraits;
use crate::model::registration::{State, UNNAMED};
use crate::model::{DeviceId, EdgeId, UserId};
use crate::text::{Text, shown};
use crate::time::Millis;

/// What the organisation last said of a device, whether or not that is still sure.
pub use crate::model::registration::condition::Worth as Believed;

/// A change of one field, in the form it is kept in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Field {
    #[default]
    Appeared,
    Remembered {
        was: Believed,
    },
    Registration {
        from: Condition,
        to: Condition,
        /// Why it is so now; 0 where that was not said.
        reason: NameId,
        missed: bool,
    },
    Codec {
        from: NameId,
        to: NameId,
        missed: bool,
    },
}

impl Field {
    /// As one number, small where the change is a common one.
    pub(super) fn code(self) -> u64 {
        let pair = |a: u16, b: u16| u64::from(a) << 8 | u64::from(b) << 24;
        match self {
            Self::Appeared => 0,
            Self::Remembered { was } => 1 | pair(was as u16, 0),
            Self::Registration {
                from,
                to,
                reason,
                missed,
            } => {
                let change = pair(u16::from(from.code()), u16::from(to.code()));
                2 | u64::from(missed) << 4 | change | u64::from(reason) << 40
            }
            Self::Codec { from, to, missed } => 3 | u64::from(missed) << 4 | pair(from, to),
        }
    }

    /// The way back; `codec` gives the number that a codec has now, `why` that of a reason.
    pub(super) fn of_code(
        code: u64,
        codec: impl Fn(NameId) -> NameId,
        why: impl Fn(NameId) -> NameId,
    ) -> Self {
        let part = |shift: u32| u16::try_from(code >> shift & 0xffff).unwrap_or(0);
        let condition = |code: u16| Condition::of_code(u8::try_from(code).unwrap_or(0));
        let missed = code & 16 != 0;
        match code & 15 {
            1 => Self::Remembered {
                was: Believed::ALL
                    .get(usize::from(part(8)))
                    .copied()
                    .unwrap_or_default(),
            },
            2 => Self::Registration {
                from: condition(part(8)),
                to: condition(part(24)),
                reason: why(part(40)),
                missed,
            },
            3 => Self::Codec {
                from: codec(part(8)),
                to: codec(part(24)),
                missed,
            },
            _ => Self::Appeared,
        }
    }
}

/// A row as it is kept. Vacant when it has no user.
#[derive(Debug)]
pub(super) struct KeptRow {
    pub(super) device: DeviceId,
    pub(super) user: u32,
    /// The next row of the same user.
    pub(super) next: u32,
    /// Goes on counting when the slot is used again, so that no two rows look the same.
    pub(super) generation: u32,
    pub(super) trail: EntryLink,
    pub(super) since: Stamp,
    pub(super) changed: Stamp,
    pub(super) checked: Stamp,
    pub(super) last: Field,
    pub(super) codec: NameId,
    pub(super) flaps: u16,
    pub(super) recent: u16,
    pub(super) condition: Condition,
    pub(super) flags: Flags,
}

/// Seven yes-or-no facts in a byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    /// The feed has had a gap since the row was last confirmed.
    pub(super) const STALE: u8 = 1;
    /// A stream speaks of this device.
    pub(super) const LIVE: u8 = 2;
    /// A frame of this device was kept.
    pub(super) const FRAME: u8 = 4;
    /// An earlier run knew the row, and nothing has been said of it since.
    pub(super) const REMEMBERED: u8 = 8;
    /// An edge can reach the browser.
    pub(super) const REACHED: u8 = 16;
    /// No edge can.
    pub(super) const UNREACHED: u8 = 32;
    /// It cannot be told to start anew.
    pub(super) const FIXED: u8 = 64;

    /// What a still keeps of them: all but what speaks of this process alone.
    const STILL: u8 = Self::STALE | Self::LIVE | Self::REACHED | Self::UNREACHED | Self::FIXED;

    pub(super) fn code(self) -> u8 {
        self.0 & Self::STILL
    }

    pub(super) fn of_code(code: u8) -> Self {
        Self(code & Self::STILL)
    }

    pub(super) fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    pub(super) fn set(&mut self, flag: u8, on: bool) {
        self.0 = if on { self.0 | flag } else { self.0 & !flag };
    }
}

impl KeptRow {
    pub(super) fn vacant() -> Self {
        Self {
            device: DeviceId::from(""),
            user: NONE,
            next: NONE,
            generation: 0,
            trail: 0,
            since: Stamp::default(),
            changed: Stamp::default(),
            checked: Stamp::default(),
            last: Field::default(),
            codec: 0,
            flaps: 0,
            recent: 0,
            condition: Condition::Unknown,
            flags: Flags::default(),
        }
    }

    pub(super) fn is_vacant(&self) -> bool {
        self.user == NONE
    }

    pub(super) fn state(&self) -> State {
        match self.believed() {
            _ if self.flags.has(Flags::REMEMBERED) => State::Remembered,
            Believed::Unknown => State::Unknown,
            _ if self.flags.has(Flags::STALE) => State::Stale,
            Believed::Lost => State::Lost,
            Believed::OffDuty => State::OffDuty,
            Believed::Registered => State::Ok,
        }
    }

    /// What was last said comes to.
    pub(super) fn believed(&self) -> Believed {
        self.condition.worth()
    }

    /// Whether an edge can reach the browser.
    pub(super) fn reach(&self) -> Option<bool> {
        match (
            self.flags.has(Flags::REACHED),
            self.flags.has(Flags::UNREACHED),
        ) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    pub(super) fn set_reach(&mut self, reach: Option<bool>) {
        self.flags.set(Flags::REACHED, reach == Some(true));
        self.flags.set(Flags::UNREACHED, reach == Some(false));
    }

    /// What this run was told of the registration: of a remembered row, nothing.
    pub(super) fn told(&self) -> Believed {
        if self.flags.has(Flags::REMEMBERED) {
            Believed::Unknown
        } else {
            self.believed()
        }
    }

    pub(super) fn flapping(&self) -> bool {
        self.recent > FLAPPING_OVER
    }
}

/// What changed last, in words that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// The device was heard of for the first time.
    Appeared,
    /// An earlier run knew it; the moment is the last one at which that run did.
    Remembered {
        /// What was believed then.
        was: Believed,
    },
    /// Its registration changed.
    Registration {
        /// What was believed.
        from: Condition,
        /// What the organisation says now.
        to: Condition,
        /// Why, where it says.
        reason: Option<&'a Text>,
        /// Whether the stream should have told and did not: the sweep found it.
        missed: bool,
    },
    /// Its codec changed; none is unknown.
    Codec {
        /// The codec before.
        from: Option<&'a Text>,
        /// The codec since.
        to: Option<&'a Text>,
        /// Whether the stream should have told and did not.
        missed: bool,
    },
    /// The feed of its user had a gap: from here on nothing was sure.
    Stale,
    /// A read confirmed the devices of its user again.
    Fresh,
}

fn codec(name: Option<&Text>) -> Cow<'_, str> {
    name.map_or(Cow::Borrowed("unknown"), |name| shown(name.raw()))
}

/// A condition in a word, with the reason where one is told; safe to show.
fn status(condition: Condition, reason: Option<&Text>) -> Cow<'static, str> {
    match reason {
        Some(reason) => Cow::Owned(format!("{}: {reason}", condition.word())),
        None => Cow::Borrowed(condition.word()),
    }
}

impl fmt::Display for What<'_> {
    /// Safe to show, as the LAST CHANGE column has it: `registered -> lost`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written piece by piece: this stands in most rows of a page, and a format string costs more than its words.
        let mut change = |from: &str, to: &str, missed: bool| {
            f.write_str(from)?;
            f.write_str(" -> ")?;
            f.write_str(to)?;
            f.write_str(if missed {
                " (missed by the stream)"
            } else {
                ""
            })
        };
        match self {
            Self::Appeared => f.pad("appeared"),
            Self::Remembered { was } => write!(f, "was {} (last run)", was.word()),
            Self::Registration {
                from,
                to,
                reason,
                missed,
            } => change(from.word(), &status(*to, *reason), *missed),
            Self::Codec { from, to, missed } => change(&codec(*from), &codec(*to), *missed),
            Self::Stale => f.pad("stale: the feed had a gap"),
            Self::Fresh => f.pad("confirmed by a read"),
        }
    }
}

/// One entry of the timeline of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// When it became known.
    pub at: Millis,
    /// What it was.
    pub what: What<'a>,
}

/// A row as it is read.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub(super) table: &'a Registrations,
    pub(super) slot: &'a KeptRow,
    pub(super) owner: &'a Owner,
    pub(super) number: u32,
}

impl<'a> Row<'a> {
    /// The number of the row.
    #[must_use]
    pub fn id(&self) -> super::RowId {
        super::RowId(self.number)
    }

    /// Whose device it is.
    #[must_use]
    pub fn user_id(&self) -> &'a UserId {
        &self.owner.id
    }

    /// The user as people know them; the id when the organisation gave no name.
    #[must_use]
    pub fn user(&self) -> &'a Text {
        if self.owner.name.is_empty() {
            &self.owner.id.0
        } else {
            &self.owner.name
        }
    }

    /// Where the user sits, when known.
    #[must_use]
    pub fn site(&self) -> Option<&'a Text> {
        self.table.users.sites.name(self.owner.site)
    }

    /// Which device, unique within its user.
    #[must_use]
    pub fn device(&self) -> &'a DeviceId {
        &self.slot.device
    }

    /// Whether it stands for a user of whom nothing could be read yet, and for no device.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.slot.condition == Condition::Unknown && self.slot.device.raw() == UNNAMED
    }

    /// The device as people know it; the id where it has no name.
    #[must_use]
    pub fn label(&self) -> &'a Text {
        let named = self.table.labels.get(&self.slot.device);
        named.unwrap_or(&self.slot.device.0)
    }

    /// What the phone may have in common with others; none where nothing of it is told.
    #[must_use]
    pub fn traits(&self) -> Option<&'a PhoneTraits> {
        self.table.traits.get(&self.slot.device)
    }

    /// What the row may claim to be.
    #[must_use]
    pub fn state(&self) -> State {
        self.slot.state()
    }

    /// What was last said, also behind a stale row and behind one that is only remembered.
    #[must_use]
    pub fn believed(&self) -> Believed {
        self.slot.believed()
    }

    /// The same in the words of what it is: `connected`, `on a call`.
    #[must_use]
    pub fn condition(&self) -> Condition {
        self.slot.condition
    }

    /// How it is in words, with the reason where the organisation gives one: `failed: the ICE connection was lost`. Safe to show.
    #[must_use]
    pub fn status(&self) -> Cow<'static, str> {
        status(self.slot.condition, self.reason())
    }

    /// Why it is so, where the organisation says.
    #[must_use]
    pub fn reason(&self) -> Option<&'a Text> {
        self.table.reasons.name(self.table.why(self.number))
    }

    /// The edge that should serve the phone, where it is lost and that is known.
    #[must_use]
    pub fn edge(&self) -> Option<&'a EdgeId> {
        self.table.serving.get(&self.number)
    }

    /// What keeps calls from whose phone it is, as it was last told.
    #[must_use]
    pub fn obstacle(&self) -> Option<&'a Obstacle> {
        self.table.obstacles.get(&self.number)
    }

    /// Whether the organisation says that the phone cannot be rebooted.
    #[must_use]
    pub fn cannot_reboot(&self) -> bool {
        self.slot.flags.has(Flags::FIXED)
    }

    /// Whether an edge can reach the browser; none for other phones, and where no edge says.
    #[must_use]
    pub fn edge_reach(&self) -> Option<bool> {
        self.slot.reach()
    }

    /// The codec shown; none is unknown.
    #[must_use]
    pub fn codec(&self) -> Option<&'a Text> {
        self.table.codecs.name(self.slot.codec)
    }

    /// Since when the registration is what is believed; the first we heard of it at the earliest.
    #[must_use]
    pub fn since(&self) -> Millis {
        self.slot.since.into()
    }

    /// Changes between registered and lost within the last hour.
    #[must_use]
    pub fn flaps(&self) -> u16 {
        self.slot.flaps
    }

    /// More than three changes between registered and lost in five minutes (contract §5).
    #[must_use]
    pub fn flapping(&self) -> bool {
        self.slot.flapping()
    }

    /// The last change of a field, and when; `Appeared` for a row that never changed.
    #[must_use]
    pub fn last_change(&self) -> Change<'a> {
        Change {
            at: self.slot.changed.into(),
            what: self.table.what(self.slot.last),
        }
    }

    /// When a read or a frame last spoke of the device. Moves without touching [`Registrations::generation`].
    #[must_use]
    pub fn checked(&self) -> Millis {
        self.slot.checked.into()
    }

    /// Whether a stream speaks of this device; else it is polled.
    #[must_use]
    pub fn live(&self) -> bool {
        self.slot.flags.has(Flags::LIVE)
    }

    /// Whether an earlier run knew the device and nothing has been said of it since.
    #[must_use]
    pub fn remembered(&self) -> bool {
        self.slot.flags.has(Flags::REMEMBERED)
    }

    /// What keeps the row up, in the word that filters and exports know it by.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match (self.remembered(), self.live()) {
            (true, _) => "remembered",
            (false, true) => "live",
            (false, false) => "polled",
        }
    }

    /// The last frame of this device as it came, cut at 4 KiB; none when it never had one or others pushed it out.
    #[must_use]
    pub fn frame(&self) -> Option<Vec<u8>> {
        let kept = self.slot.flags.has(Flags::FRAME);
        kept.then(|| self.table.frames.newest(self.number))?
    }
}
