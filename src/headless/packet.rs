//! `trunkline packet`: one file of some minutes of the past, for whoever has no access.

use std::path::Path;

use super::digest::{span, zone};
use super::{Exit, print, say};
use crate::app::perform::packet::{PacketOrder, packet as made};
use crate::cli::digest::PacketArgs;
use crate::config::Loaded;
use crate::environment::Environment;
use crate::flow;
use crate::model::bookmark::PacketOf;
use crate::packet::Packet;
use crate::time::Clock;

/// Writes a packet, or prints the page for people of one that is as it was written.
///
/// # Errors
/// A sentence: a time that cannot be read, a record that is not there, a packet that was tampered with.
pub fn packet(
    loaded: &Loaded,
    environment: &Environment,
    state_dir: &Path,
    args: &PacketArgs,
) -> Result<u8, String> {
    if let Some(file) = &args.show {
        let packet = Packet::open(file).map_err(|error| error.to_string())?;
        print(&packet.summary)?;
        return Ok(Exit::Ok as u8);
    }
    let profile = loaded.profile.as_ref();
    let profile = profile.ok_or_else(|| "there is no profile".to_owned())?;
    let zone = zone(profile);
    let of = match (args.bookmark, &args.from) {
        (Some(number), _) => PacketOf::Bookmark(number),
        (None, from) => {
            let from = from.as_deref().unwrap_or("1h");
            let (from, to) = span(from, args.to.as_deref(), &zone)?;
            PacketOf::Span(from, to)
        }
    };
    let Some(to) = &args.output else {
        return Err("say where it goes: -o FILE".to_owned());
    };
    let operator = flow::operator(environment);
    let order = PacketOrder {
        state_dir,
        profile: &profile.name,
        operator: &operator,
        zone: &zone,
        of,
        to,
        masked: !args.unmasked,
        now: Clock::Real.now(),
    };
    let written = made(&order, |_| {})?;
    let (from, until) = (written.about.from, written.about.to);
    print(&format!("{}  {}\n", written.sha256, to.display()))?;
    say(&format!("{from} to {until}, {} bytes", written.bytes));
    for damage in &written.damage {
        say(&format!(
            "the record is damaged, {damage}: rows are stale from there on"
        ));
    }
    let exit = if written.damage.is_empty() {
        Exit::Ok
    } else {
        Exit::Partial
    };
    Ok(exit as u8)
}
