//! Keyed hashes: a record on disk tells whether a credential is still the same without telling the credential.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tempfile::NamedTempFile;

/// What stands before a hash: no credential begins so.
const PREFIX: &str = "hmac-sha256:";

/// Bytes of a key.
const LENGTH: usize = 32;

/// Characters by which a hash names its key.
const NAMED: usize = 8;

/// The keys that were read: a hash is compared by the one that it names.
static KEYS: Mutex<Vec<Key>> = Mutex::new(Vec::new());

/// A key, which is made once for a folder and stays in a file beside what it is for, mode 0600.
#[derive(Clone)]
pub struct Key {
    name: String,
    bytes: Zeroizing<[u8; LENGTH]>,
}

impl Key {
    /// Reads the key in this file, or makes one. It waits for the disk.
    ///
    /// # Errors
    /// What the system said, or [`io::ErrorKind::InvalidData`] when there is something else in the file.
    pub fn open(path: &Path) -> io::Result<Self> {
        if !fs::exists(path)? {
            make(path)?;
        }
        let text = Zeroizing::new(fs::read_to_string(path)?);
        let wrong = || {
            let why = "it is no key; without the file, what was kept by it is compared no more";
            io::Error::new(io::ErrorKind::InvalidData, why)
        };
        let bytes = text.trim().as_bytes();
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| wrong())?;
        let mut key = Self {
            name: String::new(),
            bytes: Zeroizing::new(bytes),
        };
        key.name = key.mac("name").chars().take(NAMED).collect();
        let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.iter().all(|known| known.name != key.name) {
            keys.push(key.clone());
        }
        Ok(key)
    }

    /// The hash of a credential, as it is kept; a hash stays itself.
    #[must_use]
    pub fn hash(&self, credential: &str) -> String {
        if is_hash(credential) {
            return credential.to_owned();
        }
        format!("{PREFIX}{}:{}", self.name, self.mac(credential))
    }

    fn mac(&self, text: &str) -> String {
        // A key of any length will do for HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.bytes) else {
            return String::new();
        };
        mac.update(text.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// Makes the file of a key, whole or not at all, and the same for consoles that start at once.
fn make(path: &Path) -> io::Result<()> {
    // Made 0600, as temporary files are.
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    writeln!(file, "{}", uuid::Uuid::new_v4().simple())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

/// Whether this is a hash in place of a credential.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Whether two values are one credential, where either may be a hash of it. A hash whose key is gone is of nothing.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    let (hash, value) = match (is_hash(one), is_hash(other)) {
        (true, false) => (one, other),
        (false, true) => (other, one),
        _ => return one == other,
    };
    let named = hash
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split(':').next());
    let keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    let key = keys.iter().find(|key| Some(key.name.as_str()) == named);
    key.is_some_and(|key| key.hash(value).as_bytes().ct_eq(hash.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_hash_tells_whether_a_credential_is_the_same_and_nothing_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = Key::open(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let hash = key.hash("hunter2");
        assert!(is_hash(&hash) && !hash.contains("hunter2"), "{hash}");
        assert_eq!(Key::open(&path).unwrap().hash("hunter2"), hash);
        assert_eq!(key.hash(&hash), hash);
        assert!(is_same(&hash, "hunter2") && is_same("hunter2", &hash) && is_same(&hash, &hash));
        assert!(!is_same(&hash, "hunter3") && !is_same("hunter2", "hunter3"));
        let other = Key::open(&folder.path().join("other")).unwrap();
        assert_ne!(other.hash("hunter2"), hash);
        fs::write(&path, "short").unwrap();
        assert!(Key::open(&path).is_err());
    }
}
