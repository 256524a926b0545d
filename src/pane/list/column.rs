//! A column of a list, as data.

use std::cmp::Ordering;

use jiff::tz::TimeZone;

use crate::config::theme::Role;
use crate::model::api::Capabilities;
use crate::time::Millis;
use crate::ui::table::Wish;

/// How moments are written into cells.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The zone that times are shown in.
    pub zone: &'a TimeZone,
    /// The moment it is.
    pub now: Millis,
    /// Whether moments are whole, as in an export, or as short as a screen wants them.
    pub whole: bool,
}

impl Look<'_> {
    /// A moment.
    #[must_use]
    pub fn moment(&self, at: Millis) -> String {
        if self.whole {
            at.to_string()
        } else {
            at.clock(self.zone, self.now)
        }
    }
}

/// One column of a list.
pub struct Column<R: 'static> {
    /// The name in sorts and exports.
    pub name: &'static str,
    /// The heading.
    pub title: &'static str,
    /// The sentence of the choosers.
    pub doc: &'static str,
    /// How wide it wants to be.
    pub wish: Wish,
    /// Whether people want the largest first.
    pub descends: bool,
    /// Whether it shows before anybody has chosen columns.
    pub shown: bool,
    /// Whether an organisation of such an API has anything to put into it.
    pub offered: fn(&Capabilities) -> bool,
    /// What stands in it; safe to show.
    pub cell: fn(&R, &Look<'_>) -> String,
    /// How that looks.
    pub role: fn(&R) -> Role,
    /// The order by it.
    pub order: fn(&R, &R) -> Ordering,
}

impl<R> Column<R> {
    /// A column that is quiet, shown, and wants its smallest first.
    #[must_use]
    pub const fn new(
        name: &'static str,
        title: &'static str,
        doc: &'static str,
        (least, ideal): (u16, u16),
        cell: fn(&R, &Look<'_>) -> String,
        order: fn(&R, &R) -> Ordering,
    ) -> Self {
        Self {
            name,
            title,
            doc,
            wish: Wish {
                least,
                ideal,
                right: false,
            },
            descends: false,
            shown: true,
            offered: |_| true,
            cell,
            role: |_| Role::Dim,
            order,
        }
    }

    /// The same, looking like this.
    #[must_use]
    pub const fn looking(self, role: fn(&R) -> Role) -> Self {
        Self { role, ..self }
    }

    /// The same for numbers and moments: set to the right, the largest first.
    #[must_use]
    pub const fn number(mut self) -> Self {
        self.wish.right = true;
        self.descends = true;
        self
    }

    /// The same, only where the API offers what it shows.
    #[must_use]
    pub const fn where_offered(self, offered: fn(&Capabilities) -> bool) -> Self {
        Self { offered, ..self }
    }

    /// The same, not shown until somebody chooses it.
    #[must_use]
    pub const fn hidden(self) -> Self {
        Self {
            shown: false,
            ..self
        }
    }
}
