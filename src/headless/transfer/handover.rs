//! The command line where the organisation alone settles the media (Platform API): each interaction is read first, because
//! the write names the participant who has it.

use crate::cli::transfer::TransferArgs;
use crate::cloud::Client;
use crate::flow::transfer::{Move, Replace, preflight};
use crate::headless::say;
use crate::model::InteractionId;
use crate::model::payload::Fault;
use crate::model::transfer::Handover;

/// What is asked, interaction by interaction; options that mean nothing here are faults.
pub(super) fn asked(args: &TransferArgs) -> Result<Vec<Handover>, Vec<Fault>> {
    let named = [
        (args.codec.is_some(), "--codec"),
        (args.bandwidth.is_some(), "--bandwidth"),
        (args.video.is_some(), "--video"),
        (args.no_negotiation, "--no-negotiation"),
        (args.no_verification, "--no-verification"),
    ];
    if let Some((_, option)) = named.into_iter().find(|(given, _)| *given) {
        let message = "this organisation settles the media by itself; leave it out";
        return Err(vec![Fault::new(option, message)]);
    }
    super::once(&args.ids)?;
    let wanted = Handover {
        destination_uri: args.to.clone(),
        ..Handover::default()
    };
    let asked: Vec<Handover> = args
        .ids
        .iter()
        .map(|id| wanted.of(&InteractionId::from(id.as_str())))
        .collect();
    // They differ in their id alone, so what is wrong with one says it for all.
    let faults = asked.iter().map(Handover::faults).max_by_key(Vec::len);
    match faults {
        Some(faults) if !faults.is_empty() => Err(faults),
        _ => Ok(asked),
    }
}

/// Reads each interaction, and says of those that cannot be handed over why. They stay among the transfers, and are
/// stopped there: another look at them is all that is done.
pub(super) async fn moves(client: &Client, asked: Vec<Handover>) -> Vec<Move> {
    let mut moves = Vec::with_capacity(asked.len());
    for handover in asked {
        let id = InteractionId::from(handover.interaction_id.as_str());
        let read = preflight(client, &id).await;
        let read = read.map_err(|failure| failure.why.to_string());
        let replace = read.and_then(|one| Replace::of(handover.clone(), &one));
        moves.push(Move::Replace(replace.unwrap_or_else(|why| {
            say(&why);
            Replace::of_nobody(handover)
        })));
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::super::tests::BatchLine;
    use super::*;
    use clap::Parser;

    fn read(line: &str) -> Result<Vec<Handover>, String> {
        let words = format!("x {line}");
        let args = BatchLine::parse_from(words.split_whitespace()).args;
        asked(&args).map_err(|faults| faults[0].to_string())
    }

    #[test]
    fn the_command_line_is_a_hand_over() {
        let asked = read("--to genesys://queue/q-1 c-1 c-2").unwrap();
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[1].interaction_id, "c-2");
    }

    #[test]
    fn what_means_nothing_here_is_told() {
        assert!(
            read("--to tel:+14155550199 --codec opus c-1")
                .unwrap_err()
                .contains("--codec")
        );
        assert!(
            read("--to sip:a@b.example c-1")
                .unwrap_err()
                .contains("transfers to no sip")
        );
        assert!(
            read("--to tel:+14155550199 c-1 c-1")
                .unwrap_err()
                .contains("twice")
        );
    }
}
