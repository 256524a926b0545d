//! A call that is announced: begun with a form, gone on with by a choice, each deed reviewed like every write.

use serde_json::json;

use crate::flow::consult::{Consult, Deed};
use crate::form::{Opening, consult_plan};
use crate::model::interaction::{Interaction, SpeakTo};
use crate::pane::Desk;
use crate::text::fit;
use crate::ui::chooser::{Chooser, Purpose};
use crate::ui::layer::Layer;
use crate::vocabulary::messages::Weight;

/// Columns of a name in a sentence.
const SHOWN: usize = 32;

/// Gives the call to the destination.
const COMPLETE: &str = "complete";

/// Takes the destination out again.
const CANCEL: &str = "cancel";

/// Begins a consult transfer of the interaction under the cursor, or offers how to go on with the one under way.
pub(super) fn consult(one: Option<&Interaction>, desk: &mut Desk<'_>) {
    if !desk.can.consult {
        let text = "calls cannot be announced here: t transfers them as they are";
        return desk.messages.say(Weight::Note, text, desk.now);
    }
    if let Some(lack) = desk.store.person.lack() {
        let text = lack.told().to_string();
        return desk.messages.say(Weight::Warning, text, desk.now);
    }
    let Some(one) = one else {
        let text = "put the cursor on a call to announce it to somebody";
        return desk.messages.say(Weight::Note, text, desk.now);
    };
    let Some(consult) = one.consult() else {
        return desk.fill.push(Opening {
            body: Some(json!({ "interaction_id": one.id.raw() })),
            ..Opening::new("consult")
        });
    };
    let name = fit(consult.destination.called(), SHOWN);
    let complete = format!("{name} gets the call");
    let cancel = format!("{name} leaves, the agent goes on with the caller");
    let ways = SpeakTo::ALL.map(|way| (way.word(), way.doc()));
    let ends = [(COMPLETE, complete.as_str()), (CANCEL, cancel.as_str())];
    let all: Vec<_> = ways.into_iter().chain(ends).collect();
    let chooser = Chooser::words(Purpose::Consult, &all);
    desk.open.push(Layer::Chooser(chooser));
}

/// Goes on with the consult transfer under the cursor: what is chosen is reviewed.
pub(super) fn go_on(word: &str, one: Option<&Interaction>, desk: &mut Desk<'_>) {
    let Some(one) = one else {
        return;
    };
    let deed = match (word, SpeakTo::named(word)) {
        (_, Some(way)) => Deed::Speak(way),
        (COMPLETE, _) => Deed::Complete,
        (CANCEL, _) => Deed::Cancel,
        (other, _) => {
            let ways = SpeakTo::ALL.map(SpeakTo::word).join(", ");
            let text = format!("can't {other:?} a consult transfer: {ways}, complete or cancel");
            return desk.messages.say(Weight::Warning, text, desk.now);
        }
    };
    let (affects, undo) = told(one, &deed);
    match Consult::of(one, deed) {
        Ok(consult) => desk.propose(consult_plan(consult, affects, undo)),
        Err(why) => desk.messages.say(Weight::Warning, why, desk.now),
    }
}

/// What a deed does, and how it is undone.
fn told(one: &Interaction, deed: &Deed) -> (Vec<String>, &'static str) {
    let words = one
        .consult()
        .map_or(String::new(), |consult| consult.words());
    let now = format!("Now: {words}.");
    let name = one.consult().map(|consult| consult.destination.called());
    let name = fit(name.unwrap_or("the destination"), SHOWN).into_owned();
    match deed {
        Deed::Start(..) => (vec![now], "C on its row cancels it."),
        Deed::Speak(way) => (
            vec![now, format!("Then: {}.", way.doc())],
            "C on its row lets others speak to each other again.",
        ),
        Deed::Complete => (
            vec![
                now,
                format!("Then {name} has the call, and the agent is out of it."),
            ],
            "It cannot be undone; the call can be transferred again from where it is then.",
        ),
        Deed::Cancel => (
            vec![
                now,
                format!("Then {name} is out of it, and the agent has the caller."),
            ],
            "C on its row starts another one.",
        ),
    }
}
