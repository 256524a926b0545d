//! A SIP ladder as text, for a terminal or a ticket, and as JSON.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::model::sip::{Ladder, SipMessage};
use crate::text::lanes::Lanes;
use crate::text::safe;
use crate::time::Millis;

/// Columns from one party to the next.
const EACH: usize = 28;

/// Parties that have a lane of their own; of more, each message names its two.
const MOST_LANES: usize = 6;

/// Said where nothing is known.
pub const NOTHING: &str = "no SIP messages are known of this call";

/// The ladder for people: arrows, and below them, where they are wanted, the messages.
#[must_use]
pub fn text(ladder: &Ladder, read: Millis, zone: &TimeZone, messages: bool) -> String {
    let mut out = format!("SIP ladder: {}\n", safe(&ladder.title()));
    // Writing to a string does not fail.
    let _ = writeln!(out, "conversation {}", ladder.id);
    let moment = read.timestamp().to_zoned(zone.clone());
    let moment = moment.strftime("%Y-%m-%d %H:%M:%S %Z");
    if ladder.messages.is_empty() {
        let _ = writeln!(out, "{NOTHING} (read {moment})");
        return out;
    }
    let day = ladder.messages.first().and_then(SipMessage::at);
    let day = day.map(|at| at.timestamp().to_zoned(zone.clone()));
    let day = day.map_or_else(String::new, |at| {
        format!(" of {}", at.strftime("%Y-%m-%d, %Z"))
    });
    let _ = writeln!(out, "{}{day}; read {moment}\n", ladder.figures());
    let count = ladder.parties.len();
    let lanes = Lanes::within(count, count * EACH).filter(|_| count <= MOST_LANES);
    if let Some(lanes) = lanes {
        let names = || ladder.parties.iter().map(|party| party.name.raw());
        let addresses = ladder.parties.iter().map(|party| party.address.raw());
        for row in [lanes.heads(names()), lanes.heads(addresses)] {
            let row = format!("{:14}{row}", "");
            let _ = writeln!(out, "{}", row.trim_end());
        }
    }
    for message in &ladder.messages {
        let _ = write!(out, "{}  ", message.clock(zone));
        let label = message.label();
        if let Some(lanes) = lanes {
            let again = message.resent.is_some();
            let row = lanes.row((message.from, message.to), &label, again);
            let _ = write!(out, "{}{}{}", row.before, row.arrow, row.after);
        } else {
            let [from, to] = ladder.ends(message).map(safe);
            let _ = write!(out, "{from} → {to}: {}", safe(&label));
        }
        let again = message.resent.map(|again| format!("  {}", again.words()));
        let _ = writeln!(out, "{}", again.unwrap_or_default());
    }
    for (n, message) in ladder.messages.iter().enumerate().filter(|_| messages) {
        let [from, to] = ladder.ends(message).map(safe);
        let _ = writeln!(out, "\n{}  {}  {from} → {to}", n + 1, message.clock(zone));
        out.push_str(&said(message));
    }
    out
}

/// A message as it was recorded, line by line; safe to show.
#[must_use]
pub fn said(message: &SipMessage) -> String {
    let mut out = String::new();
    for line in message.text.raw().lines() {
        out.push_str(&safe(line));
        out.push('\n');
    }
    if message.text.is_empty() {
        out = format!(
            "{}\nthe message itself is not kept\n",
            safe(&message.first.line())
        );
    }
    if message.cut > 0 {
        // Writing to a string does not fail.
        let _ = writeln!(out, "… ({} more bytes)", message.cut);
    }
    out
}

/// The ladder for programs; the messages are in it where they are wanted.
#[must_use]
pub fn json(ladder: &Ladder, read: Millis, messages: bool) -> Value {
    let parties = ladder.parties.iter();
    let parties = parties.map(|party| json!({"name": party.name, "address": party.address}));
    let said = ladder.messages.iter().map(|message| {
        let [from, to] = ladder.ends(message);
        let media = message.media.iter().map(
            |medium| json!({"kind": medium.kind, "address": medium.address, "codecs": medium.codecs}),
        );
        let mut one = json!({
            "at": message.at().map(|at| at.to_string()),
            "micros": message.micros,
            "from": from,
            "to": to,
            "first": message.first.line(),
            "status": message.first.status(),
            "callId": message.call_id,
            "cseq": message.cseq,
            "branch": message.branch,
            "resent": message.resent.map_or(0, |again| again.nth),
            "media": media.collect::<Vec<_>>(),
        });
        if messages {
            one["message"] = json!(message.text);
            one["cutBytes"] = json!(message.cut);
        }
        one
    });
    json!({
        "conversationId": ladder.id,
        "from": ladder.who.as_ref().map(|(from, _)| from),
        "to": ladder.who.as_ref().map(|(_, to)| to),
        "read": read.to_string(),
        "parties": parties.collect::<Vec<_>>(),
        "messages": said.collect::<Vec<_>>(),
        "leftOut": ladder.left_out,
    })
}

/// What kind of capture a file is by its first bytes; none where it is none.
#[must_use]
pub fn capture(bytes: &[u8]) -> Option<&'static str> {
    match bytes.first_chunk::<4>()? {
        // In microseconds and in nanoseconds, either end first.
        [0xd4, 0xc3, 0xb2, 0xa1]
        | [0xa1, 0xb2, 0xc3, 0xd4]
        | [0x4d, 0x3c, 0xb2, 0xa1]
        | [0xa1, 0xb2, 0x3c, 0x4d] => Some("PCAP"),
        [0x0a, 0x0d, 0x0d, 0x0a] => Some("PCAPNG"),
        _ => None,
    }
}
