//! The vault: every credential in use, so that none of them comes back by another door.
//!
//! Whoever comes to hold a credential keeps it here; every text from outside is scrubbed of all of them where it comes in
//! ([`crate::text::Text`]), in the forms in which servers repeat what they were sent (`form`). One vault serves the
//! process: a text cannot tell which profile it will be shown beside. What is kept is zeroed when it goes, and is in no
//! automaton that would hold copies of it: texts are compared by the first bytes of each form.

mod form;
mod hash;

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock};

use secrecy::zeroize::Zeroizing;
use url::Url;

use self::form::Form;
pub use self::hash::{Key, is_hash, is_same};

/// What stands in for a secret.
pub const MASK: &str = "••••••";

/// Bytes of the shortest credential that is looked for. What is shorter is guessed sooner than read, and would shred words.
pub const LEAST: usize = 8;

/// Credentials that come and go (tokens, codes, channels) and are remembered; the oldest makes room.
const PASSING: usize = 256;

/// Words in the names of what surely is a credential.
const TELLING: [&str; 9] = [
    "auth",
    "cookie",
    "key",
    "pass",
    "secret",
    "sig",
    "token",
    "credential",
    "code",
];

/// Bytes from which a value is taken for a credential whatever its name.
pub const UNLIKE_A_WORD: usize = 16;

static VAULT: LazyLock<RwLock<Vault>> = LazyLock::new(RwLock::default);

/// Bytes of the shortest form kept: what is shorter needs no look.
static SHORTEST: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Keeps a credential that is good for as long as the process runs: a client secret, a password, a token of our own.
pub fn keep(secret: &str) {
    put(secret, false);
}

/// Keeps a credential that others take the place of: an access token, a code, the address of a channel.
pub fn pass(secret: &str) {
    put(secret, true);
}

/// Keeps what in an address may be a credential: its user's password, and its query. A value that could be anybody's word
/// counts together with its name alone.
pub fn keep_address(address: &Url) {
    for pair in address.query().unwrap_or_default().split('&') {
        pass(pair);
    }
    for (name, value) in address.query_pairs() {
        keep_named(&name, &value);
    }
    pass(address.password().unwrap_or_default());
}

/// Keeps the address of a webhook, of which the path often is the key.
pub fn keep_webhook(address: &Url) {
    keep_address(address);
    for segment in address.path_segments().into_iter().flatten() {
        if segment.len() >= UNLIKE_A_WORD && segment.bytes().any(|byte| byte.is_ascii_digit()) {
            pass(segment);
        }
    }
}

/// Keeps a value that goes by a name, of a header or in a query, unless it could be anybody's word.
pub fn keep_named(name: &str, value: &str) {
    let telling = is_telling(name);
    if !telling && value.len() < UNLIKE_A_WORD {
        return;
    }
    pass(value);
    // What stands before a blank is a scheme: `Bearer`.
    if let Some((_, bare)) = value.rsplit_once(' ') {
        pass(bare);
    }
}

/// Whether what goes by that name surely is a credential.
#[must_use]
pub fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TELLING.iter().any(|word| name.contains(word))
}

/// The text without any credential that is kept; borrowed when there was none in it.
#[must_use]
pub fn scrub(text: &str) -> Cow<'_, str> {
    if text.len() < SHORTEST.load(Ordering::Relaxed) {
        return Cow::Borrowed(text);
    }
    match scrub_bytes(text.as_bytes()) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        // What is taken out begins and ends where a character does.
        Cow::Owned(clean) => Cow::Owned(String::from_utf8_lossy(&clean).into_owned()),
    }
}

/// The same of a text that is handed over.
#[must_use]
pub fn cleaned(text: String) -> String {
    let clean = match scrub(&text) {
        Cow::Owned(clean) => Some(clean),
        Cow::Borrowed(_) => None,
    };
    clean.unwrap_or(text)
}

/// The same for bytes that need not be text.
#[must_use]
pub fn scrub_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.len() < SHORTEST.load(Ordering::Relaxed) {
        return Cow::Borrowed(bytes);
    }
    let vault = VAULT.read().unwrap_or_else(PoisonError::into_inner);
    vault.scrub(bytes)
}

fn put(secret: &str, passing: bool) {
    if secret.len() < LEAST {
        return;
    }
    let known = |vault: &Vault| vault.knows(secret, passing);
    if known(&VAULT.read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut vault = VAULT.write().unwrap_or_else(PoisonError::into_inner);
    vault.put(secret, passing);
    SHORTEST.store(vault.shortest, Ordering::Relaxed);
}

/// The first bytes of a form.
type Head = [u8; LEAST];

/// The credentials of one process. It has no `Debug`: nothing shows them.
struct Vault {
    lasting: Vec<Zeroizing<String>>,
    passing: VecDeque<Zeroizing<String>>,
    /// Every form of each, by how it begins.
    forms: HashMap<Head, Vec<Form>>,
    /// Which two bytes any form begins with, a bit each: most places of a text are passed over by this alone.
    begins: Vec<u64>,
    shortest: usize,
}

impl Default for Vault {
    fn default() -> Self {
        Self {
            lasting: Vec::new(),
            passing: VecDeque::new(),
            forms: HashMap::new(),
            begins: vec![0; 1 << 10],
            shortest: usize::MAX,
        }
    }
}

impl Vault {
    /// Whether nothing has to be done: it is kept already, and not about to make room.
    fn knows(&self, secret: &str, passing: bool) -> bool {
        let of = |kept: &Zeroizing<String>| kept.as_str() == secret;
        let newest = self.passing.len().saturating_sub(PASSING / 2);
        self.lasting.iter().any(of) || passing && self.passing.iter().skip(newest).any(of)
    }

    fn put(&mut self, secret: &str, passing: bool) {
        if self.knows(secret, passing) {
            return;
        }
        let kept = Zeroizing::new(secret.to_owned());
        if !passing {
            self.learn(secret);
            self.lasting.push(kept);
            return;
        }
        let older = self.passing.iter().position(|other| *other == kept);
        match older {
            Some(at) => drop(self.passing.remove(at)),
            None => self.learn(secret),
        }
        self.passing.push_back(kept);
        if self.passing.len() > PASSING {
            self.passing.drain(..PASSING / 4);
            self.relearn();
        }
    }

    fn learn(&mut self, secret: &str) {
        for form in form::all(secret) {
            let Some(head) = form.bytes().first_chunk::<LEAST>() else {
                continue;
            };
            self.shortest = self.shortest.min(form.bytes().len());
            let (word, bit) = place(head[0], head[1]);
            self.begins[word] |= bit;
            self.forms.entry(*head).or_default().push(form);
        }
    }

    /// Forgets the forms of what is kept no more.
    fn relearn(&mut self) {
        self.forms.clear();
        self.begins.fill(0);
        self.shortest = usize::MAX;
        let kept: Vec<_> = self.lasting.iter().chain(&self.passing).cloned().collect();
        for secret in kept {
            self.learn(&secret);
        }
    }

    fn scrub<'t>(&self, bytes: &'t [u8]) -> Cow<'t, [u8]> {
        let mut clean = Vec::new();
        let (mut from, mut at) = (0, 0);
        while at + LEAST <= bytes.len() {
            match self.found(bytes, at) {
                Some(found) => {
                    // What was taken over already is not looked at again.
                    let begin = found.start.max(from);
                    clean.extend_from_slice(bytes.get(from..begin).unwrap_or_default());
                    clean.extend_from_slice(MASK.as_bytes());
                    (from, at) = (found.end, found.end);
                }
                None => at += 1,
            }
        }
        if from == 0 {
            return Cow::Borrowed(bytes);
        }
        clean.extend_from_slice(bytes.get(from..).unwrap_or_default());
        Cow::Owned(clean)
    }

    /// The longest credential that begins at this byte, with all of what it stands in.
    fn found(&self, bytes: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
        let head = bytes.get(at..)?.first_chunk::<LEAST>()?;
        let (word, bit) = place(head[0], head[1]);
        if self.begins[word] & bit == 0 {
            return None;
        }
        let here = self.forms.get(head)?.iter();
        let matching = here.filter(|form| form.is_at(bytes, at));
        let longest = matching.max_by_key(|form| form.bytes().len())?;
        Some(longest.extent(bytes, at))
    }
}

fn place(first: u8, second: u8) -> (usize, u64) {
    let pair = usize::from(u16::from_be_bytes([first, second]));
    (pair / 64, 1 << (pair % 64))
}

#[cfg(test)]
mod tests;
