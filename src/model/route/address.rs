//! Addresses that events go to: what of one may be shown. Its query and its user often are the key to it.

use std::borrow::Cow;

use url::Url;

use crate::vault::{self, MASK};

/// The name by which the user of an address goes.
const USER: &str = "authorization";

/// The address as it may be shown: its user and the values of its query masked, but for short ones whose name says nothing
/// of a credential; the rest as it was written.
#[must_use]
pub fn shown(address: &str) -> Cow<'_, str> {
    if !address.contains(['?', '@']) {
        return Cow::Borrowed(address);
    }
    Cow::Owned(with(address, |name, value| {
        if value.len() < vault::UNLIKE_A_WORD && !vault::is_telling(name) {
            return value.to_owned();
        }
        MASK.to_owned()
    }))
}

/// The address with what each value of its query, and its user, becomes.
fn with(address: &str, mut each: impl FnMut(&str, &str) -> String) -> String {
    let (place, query) = match address.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (address, None),
    };
    let mut changed = match user(place) {
        Some(user) => place.replacen(user, &each(USER, user), 1),
        None => place.to_owned(),
    };
    for (n, pair) in query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .enumerate()
    {
        changed.push(if n == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() => {
                changed.push_str(name);
                changed.push('=');
                changed.push_str(&each(name, value));
            }
            _ => changed.push_str(pair),
        }
    }
    changed
}

/// The address as a record keeps it: hashes in place of what may not be shown.
#[must_use]
pub fn hashed(address: &str, key: &vault::Key) -> String {
    with(address, |_, value| key.hash(value))
}

/// Whether it is as a record keeps it, so that nothing can be sent there.
#[must_use]
pub fn is_hashed(address: &str) -> bool {
    let mut hashed = false;
    with(address, |_, value| {
        hashed |= vault::is_hash(value);
        String::new()
    });
    hashed
}

/// Whether two addresses are one, where either may be as a record keeps it.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    fn parts(address: &str) -> (String, Vec<String>) {
        let mut values = Vec::new();
        let rest = with(address, |_, value| {
            values.push(value.to_owned());
            String::new()
        });
        (rest, values)
    }
    if one == other {
        return true;
    }
    let ((place, values), (place_too, others)) = (parts(one), parts(other));
    let pairs = || values.iter().zip(&others);
    place == place_too && values.len() == others.len() && pairs().all(|(a, b)| vault::is_same(a, b))
}

/// What stands before the `@` of an address.
fn user(place: &str) -> Option<&str> {
    let authority = place.split_once("://")?.1.split('/').next()?;
    authority.rsplit_once('@').map(|(user, _)| user)
}

/// Has what in the address is a credential scrubbed wherever it comes back.
pub fn keep(address: &str) {
    if let Ok(address) = Url::parse(address) {
        vault::keep_address(&address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_an_address_is_the_same_address_and_tells_nothing_of_its_query() {
        let folder = tempfile::tempdir().unwrap();
        let key = vault::Key::open(&folder.path().join("key")).unwrap();
        let kept = hashed("https://h/in?key=hunter2&flag", &key);
        assert!(
            !kept.contains("hunter2") && kept.ends_with("&flag"),
            "{kept}"
        );
        assert_eq!(hashed(&kept, &key), kept);
        assert!(same(&kept, "https://h/in?key=hunter2&flag"));
        for other in [
            "https://h/in?key=hunter3&flag",
            "https://h/in?key=hunter2",
            "https://h/",
        ] {
            assert!(!same(&kept, other), "{other}");
        }
        assert_eq!(shown(&kept), shown("https://h/in?key=hunter2&flag"));
    }

    #[test]
    fn the_values_of_a_query_and_the_user_are_masked_and_nothing_else() {
        for plain in [
            "https://h/in",
            "https://h/a@b",
            "h",
            "",
            "https://h/?",
            "https://h/?flag",
        ] {
            assert_eq!(shown(plain), plain);
        }
        assert_eq!(
            shown("https://h/in?key=hunter2&flag&b=longer-than-a-word&n=short"),
            format!("https://h/in?key={MASK}&flag&b={MASK}&n=short")
        );
        assert_eq!(
            shown("https://me:hunter2@h/in"),
            format!("https://{MASK}@h/in")
        );
    }
}
