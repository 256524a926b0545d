//! Whether a deed shows in the conversation: a start is answered before anybody has been called.

use tokio::time::{Instant, sleep};

use super::{CHECK, Consult, Deed};
use crate::flow::transfer::Patience;
use crate::flow::{Failure, FlowNews, Run};
use crate::model::flow::Outcome;
use crate::model::interaction::{Arrival, Interaction, Participant, SpeakTo};
use crate::text::{Text, fit};

/// Columns of a name in a sentence.
const SHOWN: usize = 40;

/// Reads the conversation until the deed shows, or patience ends. `lost` is why it is not known whether it was taken.
pub(super) async fn follow(
    run: &Run<'_>,
    consult: &Consult,
    before: &Interaction,
    lost: Option<Failure>,
) -> Outcome {
    let mut doing = run.begin("watch", consult.interaction.0.clone());
    let Patience { first, most, all } = run.kit.patience;
    let (mut wait, began) = (first, Instant::now());
    while began.elapsed() < all {
        sleep(wait).await;
        wait = wait.saturating_mul(2).min(most);
        let now = match run.kit.client.interaction(&consult.interaction).await {
            Ok(now) => now,
            Err(error) => {
                doing.note(error.to_string());
                continue;
            }
        };
        let shows = shows(consult, before, &now);
        run.tell(FlowNews::Interaction(Box::new(now)));
        match shows {
            Shows::Done(words) => {
                let words = match &lost {
                    None => words,
                    Some(_) => format!("{words}, as the conversation shows; the answer was lost"),
                };
                doing.done(words.as_str());
                return Outcome::Done(words.into());
            }
            Shows::Failed(why) => {
                doing.failed(why.as_str());
                return Outcome::Refused(why.into());
            }
            Shows::NotYet(words) => doing.note(words),
        }
    }
    let seconds = all.as_secs_f32();
    let why = match lost {
        Some(failure) => failure.why,
        None => Text::from(format!(
            "It was taken, and the conversation does not show it after {seconds} s."
        )),
    };
    doing.failed(why.clone());
    Outcome::Unknown {
        why,
        check: CHECK.into(),
    }
}

/// What a reading says of a deed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// It is done: how it is now.
    Done(String),
    /// It came to nothing, and why.
    Failed(String),
    /// Nothing of it yet; how it is.
    NotYet(String),
}

/// Compares the conversation with what it is to become.
pub(super) fn shows(consult: &Consult, before: &Interaction, now: &Interaction) -> Shows {
    let under_way = now.consult();
    let words = under_way.map_or("no consult transfer".to_owned(), |consult| consult.words());
    match (&consult.deed, under_way) {
        (Deed::Start(..), Some(there)) if there.destination.connected() => Shows::Done(words),
        (Deed::Start(to, _), None) => match now.arrival(before, to) {
            Arrival::TurnedDown(why) => Shows::Failed(format!(
                "{} did not answer ({}); the agent has the caller again",
                to.masked(),
                why.fit(SHOWN)
            )),
            _ => Shows::NotYet(words),
        },
        (Deed::Speak(way), Some(there)) => match there.speaks() {
            Some(speaks) if same(speaks, *way) => Shows::Done(words),
            // Nobody hears anybody before the destination has answered.
            None => Shows::Done(format!("{words}; it holds from the answer on")),
            Some(_) => Shows::NotYet(words),
        },
        (Deed::Speak(_), None) => Shows::Failed("the consult transfer is over".to_owned()),
        (Deed::Complete, _) if !here(consult, now, |consult| Some(&consult.agent)) => {
            let to = consult.destination.as_ref();
            let name = to.map_or("the destination", |who| who.called());
            let name = fit(name, SHOWN);
            if here(consult, now, |consult| consult.destination.as_ref()) {
                Shows::Done(format!("{name} has the call"))
            } else {
                Shows::Failed(format!("{name} is gone as well; look at who has the call"))
            }
        }
        (Deed::Cancel, None) => Shows::Done("the agent has the caller again".to_owned()),
        (Deed::Start(..) | Deed::Complete | Deed::Cancel, _) => Shows::NotYet(words),
    }
}

/// The organisation keeps a conference as the same holds as all three speaking.
fn same(one: SpeakTo, other: SpeakTo) -> bool {
    let plain = |way| match way {
        SpeakTo::Conference => SpeakTo::Both,
        way => way,
    };
    plain(one) == plain(other)
}

/// Whether one of the deed's own is still there. Whoever takes a call over may come as a new participant.
fn here(consult: &Consult, now: &Interaction, which: fn(&Consult) -> Option<&Participant>) -> bool {
    let Some(wanted) = which(consult) else {
        return false;
    };
    let mut there = now.participants.iter().filter(|who| who.here());
    there.any(|who| who.id == wanted.id || (!wanted.user.is_empty() && who.user == wanted.user))
}
