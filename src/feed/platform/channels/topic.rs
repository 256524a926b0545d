//! A topic's name, held once and shared: there are thousands, and several tables know each.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::text;

/// The name of a topic, as `v2.telephony.providers.edges.phones.{id}`. Its `Display` is safe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(Arc<str>);

impl Topic {
    /// As the wire spells it.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// What stands between `before` and `after`: the id that the topic is of. None when it is no topic of that shape.
    #[must_use]
    pub fn id(&self, before: &str, after: &str) -> Option<&str> {
        let id = self.0.strip_prefix(before)?.strip_suffix(after)?;
        (!id.is_empty() && !id.contains('.')).then_some(id)
    }
}

impl From<&str> for Topic {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for Topic {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl Borrow<str> for Topic {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&text::safe(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_what_stands_between() {
        let topic = Topic::from("v2.users.u-12.station");
        assert_eq!(topic.id("v2.users.", ".station"), Some("u-12"));
        assert_eq!(topic.id("v2.users.", ""), None, "more than an id");
        assert_eq!(topic.id("v2.users.", ".calls"), None);
        assert_eq!(
            Topic::from("v2.users..station").id("v2.users.", ".station"),
            None
        );
    }
}
