//! What the browser comes back with: a code, or why there is none.

use std::borrow::Cow;
use std::collections::HashMap;

use reqwest::Url;
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;

use crate::text;
use crate::vault;

/// Characters of a code; what is longer is something else.
const LONGEST: usize = 2_048;

/// Columns of the organisation's words that an error shows.
const SHOWN: usize = 120;

/// An authorization code: good once, for a short while.
#[derive(Debug)]
pub struct Code(pub(super) SecretString);

/// Why there is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The address belongs to another sign-in, or to none.
    #[error("that address is of another sign-in: take the one that this one led to")]
    Foreign,
    /// The organisation, or the person, said no (RFC 6749 §4.1.2.1).
    #[error("the organisation refused the sign-in: {}", text::fit(.0, SHOWN))]
    Refused(String),
    /// There is no code in it.
    #[error("that is no code, nor an address with one: paste the last page's address")]
    Nothing,
    /// Nobody waits for it any more.
    #[error("the sign-in was cancelled")]
    GivenUp,
    /// It took too long.
    #[error("nobody finished the sign-in within ten minutes; start it again with :login")]
    TooLate,
}

/// Reads the query of the address that the browser came back to.
pub(super) fn read(query: &str, state: &str) -> Result<Code, Denied> {
    let pairs: HashMap<Cow<'_, str>, Cow<'_, str>> =
        form_urlencoded::parse(query.as_bytes()).collect();
    let of_this = pairs
        .get("state")
        .is_some_and(|said| said.as_bytes().ct_eq(state.as_bytes()).into());
    match (pairs.get("code"), pairs.get("error")) {
        (None, None) => Err(Denied::Nothing),
        _ if !of_this => Err(Denied::Foreign),
        (Some(code), _) => bare(code),
        (None, Some(error)) => {
            let words = [Some(error), pairs.get("error_description")];
            let words: Vec<&str> = words.into_iter().flatten().map(AsRef::as_ref).collect();
            Err(Denied::Refused(words.join(", ")))
        }
    }
}

/// Reads what a person brings. A bare code has no state that could be compared: the verifier alone binds it to this
/// sign-in.
pub(super) fn pasted(line: &str, state: &str) -> Result<Code, Denied> {
    let line = line.trim();
    if let Ok(url) = Url::parse(line) {
        return read(url.query().unwrap_or_default(), state);
    }
    let query = line.strip_prefix('?').unwrap_or(line);
    if query.contains("code=") || query.contains("error=") {
        return read(query, state);
    }
    bare(line)
}

fn bare(code: &str) -> Result<Code, Denied> {
    let fits = !code.is_empty() && code.len() <= LONGEST;
    if fits && code.bytes().all(|byte| byte.is_ascii_graphic()) {
        vault::pass(code);
        return Ok(Code(SecretString::from(code)));
    }
    Err(Denied::Nothing)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn read(line: &str) -> Result<String, Denied> {
        pasted(line, "s-1").map(|code| code.0.expose_secret().to_owned())
    }

    #[test]
    fn a_code_is_read_alone_or_out_of_the_address() {
        for line in [
            "c-1",
            "  c-1\n",
            "http://127.0.0.1:8085/?code=c-1&state=s-1",
            "http://127.0.0.1:8085/?state=s-1&code=c-1",
            "?code=c-1&state=s-1",
            "code=c-1&state=s-1",
        ] {
            assert_eq!(read(line).as_deref(), Ok("c-1"), "{line}");
        }
    }

    #[test]
    fn an_address_of_another_sign_in_is_refused() {
        for line in [
            "http://127.0.0.1:8085/?code=c-1",
            "http://127.0.0.1:8085/?code=c-1&state=s-2",
            "http://127.0.0.1:8085/?code=c-1&state=s-11",
            "http://127.0.0.1:8085/?error=access_denied&state=",
        ] {
            assert_eq!(read(line), Err(Denied::Foreign), "{line}");
        }
    }

    #[test]
    fn what_is_no_code_is_told_and_never_repeated() {
        for line in [
            "",
            "http://127.0.0.1:8085/",
            "two words",
            "c\u{e9}",
            "\u{1b}[A",
        ] {
            assert_eq!(read(line), Err(Denied::Nothing), "{line:?}");
        }
        assert_eq!(read(&"x".repeat(LONGEST + 1)), Err(Denied::Nothing));
        let refused = read("?error=access_denied&error_description=no+way&state=s-1").unwrap_err();
        assert!(
            refused.to_string().contains("access_denied, no way"),
            "{refused}"
        );
    }
}
