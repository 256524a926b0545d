//! What the organisation tells of routes: each as it is, what came of its deliveries, and which events there are.

use crate::model::RouteId;
use crate::text::{Text, safe};
use crate::time::Millis;

use serde::Serialize;

use super::{Route, header};
use crate::model::write::{Method, Write, WriteKind};

/// A route of the organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its id.
    pub id: RouteId,
    /// Its body as it is there; it may break rules that came after it.
    pub route: Route,
    /// Whether it is in use, where the organisation says so (beyond the contract).
    pub enabled: Option<bool>,
    /// Its number among the bodies of this route, where the organisation counts them (beyond the contract): a `PUT` that
    /// names it is refused when another one came before it.
    pub version: Option<u64>,
}

/// Where routes are, under the API's address.
pub const PATH: [&str; 4] = ["api", "v2", "outbound", "integrations"];

/// A body with the version that it is to replace.
#[derive(Serialize)]
struct Versioned<'a> {
    #[serde(flatten)]
    route: &'a Route,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
}

impl Route {
    /// The write that makes it a new route.
    #[must_use]
    pub fn create(&self) -> Write {
        self.write(WriteKind::RouteCreate, Method::Post, &PATH, self.json())
    }

    fn write(&self, kind: WriteKind, method: Method, path: &[&str], body: String) -> Write {
        let secrets = self.headers.keys().filter(|name| header::is_secret(name));
        Write {
            body: Some(body),
            secrets: secrets
                .map(|name| format!("/headers/{}", escaped(name)))
                .collect(),
            ..Write::bare(kind, method, path, safe(&self.name))
        }
    }
}

impl Known {
    /// The write that gives it another body.
    #[must_use]
    pub fn update(&self, to: &Route) -> Write {
        let body = Versioned {
            route: to,
            version: self.version,
        };
        // Strings, lists and numbers that came from JSON cannot fail to become JSON.
        let body = serde_json::to_string(&body).unwrap_or_default();
        to.write(WriteKind::RouteUpdate, Method::Put, &self.path(), body)
    }

    /// The write that takes it away.
    #[must_use]
    pub fn delete(&self) -> Write {
        let subject = safe(&self.route.name);
        Write::bare(
            WriteKind::RouteDelete,
            Method::Delete,
            &self.path(),
            subject,
        )
    }

    fn path(&self) -> Vec<&str> {
        PATH.into_iter().chain([self.id.raw()]).collect()
    }
}

/// A name as a part of a JSON pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// How events went to one destination of a route; counts since the organisation began to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The destination.
    pub uri: Text,
    /// Events that it took.
    pub delivered: u64,
    /// Events that were given up on.
    pub failed: u64,
    /// The HTTP status of the last attempt; none when nobody answered, or nothing was sent yet.
    pub last_status: Option<u16>,
    /// When the last attempt was.
    pub last_attempt: Option<Millis>,
}

/// A kind of event that routes can carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
    /// Its name, such as `routing.queue.entered`.
    pub name: Text,
    /// The fields that it has.
    pub fields: Vec<Text>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route() -> Route {
        let body = r#"{"name":"q","uri":"https://h/","eventFilters":[{"eventType":"e"}],"headers":{"X-Token/1":"hunter2","Accept":"*/*"}}"#;
        serde_json::from_str(body).unwrap()
    }

    fn known(version: Option<u64>) -> Known {
        Known {
            id: "i/1".into(),
            route: route(),
            enabled: None,
            version,
        }
    }

    #[test]
    fn a_new_route_is_posted_and_its_secrets_are_masked_where_it_is_shown() {
        let write = route().create();
        assert_eq!((write.method, write.path.len()), (Method::Post, 4));
        assert!(write.body.as_ref().unwrap().contains("hunter2"));
        let shown = write.shown_body().unwrap();
        assert!(
            !shown.contains("hunter2") && shown.contains("*/*"),
            "{shown}"
        );
    }

    #[test]
    fn an_update_names_the_version_that_it_replaces_where_there_are_versions() {
        let body = known(Some(7)).update(&route()).body.unwrap();
        assert!(body.ends_with(r#","version":7}"#), "{body}");
        assert_eq!(known(None).update(&route()).body.unwrap(), route().json());
        assert_eq!(known(None).delete().path[4], "i/1");
    }
}
