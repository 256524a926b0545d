//! A write with its host: the one value that review shows, a dry run prints, curl repeats and [`Client::write`] sends.
//!
//! [`Client::write`]: super::Client::write

use std::borrow::Cow;
use std::fmt::Write as _;

use reqwest::Url;

use super::call::{Call, Needs};
use super::error::Error;
use super::platform::{as_person, routes};
use super::wire::USER_AGENT;
use crate::model::write::{MASK, Method, Write, WriteKind};

/// The media type of every body (contract, conventions).
pub(super) const JSON: &str = "application/json";

/// A write and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    write: Write,
    url: Url,
}

impl Request {
    /// Puts a write to an organisation's address; an id that no URL can carry is refused.
    pub fn new(base_url: &Url, write: Write) -> Result<Self, Error> {
        let segments: Vec<&str> = write.path.iter().map(String::as_str).collect();
        let mut url = super::api_url(base_url, &segments)?;
        super::raw::add_query(&mut url, &write.query);
        if write.method == Method::Frame {
            super::to_websocket(&mut url);
        }
        Ok(Self { write, url })
    }

    /// What is to be done.
    #[must_use]
    pub fn write(&self) -> &Write {
        &self.write
    }

    /// Where to.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The headers as they may be shown: the token is masked.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, Cow<'static, str>)> {
        let mut headers = vec![
            ("Authorization", Cow::from(format!("Bearer {MASK}"))),
            ("User-Agent", Cow::from(USER_AGENT)),
        ];
        if self.write.method != Method::Frame && self.write.body.is_some() {
            headers.insert(1, ("Content-Type", Cow::from(JSON)));
        }
        headers
    }

    /// A shell command that does the same, with the token left to the variable `TOKEN` and secrets of the body masked.
    #[must_use]
    pub fn curl(&self) -> String {
        let body = self.write.shown_body();
        let url = quoted(self.url.as_str());
        if self.write.method == Method::Frame {
            let frame = quoted(body.as_deref().unwrap_or_default());
            return format!(
                "printf %s {frame} | websocat -n1 -H \"Authorization: Bearer $TOKEN\" {url}"
            );
        }
        let mut line = format!(
            "curl -X {} -H \"Authorization: Bearer $TOKEN\"",
            self.write.method.word()
        );
        if let Some(body) = body {
            // Writing to a string does not fail.
            let _ = write!(
                line,
                " -H 'Content-Type: {JSON}' --data-raw {}",
                quoted(&body)
            );
        }
        let _ = write!(line, " {url}");
        line
    }

    /// The call as errors name it, with the scopes that it needs. `signed_in` says whether a person has signed in: what they
    /// do to live calls they do by their own name then.
    pub(super) fn call(&self, signed_in: bool) -> Call {
        let call = Call::new(
            self.write.method.word(),
            self.url.clone(),
            needs(&self.write),
        );
        if by_person(&self.write, signed_in) {
            as_person(call)
        } else {
            call
        }
    }
}

/// Whether a write goes out by a person's name; `signed_in` says whether there is one.
pub(super) fn by_person(write: &Write, signed_in: bool) -> bool {
    match write.kind {
        WriteKind::Transfer => signed_in,
        // These take a user: without one they are not sent.
        WriteKind::ConsultStart
        | WriteKind::ConsultSpeak
        | WriteKind::ConsultComplete
        | WriteKind::ConsultCancel => true,
        _ => false,
    }
}

/// A word for a POSIX shell. What holds a NUL cannot be one, and says so when it is tried.
fn quoted(text: &str) -> Cow<'_, str> {
    shlex::try_quote(text).unwrap_or(Cow::Borrowed("'(cannot be written in a shell)'"))
}

fn needs(write: &Write) -> Needs {
    match write.kind {
        _ if !write.permissions.is_empty() => Needs::Permissions(write.permissions),
        WriteKind::Provision => Needs::Provisioning,
        WriteKind::PhoneCreate | WriteKind::PhoneReboot | WriteKind::EdgeReboot => {
            Needs::Permissions(&["telephony:plugin:all"])
        }
        WriteKind::StationAssociate => {
            Needs::Permissions(&["telephony:otherStationAssociation:edit"])
        }
        WriteKind::StationFree => Needs::Permissions(&["telephony:station:disassociate"]),
        // Either will do.
        WriteKind::StationDefault => {
            Needs::Permissions(&["telephony:plugin:all", "telephony:phone:assign"])
        }
        // Whoever typed it knows what it takes; the organisation says it otherwise.
        WriteKind::Raw => Needs::Permissions(&[]),
        WriteKind::JobWebhook | WriteKind::JobWebhookRemove => Needs::JobWebhooks,
        WriteKind::Transfer => Needs::Transferring,
        WriteKind::RouteCreate | WriteKind::RouteUpdate | WriteKind::RouteDelete => {
            routes::permissions(write).map_or(Needs::ChangingRoutes, Needs::Permissions)
        }
        WriteKind::CallbackBook | WriteKind::CallbackReschedule | WriteKind::CallbackCancel => {
            Needs::ChangingCallbacks
        }
        WriteKind::CallbackWebhook | WriteKind::CallbackWebhookRemove => Needs::CallbackWebhooks,
        // They name their permissions themselves, or go elsewhere, without our token.
        WriteKind::PhoneMove
        | WriteKind::PhoneRename
        | WriteKind::PhoneDelete
        | WriteKind::ConversationDisconnect
        | WriteKind::ConsultStart
        | WriteKind::ConsultSpeak
        | WriteKind::ConsultComplete
        | WriteKind::ConsultCancel
        | WriteKind::MediaCallback
        | WriteKind::RouteSync
        | WriteKind::WebhookTrial
        | WriteKind::RouteTrial
        | WriteKind::HandoverTake
        | WriteKind::HandoverPost
        | WriteKind::CallbackUnmask => Needs::Nothing,
    }
}

/// A shell command that reads from an organisation's address, with the token left to the variable `TOKEN`.
///
/// # Errors
/// An id that no URL can carry is refused.
pub fn reading_curl(base_url: &Url, path: &[String]) -> Result<String, Error> {
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    let url = super::api_url(base_url, &segments)?;
    let url = quoted(url.as_str());
    Ok(format!("curl -H \"Authorization: Bearer $TOKEN\" {url}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(write: Write) -> Request {
        let base = Url::parse("https://api.example.com/").unwrap();
        Request::new(&base, write).unwrap()
    }

    fn provision() -> Write {
        let path = [
            "api",
            "v2",
            "async-jobs",
            "telephony",
            "web-rtc",
            "provision",
        ];
        let body = json!({"name": "it's $HOME"});
        Write::json(WriteKind::Provision, Method::Post, &path, "it", &body).unwrap()
    }

    #[test]
    fn curl_repeats_the_request_and_holds_no_token() {
        let line = request(provision()).curl();
        assert!(line.contains(r#""Authorization: Bearer $TOKEN""#), "{line}");
        assert_eq!(
            shlex::split(&line).unwrap(),
            [
                "curl",
                "-X",
                "POST",
                "-H",
                "Authorization: Bearer $TOKEN",
                "-H",
                "Content-Type: application/json",
                "--data-raw",
                r#"{"name":"it's $HOME"}"#,
                "https://api.example.com/api/v2/async-jobs/telephony/web-rtc/provision",
            ]
        );
    }

    #[test]
    fn a_frame_goes_over_a_websocket() {
        let mut frame = Write::bare(WriteKind::Transfer, Method::Frame, &["api", "ws"], "i");
        frame.body = Some("{}".into());
        let request = request(frame);
        assert_eq!(request.url().as_str(), "wss://api.example.com/api/ws");
        assert!(request.curl().contains("websocat"), "{}", request.curl());
    }

    #[test]
    fn an_id_is_one_segment_whatever_is_in_it() {
        let path = ["api", "v2", "callbacks", "a/../b?c"];
        let write = Write::bare(WriteKind::CallbackCancel, Method::Delete, &path, "c");
        assert_eq!(
            request(write).url().path(),
            "/api/v2/callbacks/a%2F..%2Fb%3Fc"
        );
        let dots = Write::bare(
            WriteKind::CallbackCancel,
            Method::Delete,
            &["api", ".."],
            "c",
        );
        let base = Url::parse("https://api.example.com/").unwrap();
        assert!(Request::new(&base, dots).is_err());
    }
}
