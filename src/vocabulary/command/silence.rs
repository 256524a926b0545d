//! `silence DURATION [this|FILTER] REASON`.

use jiff::SignedDuration;

use super::{Command, Span};
use crate::time::Millis;

/// The longest silence: what is to be quiet for longer is to be fixed, or not to be watched.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Reads what follows the verb; `sure` when a person has been told how much it covers.
///
/// `#MOMENT` before it is the silence that this one takes the place of, by the moment that it was made.
///
/// A filter is one word with an operator in it, or a group in parentheses; anything else begins the reason, so that
/// `silence 1h power work at Accra` silences everything and says why.
pub(super) fn parse(rest: &str, sure: bool) -> Result<Command, String> {
    const USAGE: &str =
        "silence DURATION [this|FILTER] REASON, for example: silence 30m site:Accra power work";
    let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (instead, rest) = match first.strip_prefix('#').map(str::parse) {
        Some(Ok(from)) => (Some(Millis(from)), after.trim()),
        Some(Err(_)) => return Err(format!("{first:?} names no silence: :silences lists them")),
        None => (None, rest),
    };
    let (length, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let length: SignedDuration = length
        .parse()
        .map_err(|_| format!("{length:?} is no duration: 30m, 2h, 1h30m; {USAGE}"))?;
    if !length.is_positive() || length > LONGEST {
        return Err("a silence lasts more than nothing and at most 30 days".to_owned());
    }
    let (span, reason) = span(rest.trim());
    if reason.is_empty() {
        return Err(format!("a silence needs a reason: {USAGE}"));
    }
    Ok(Command::Silence {
        ms: i64::try_from(length.as_millis()).unwrap_or(i64::MAX),
        span,
        reason: reason.to_owned(),
        instead,
        sure,
    })
}

fn span(rest: &str) -> (Span, &str) {
    let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if word == "this" {
        return (Span::This, after.trim());
    }
    if let Some(end) = group(rest) {
        let (filter, after) = rest.split_at(end);
        return (Span::Matching(filter.to_owned()), after.trim());
    }
    if word.contains([':', '=', '<', '>']) {
        return (Span::Matching(word.to_owned()), after.trim());
    }
    (Span::All, rest)
}

/// Where a group in parentheses that the text begins with ends.
fn group(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (c == ')').then_some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rest: &str) -> (i64, Span, String) {
        match parse(rest, false) {
            Ok(Command::Silence {
                ms, span, reason, ..
            }) => (ms, span, reason),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_silence_has_a_length_a_span_and_a_reason() {
        let matching = |filter: &str| Span::Matching(filter.to_owned());
        assert_eq!(
            read("30m power work"),
            (1_800_000, Span::All, "power work".to_owned())
        );
        assert_eq!(
            read("1h30m this known"),
            (5_400_000, Span::This, "known".to_owned())
        );
        assert_eq!(
            read("2h site:Accra power work"),
            (7_200_000, matching("site:Accra"), "power work".to_owned())
        );
        assert_eq!(
            read("45s (site:Accra (kind:x | kind:y)) power"),
            (
                45_000,
                matching("(site:Accra (kind:x | kind:y))"),
                "power".to_owned()
            )
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        assert!(
            parse("soon because", false)
                .unwrap_err()
                .contains("no duration")
        );
        assert!(parse("30m", false).unwrap_err().contains("needs a reason"));
        assert!(
            parse("30m site:Accra", false)
                .unwrap_err()
                .contains("needs a reason")
        );
        assert!(
            parse("0s why", false)
                .unwrap_err()
                .contains("more than nothing")
        );
        assert!(parse("-5m why", false).is_err() && parse("9999999h why", false).is_err());
    }
}
