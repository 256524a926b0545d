//! What the maintained views of the registrations sort by, and what stands there.
//!
//! How a column is called and shown is said where registrations are described: [`crate::kind::registrations`].

use super::{Row, What};
use crate::text::Text;
use crate::time::Millis;

/// A column of the registrations table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Column {
    /// What the row may claim to be.
    State,
    /// The user's name.
    User,
    /// The device's name, or its id.
    Device,
    /// How the phone is, in words.
    Status,
    /// The first active codec.
    Codec,
    /// Where the user sits.
    Site,
    /// How long the registration has been what it is.
    Since,
    /// Changes between registered and lost within the last hour.
    Flaps,
    /// What changed last.
    LastChange,
    /// How long ago a read or a frame spoke of the device.
    Checked,
    /// The user's id.
    UserId,
    /// Whether a stream or polling keeps the row up.
    Source,
    /// Whether it keeps coming and going.
    Flapping,
    /// The device's id.
    DeviceId,
    /// What the organisation last said.
    Registered,
    /// Whether an edge can reach the browser.
    EdgeReach,
}

/// What stands in a cell. Remote text stays [`Text`], so that only its safe form can be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// One of our own words.
    Word(&'static str),
    /// Text from outside.
    Text(&'a Text),
    /// A moment; the screen shows its age or its time of day.
    Moment(Millis),
    /// A count.
    Count(u64),
    /// A change; its `Display` is safe to show.
    What(What<'a>),
}

impl Column {
    /// Every column, in the order of the chooser.
    pub const ALL: [Self; 16] = [
        Self::State,
        Self::User,
        Self::Device,
        Self::Status,
        Self::Codec,
        Self::Site,
        Self::Since,
        Self::Flaps,
        Self::LastChange,
        Self::Checked,
        Self::UserId,
        Self::Source,
        Self::Flapping,
        Self::DeviceId,
        Self::Registered,
        Self::EdgeReach,
    ];

    /// The columns shown until someone chooses.
    pub const DEFAULT: [Self; 9] = [
        Self::State,
        Self::User,
        Self::Device,
        Self::Status,
        Self::Codec,
        Self::Site,
        Self::Since,
        Self::Flaps,
        Self::LastChange,
    ];

    /// The direction that people want first: the newest moment, the most flaps, else A to Z and worst state first.
    #[must_use]
    pub const fn descends_first(self) -> bool {
        matches!(
            self,
            Self::Since | Self::Flaps | Self::LastChange | Self::Checked
        )
    }

    /// What stands in this column of a row.
    #[must_use]
    pub fn cell<'a>(self, row: &Row<'a>) -> Cell<'a> {
        let text = |text: Option<&'a Text>| text.map_or(Cell::Word("unknown"), Cell::Text);
        match self {
            Self::State => Cell::Word(row.state().word()),
            Self::User => Cell::Text(row.user()),
            Self::Device => Cell::Text(row.label()),
            Self::Status => Cell::Word(row.condition().word()),
            Self::Codec => text(row.codec()),
            Self::Site => row.site().map_or(Cell::Word(""), Cell::Text),
            Self::Since => Cell::Moment(row.since()),
            Self::Flaps => Cell::Count(row.flaps().into()),
            Self::LastChange => match row.last_change().what {
                What::Appeared => Cell::Word(""),
                what => Cell::What(what),
            },
            Self::Checked => Cell::Moment(row.checked()),
            Self::UserId => Cell::Text(&row.user_id().0),
            Self::Source => Cell::Word(row.source()),
            Self::Flapping => Cell::Word(if row.flapping() { "yes" } else { "no" }),
            Self::DeviceId => Cell::Text(&row.device().0),
            Self::Registered => Cell::Word(row.believed().word()),
            Self::EdgeReach => Cell::Word(match row.edge_reach() {
                Some(true) => "reached",
                Some(false) => "not reached",
                None => "",
            }),
        }
    }
}
