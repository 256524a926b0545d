//! What was said over SIP for a conversation: `GET /telephony/siptraces`, which finds the messages of a stretch of time, and
//! `POST /telephony/siptraces/download`, which collects them as a file that is got elsewhere.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use serde_json::value::RawValue;

use super::Platform;
use super::estate::text;
use crate::cloud::concern::Concern;
use crate::cloud::entities::{Faults, lenient, one};
use crate::cloud::{Call, Error, Fault, Needs, Urgency, on_this_machine, wire};
use crate::model::sip::{Captured, Ladder, MOST_BYTES, SipAsk, SipEnd};
use crate::text::Text;
use crate::time::{Millis, plausible};

const SEE: &[&str] = &["telephony:pcap:view"];
const COLLECT: &[&str] = &["telephony:pcap:add"];

/// The largest file that is got, in bytes, and how long that may take.
const MOST_TRACE: usize = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(300);

/// How often it is asked where the file is, and how long after each time: it is collected first.
const ASKED: u32 = 20;
const AGAIN: Duration = Duration::from_millis(1_500);

/// So long before a call and after it messages are looked for, in milliseconds: who records them has a clock of their own.
const AROUND: i64 = 60_000;

/// The longest stretch of time that is searched, in milliseconds: as far back as calls are listed.
const REACH: i64 = 24 * 3_600_000;

impl Platform<'_> {
    /// Reads the ladder of a call, with what of the answer could not be used: one request, and one more where it is not known when the
    /// call began.
    pub async fn sip_ladder(
        self,
        asked: &SipAsk,
        urgency: Urgency,
    ) -> Result<(Ladder, Vec<Fault>), Error> {
        let [from, to] = self.span(asked).await?.map(|at| at.to_string());
        let query = [
            ("conversationId", asked.id.raw()),
            ("dateStart", &from),
            ("dateEnd", &to),
        ];
        let call = self
            .call("GET", &["telephony", "siptraces"], &query, SEE)?
            .spent_on(Concern::Interactions);
        let answer = self.ask(&call, urgency).await?;
        let mut faults = Faults::new(&call);
        let found: Found<'_> = one(&answer).map_err(|reason| Error::answer(&call, reason))?;
        let data = found.data.unwrap_or_default();
        // Whoever says that there are more than they send says so in the count.
        let beyond = found.count.unwrap_or(0).saturating_sub(data.len());
        let captured = faults.keep(&data, |record: HomerRecord| Ok(record.captured()));
        let ladder = Ladder::of(asked.id.clone(), captured, beyond);
        Ok((ladder, faults.told()))
    }

    /// Has the messages of a call collected as a file, and gets it: as a rule a PCAP, for the tools that read those. Where it is
    /// collected it stays for a while, so that asking once more collects another one and changes nothing.
    pub async fn sip_trace(self, asked: &SipAsk, urgency: Urgency) -> Result<Bytes, Error> {
        let [from, to] = self.span(asked).await?.map(|at| at.to_string());
        let wanted = json!({"conversationId": asked.id.raw(), "dateStart": from, "dateEnd": to});
        let path = ["telephony", "siptraces", "download"];
        let call = self
            .question(&path, COLLECT, &wanted)?
            .spent_on(Concern::Interactions);
        let answer = self.ask(&call, urgency).await?;
        let told: Collected = one(&answer).map_err(|reason| Error::answer(&call, reason))?;
        let id = told.download_id.or(told.document_id);
        let id = id.ok_or_else(|| Error::answer(&call, "it names no file".to_owned()))?;
        let place = self.collected(&id, urgency).await?;
        // The address lets in whoever has it: it is shown to nobody, and the token goes nowhere but to the organisation.
        let host = place.host_str().unwrap_or_default();
        let call = Call {
            veil: Some(format!("the collected file at {host}").into()),
            ..Call::new("GET", place.clone(), Needs::Nothing)
        };
        if place.scheme() != "https" && !on_this_machine(&place) {
            let reason = "the file is not offered by https".to_owned();
            return Err(Error::answer(&call, reason));
        }
        let request = self.0.http().await?.get(place);
        let limits = (MOST_TRACE, PATIENCE);
        wire::fetch(&call, request, &self.0.way, limits).await
    }

    /// Where the file is, once it is collected. Until then there is none.
    async fn collected(self, id: &str, urgency: Urgency) -> Result<Url, Error> {
        let path = ["telephony", "siptraces", "download", id];
        let call = self
            .call("GET", &path, &[], SEE)?
            .spent_on(Concern::Interactions);
        let mut asked = 1;
        let answer = loop {
            match self.ask(&call, urgency).await {
                Err(error) if error.status() == Some(404) && asked < ASKED => {
                    asked += 1;
                    tokio::time::sleep(AGAIN).await;
                }
                answer => break answer?,
            }
        };
        let found: SignedUrl = one(&answer).map_err(|reason| Error::answer(&call, reason))?;
        // What serde or a parser says of it could repeat it.
        Url::parse(&found.url).map_err(|_| Error::answer(&call, "url is no address".to_owned()))
    }

    /// When the messages of a call were: one request where it is not known when it began.
    async fn span(self, asked: &SipAsk) -> Result<[Millis; 2], Error> {
        let now = Millis(Timestamp::now().as_millisecond());
        let began = if let Some(began) = asked.began {
            began
        } else {
            let conversation = self.conversation(&asked.id).await?;
            conversation.started.unwrap_or(now.plus(-REACH))
        };
        Ok(span(began, asked.ended, now))
    }
}

/// Under which id the file is collected. The document has both names, and says of neither that it is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Collected {
    #[serde(default, deserialize_with = "lenient")]
    download_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    document_id: Option<String>,
}

#[derive(Deserialize)]
struct SignedUrl {
    url: String,
}

/// From when to when messages of a call are looked for.
fn span(began: Millis, ended: Option<Millis>, now: Millis) -> [Millis; 2] {
    let last = ended.unwrap_or(now).min(began.plus(REACH)).max(began);
    [began.plus(-AROUND), last.plus(AROUND)]
}

#[derive(Deserialize)]
struct Found<'a> {
    #[serde(borrow)]
    data: Option<Vec<&'a RawValue>>,
    #[serde(default, deserialize_with = "lenient")]
    count: Option<usize>,
}

/// The document has every one of them as a string; whoever writes a number means the same.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HomerRecord {
    #[serde(default, deserialize_with = "lenient")]
    date: Option<String>,
    milli_ts: Option<Value>,
    micro_ts: Option<Value>,
    method: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    reply_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    ruri: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    from_user: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    from_domain: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    to_user: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    to_domain: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    callid: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    cseq: Option<String>,
    #[serde(default, rename = "via1Branch", deserialize_with = "lenient")]
    branch: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    source_ip: Option<String>,
    source_port: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    source_alias: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    destination_ip: Option<String>,
    destination_port: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    destination_alias: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    msg: Option<String>,
}

impl HomerRecord {
    fn captured(self) -> Captured {
        let micros = self.micros();
        let mut message = self.msg.unwrap_or_default();
        let whole = message.len();
        let mut end = whole.min(MOST_BYTES);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        message.truncate(end);
        Captured {
            micros,
            source: SipEnd {
                alias: text(self.source_alias),
                address: address(self.source_ip, self.source_port.as_ref()),
            },
            destination: SipEnd {
                alias: text(self.destination_alias),
                address: address(self.destination_ip, self.destination_port.as_ref()),
            },
            method: word(self.method.as_ref()).into(),
            reason: text(self.reply_reason),
            uri: text(self.ruri),
            from: named(self.from_user, self.from_domain),
            to: named(self.to_user, self.to_domain),
            call_id: text(self.callid),
            cseq: text(self.cseq),
            branch: text(self.branch),
            text: message.into(),
            cut: whole - end,
        }
    }

    /// When it was: to the microsecond, where that agrees with what is told less exactly.
    fn micros(&self) -> Option<i64> {
        let number = |value: &Option<Value>| word(value.as_ref()).parse::<i64>().ok();
        let date = self.date.as_deref().and_then(|date| date.parse().ok());
        let date = date.filter(|at: &Timestamp| plausible(*at));
        let date = date.map(Timestamp::as_microsecond);
        let millis = number(&self.milli_ts).and_then(|millis| millis.checked_mul(1_000));
        let rough = millis.filter(|at| is_plausible(*at)).or(date);
        let exact = number(&self.micro_ts).filter(|at| is_plausible(*at));
        match (exact, rough) {
            (Some(exact), Some(rough)) if exact.abs_diff(rough) > 1_000_000 => Some(rough),
            (exact, rough) => exact.or(rough),
        }
    }
}

fn is_plausible(micros: i64) -> bool {
    Timestamp::from_microsecond(micros).is_ok_and(plausible)
}

/// A string, or what a number is written as.
fn word(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(word)) => word.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn address(host: Option<String>, port: Option<&Value>) -> Text {
    let (host, port) = (host.unwrap_or_default(), word(port));
    if host.is_empty() || port.is_empty() || port == "0" {
        return host.into();
    }
    if host.contains(':') {
        return format!("[{host}]:{port}").into();
    }
    format!("{host}:{port}").into()
}

fn named(user: Option<String>, domain: Option<String>) -> Text {
    let (user, domain) = (user.unwrap_or_default(), domain.unwrap_or_default());
    match (user.as_str(), domain.as_str()) {
        (user, "") => user.into(),
        ("", domain) => domain.into(),
        (user, domain) => format!("{user}@{domain}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(body: &str) -> Captured {
        serde_json::from_str::<HomerRecord>(body)
            .unwrap()
            .captured()
    }

    #[test]
    fn a_record_tells_when_between_whom_and_what() {
        let one = captured(
            r#"{"date":"2026-06-15T14:03:22.123Z","milliTs":"1781532202123","microTs":"1781532202123456","method":"INVITE",
            "sourceIp":"192.0.2.1","sourcePort":5061,"sourceAlias":"North","destinationIp":"2001:db8::1","destinationPort":"5060",
            "fromUser":"+49","fromDomain":"north.example","toUser":"x","callid":"c","cseq":"1 INVITE","via1Branch":"z9","msg":"INVITE x SIP/2.0\r\n\r\n"}"#,
        );
        assert_eq!(one.micros, Some(1_781_532_202_123_456));
        assert_eq!(
            (one.source.alias.raw(), one.source.address.raw()),
            ("North", "192.0.2.1:5061")
        );
        assert_eq!(one.destination.address.raw(), "[2001:db8::1]:5060");
        assert_eq!((one.from.raw(), one.to.raw()), ("+49@north.example", "x"));
        assert_eq!(one.cut, 0);
    }

    #[test]
    fn what_cannot_be_used_is_not_told() {
        let at = |body: &str| captured(body).micros;
        assert_eq!(
            at(r#"{"milliTs":1781532202123,"microTs":"123456"}"#),
            Some(1_781_532_202_123_000),
            "the part of a second alone"
        );
        assert_eq!(
            at(r#"{"date":"2026-06-15T14:03:22Z","microTs":"1881532202123456"}"#),
            Some(1_781_532_202_000_000),
            "they disagree"
        );
        assert_eq!(
            at(r#"{"date":"yesterday","milliTs":"-5","method":200}"#),
            None
        );
        let long = format!(r#"{{"msg":"{}é"}}"#, "x".repeat(MOST_BYTES - 1));
        let long = captured(&long);
        assert_eq!((long.text.raw().len(), long.cut), (MOST_BYTES - 1, 2));
        assert!(
            captured(r#"{"msg":7,"sourceIp":[],"destinationPort":{}}"#)
                .text
                .is_empty()
        );
    }

    #[test]
    fn messages_are_looked_for_around_the_call_and_no_longer_than_a_day() {
        let at = |ms| Millis(ms);
        let began = at(10 * REACH);
        let ended = began.plus(5_000);
        assert_eq!(
            span(began, Some(ended), at(20 * REACH)),
            [began.plus(-AROUND), ended.plus(AROUND)]
        );
        assert_eq!(
            span(began, None, at(20 * REACH))[1],
            began.plus(REACH + AROUND)
        );
        assert_eq!(
            span(began, None, began.plus(-1))[1],
            began.plus(AROUND),
            "its clock is ahead of this one"
        );
    }
}
