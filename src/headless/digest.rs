//! `trunkline digest`, `handover` and `bookmark`: what happened in a stretch of time, out of the record.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::write::{carry_out, exit, kit};
use super::{Exit, print, say};
use crate::app::perform::digest::{BesideFrom, digest as told};
use crate::cli::digest::{BookmarkCommand, DigestArgs, HandoverArgs, SpanArgs};
use crate::config::{Loaded, Profile};
use crate::environment::Environment;
use crate::export::digest::{json, markdown, plain};
use crate::export::sheet;
use crate::flow::Order;
use crate::flow::handover::HandoverOrder;
use crate::model::bookmark::Bookmark;
use crate::model::digest::{Digest, DigestFor};
use crate::model::flow::FlowId;
use crate::record::{RecordFolder, since, when};
use crate::shelf::{Shelf, ShelfNews, ShelfOrder};
use crate::time::{Clock, Millis};

/// Prints what happened.
///
/// # Errors
/// A sentence: a time that cannot be read, or a record that is not there.
pub fn digest(loaded: &Loaded, state_dir: &Path, args: &DigestArgs) -> Result<u8, String> {
    let profile = loaded.profile.as_ref();
    let profile = profile.ok_or_else(|| "there is no profile".to_owned())?;
    let (digest, zone) = of(profile, state_dir, &args.span, DigestFor::Returned)?;
    shown(&digest, &zone, &args.span)
}

/// Prints what whoever takes over has to know; posts it, and puts on record who takes it over, where that is wanted.
///
/// # Errors
/// As for [`digest`].
pub async fn handover(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    args: HandoverArgs,
) -> Result<u8, String> {
    let (digest, zone) = of(&profile, &state_dir, &args.span, DigestFor::Successor)?;
    let printed = shown(&digest, &zone, &args.span)?;
    let mut orders = Vec::new();
    if args.take {
        orders.push(HandoverOrder::TakeOver(Box::new(digest.clone())));
    }
    if args.post {
        let text = markdown(&digest, &zone);
        orders.push(HandoverOrder::Post(Box::new(digest), text));
    }
    if orders.is_empty() {
        return Ok(printed);
    }
    let kit = match kit(Arc::new(profile), &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    for order in orders {
        let order = Order::Handover(order);
        let ran = carry_out(&kit, FlowId::default(), order, args.span.json).await?;
        say(&ran.outcome.to_string());
        let exit = exit(&ran.outcome);
        if exit != Exit::Ok {
            return Ok(exit as u8);
        }
    }
    Ok(printed)
}

/// Reads a span of time as people write it.
///
/// # Errors
/// How it can be written.
pub(super) fn span(
    from: &str,
    until: Option<&str>,
    zone: &TimeZone,
) -> Result<(Millis, Millis), String> {
    let now = Clock::Real.now();
    let until = until.map(|until| when(until, zone, now)).transpose()?;
    let to = until.unwrap_or(now).min(now);
    let from = since(from, zone, to)?;
    if from >= to {
        return Err(format!("nothing lies between {from} and {to}"));
    }
    Ok((from, to))
}

/// The zone that moments of a profile are read and shown in.
pub(super) fn zone(profile: &Profile) -> TimeZone {
    profile.time_zone.clone().unwrap_or(TimeZone::UTC)
}

fn of(
    profile: &Profile,
    state_dir: &Path,
    args: &SpanArgs,
    whom: DigestFor,
) -> Result<(Digest, TimeZone), String> {
    let zone = zone(profile);
    let span = span(&args.since, args.until.as_deref(), &zone)?;
    let folder = RecordFolder::of(state_dir, &profile.name);
    let beside = BesideFrom::Kept(state_dir.to_owned(), profile.name.clone());
    Ok((told(Some(folder), &beside, span, whom, &|| true)?, zone))
}

fn shown(digest: &Digest, zone: &TimeZone, args: &SpanArgs) -> Result<u8, String> {
    print(&match (args.json, args.markdown) {
        (true, _) => json(digest) + "\n",
        (_, true) => markdown(digest, zone),
        _ => plain(digest, zone),
    })?;
    let exit = if digest.whole {
        Exit::Ok
    } else {
        Exit::Partial
    };
    Ok(exit as u8)
}

/// Lists bookmarks, or deletes one.
///
/// # Errors
/// A sentence: they cannot be read, or there is none of that number.
pub fn bookmark(
    loaded: &Loaded,
    state_dir: &Path,
    command: &BookmarkCommand,
) -> Result<u8, String> {
    let profile = loaded.profile.as_ref();
    let profile = profile.ok_or_else(|| "there is no profile".to_owned())?;
    let shelf = Shelf::new(state_dir, &profile.name);
    match command {
        BookmarkCommand::List { json } => {
            let list = shelf.bookmarks().map_err(|error| error.to_string())?;
            if *json {
                // Plain data cannot fail to serialise.
                print(&(serde_json::to_string(&list).unwrap_or_default() + "\n"))?;
            } else {
                print(&table(&list, &zone(profile)))?;
            }
            Ok(Exit::Ok as u8)
        }
        BookmarkCommand::Remove { number } => {
            let there = shelf.bookmarks().map_err(|error| error.to_string())?;
            if !there.iter().any(|one| one.number == *number) {
                return Err(format!("there is no bookmark {number}"));
            }
            if let Some(ShelfNews::Bookmarks(_, Some(done))) =
                shelf.obey(ShelfOrder::DropBookmark(*number))?
            {
                say(&done);
            }
            Ok(Exit::Ok as u8)
        }
    }
}

fn table(list: &[Bookmark], zone: &TimeZone) -> String {
    let now = Clock::Real.now();
    let row = |one: &Bookmark| {
        [
            one.number.to_string(),
            one.at.day(zone, now),
            one.words(),
            one.note.to_string(),
            one.by.to_string(),
        ]
    };
    let head = ["NUMBER", "MOMENT", "SHOWS", "NOTE", "BY"];
    sheet::table(&head, list.iter().map(row))
}
