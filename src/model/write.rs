//! A write as data: what review shows, what a dry run prints, what is copied as curl and what is sent are one value.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $action:literal;)+) => {
        /// What a write does. Retries (contract §2), the circuit breaker and the audit go by it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum WriteKind { $($(#[doc = $doc])+ $variant,)+ }

        impl WriteKind {
            /// The audit's word for it (contract §11).
            #[must_use]
            pub const fn action(self) -> &'static str {
                match self { $(Self::$variant => $action,)+ }
            }
        }
    };
}

kinds! {
    /// A WebRTC endpoint (contract §7).
    Provision = "provision";
    /// Events of asynchronous jobs, to be delivered to us (contract §7).
    JobWebhook = "webhook.jobs";
    /// The same to be delivered no more.
    JobWebhookRemove = "webhook.jobs.remove";
    /// A delivery that only tries whether a receiver takes it: it goes there from here.
    WebhookTrial = "webhook.test";
    /// A person's WebRTC phone (Platform API).
    PhoneCreate = "phone.create";
    /// A phone that is to start anew (Platform API).
    PhoneReboot = "phone.reboot";
    /// A phone at another site (Platform API).
    PhoneMove = "phone.move";
    /// A phone by another name (Platform API).
    PhoneRename = "phone.rename";
    /// A phone to be gone (Platform API).
    PhoneDelete = "phone.delete";
    /// A conversation that hangs, to be over (Platform API).
    ConversationDisconnect = "conversation.disconnect";
    /// An edge that is to start anew (Platform API).
    EdgeReboot = "edge.reboot";
    /// A user at a station (Platform API).
    StationAssociate = "station.associate";
    /// A station without its user (Platform API).
    StationFree = "station.free";
    /// A user's station by default (Platform API).
    StationDefault = "station.default";
    /// A transfer of an interaction (contract §8).
    Transfer = "transfer";
    /// A call is announced to its destination (Platform API).
    ConsultStart = "consult.start";
    /// Others speak to each other while it is announced.
    ConsultSpeak = "consult.speak-to";
    /// The destination takes an announced call.
    ConsultComplete = "consult.complete";
    /// The destination does not take it.
    ConsultCancel = "consult.cancel";
    /// What the media server is told after a transfer (contract §8).
    MediaCallback = "transfer.media-callback";
    /// A new event route (contract §9).
    RouteCreate = "route.create";
    /// An event route with another body (contract §9).
    RouteUpdate = "route.update";
    /// An event route to be gone (contract §9).
    RouteDelete = "route.delete";
    /// An event that is none, to the destinations of a route: it goes there from here.
    RouteTrial = "route.test";
    /// What the profile's webhook is told after a deployment (contract §9).
    RouteSync = "route.sync";
    /// A callback reservation (contract §10).
    CallbackBook = "callback.book";
    /// A reservation at another time (contract §10).
    CallbackReschedule = "callback.reschedule";
    /// A reservation to be gone (contract §10).
    CallbackCancel = "callback.cancel";
    /// Changes of reservations, to be delivered to us (contract §10).
    CallbackWebhook = "webhook.callbacks";
    /// The same to be delivered no more.
    CallbackWebhookRemove = "webhook.callbacks.remove";
    /// Whole numbers of callers on the screen: sent nowhere, and on record all the same (contract §11).
    CallbackUnmask = "callback.unmask";
    /// Somebody takes over from somebody: sent nowhere, and on record all the same.
    HandoverTake = "handover.take";
    /// A hand-over goes to where the profile says.
    HandoverPost = "handover.post";
    /// Any call, as somebody typed it.
    Raw = "api";
}

/// How a write travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// HTTP POST.
    Post,
    /// HTTP PUT.
    Put,
    /// HTTP PATCH.
    Patch,
    /// HTTP DELETE.
    Delete,
    /// One text frame over a WebSocket.
    Frame,
}

impl Method {
    /// As requests and the audit spell it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Frame => "FRAME",
        }
    }
}

/// One write, before it has a host and a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// What it does.
    pub kind: WriteKind,
    /// What it is done to, as people call it; safe to show and without secrets: `production-webrtc-edge-01`.
    pub subject: String,
    /// How it travels.
    pub method: Method,
    /// Where to: segments under the API's address, not yet encoded.
    pub path: Vec<String>,
    /// Parameters, in order, not yet encoded.
    pub query: Vec<(String, String)>,
    /// The very bytes of the body; JSON.
    pub body: Option<String>,
    /// Where in the body secrets are, as JSON pointers (RFC 6901): masked wherever the body is shown or copied.
    pub secrets: Vec<String>,
    /// Where in the body addresses are whose query may be a secret, as JSON pointers: the rest of them is shown.
    pub addresses: Vec<String>,
    /// The permissions that a refusal names, where the API has permissions (Platform API); else the scopes of its kind count.
    pub permissions: &'static [&'static str],
    /// What else the audit is to say of it; never a secret, a token or a full telephone number.
    pub note: BTreeMap<&'static str, Value>,
}

use super::route::address;
use crate::vault;
pub use crate::vault::MASK;

impl Write {
    /// A write with the JSON of `body`.
    ///
    /// Fields keep the order of the struct that they come from: the wire's own order reads best in a review.
    pub fn json(
        kind: WriteKind,
        method: Method,
        path: &[&str],
        subject: impl Into<String>,
        body: &impl Serialize,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            body: Some(serde_json::to_string(body)?),
            ..Self::bare(kind, method, path, subject)
        })
    }

    /// A write without a body.
    pub fn bare(
        kind: WriteKind,
        method: Method,
        path: &[&str],
        subject: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            subject: subject.into(),
            method,
            path: path.iter().map(|&segment| segment.to_owned()).collect(),
            query: Vec::new(),
            body: None,
            secrets: Vec::new(),
            addresses: Vec::new(),
            permissions: &[],
            note: BTreeMap::new(),
        }
    }

    /// Where a write goes that is none of the organisation's: it carries no token. What may be shown of the address.
    #[must_use]
    pub fn outside(&self) -> Option<&str> {
        let to = self.note.get("to")?.as_str()?;
        self.path.is_empty().then_some(to)
    }

    /// The body as it may be shown: secrets masked, otherwise what is sent.
    #[must_use]
    pub fn shown_body(&self) -> Option<String> {
        let body = self.body.as_deref()?;
        if self.secrets.is_empty() && self.addresses.is_empty() {
            return Some(vault::scrub(body).into_owned());
        }
        // A body that cannot be taken apart cannot be masked; better none of it than all of it.
        let mut value: Value = match serde_json::from_str(body) {
            Ok(value) => value,
            Err(_) => return Some(MASK.to_owned()),
        };
        for secret in &self.secrets {
            if let Some(at) = value.pointer_mut(secret) {
                *at = Value::from(MASK);
            }
        }
        for address in &self.addresses {
            if let Some(at) = value.pointer_mut(address)
                && let Some(written) = at.as_str()
            {
                *at = Value::from(address::shown(written));
            }
        }
        Some(vault::scrub(&value.to_string()).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_masked_where_a_body_is_shown_and_nowhere_else() {
        let body = json!({"name": "a", "headers": {"X-Key": "hunter2"}});
        let path = ["api", "v2", "outbound", "integrations"];
        let mut write =
            Write::json(WriteKind::RouteCreate, Method::Post, &path, "a", &body).unwrap();
        write.secrets.push("/headers/X-Key".to_owned());
        let shown = write.shown_body().unwrap();
        assert!(
            !shown.contains("hunter2") && shown.contains(MASK),
            "{shown}"
        );
        assert!(write.body.unwrap().contains("hunter2"));
    }

    #[test]
    fn a_body_that_cannot_be_taken_apart_is_not_shown() {
        let mut write = Write::bare(WriteKind::RouteCreate, Method::Post, &[], "a");
        write.body = Some("{hunter2".to_owned());
        write.secrets.push("/x".to_owned());
        assert_eq!(write.shown_body().unwrap(), MASK);
    }
}
