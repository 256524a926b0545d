//! Reads a path of the API that somebody typed, and makes lines of what it answers.

use serde_json::Value;

use crate::app::event::Done;
use crate::cloud::Client;
use crate::model::raw::RawCall;
use crate::text::{self, Text};

/// Lines that are shown: beyond them it is a matter for a file.
const MOST_LINES: usize = 5_000;

/// Reads it once, with the token, the budget and the retries of every read.
pub(super) async fn read(client: &Client, call: &RawCall) -> Done {
    let read = client.raw(call).await;
    let read = read.map(|body| lines(&body, call));
    Done::Raw(
        call.shown(),
        read.map_err(|error| Text::from(error.to_string())),
    )
}

/// JSON so that a person can read it, and anything else as it came; safe to show.
fn lines(body: &[u8], call: &RawCall) -> Vec<String> {
    let whole = match serde_json::from_slice::<Value>(body) {
        Ok(value) => format!("{value:#}"),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let mut lines: Vec<String> = whole
        .lines()
        .take(MOST_LINES)
        .map(|line| text::shown(line).into_owned())
        .collect();
    let more = whole.lines().count().saturating_sub(lines.len());
    if more > 0 {
        let path = call.shown();
        lines.push(format!(
            "… {}: `trunkline api GET {path}` prints all of it",
            text::more_lines(more)
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_lines_that_can_be_shown_and_not_too_many() {
        let call = RawCall::read("GET", "users", &[], None).unwrap();
        let said = lines(br#"{"name":"a\u001b[2J","of":[1]}"#, &call);
        assert_eq!(said[0], "{");
        assert!(!said.concat().contains('\x1b'), "{said:?}");
        assert_eq!(lines(b"no \x1b[2J JSON", &call), [r"no \u{1b}[2J JSON"]);
        assert!(lines(b"", &call).is_empty());
        let many = lines("x\n".repeat(6_000).as_bytes(), &call);
        assert_eq!(many.len(), MOST_LINES + 1);
        let last = many.last().unwrap();
        assert!(last.contains("trunkline api GET /api/v2/users"), "{last}");
    }
}
