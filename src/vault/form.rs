//! How servers repeat a credential: as it is, as a URL, JSON or HTML writes it, and inside base64.

use std::ops::Range;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;

use super::LEAST;

/// A credential shorter than this is looked for as a word of its own alone.
const ANYWHERE: usize = 12;

/// What browsers leave as it is in a part of a URL (`encodeURIComponent`), and RFC 3986 calls unreserved with it.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What RFC 3986 leaves as it is everywhere.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// One way of writing a credential.
pub(super) struct Form {
    text: Zeroizing<String>,
    /// It is a part of something longer in base64, of which nothing may stay.
    base64: bool,
    /// It counts only where it is not a part of a longer word.
    word: bool,
}

impl Form {
    pub(super) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Whether it stands at this byte of a text.
    pub(super) fn is_at(&self, text: &[u8], at: usize) -> bool {
        let end = at + self.text.len();
        let part = |byte: Option<&u8>| byte.is_some_and(|byte| is_of_word(*byte));
        text.get(at..end) == Some(self.bytes())
            && !(self.word && (part(text[..at].last()) || part(text.get(end))))
    }

    /// What is taken out where it stands at this byte.
    pub(super) fn extent(&self, bytes: &[u8], at: usize) -> Range<usize> {
        let end = at + self.text.len();
        if !self.base64 {
            return at..end;
        }
        let of_it = |byte: &&u8| is_of_word(**byte) || b"+/=".contains(byte);
        let before = bytes[..at].iter().rev().take_while(of_it).count();
        let after = bytes[end..].iter().take_while(of_it).count();
        at - before..end + after
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || byte >= 0x80
}

/// Every form of a credential once.
pub(super) fn all(secret: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut add = |text: String, base64: bool| {
        let text = Zeroizing::new(text);
        if text.len() >= LEAST && forms.iter().all(|form| form.text != text) {
            let word = !base64 && text.len() < ANYWHERE;
            forms.push(Form { text, base64, word });
        }
    };
    add(secret.to_owned(), false);
    for set in [NON_ALPHANUMERIC, UNRESERVED, COMPONENT] {
        let encoded = utf8_percent_encode(secret, set).to_string();
        add(lower_hex(&encoded), false);
        add(encoded, false);
    }
    add(
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        false,
    );
    // A string of ours can always be JSON.
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.trim_matches('"').to_owned();
    add(json.replace('/', "\\/"), false);
    add(json, false);
    let html = [
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("\"", "&quot;"),
        ("'", "&#39;"),
    ];
    let html = html
        .iter()
        .fold(secret.to_owned(), |text, (plain, written)| {
            text.replace(plain, written)
        });
    add(html, false);
    for before in 0..3 {
        for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
            add(
                core(&engine.encode(shifted(secret, before)), secret, before),
                true,
            );
        }
    }
    forms
}

/// The credential behind some bytes, as it stands behind a name and a colon in HTTP's Basic.
fn shifted(secret: &str, before: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([&[0; 3][..before], secret.as_bytes()].concat())
}

/// Those characters of base64 that the credential alone decides, whatever stands before and after it.
fn core(encoded: &str, secret: &str, before: usize) -> String {
    let first = (before * 8).div_ceil(6);
    let last = (before + secret.len()) * 8 / 6;
    encoded.get(first..last).unwrap_or_default().to_owned()
}

/// `%2F` as `%2f`.
fn lower_hex(encoded: &str) -> String {
    let mut left = 0;
    let lower = |c: char| {
        if c == '%' {
            left = 2;
            return c;
        }
        if left == 0 {
            return c;
        }
        left -= 1;
        c.to_ascii_lowercase()
    };
    encoded.chars().map(lower).collect()
}
