//! What was said over SIP for a call, as a ladder: who took part, which messages went between them, and which were sent again.
//!
//! What comes in is a capture that somebody else made, of messages that anybody may have sent: nothing of it is taken to be well formed,
//! what cannot be read out of it is not told, and how much of it is looked at is bounded.

mod message;
mod sdp;

use std::collections::HashMap;

use jiff::tz::TimeZone;

use self::message::Raw;
pub use self::message::SipFirst;
pub use self::sdp::SdpMedia;
use super::InteractionId;
use crate::text::Text;
use crate::time::Millis;

/// Messages of one ladder: the first of a call, in the order of their time.
pub const MOST: usize = 500;

/// Bytes of one message. One with headers of a page and a description of its media is a tenth of it; over UDP none is longer than 64 KiB.
pub const MOST_BYTES: usize = 16 << 10;

/// Said of a party of which neither the capture nor the message tells anything.
const NOBODY: &str = "not told";

/// Whose ladder is asked for. The organisation finds messages by when they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipAsk {
    /// The conversation.
    pub id: InteractionId,
    /// When it began; where that is not known it is asked for first.
    pub began: Option<Millis>,
    /// When it ended; none while it goes on, or where that is not known.
    pub ended: Option<Millis>,
}

/// What the console is to do with a ladder that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LadderWish {
    /// Read it again.
    Read,
    /// Copy the message under the cursor.
    Copy,
    /// Write all of it to a file, for people.
    Text,
    /// The same for programs.
    Json,
}

/// Where a message was seen to leave or to arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SipEnd {
    /// What the organisation calls it; empty where it has no name for it.
    pub alias: Text,
    /// Its address, with its port where one is told; empty where it is not.
    pub address: Text,
}

/// One message as the organisation has it (`HomerRecord`): the message, and beside it what whoever recorded it read out of it. That counts
/// where the message itself is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// When, in microseconds since the Unix epoch; none where that is not told.
    pub micros: Option<i64>,
    /// Where it came from.
    pub source: SipEnd,
    /// Where it went.
    pub destination: SipEnd,
    /// The method of a request, the status of a response.
    pub method: Text,
    /// The words of a response.
    pub reason: Text,
    /// Where a request goes (Request-URI).
    pub uri: Text,
    /// Who it says it is from, as `user@host`.
    pub from: Text,
    /// Who it is for, as `user@host`.
    pub to: Text,
    /// Which call it is of (RFC 3261 §8.1.1.4).
    pub call_id: Text,
    /// Which request of that call, or which one it answers (§8.1.1.5).
    pub cseq: Text,
    /// The transaction at the last hop (§8.1.1.7).
    pub branch: Text,
    /// The message; empty where it is not kept.
    pub text: Text,
    /// Bytes of the message that are not in `text`.
    pub cut: usize,
}

/// One who sent messages or got them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipParty {
    /// What to call it: its name with the organisation, else its address, else whom the messages name.
    pub name: Text,
    /// Its address, where one is told and it is not the name.
    pub address: Text,
}

/// A message that is the same as one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resent {
    /// Which one it is, from 1.
    pub nth: u32,
    /// Since the first of them, in microseconds; none where a time is not told.
    pub after: Option<i64>,
}

/// A message of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipMessage {
    /// When, in microseconds since the Unix epoch.
    pub micros: Option<i64>,
    /// What it is.
    pub first: SipFirst,
    /// Who said it, by the place among the parties.
    pub from: usize,
    /// Whom it was said to.
    pub to: usize,
    /// Which call it is of.
    pub call_id: Text,
    /// Which request of that call.
    pub cseq: Text,
    /// The transaction at the last hop.
    pub branch: Text,
    /// Media that it describes.
    pub media: Vec<SdpMedia>,
    /// That it was said before, in the same words by the same one to the same one.
    pub resent: Option<Resent>,
    /// As it was recorded; empty where it was not.
    pub text: Text,
    /// Bytes of it that are left out.
    pub cut: usize,
}

/// The ladder of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// The conversation.
    pub id: InteractionId,
    /// Who called, and who was called, as the first INVITE has it.
    pub who: Option<(Text, Text)>,
    /// Those who took part, in the order in which they did.
    pub parties: Vec<SipParty>,
    /// What was said, in the order of time; what has no time is last.
    pub messages: Vec<SipMessage>,
    /// Messages that are not in it, because there are too many.
    pub left_out: usize,
}

impl Resent {
    /// In words: `sent again (2), 1.500 s after the first`.
    #[must_use]
    pub fn words(self) -> String {
        let after = self.after.map_or_else(String::new, |micros| {
            format!(", {} after the first", seconds(micros))
        });
        format!("sent again ({}){after}", self.nth)
    }
}

/// So many microseconds, in seconds.
#[must_use]
pub fn seconds(micros: i64) -> String {
    let millis = micros.div_euclid(1_000);
    format!("{}.{:03} s", millis / 1_000, millis % 1_000)
}

impl Ladder {
    /// The ladder of what was captured of a conversation; `beyond` is what there is besides.
    #[must_use]
    pub fn of(id: InteractionId, mut captured: Vec<Captured>, beyond: usize) -> Self {
        captured.sort_by_key(|one| (one.micros.is_none(), one.micros));
        let left_out = captured.len().saturating_sub(MOST).saturating_add(beyond);
        captured.truncate(MOST);
        let mut parties = Parties::of(&captured);
        let mut before: HashMap<Said, (u32, Option<i64>)> = HashMap::new();
        let mut who = None;
        let mut messages = Vec::with_capacity(captured.len());
        for one in captured {
            let raw = Raw::of(&one);
            if raw.first.is("INVITE") && who.is_none() {
                who = raw.callers();
            }
            let (from, to) = parties.between(&one, &raw);
            let mut message = SipMessage {
                micros: one.micros,
                from,
                to,
                call_id: raw.call_id(),
                cseq: raw.cseq(),
                branch: raw.branch(),
                media: raw.media(),
                resent: None,
                first: raw.first,
                cut: one.cut,
                text: one.text,
            };
            message.resent = Said::of(&message).and_then(|said| {
                let (times, first) = before.entry(said).or_insert((0, one.micros));
                *times = times.saturating_add(1);
                let after = one.micros.zip(*first);
                (*times > 1).then(|| Resent {
                    nth: *times - 1,
                    after: after.map(|(at, first)| at.saturating_sub(first)),
                })
            });
            messages.push(message);
        }
        Self {
            id,
            who,
            parties: parties.all,
            messages,
            left_out,
        }
    }

    /// Who said a message, and whom to.
    #[must_use]
    pub fn ends(&self, message: &SipMessage) -> [&str; 2] {
        [message.from, message.to].map(|place| {
            let party = self.parties.get(place);
            party.map_or(NOBODY, |party| party.name.raw())
        })
    }

    /// What can be said of all of it in a line: how many messages, how many of them were sent again, how many refuse.
    #[must_use]
    pub fn figures(&self) -> String {
        let count = |n: usize, word: &str| (n > 0).then(|| format!("{n} {word}"));
        let parts = [
            Some(match self.messages.len() {
                1 => "1 message".to_owned(),
                n => format!("{n} messages"),
            }),
            count(self.resent(), "sent again"),
            count(self.refusals(), "refused"),
            count(self.left_out, "more not shown"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Who called whom; the conversation where that is not told. Raw.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.who {
            Some((from, to)) => format!("{} called {}", from.raw(), to.raw()),
            None => self.id.raw().to_owned(),
        }
    }

    /// How many messages were sent again.
    #[must_use]
    pub fn resent(&self) -> usize {
        let all = self.messages.iter();
        all.filter(|message| message.resent.is_some()).count()
    }

    /// How many refuse or fail something.
    #[must_use]
    pub fn refusals(&self) -> usize {
        let all = self.messages.iter();
        all.filter(|message| message.first.refuses()).count()
    }
}

impl SipMessage {
    /// What stands on its arrow; raw.
    #[must_use]
    pub fn label(&self) -> String {
        let words = self.first.words();
        if self.resent.is_some() {
            format!("↻{words} again")
        } else if self.media.is_empty() {
            words
        } else {
            format!("{words} SDP")
        }
    }

    /// When it was, to the millisecond; twelve columns, whatever is known.
    #[must_use]
    pub fn clock(&self, zone: &TimeZone) -> String {
        let Some(at) = self.at() else {
            return "time unknown".to_owned();
        };
        let at = at.timestamp().to_zoned(zone.clone());
        at.strftime("%H:%M:%S%.3f").to_string()
    }

    /// When it was said.
    #[must_use]
    pub fn at(&self) -> Option<Millis> {
        self.micros.map(|micros| Millis(micros.div_euclid(1_000)))
    }
}

/// What makes two messages the same one: a request that is sent again has the branch of the first (RFC 3261 §17.1.1.2), and so has a
/// response (§17.2.1). What names no call is told from nothing.
#[derive(PartialEq, Eq, Hash)]
struct Said {
    call_id: Text,
    cseq: Text,
    branch: Text,
    first: String,
    ends: (usize, usize),
}

impl Said {
    fn of(message: &SipMessage) -> Option<Self> {
        let named = !message.call_id.is_empty() && !message.cseq.is_empty();
        named.then(|| Self {
            call_id: message.call_id.clone(),
            cseq: message.cseq.clone(),
            branch: message.branch.clone(),
            first: message.first.line(),
            ends: (message.from, message.to),
        })
    }
}

/// Those who took part, while they are found.
struct Parties {
    all: Vec<SipParty>,
    places: HashMap<Text, usize>,
    /// What addresses are called, by the first message that says so.
    aliases: HashMap<Text, Text>,
}

impl Parties {
    fn of(captured: &[Captured]) -> Self {
        let mut aliases = HashMap::new();
        let ends = captured
            .iter()
            .flat_map(|one| [&one.source, &one.destination]);
        for end in ends {
            if !end.alias.is_empty() && !end.address.is_empty() {
                aliases
                    .entry(end.address.clone())
                    .or_insert_with(|| end.alias.clone());
            }
        }
        Self {
            all: Vec::new(),
            places: HashMap::new(),
            aliases,
        }
    }

    /// Who said it and whom to. Where it was seen tells; else whom it names: a response goes back to whom its request was from.
    fn between(&mut self, one: &Captured, raw: &Raw<'_>) -> (usize, usize) {
        let (from, to) = (raw.from(), raw.to());
        let (from, to) = match raw.first {
            SipFirst::Response { .. } => (to, from),
            _ => (from, to),
        };
        (
            self.place(&one.source, from),
            self.place(&one.destination, to),
        )
    }

    fn place(&mut self, end: &SipEnd, named: Text) -> usize {
        let alias = Some(&end.alias).filter(|alias| !alias.is_empty());
        let alias = alias.or_else(|| self.aliases.get(&end.address));
        let name = match alias {
            Some(alias) => alias.clone(),
            None if !end.address.is_empty() => end.address.clone(),
            None if !named.is_empty() => named,
            None => NOBODY.into(),
        };
        if let Some(place) = self.places.get(&name) {
            return *place;
        }
        let address = end.address.clone();
        let address = if address == name {
            Text::default()
        } else {
            address
        };
        self.places.insert(name.clone(), self.all.len());
        self.all.push(SipParty { name, address });
        self.all.len() - 1
    }
}

#[cfg(test)]
mod tests;
