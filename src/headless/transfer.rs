//! `trunkline transfer`: interactions to one destination, checked and sent as the console does it.

mod handover;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::write::{Recording, agreed, carry_out, exit, kit, print_outcome, review, review_json};
use super::{Exit, print, say};
use crate::cli::transfer::TransferArgs;
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::transfer::{Move, Transfers, preflight};
use crate::flow::{FlowNews, Kit, Order};
use crate::model::InteractionId;
use crate::model::audit::{LineStatus, transfers_to};
use crate::model::flow::FlowId;
use crate::model::payload::Fault;
use crate::model::transfer::made::TransferRecord;
use crate::model::transfer::{Destination, Handover, Limits, Request, Video};
use crate::model::write::{Write, WriteKind};
use crate::store::transfers::Transfers as Table;
use crate::time::{Clock, Millis};

/// Checks, shows, asks, transfers; an error is one of the command line or of this machine.
pub async fn transfer(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    mut args: TransferArgs,
) -> Result<u8, String> {
    let unsure = if args.resume {
        resume(&mut args, &state_dir, &profile.name)?
    } else {
        Exit::Ok
    };
    if args.ids.is_empty() {
        say("nothing is left of it to transfer");
        return Ok(unsure as u8);
    }
    let limits = profile.transfers.limits.clone();
    let name = profile.name.clone();
    let record = Recording {
        state_dir: &state_dir,
        profile: &name,
        environment: &environment,
    };
    let refused = |faults: &[Fault]| {
        record.faulty(
            WriteKind::Transfer,
            &args.ids.join(" "),
            &args.write,
            faults,
        )
    };
    let asked = match asked(&args, &profile) {
        Ok(asked) => asked,
        Err(faults) => return Ok(refused(&faults)),
    };
    let kit = match kit(Arc::new(profile), &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    let moves = match asked {
        Asked::Frames(moves) => moves,
        Asked::Handovers(asked) => handover::moves(&kit.client, asked).await,
    };
    let named = moves.iter().filter(|one| one.is_sendable());
    let writes: Result<Vec<Write>, Vec<Fault>> = named.map(|one| one.write(&limits)).collect();
    let writes = match writes {
        Ok(writes) => writes,
        Err(faults) => return Ok(refused(&faults)),
    };
    let requests = writes.into_iter().map(|write| kit.client.request(write));
    let requests: Vec<_> = requests
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    if !args.write.json {
        for request in &requests {
            print(&format!("{}\n", review(request)))?;
        }
    }
    if args.write.dry_run {
        let exit = could_be(&kit, &moves).await;
        if args.write.json {
            let shown: Vec<Value> = requests.iter().map(review_json).collect();
            print(&format!(
                "{}\n",
                json!({ "dryRun": true, "requests": shown })
            ))?;
        }
        return Ok(exit as u8);
    }
    let order = Transfers {
        moves,
        stop_on_failure: args.stop_on_failure,
    };
    if !agreed(&args.write, &format!("Transfer {}?", order.title()))? {
        return Ok(Exit::Ok as u8);
    }
    let order = Order::Transfer(Box::new(order));
    let ran = carry_out(&kit, FlowId::default(), order, args.write.json).await?;
    if args.write.json {
        print_outcome(&ran.outcome, json!({ "transfers": records(ran.news) }))?;
    } else {
        say(&ran.outcome.to_string());
    }
    Ok(match exit(&ran.outcome) {
        Exit::Ok => unsure,
        exit => exit,
    } as u8)
}

/// How far back a batch that is gone on with may have begun, in milliseconds.
const WITHIN_MS: i64 = 12 * 60 * 60 * 1_000;

/// Leaves out what the audit has as transferred to the destination, and what may have been, which is named.
fn resume(args: &mut TransferArgs, state_dir: &Path, profile: &str) -> Result<Exit, String> {
    let (records, _) = super::get::records(state_dir, profile)?;
    let to = Destination::parse(&args.to).map(|to| to.masked());
    let since = Clock::Real.now().plus(-WITHIN_MS);
    let ends = transfers_to(records.iter(), &to.unwrap_or_default(), since);
    let mut exit = Exit::Ok;
    args.ids.retain(|id| {
        let shown = crate::text::fit(id, 80);
        match ends.get(id) {
            Some(LineStatus::Ok) => say(&format!("{shown} was transferred there already")),
            Some(LineStatus::Unknown) => {
                exit = Exit::Unreachable;
                say(&format!(
                    "{shown} may have been transferred there: look at it before it is transferred again"
                ));
            }
            _ => return true,
        }
        false
    });
    Ok(exit)
}

/// What is asked for, as the organisation's API takes it.
enum Asked {
    /// Frames, which need nothing more.
    Frames(Vec<Move>),
    /// Hand-overs, whose interactions have to be read first.
    Handovers(Vec<Handover>),
}

/// Reads the command line, and finds everything wrong with it before anything is asked of the organisation.
fn asked(args: &TransferArgs, profile: &Profile) -> Result<Asked, Vec<Fault>> {
    if !profile.api.capabilities().transfer_media {
        return handover::asked(args).map(Asked::Handovers);
    }
    let limits = &profile.transfers.limits;
    let moves = moves(args, limits)?;
    for one in &moves {
        one.write(limits)?;
    }
    Ok(Asked::Frames(moves))
}

/// What is asked by frames, interaction by interaction.
fn moves(args: &TransferArgs, limits: &Limits) -> Result<Vec<Move>, Vec<Fault>> {
    let mut wanted = Request::blank(limits);
    args.to.clone_into(&mut wanted.destination_uri);
    let audio = &mut wanted.media_matrix.audio;
    if let Some(codec) = &args.codec {
        audio.codec = codec.to_lowercase();
    }
    audio.bandwidth_kbps = args.bandwidth.unwrap_or(audio.bandwidth_kbps);
    audio.bit_depth = args.bit_depth;
    wanted.media_matrix.video = args
        .video
        .as_deref()
        .map(video)
        .transpose()
        .map_err(|f| vec![f])?;
    wanted.triggers.codec_negotiation = !args.no_negotiation;
    wanted.triggers.format_verification = !args.no_verification;
    once(&args.ids)?;
    let now = Clock::Real.now();
    let requests = args
        .ids
        .iter()
        .map(|id| wanted.of(&InteractionId::from(id.as_str())));
    Ok(requests.map(|request| Move::new(request, now)).collect())
}

/// An id that is there twice is a slip of the hand.
fn once(ids: &[String]) -> Result<(), Vec<Fault>> {
    for (n, id) in ids.iter().enumerate() {
        if ids.iter().take(n).any(|other| other == id) {
            let message = format!("{} is there twice", crate::text::fit(id, 80));
            return Err(vec![Fault::new("interaction_id", message)]);
        }
    }
    Ok(())
}

/// Reads `h264:1280x720:30`.
fn video(text: &str) -> Result<Video, Fault> {
    let mut parts = text.split(':');
    let read = (parts.next(), parts.next(), parts.next(), parts.next());
    if let (Some(codec), Some(resolution), Some(fps), None) = read
        && let Ok(fps) = fps.parse()
    {
        return Ok(Video {
            codec: codec.to_lowercase(),
            resolution: resolution.to_owned(),
            fps,
        });
    }
    let message = format!(
        "{:?} is no video: write CODEC:WIDTHxHEIGHT:FPS, as h264:1280x720:30",
        crate::text::fit(text, 60)
    );
    Err(Fault::new("media_matrix.video", message))
}

/// Reads what would be transferred, for a dry run: everything of a transfer but the frame.
async fn could_be(kit: &Kit, moves: &[Move]) -> Exit {
    let mut worst = Exit::Ok;
    for wanted in moves {
        let id = InteractionId::from(wanted.interaction());
        match preflight(&kit.client, &id).await {
            Ok(read) => say(&format!(
                "{id} is {} and can be transferred",
                read.standing.word()
            )),
            Err(failure) => {
                say(failure.why.raw());
                worst = failure.fault.map_or(Exit::Bad, Exit::from);
            }
        }
    }
    worst
}

/// What became of each, as far as the flow told.
fn records(news: Vec<FlowNews>) -> Vec<Value> {
    let mut table = Table::default();
    for item in news {
        if let FlowNews::Transfer(id, happening) = item {
            table.happened(id, *happening, Millis::default());
        }
    }
    let mut records: Vec<Value> = table
        .made()
        // Plain strings and numbers cannot fail to serialise.
        .map(|made| serde_json::to_value(TransferRecord::from(made)).unwrap_or_default())
        .collect();
    // As they were named on the command line.
    records.reverse();
    records
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    pub(super) struct BatchLine {
        #[command(flatten)]
        pub(super) args: TransferArgs,
    }

    fn read(line: &str) -> Result<Vec<Move>, Vec<Fault>> {
        let words = format!("x {line}");
        let args = BatchLine::parse_from(words.split_whitespace()).args;
        moves(&args, &Limits::default())
    }

    #[test]
    fn the_command_line_is_a_request() {
        let moves = read(
            "--to genesys://user/ana --codec G722 --video h264:640x480:15 --no-negotiation i-1 i-2",
        )
        .unwrap();
        assert_eq!(moves.len(), 2);
        let frames = moves.iter().map(|one| match one {
            Move::Frame { request, frame, .. } => (request, frame),
            Move::Replace(_) => panic!("not a frame"),
        });
        let frames: Vec<_> = frames.collect();
        let request = frames[1].0;
        assert_eq!(request.interaction_id, "i-2");
        assert_eq!(request.media_matrix.audio.codec, "g722");
        assert_eq!(request.media_matrix.video.as_ref().map(|v| v.fps), Some(15));
        assert!(!request.triggers.codec_negotiation && request.triggers.format_verification);
        assert_ne!(frames[0].1, frames[1].1);
    }

    #[test]
    fn slips_are_told() {
        let told = |line: &str| read(line).unwrap_err()[0].to_string();
        assert!(told("--to sip:a@b.example i-1 i-1").contains("twice"));
        assert!(told("--to sip:a@b.example --video h264:30 i-1").contains("h264:1280x720:30"));
    }
}
