//! How the calls of the last hour sound: `POST /analytics/conversations/details/query`, of which `mediaStatsMinConversationMos`,
//! `mediaStatsMinConversationRFactor` and `sessions[].mediaEndpointStats[]` are read.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::Platform;
use super::analytics::{Found, PAGE, Query, interval};
use crate::cloud::concern::Concern;
use crate::cloud::entities::{Faults, id, lenient};
use crate::cloud::{Error, Fault, Urgency};
use crate::model::quality::{Call, CallLeg};
use crate::model::{EdgeId, InteractionId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// How far back.
const REACH: SignedDuration = SignedDuration::from_hours(1);

/// Pages of one reading: whoever has more calls in an hour is told how many are left out, those that began longest ago.
const PAGES: usize = 10;

/// Legs of one call that are taken in.
const LEGS: usize = 64;

/// What one reading brought.
#[derive(Clone, Debug, Default)]
pub struct CallListing {
    /// The calls, the newest first.
    pub calls: Vec<Call>,
    /// Entries that could not be read.
    pub faults: Vec<Fault>,
    /// Calls that there were not enough requests for.
    pub left_out: usize,
    /// Requests beyond the first.
    pub more_requests: u32,
}

impl Platform<'_> {
    /// Reads the calls of the last hour.
    pub async fn call_quality(self, urgency: Urgency) -> Result<CallListing, Error> {
        let interval = interval(REACH, Timestamp::now());
        let mut listing = CallListing::default();
        for number in 1..=PAGES {
            listing.more_requests = u32::try_from(number - 1).unwrap_or(u32::MAX);
            let query = Query::all(interval.clone(), number).of_media("voice");
            let call = self.details(&query)?.spent_on(Concern::Quality);
            let answer = self.ask(&call, urgency).await?;
            let mut faults = Faults::new(&call);
            let found = Found::read(&answer).map_err(|reason| Error::answer(&call, reason))?;
            let calls = faults.keep(&found.conversations, Conversation::told);
            listing.calls.extend(calls);
            listing.faults.extend(faults.told());
            let read = number.saturating_mul(PAGE);
            listing.left_out = found.total_hits.saturating_sub(read);
            if listing.left_out == 0 && (found.total_hits > 0 || found.conversations.len() < PAGE) {
                break;
            }
        }
        Ok(listing)
    }
}

#[derive(Deserialize)]
struct Conversation {
    #[serde(rename = "conversationId")]
    id: String,
    #[serde(rename = "conversationStart")]
    start: Option<Timestamp>,
    #[serde(rename = "conversationEnd")]
    end: Option<Timestamp>,
    #[serde(rename = "mediaStatsMinConversationMos")]
    mos: Option<f64>,
    #[serde(rename = "mediaStatsMinConversationRFactor")]
    r_factor: Option<f64>,
    #[serde(default)]
    participants: Vec<Participant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Participant {
    #[serde(default, deserialize_with = "lenient")]
    purpose: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    user_id: Option<String>,
    #[serde(default)]
    sessions: Vec<Session>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    #[serde(default, deserialize_with = "lenient")]
    media_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    edge_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    address_from: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    address_to: Option<String>,
    #[serde(default)]
    media_endpoint_stats: Vec<Stat>,
}

/// What was measured at one end; a number of the wrong type is an entry that cannot be read, and no milder one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stat {
    #[serde(default)]
    codecs: Vec<String>,
    min_mos: Option<f64>,
    #[serde(rename = "minRFactor")]
    min_r_factor: Option<f64>,
    max_latency_ms: Option<u64>,
    received_packets: Option<u64>,
    discarded_packets: Option<u64>,
    invalid_packets: Option<u64>,
    duplicate_packets: Option<u64>,
    overrun_packets: Option<u64>,
}

impl Conversation {
    fn told(self) -> Result<Call, String> {
        let legs = self.participants.into_iter().flat_map(Participant::legs);
        Ok(Call {
            id: InteractionId(id(self.id, "conversationId")?),
            began: self.start.map(moment),
            ended: self.end.map(moment),
            mos: self.mos.filter(|mos| mos.is_finite()),
            r_factor: self.r_factor.filter(|factor| factor.is_finite()),
            legs: legs.take(LEGS).collect(),
        })
    }
}

impl Participant {
    fn legs(self) -> impl Iterator<Item = CallLeg> {
        let purpose = Text::from(self.purpose.unwrap_or_default());
        let user = self.user_id.and_then(|user| id(user, "userId").ok());
        let voice = |session: &Session| session.media_type.as_deref() == Some("voice");
        let sessions = self.sessions.into_iter().filter(voice);
        sessions.map(move |session| session.leg(purpose.clone(), user.clone().map(UserId)))
    }
}

impl Session {
    fn leg(self, purpose: Text, user: Option<UserId>) -> CallLeg {
        let stats = &self.media_endpoint_stats;
        let lowest = |of: fn(&Stat) -> Option<f64>| {
            let told = stats.iter().filter_map(of).filter(|is| is.is_finite());
            told.min_by(f64::total_cmp)
        };
        let useless = |stat: &Stat| {
            let parts = [
                stat.discarded_packets,
                stat.invalid_packets,
                stat.duplicate_packets,
                stat.overrun_packets,
            ];
            parts.into_iter().flatten().reduce(u64::saturating_add)
        };
        let mut codecs: Vec<Text> = Vec::new();
        for codec in stats.iter().flat_map(|stat| &stat.codecs) {
            let codec = Text::from(codec.trim_start_matches("audio/"));
            if !codecs.contains(&codec) {
                codecs.push(codec);
            }
        }
        let addresses = [self.address_from.as_deref(), self.address_to.as_deref()];
        CallLeg {
            purpose,
            user,
            edge: self
                .edge_id
                .and_then(|edge| id(edge, "edgeId").ok())
                .map(EdgeId),
            host: addresses.into_iter().flatten().find_map(host),
            mos: lowest(|stat| stat.min_mos),
            r_factor: lowest(|stat| stat.min_r_factor),
            latency_ms: stats.iter().filter_map(|stat| stat.max_latency_ms).max(),
            received: stats
                .iter()
                .filter_map(|stat| stat.received_packets)
                .reduce(u64::saturating_add),
            lost: stats.iter().filter_map(useless).reduce(u64::saturating_add),
            codecs,
        }
    }
}

/// The host of a SIP address, with its port (RFC 3261 §19.1.1); none of what is none.
fn host(address: &str) -> Option<Text> {
    let rest = address
        .strip_prefix("sips:")
        .or(address.strip_prefix("sip:"))?;
    let (_, host) = rest.rsplit_once('@')?;
    let host = host.split([';', '?', '>']).next().unwrap_or(host);
    (!host.is_empty()).then(|| host.into())
}

fn moment(at: Timestamp) -> Millis {
    Millis(at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_with_what_was_measured_of_each_leg() {
        let body = r#"{"conversationId":"c-1","conversationStart":"2026-06-15T14:00:00.000Z","mediaStatsMinConversationMos":2.9,
            "participants":[
            {"purpose":"customer","sessions":[{"mediaType":"voice","edgeId":"e-1","addressFrom":"sip:+49301234@sbc.north.example:5061;user=phone",
             "mediaEndpointStats":[{"codecs":["audio/PCMA"],"minMos":2.9,"minRFactor":55.5,"maxLatencyMs":310,"receivedPackets":1000,
             "discardedPackets":40,"overrunPackets":2}]}]},
            {"purpose":"agent","userId":"u-1","sessions":[{"mediaType":"callback"},{"mediaType":"voice","mediaEndpointStats":[]}]}]}"#;
        let call = serde_json::from_str::<Conversation>(body)
            .unwrap()
            .told()
            .unwrap();
        assert_eq!(
            (call.score(), call.rating(), call.latency_ms()),
            (Some(2.9), Some(55.5), Some(310))
        );
        let outside = call.outside().unwrap();
        assert_eq!(outside.host, Some("sbc.north.example:5061".into()));
        assert_eq!((outside.received, outside.lost), (Some(1000), Some(42)));
        assert_eq!(outside.codecs, ["PCMA".into()]);
        assert_eq!(call.users().next(), Some(&"u-1".into()));
        assert_eq!((call.legs.len(), call.ended), (2, None));
    }

    #[test]
    fn only_a_sip_address_has_a_host() {
        assert_eq!(host("tel:+49301234"), None);
        assert_eq!(
            host("sips:a@[2001:db8::1]:5061"),
            Some("[2001:db8::1]:5061".into())
        );
    }
}
