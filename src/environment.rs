//! The environment, captured once, so that nothing else depends on what the process happens to inherit.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::sync::Arc;

/// Names the configuration file.
pub const CONFIG: &str = "TRUNKLINE_CONFIG";
/// Names the profile.
pub const PROFILE: &str = "TRUNKLINE_PROFILE";
/// Replaces the profile's client id.
pub const CLIENT_ID: &str = "TRUNKLINE_CLIENT_ID";
/// Replaces the profile's client secret.
pub const CLIENT_SECRET: &str = "TRUNKLINE_CLIENT_SECRET";
/// Fills in a client id that nothing else gives.
pub const GENESYS_CLIENT_ID: &str = "GENESYS_CLIENT_ID";
/// Fills in a client secret that nothing else gives.
pub const GENESYS_CLIENT_SECRET: &str = "GENESYS_CLIENT_SECRET";
/// Asks every program for no colour (no-color.org).
pub const NO_COLOR: &str = "NO_COLOR";

/// The variables of the process. `Debug` shows names only: values may be secrets.
#[derive(Clone, Default)]
pub struct Environment(Arc<BTreeMap<OsString, OsString>>);

impl Environment {
    /// What the process inherited; `main` calls this once.
    #[must_use]
    pub fn capture() -> Self {
        Self(Arc::new(std::env::vars_os().collect()))
    }

    /// The value; a variable that is set to nothing counts as unset.
    #[must_use]
    pub fn get(&self, variable: &str) -> Option<&OsStr> {
        let value = self.0.get(OsStr::new(variable))?;
        (!value.is_empty()).then_some(value)
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter();
        Self(Arc::new(
            variables.map(|(k, v)| (k.into(), v.into())).collect(),
        ))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_a_value() {
        let env: Environment = [(CLIENT_SECRET, "canary")].into_iter().collect();
        let shown = format!("{env:?}");
        assert!(shown.contains(CLIENT_SECRET) && !shown.contains("canary"));
    }

    #[test]
    fn set_to_nothing_is_unset() {
        let env: Environment = [(PROFILE, "")].into_iter().collect();
        assert_eq!(env.get(PROFILE), None);
    }
}
