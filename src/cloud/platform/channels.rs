//! Notification channels: made by REST, subscribed by REST, heard by WebSocket.
//!
//! A channel's address is the only credential of its socket, and holds the channel's id: neither is ever shown. What names
//! a channel to a person is the beginning of its id, as [`Channel::name`] gives it.

use std::collections::HashSet;
use std::fmt;

use jiff::Timestamp;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::Platform;
use crate::cloud::call::{Call, Needs};
use crate::cloud::entities::{Faults, id, page};
use crate::cloud::error::Error;
use crate::cloud::settings::is_loopback;
use crate::cloud::{Fault, Socket, Urgency};
use crate::text::{self, Text};
use crate::time::Millis;
use crate::vault;

/// Channels ask for no permission of their own; each topic has its.
const FREELY: &[&str] = &[];

/// Characters of an id by which a person tells channels apart. The rest keeps it a secret.
const NAMED: usize = 6;

/// Topics on one channel at most; one more is answered with 400 `notification.subscription.too.many.subscriptions`.
pub const TOPICS: usize = 1_000;

/// A channel for topics. It lives for a day from its last subscription.
#[derive(Clone, PartialEq, Eq)]
pub struct Channel {
    id: String,
    connect: Url,
    expires: Option<Millis>,
}

impl Channel {
    /// The beginning of its id, and no more: `streami…`.
    #[must_use]
    pub fn name(&self) -> String {
        let begins: String = self.id.chars().take(NAMED).collect();
        text::safe(&begins).into_owned() + "…"
    }

    /// When it ends unless it is subscribed again; none when the organisation does not say.
    #[must_use]
    pub fn expires(&self) -> Option<Millis> {
        self.expires
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({}, {:?})", self.name(), self.expires)
    }
}

/// The channels of everyone who reads with the same OAuth client. Their ids are secrets, and are only compared.
#[derive(Clone, Default)]
pub struct Listed(HashSet<String>);

impl Listed {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn holds(&self, channel: &Channel) -> bool {
        self.0.contains(&channel.id)
    }
}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listed({})", self.0.len())
    }
}

/// A topic that the organisation does not give us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Which.
    pub topic: Text,
    /// Why, and which permissions are missing.
    pub reason: Text,
}

/// What became of a subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscribed {
    /// What was not taken; everything else was.
    pub rejected: Vec<Rejected>,
    /// Entries of the answer that could not be read.
    pub faults: Vec<Fault>,
}

/// How a subscription changes what a channel carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscribe {
    /// To exactly these topics (`PUT`).
    Replace,
    /// By these topics too (`POST`).
    Add,
}

impl Platform<'_> {
    /// Makes a channel (`POST /notifications/channels`). Asked twice, it makes two: the one that is never connected is the first
    /// to be evicted when the organisation's twenty are used up.
    pub async fn make_channel(self) -> Result<Channel, Error> {
        let platform = self;
        let call = platform.call("POST", &["notifications", "channels"], &[], FREELY)?;
        let body = platform.ask(&call, Urgency::Reread).await?;
        made(&body).map_err(|reason| Error::answer(&call, reason))
    }

    /// The channels of all readers of this OAuth client (`GET /notifications/channels?includechannels=oauthclient`), those included
    /// that nobody hears any more.
    pub async fn client_channels(self) -> Result<Listed, Error> {
        let platform = self;
        let query = [("includechannels", "oauthclient")];
        let call = platform.call("GET", &["notifications", "channels"], &query, FREELY)?;
        let body = platform.ask(&call, Urgency::Reread).await?;
        listed(&body, &call).map_err(|reason| Error::answer(&call, reason))
    }

    /// Subscribes a channel to topics, which makes its day begin anew (`PUT` and `POST …/subscriptions`). With `ignoreErrors`
    /// one topic that is refused does not take the others with it.
    pub async fn subscribe(
        self,
        channel: &Channel,
        how: Subscribe,
        topics: impl Iterator<Item = &str>,
    ) -> Result<Subscribed, Error> {
        let platform = self;
        let call = subscription(platform, channel, how, topics)?;
        let body = platform.ask(&call, Urgency::Reread).await?;
        subscribed(&body, &call).map_err(|reason| Error::answer(&call, reason))
    }

    /// Whether a channel still exists (`HEAD /notifications/channels/{id}`).
    pub async fn channel_lives(self, channel: &Channel) -> Result<bool, Error> {
        let platform = self;
        let path = ["notifications", "channels", channel.id.as_str()];
        let call = platform.call("HEAD", &path, &[], FREELY)?;
        let call = veiled(call, channel, "");
        match platform.ask(&call, Urgency::Reread).await {
            Ok(_) => Ok(true),
            Err(error) if error.status() == Some(404) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Opens a channel's socket. It is tried once: when to come back is the feed's to decide. A second socket takes the channel
    /// over from the first.
    pub async fn open_channel(self, channel: &Channel) -> Result<Socket, Error> {
        let call = Call {
            veil: Some(format!("the notification channel {}", channel.name()).into()),
            ..Call::new(
                "WebSocket",
                channel.connect.clone(),
                Needs::Permissions(FREELY),
            )
        };
        self.0.open_bare(&call).await
    }
}

/// The same call, shown without the channel's id.
fn veiled(call: Call, channel: &Channel, rest: &str) -> Call {
    let shown = format!("/api/v2/notifications/channels/{}{rest}", channel.name());
    Call {
        veil: Some(shown.into()),
        ..call
    }
}

fn subscription<'t>(
    platform: Platform<'_>,
    channel: &Channel,
    how: Subscribe,
    topics: impl Iterator<Item = &'t str>,
) -> Result<Call, Error> {
    #[derive(Serialize)]
    struct Topic<'a> {
        id: &'a str,
    }
    let verb = match how {
        Subscribe::Replace => "PUT",
        Subscribe::Add => "POST",
    };
    let path = [
        "notifications",
        "channels",
        channel.id.as_str(),
        "subscriptions",
    ];
    let call = platform.call(verb, &path, &[("ignoreErrors", "true")], FREELY)?;
    let topics: Vec<Topic<'_>> = topics.map(|id| Topic { id }).collect();
    let body =
        serde_json::to_vec(&topics).map_err(|error| Error::not_sendable("the topics", &error))?;
    Ok(Call {
        body: Some(body.into()),
        ..veiled(call, channel, "/subscriptions")
    })
}

/// Reads a channel that was made. What is wrong with it is told without its address.
fn made(body: &[u8]) -> Result<Channel, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Made {
        id: String,
        connect_uri: String,
        expires: Option<String>,
    }
    let made: Made = serde_json::from_slice(body).map_err(|error| match error.classify() {
        // Serde's words quote what they found; here that may be the address.
        serde_json::error::Category::Data => "it is no channel with id and connectUri".to_owned(),
        _ => format!("it is no JSON at column {}", error.column()),
    })?;
    id(made.id.clone(), "id").map_err(|_| "id is none that a URL can carry".to_owned())?;
    let connect: Url = made
        .connect_uri
        .parse()
        .map_err(|_| "connectUri is no URL".to_owned())?;
    match connect.scheme() {
        "wss" => {}
        "ws" if is_loopback(&connect) => {}
        _ => return Err("connectUri is no wss address".to_owned()),
    }
    vault::pass(&made.id);
    vault::pass(connect.as_str());
    let last = connect.path_segments().and_then(Iterator::last);
    vault::pass(last.unwrap_or_default());
    vault::keep_address(&connect);
    Ok(Channel {
        id: made.id,
        connect,
        expires: made.expires.and_then(|text| {
            let at: Timestamp = text.parse().ok()?;
            Some(Millis(at.as_millisecond()))
        }),
    })
}

/// Reads whose channels there are.
fn listed(body: &[u8], call: &dyn fmt::Display) -> Result<Listed, String> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    let page = page(body)?;
    let rows = Faults::new(call).keep(&page.entities, |row: Row| Ok(row.id));
    Ok(Listed(rows.into_iter().collect()))
}

/// Reads which topics were taken. A state that is not known counts as taken: the events show it.
fn subscribed(body: &[u8], call: &dyn fmt::Display) -> Result<Subscribed, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        id: String,
        state: Option<String>,
        rejection_reason: Option<String>,
        missing_permissions: Option<Vec<String>>,
    }
    let page = page(body)?;
    let mut faults = Faults::new(call);
    let rows = faults.keep(&page.entities, |row: Row| {
        if row.state.as_deref() != Some("Rejected") {
            return Ok(None);
        }
        let why = row
            .rejection_reason
            .unwrap_or_else(|| "rejected".to_owned());
        let missing = row.missing_permissions.unwrap_or_default();
        let reason = match missing.as_slice() {
            [] => why,
            missing => format!("{why}; it needs {}", missing.join(" ")),
        };
        Ok(Some(Rejected {
            topic: row.id.into(),
            reason: reason.into(),
        }))
    });
    Ok(Subscribed {
        rejected: rows.into_iter().flatten().collect(),
        faults: faults.told(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: &str = r#"{"id":"streaming-0-s3cret","expires":"2026-06-16T14:03:22.000Z",
        "connectUri":"wss://streaming.mypurecloud.com/channels/streaming-0-s3cret"}"#;

    #[test]
    fn a_channel_shows_the_beginning_of_its_id_and_nothing_else() {
        let channel = made(MADE.as_bytes()).unwrap();
        assert_eq!(channel.name(), "stream…");
        assert!(channel.expires().is_some());
        let call = Call::new("PUT", channel.connect.clone(), Needs::Nothing);
        let call = veiled(call, &channel, "/subscriptions");
        let error = Error::answer(&call, "x".to_owned());
        for shown in [
            format!("{channel:?}"),
            format!("{error:?}"),
            error.to_string(),
        ] {
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        assert!(error.to_string().contains("channels/stream…/subscriptions"));
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_without_being_quoted() {
        for body in [
            r#"{"id":"a","connectUri":"ws://streaming.example/s3cret"}"#,
            r#"{"id":"a","connectUri":"https://streaming.example/s3cret"}"#,
            r#"{"id":"..","connectUri":"wss://streaming.example/s3cret"}"#,
            r#"{"id":"a","connectUri":"s3cret"}"#,
            r#"{"id":1,"connectUri":"wss://x/s3cret"}"#,
            r#"{"id":"a","connectUri":"wss://x/s3cret""#,
        ] {
            let reason = made(body.as_bytes()).unwrap_err();
            assert!(!reason.contains("s3cret"), "{reason}");
        }
        assert!(made(br#"{"id":"a","connectUri":"ws://127.0.0.1:1/x","expires":"never"}"#).is_ok());
    }

    #[test]
    fn the_channels_of_a_client_are_counted_and_compared_and_not_shown() {
        let body = r#"{"entities":[{"id":"streaming-0-s3cret","connectUri":"wss://x/s3cret"},
            {"id":"streaming-1-other"},{"connectUri":"wss://x/y"}]}"#;
        let listed = listed(body.as_bytes(), &"GET x").unwrap();
        let ours = made(MADE.as_bytes()).unwrap();
        assert_eq!((listed.count(), listed.holds(&ours)), (2, true));
        assert_eq!(format!("{listed:?}"), "Listed(2)");
    }

    #[test]
    fn rejected_topics_say_why() {
        let body = r#"{"entities":[
            {"id":"v2.users.u.station","state":"Permitted"},
            {"id":"v2.x","state":"Rejected","rejectionReason":"not permitted","missingPermissions":["a:b:c"]},
            {"id":"v2.y","state":"Rejected"},
            {"id":"v2.z","state":"outdated"},
            {"state":"Rejected"}]}"#;
        let answer = subscribed(body.as_bytes(), &"PUT x").unwrap();
        let rejected: Vec<_> = answer
            .rejected
            .iter()
            .map(|one| (one.topic.raw(), one.reason.raw()))
            .collect();
        assert_eq!(
            rejected,
            [
                ("v2.x", "not permitted; it needs a:b:c"),
                ("v2.y", "rejected")
            ]
        );
        assert_eq!(answer.faults.len(), 1);
    }
}
