//! The terminal modes that the console turns on, and what undoes them.

use super::Options;

/// Ends whatever sequence a cut-off frame left open (ECMA-48 CAN), and a link that it left open.
pub(super) const CANCEL: &[u8] = b"\x18\x1b]8;;\x1b\\";

/// What turns the console's modes on: alternate screen, bracketed paste, mouse with SGR coordinates, no cursor.
pub(super) fn enter(options: Options) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    if options.alternate {
        out.extend_from_slice(b"\x1b[?1049h");
    }
    out.extend_from_slice(b"\x1b[?2004h");
    if options.mouse {
        out.extend_from_slice(b"\x1b[?1000h\x1b[?1002h\x1b[?1006h");
    }
    out.extend_from_slice(b"\x1b[?25l");
    out
}

/// What puts the terminal back: everything off, also what was never on, since turning it off twice is harmless and a
/// terminal left half-way is not. The alternate screen is left only if it was entered: leaving moves the cursor.
pub(super) fn leave(options: Options) -> Vec<u8> {
    let mut out = Vec::with_capacity(96);
    out.extend_from_slice(b"\x1b[?2026l\x1b[m");
    out.extend_from_slice(b"\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l");
    out.extend_from_slice(b"\x1b[?1004l\x1b[?2004l");
    if options.alternate {
        out.extend_from_slice(b"\x1b[?1049l");
    } else {
        // Below what was drawn, so that the prompt does not overwrite it.
        out.extend_from_slice(b"\x1b[999H\r\n");
    }
    out.extend_from_slice(b"\x1b[?25h");
    out
}
