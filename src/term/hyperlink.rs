//! Text on the screen that leads to a page: OSC 8.
//!
//! Terminals that know it open the page on a click, on the machine where the terminal is and not on the jump host; all
//! others swallow the sequence, but for the console of Linux, which gets none.

use ratatui::layout::{Position, Rect};

/// The longest address that terminals take (VTE and iTerm2 stop at 2,083 bytes).
const LONGEST: usize = 2_083;

/// Ends a link.
pub(super) const END: &[u8] = b"\x1b]8;;\x1b\\";

/// A part of the screen, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hyperlink {
    area: Rect,
    to: String,
}

impl Hyperlink {
    /// A link; none where the address could end the sequence that it stands in, or is too long to be taken.
    #[must_use]
    pub fn new(area: Rect, to: String) -> Option<Self> {
        let fits = to.len() <= LONGEST && to.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then_some(Self { area, to })
    }

    /// Where it is on the screen.
    #[must_use]
    pub const fn area(&self) -> Rect {
        self.area
    }

    /// The address.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    pub(super) fn is_at(&self, at: Position) -> bool {
        self.area.contains(at)
    }

    /// What begins it.
    pub(super) fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\x1b]8;;");
        out.extend_from_slice(self.to.as_bytes());
        out.extend_from_slice(b"\x1b\\");
    }
}

/// Whether the terminal of that name (`TERM`) prints the sequence in place of swallowing it.
#[must_use]
pub fn is_printed(term: Option<&std::ffi::OsStr>) -> bool {
    term.is_some_and(|term| term.to_string_lossy().starts_with("linux"))
}
