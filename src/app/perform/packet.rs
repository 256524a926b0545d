//! Makes packets: what goes in, where it is made, and its line in the audit.

use std::path::Path;

use jiff::tz::TimeZone;

use crate::audit::{Audit, Ending, Entry};
use crate::child::scratch::Scratch;
use crate::model::audit::{LineStatus, Record};
use crate::model::bookmark::PacketOf;
use crate::packet::{About, Making, Written, write};
use crate::record::RecordFolder;
use crate::shelf::Shelf;
use crate::text::Text;
use crate::time::Millis;

/// The audit's word for it.
const ACTION: &str = "packet.write";

/// So long before and after the moment of a bookmark, in milliseconds.
const AROUND: i64 = 15 * 60_000;

/// What a packet is to be, and of what.
#[derive(Debug)]
pub struct PacketOrder<'a> {
    /// Where the files of the profile are.
    pub state_dir: &'a Path,
    /// The profile.
    pub profile: &'a str,
    /// Who makes it.
    pub operator: &'a str,
    /// The zone that its page for people is written in.
    pub zone: &'a TimeZone,
    /// Of what.
    pub of: PacketOf,
    /// Where it goes.
    pub to: &'a Path,
    /// Whether callers are masked.
    pub masked: bool,
    /// The moment it is.
    pub now: Millis,
}

/// Writes a packet; the audit has what, and with which sum. `tell` is told each line.
///
/// # Errors
/// A sentence: there is no such bookmark, nothing was recorded, or something cannot be read or written.
pub fn packet(
    order: &PacketOrder<'_>,
    tell: impl Fn(&Record) + Send + Sync + 'static,
) -> Result<Written, String> {
    let PacketOrder {
        state_dir,
        profile,
        to,
        ..
    } = *order;
    if to.exists() {
        return Err(format!(
            "{} is there already: choose another name",
            to.display()
        ));
    }
    let making = order.making()?;
    let audit = Audit::open(state_dir, profile).map_err(|error| error.to_string())?;
    let audit = audit.telling(tell);
    let mut entry = Entry {
        action: ACTION.to_owned(),
        operator: order.operator.to_owned(),
        subject: to.display().to_string(),
        ..Entry::default()
    };
    let of = [("from", making.about.from), ("to", making.about.to)];
    entry
        .extra
        .extend(of.map(|(key, at)| (key.to_owned(), at.to_string().into())));
    entry.extra.insert("masked".to_owned(), order.masked.into());
    let ticket = audit.intent(&entry).map_err(|error| error.to_string())?;
    let written = Scratch::new(&state_dir.join("packing"), "packet-")
        .map_err(|error| error.to_string())
        .and_then(|scratch| write(making, scratch.path(), to).map_err(|error| error.to_string()));
    let mut ending = match &written {
        Ok(_) => Ending::new(LineStatus::Ok),
        Err(why) => Ending::new(LineStatus::Refused).because(why),
    };
    if let Ok(written) = &written {
        ending
            .extra
            .insert("sha256".to_owned(), written.sha256.as_str().into());
        ending
            .extra
            .insert("bytes".to_owned(), written.bytes.into());
    }
    audit
        .outcome(ticket, ending)
        .map_err(|error| error.to_string())?;
    written
}

impl PacketOrder<'_> {
    fn making(&self) -> Result<Making<'_>, String> {
        let bookmarks = Shelf::new(self.state_dir, self.profile).bookmarks();
        let mut bookmarks = bookmarks.map_err(|error| error.to_string())?;
        let (from, to, begin, note) = match self.of {
            PacketOf::Bookmark(number) => {
                bookmarks.retain(|one| one.number == number);
                let one = bookmarks.first();
                let one = one.ok_or_else(|| format!("there is no bookmark {number}"))?;
                let to = one.at.plus(AROUND).min(self.now);
                (one.at.plus(-AROUND), to, one.at, one.note.clone())
            }
            PacketOf::Span(from, to) => {
                bookmarks.retain(|one| from <= one.at && one.at <= to);
                (from, to, from, Text::default())
            }
        };
        Ok(Making {
            about: About {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                profile: self.profile.into(),
                by: self.operator.into(),
                note,
                from,
                to,
                begin,
                masked: self.masked,
                ..About::default()
            },
            record: RecordFolder::of(self.state_dir, self.profile),
            state_dir: self.state_dir,
            bookmarks,
            zone: self.zone,
        })
    }
}
