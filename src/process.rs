//! What the process keeps to itself: it leaves no core, no other process of its user may read its memory, and its
//! children do not inherit its credentials.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::environment::{CLIENT_SECRET, GENESYS_CLIENT_SECRET};
use crate::vault;

/// Variables that a configuration names as the place of a credential.
static NAMED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Makes sure that no memory of the process gets to a file or to a debugger; called before any credential is read. A
/// system that does not allow it changes nothing else.
pub fn harden() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Memory comes in small pages. The allocator asks for large ones, of which a process of this size fills a half: 30 MiB that
/// nothing is in. Called before there are threads; children keep it.
pub fn small_pages() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_thp_disable(true);
}

/// Notes that a variable holds a credential, whether it is read or not.
pub fn holds_credential(variable: &str) {
    let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
    named.insert(variable.to_owned());
}

/// Whether a hangup was set to be ignored by whoever started the process; not known away from Linux.
pub(crate) fn hangup_is_ignored() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

/// Reads the mask of ignored signals out of proc(5) `status`; a hangup is its lowest bit.
fn ignores_hangup(status: &str) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

/// The variables of the process that a child does not get: those that a configuration names as the place of a
/// credential, and those in which one is found.
#[must_use]
pub fn kept_from_children() -> Vec<OsString> {
    let named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
    let known =
        |name: &str| [CLIENT_SECRET, GENESYS_CLIENT_SECRET].contains(&name) || named.contains(name);
    let kept = std::env::vars_os().filter(|(name, value)| {
        // A helper that fetches a secret may need the way out with its own login.
        let way_out = name
            .to_str()
            .is_some_and(|name| name.to_ascii_lowercase().ends_with("_proxy"));
        name.to_str().is_some_and(known)
            || !way_out
                && matches!(
                    vault::scrub_bytes(value.as_encoded_bytes()),
                    std::borrow::Cow::Owned(_)
                )
    });
    kept.map(|(name, _)| name).collect()
}

/// Has a child do without them.
pub fn without_credentials(child: &mut Command) -> &mut Command {
    for variable in kept_from_children() {
        child.env_remove(variable);
    }
    child
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_hangup_is_read_from_the_mask() {
        assert!(ignores_hangup("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigIgn:\t0000000000001000\nSigCgt:\t1\n"));
        assert!(!ignores_hangup("SigIgn:\tnonsense"));
        assert!(!ignores_hangup(""));
    }

    #[test]
    fn a_child_does_not_inherit_what_holds_a_credential() {
        // PATH is there wherever tests run.
        let path = std::env::var("PATH").unwrap();
        let mut child = Command::new("env");
        let all = child.output().unwrap();
        assert!(String::from_utf8_lossy(&all.stdout).contains(&path));
        holds_credential("CARGO_MANIFEST_DIR");
        let mut child = Command::new("env");
        let less = without_credentials(&mut child).output().unwrap();
        let less = String::from_utf8_lossy(&less.stdout);
        assert!(
            less.contains(&path) && !less.contains("CARGO_MANIFEST_DIR="),
            "{less}"
        );
    }
}
