//! Queues that callbacks are booked on: their hours, their zone and their room (contract §10).

pub mod load;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::hours::Calendar;
use super::{QueueId, zone};
use crate::text::Text;

/// One queue as a read describes it. What the organisation does not say is not known, never zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Names it in every answer.
    pub id: QueueId,
    /// As people know it; empty when the organisation gave none.
    pub name: Text,
    /// Its zone as the organisation spells it.
    pub zone_name: Text,
    /// When it is open; none when the organisation gives no hours, or a zone that nobody here knows.
    #[serde(skip)]
    pub calendar: Option<Calendar>,
    /// Callbacks that it takes at most.
    pub most: Option<u32>,
    /// Callbacks that are booked now.
    pub booked: Option<u32>,
    /// How it calls back, in the organisation's word: `AgentFirst`, `CustomerFirst`; none when it does not say.
    pub mode: Option<Text>,
    /// What of it could not be read; it is shown, because what cannot be checked is not checked.
    pub faults: Vec<Text>,
}

/// How much a queue can still take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Booked now.
    pub booked: u32,
    /// What it takes at most.
    pub most: u32,
}

impl Room {
    /// Callbacks that still fit.
    #[must_use]
    pub fn left(self) -> u32 {
        self.most.saturating_sub(self.booked)
    }
}

impl std::fmt::Display for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.left() {
            0 => write!(
                f,
                "full: {} of {} callbacks are booked",
                self.booked, self.most
            ),
            _ => write!(f, "{}/{} booked", self.booked, self.most),
        }
    }
}

impl Queue {
    /// The name, or the id when there is none.
    #[must_use]
    pub fn label(&self) -> &Text {
        if self.name.is_empty() {
            &self.id.0
        } else {
            &self.name
        }
    }

    /// The zone of its wall clock; none when it is not known here.
    #[must_use]
    pub fn zone(&self) -> Option<TimeZone> {
        let told = self.calendar.as_ref().map(|calendar| calendar.zone.clone());
        told.or_else(|| zone::named(self.zone_name.raw()).ok())
    }

    /// Why no time can be meant by its clock; none where one can. A guess would call at the wrong hour.
    #[must_use]
    pub fn clock_unknown(&self) -> Option<String> {
        let why = zone::named(self.zone_name.raw()).err();
        let why = why.filter(|_| self.zone().is_none())?;
        Some(format!(
            "the clock of queue {} is not known ({why}); write the time with an offset, such as +02:00",
            self.label().fit(40)
        ))
    }

    /// The clock to show its times by: its own, or UTC where that is not known.
    #[must_use]
    pub fn clock(&self) -> TimeZone {
        self.zone().unwrap_or(TimeZone::UTC)
    }

    /// Its room; none when the organisation does not say.
    #[must_use]
    pub fn room(&self) -> Option<Room> {
        Some(Room {
            booked: self.booked?,
            most: self.most?,
        })
    }
}
