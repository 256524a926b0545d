//! Terminals of jump hosts: without UTF-8, without a cursor, of any size.

use super::UP;
use super::harness::Pty;

/// An escape code, or the whole screen taken.
const ESCAPE: u8 = 0x1b;

#[test]
fn what_has_no_cursor_gets_words_and_no_escape_codes() {
    for (term, word) in [
        ("dumb", "dumb"),
        ("unknown", "unknown"),
        ("", "TERM is not set"),
    ] {
        let mut pty = Pty::spawn_with(&["demo"], &[("TERM", term)]);
        assert_eq!(pty.exit_code(), 2, "TERM={term}");
        pty.wait_for("trunkline get");
        let bytes = pty.bytes();
        assert!(!bytes.contains(&ESCAPE), "TERM={term}");
        assert!(pty.screen().contains(word), "TERM={term}: {}", pty.screen());
        pty.wait_restored();
    }
}

#[test]
fn other_kinds_of_terminal_are_drawn_on() {
    for term in ["linux", "vt100", "screen"] {
        let mut pty = Pty::spawn_with(&["demo", "--users", "2"], &[("TERM", term)]);
        pty.wait_for(UP);
        assert_eq!(pty.quit(), 0);
        pty.wait_restored();
    }
}

#[test]
fn a_locale_without_utf8_is_drawn_in_ascii() {
    for locale in [
        [("LC_ALL", ""), ("LC_CTYPE", ""), ("LANG", "")],
        [
            ("LC_ALL", "C"),
            ("LC_CTYPE", "C.UTF-8"),
            ("LANG", "C.UTF-8"),
        ],
        [
            ("LC_ALL", ""),
            ("LC_CTYPE", "en_US.ISO-8859-1"),
            ("LANG", "C.UTF-8"),
        ],
    ] {
        let mut pty = Pty::spawn_with(&["demo", "--users", "3"], &locale);
        pty.wait_for(r"\* live");
        for key in ["9", "0"] {
            let sent = pty.sent();
            pty.send(key);
            pty.wait_until("an answer to the key", |_, bytes| bytes.len() > sent);
        }
        // An Esc that a key follows at once is read as Alt: the layer has to be gone before.
        for layer in ["?", ":"] {
            for (key, open) in [(layer, true), ("\x1b", false)] {
                pty.send(key);
                pty.wait_until("the layer or its end", |screen, _| {
                    screen.contents().contains("Esc close") == open
                });
            }
        }
        assert_eq!(pty.quit(), 0);
        let odd: Vec<u8> = pty.bytes().into_iter().filter(|b| *b > 0x7e).collect();
        assert!(
            odd.is_empty(),
            "{locale:?}: {}",
            String::from_utf8_lossy(&odd)
        );
    }
}

#[test]
fn a_locale_of_utf8_is_drawn_with_every_glyph() {
    let mut pty = Pty::spawn_with(&["demo", "--users", "3"], &[("LC_ALL", "en_US.UTF-8")]);
    pty.wait_for("● live");
    assert_eq!(pty.quit(), 0);
}

#[test]
fn no_size_breaks_it() {
    let mut pty = Pty::spawn(&["demo", "--users", "3"]);
    pty.wait_for(UP);
    for (rows, cols) in [(1, 1), (500, 2), (2, 500), (3, 10), (14, 59)] {
        let sent = pty.sent();
        pty.resize_oddly(rows, cols);
        pty.wait_until("a frame of that size", |_, bytes| {
            bytes[sent..].windows(4).any(|at| at == b"\x1b[2J")
        });
    }
    pty.resize_oddly(0, 0);
    let sent = pty.sent();
    pty.resize_oddly(24, 80);
    pty.wait_until("the screen again", |screen, bytes| {
        bytes.len() > sent && screen.contents().contains(UP)
    });
    assert_eq!(pty.quit(), 0);
    pty.wait_restored();
}
