//! What a library said, in plain words, for the brackets of a sentence.

use std::error::Error;
use std::io::{self, ErrorKind};

/// What is said of an error whose words are its authors' alone.
const NO_WORDS: &str = "for a reason that only the log of this console tells";

/// Marks of words that were written for programmers.
const STRANGE: [&str; 6] = ["Error", "::", "{", "docs.rs", "(\"", "`"];

/// The innermost cause of an error, in plain words.
#[must_use]
pub fn said(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    loop {
        if let Some(words) = known(deepest) {
            return words.to_owned();
        }
        match below(deepest) {
            Some(link) => deepest = link,
            None => break,
        }
    }
    let text = deepest.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    if text.is_empty() || STRANGE.iter().any(|mark| text.contains(mark)) {
        tracing::debug!(error = %deepest, "an error without plain words");
        return NO_WORDS.to_owned();
    }
    text.to_owned()
}

fn known(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        let whole = error
            .is_incomplete_message()
            .then_some("the other side closed it in the middle of an answer");
        let parsed = error.is_parse().then_some("what came is not HTTP");
        return whole.or(parsed);
    }
    let io = error.downcast_ref::<io::Error>()?;
    if io.get_ref().is_some() {
        return None;
    }
    Some(match io.kind() {
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "the other side broke it off",
        ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::NotConnected => {
            "the other side closed it"
        }
        ErrorKind::HostUnreachable => "there is no route to the host",
        ErrorKind::NetworkUnreachable => "there is no route to that network",
        ErrorKind::TimedOut => "no answer came",
        ErrorKind::NotFound => "it is not there",
        ErrorKind::PermissionDenied => "that is not permitted",
        _ => return None,
    })
}

/// What caused an error. `io::Error::source` skips the very error it wraps, so that is asked for first.
#[must_use]
pub fn below<'a>(link: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(wrapped) = link
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        return Some(wrapped);
    }
    link.source()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_plain_words_and_no_numbers_of_the_system() {
        let reset = io::Error::from_raw_os_error(104);
        assert_eq!(
            said(&io::Error::other(reset)),
            "the other side broke it off"
        );
        let odd = io::Error::from_raw_os_error(24);
        assert_eq!(said(&odd), "Too many open files");
        let strange = io::Error::other("Other(OtherError(CaUsedAsEndEntity))");
        assert_eq!(said(&strange), NO_WORDS);
    }
}
