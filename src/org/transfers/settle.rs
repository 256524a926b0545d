//! What becomes of a frame that was taken: its time passes, the interaction moves or does not, and the client is told.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Outcome;
use super::destination::{Behaviour, Destination, all_but, among};
use super::frame::{TransferAnswer, TransferFrame};
use crate::org::interactions::CannotMove;
use crate::org::shared::Shared;
use crate::org::text_socket::Push;

/// How long a transfer takes when no fault says otherwise.
const QUICKEST: Duration = Duration::from_millis(150);
const SPREAD: Duration = Duration::from_millis(450);
const SLOW: Duration = Duration::from_secs(3);
const LATE: Duration = Duration::from_secs(12);

/// How the end of a transfer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AnswerMode {
    Aloud,
    Silent,
    Cut,
}

/// Carries a transfer out, whether or not its socket lasts.
pub(super) async fn settle(shared: Arc<Shared>, frame: TransferFrame) {
    let destination = Destination::of(&frame.destination_uri);
    let manner = destination
        .as_ref()
        .map_or(Behaviour::Usual, |destination| destination.manner);
    tokio::time::sleep(duration(&shared, manner)).await;
    let faults = shared.faults();
    let deaf = manner == Behaviour::Deaf || shared.chance(faults.transfer_deaf);
    let (outcome, answer) = if deaf {
        (Outcome::Ignored, None)
    } else {
        let (outcome, answer) = carry_out(&shared, &frame, destination);
        (outcome, Some(answer))
    };
    let voice = match (outcome, manner) {
        (Outcome::Transferred, Behaviour::Silent) => AnswerMode::Silent,
        (Outcome::Transferred, Behaviour::Cuts) => AnswerMode::Cut,
        (Outcome::Transferred, _) if shared.chance(faults.transfer_silent) => AnswerMode::Silent,
        (Outcome::Transferred, _) if shared.chance(faults.transfer_cut) => AnswerMode::Cut,
        _ => AnswerMode::Aloud,
    };
    tell(&shared, &frame, outcome, answer, voice);
}

/// How long a transfer takes there.
pub(in crate::org) fn duration(shared: &Shared, manner: Behaviour) -> Duration {
    let faults = shared.faults();
    let set = !faults.transfer_ms.is_zero();
    let usual = if set {
        faults.transfer_ms
    } else {
        QUICKEST + SPREAD.mul_f64(shared.draw())
    };
    let held_back = if shared.chance(faults.transfer_shuffle) {
        usual.mul_f64(10.0 * shared.draw())
    } else {
        Duration::ZERO
    };
    let time = match manner {
        Behaviour::Slow if set => usual * 10,
        Behaviour::Slow => SLOW,
        Behaviour::Late if set => usual * 40,
        Behaviour::Late => LATE,
        _ => usual,
    };
    time + held_back
}

/// Checks the transfer and moves the interaction.
fn carry_out(
    shared: &Shared,
    frame: &TransferFrame,
    destination: Option<Destination>,
) -> (Outcome, TransferAnswer) {
    let faults = shared.faults();
    let refuse = |status, reason: String| {
        (
            Outcome::Rejected,
            TransferAnswer::refused(frame, status, reason),
        )
    };
    let uri = &frame.destination_uri;
    let Some(destination) = destination else {
        let reason = format!("{uri} is no destination: genesys://user|queue|flow/ID, sip: or tel:");
        return refuse("invalid_destination", reason);
    };
    if destination.manner == Behaviour::Rejects || shared.chance(faults.transfer_reject) {
        return refuse("rejected", format!("{uri} does not take it"));
    }
    let audio = &frame.media.audio.codec;
    if shared.chance(faults.transfer_unsupported) {
        let answer = TransferAnswer::unsupported(frame, all_but(audio));
        return (Outcome::Unsupported, answer);
    }
    let Some(codec) = among(destination.audio, audio) else {
        let answer = TransferAnswer::unsupported(frame, destination.audio);
        return (Outcome::Unsupported, answer);
    };
    let video = frame.media.video.as_ref().map(|video| video.codec.as_str());
    if let Some(video) = video.filter(|video| among(destination.video, video).is_none()) {
        let reason = format!("{uri} does not take {video} video");
        return refuse("video_unsupported", reason);
    }
    let moved = shared.interactions().transfer(
        &frame.interaction_id,
        destination.to,
        &frame.id,
        Timestamp::now(),
    );
    let id = &frame.interaction_id;
    match moved {
        Ok(()) => (Outcome::Transferred, TransferAnswer::done(frame, codec)),
        Err(CannotMove::Unknown) => refuse(
            "interaction_not_found",
            format!("there is no interaction {id}"),
        ),
        Err(CannotMove::Over(state)) => refuse(
            "interaction_ended",
            format!("interaction {id} is {}", state.name()),
        ),
    }
}

fn tell(
    shared: &Shared,
    frame: &TransferFrame,
    outcome: Outcome,
    answer: Option<TransferAnswer>,
    voice: AnswerMode,
) {
    let codec = answer.as_ref().and_then(|answer| answer.codec);
    let said = answer.filter(|_| voice == AnswerMode::Aloud);
    let push = said.as_ref().and_then(frame_of);
    let mut log = shared.transfers();
    let waiting = log.settle(&frame.id, outcome, said);
    if let Some(codec) = codec {
        log.settle_quietly(&frame.id, codec);
    }
    drop(log);
    for socket in waiting {
        // A socket that is gone, or does not read, hears nothing: that is what its client has to expect.
        match (voice, &push) {
            (AnswerMode::Cut, _) => drop(socket.try_send(Push::Cut)),
            (_, Some(push)) => drop(socket.try_send(push.clone())),
            _ => {}
        }
    }
}

/// An answer as the frame that carries it.
pub(super) fn frame_of(answer: &TransferAnswer) -> Option<Push> {
    let text = serde_json::to_string(answer).ok()?;
    Some(Push::Frame(text.into()))
}
