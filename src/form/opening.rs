//! How forms are opened: now, out of a draft, out of what was sent.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which form is to be filled in, and what about: enough to open it, now or out of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The name of its spec.
    pub form: String,
    /// Ids of what it is about: the route that is changed, the interactions that are transferred. Often none.
    #[serde(default)]
    pub about: Vec<String>,
    /// What is filled in already; none begins with what the feature suggests.
    #[serde(default)]
    pub body: Option<Value>,
}

impl Opening {
    /// A form that begins with what its feature suggests.
    pub fn new(form: impl Into<String>) -> Self {
        Self {
            form: form.into(),
            ..Self::default()
        }
    }
}
