//! Forms, reviews and progress: what the layers of a write ask of the console.

mod catalogue;
mod keep;

use std::path::PathBuf;

use super::App;
use super::duty::Duty;
use crate::cloud::request::Request;
use crate::config::Profile;
use crate::effect::Effect;
use crate::form::{Ask as Asks, CheckVerdict, Form, Opening, Plan, Progress as Asked, Question};
use crate::model::InteractionId;
use crate::model::finding::{Finding, Target};
use crate::model::flow::Flow;
use crate::model::interaction::Interaction;
use crate::model::write::Write;
use crate::shelf::{self, Kept};
use crate::text::{Text, safe};
use crate::time::Millis;
use crate::ui::form::{Ask, FormView};
use crate::ui::layer::Layer;
use crate::ui::progress::{FRAME, Progress};
use crate::ui::prompt::Prompt;
use crate::ui::review::{Review, Shown};
use crate::vocabulary::command::Half;
use crate::vocabulary::messages::Weight;

/// What the console remembers of forms beside the layers they are on.
#[derive(Debug, Default)]
pub(super) struct Bench {
    /// When a form was typed in last, while that is not kept.
    typed: Option<Millis>,
    /// What was listed last of the shelf.
    listed: Vec<Kept>,
    /// The last key asked to leave, and was told what would be lost.
    pub(super) asked_to_leave: bool,
}

/// Drafts are kept, and progress turns.
pub(super) const DUTY: Duty = Duty {
    due: App::forms_deadline,
    tick: App::keep_typed,
};

impl App {
    /// Opens a form; without a profile there is nothing to fill it in for.
    pub(crate) fn open_form(&mut self, opening: Opening) {
        let name = shelf::name(&opening.form, self.now);
        self.open_draft(opening, name);
    }

    /// Opens a form that keeps its draft under a name.
    fn open_draft(&mut self, opening: Opening, name: String) {
        if self.refused_as_past() {
            return;
        }
        let Some(profile) = self.profile.clone() else {
            let text = "there is no profile: a form needs an organisation to send to";
            return self.messages.say(Weight::Warning, text, self.now);
        };
        match catalogue::make(opening, &profile, &self.store, &mut self.ids, self.now) {
            Ok(form) => {
                let view = FormView::new(form, name, profile.read_only);
                self.layers.push(Layer::Form(Box::new(view)));
                self.ask_around();
            }
            Err(why) => self.messages.say(Weight::Warning, why, self.now),
        }
    }

    /// Shows what is about to be sent; the console sends nothing that was not shown here.
    pub(crate) fn open_review(&mut self, plan: Plan, concerns: &[String]) {
        if self.refused_as_past() {
            return;
        }
        let Some(profile) = self.profile.clone() else {
            return;
        };
        let mut concerns = concerns.to_vec();
        let kinds: Vec<_> = plan.writes().iter().map(|write| write.kind).collect();
        if let Some(until) = self.store.flows.left_alone(&kinds, self.now) {
            let until = until.clock(self.zone(), self.now);
            concerns.push(format!(
                "this kind of write is left alone to {until}, after failures in a row: before that it is refused"
            ));
        }
        let shown = plan.writes().first().map(|write| shown(&profile, write));
        match shown {
            Some(Ok(shown)) => {
                let review = Review::new(plan, shown, &concerns, stop(&profile));
                self.layers.push(Layer::Review(Box::new(review)));
            }
            Some(Err(why)) => self.messages.say(Weight::Error, why, self.now),
            None => self
                .messages
                .say(Weight::Note, "there is nothing to send", self.now),
        }
    }

    /// Does what a layer asks.
    pub(super) fn asked(&mut self, ask: Ask) {
        match ask {
            Ask::Review => self.review(),
            Ask::Keep => self.close_form(),
            Ask::Edit => {
                if let Some(text) = self.form_view().map(|view| view.to_edit()) {
                    self.effects.push(Effect::Edit(text));
                }
            }
            Ask::Load => {
                let prompt = Prompt::new("load JSON from", "Enter load the file  Esc close");
                self.layers.push(Layer::Prompt(prompt));
            }
            Ask::History => self
                .effects
                .push(Effect::Shelf(shelf::ShelfOrder::List(Half::Sent))),
            Ask::Send => self.send(),
            Ask::Curl => {
                if let Some(Layer::Review(review)) = self.layers.last() {
                    let text = review.curl().to_owned();
                    let what = "request as curl";
                    self.effects.push(Effect::Copy { what, text });
                }
            }
            Ask::Stop => self.stop_flow(),
            Ask::Again => self.edit_again(),
        }
    }

    /// A prompt was answered; the only one asks for a file.
    pub(super) fn answered(&mut self, line: &str) {
        let order = shelf::ShelfOrder::Load(PathBuf::from(line));
        self.effects.push(Effect::Shelf(order));
    }

    /// JSON has come from an editor or a file.
    pub(super) fn take_json(&mut self, text: Result<String, String>) {
        let taken = match (text, self.form_view()) {
            (Ok(text), Some(view)) => view.take_json(text),
            (Ok(_), None) => return,
            (Err(why), _) => Err(why),
        };
        if let Err(why) = taken {
            self.messages.say(Weight::Error, safe(&why), self.now);
        }
        self.typed();
    }

    /// The form that is open, under whatever layers.
    pub(super) fn form_view(&mut self) -> Option<&mut FormView> {
        self.layers.iter_mut().rev().find_map(|layer| match layer {
            Layer::Form(view) => Some(view.as_mut()),
            _ => None,
        })
    }

    /// Somebody has typed: what is new is asked of the world, and kept in a while.
    pub(super) fn typed(&mut self) {
        if self.form_view().is_some_and(|view| view.unkept()) {
            self.bench.typed = Some(self.now);
        }
        self.ask_around();
    }

    /// Asks what the form wants to know.
    fn ask_around(&mut self) {
        let due = self.form_view().map(|view| view.form_mut().due());
        let due = due.unwrap_or_default().into_iter();
        self.effects.extend(due.map(|question| match question {
            Question::Probe(target) => Effect::Probe(target),
            Question::Interaction(id) => Effect::LookUp(id),
            Question::Surroundings => Effect::ReadSurroundings,
        }));
    }

    /// A finding may be what the form waits for.
    pub(super) fn form_found(&mut self, finding: &Finding) {
        if self
            .form_view()
            .is_some_and(|view| view.form_mut().found(finding))
        {
            self.redraw();
        }
    }

    /// A probe that the form waits for could not be made.
    pub(super) fn form_not_probed(&mut self, target: &Target, why: &str) {
        if let Some(view) = self.form_view() {
            view.form_mut().not_probed(target, why);
        }
    }

    /// An interaction was read that the form may wait for.
    pub(super) fn looked_up(&mut self, id: InteractionId, read: Result<Interaction, Text>) {
        if let (Ok(one), Some(view)) = (&read, self.form_view()) {
            view.form_mut().learnt(one);
        }
        let (verdict, sentence) = match read {
            Ok(one) => (CheckVerdict::Good, one.words()),
            Err(why) => (CheckVerdict::Bad, why.to_string()),
        };
        if let Some(view) = self.form_view() {
            let question = Question::Interaction(id);
            view.form_mut().answered(&question, verdict, sentence);
        }
    }

    fn review(&mut self) {
        let Some(Layer::Form(view)) = self.layers.last_mut() else {
            return;
        };
        let form = view.form_mut();
        if let Some(plan) = form.plan() {
            let concerns = concerns(form);
            self.open_review(plan, &concerns);
        } else {
            let text = match form.faults() {
                [one] => format!("not yet: {one}"),
                many => format!("not yet: {} fields need attention", many.len()),
            };
            self.messages.say(Weight::Warning, safe(&text), self.now);
        }
        self.typed();
    }

    /// Sends what is under review: that very plan, and nothing else.
    fn send(&mut self) {
        if self.refused_as_past() {
            return;
        }
        let Some(Layer::Review(review)) = self
            .layers
            .pop_if(|layer| matches!(layer, Layer::Review(review) if review.open()))
        else {
            return;
        };
        let form = self.keep_sent();
        let plan = review.into_plan();
        let filled_in = form.is_some();
        let flow = self.begin_flow(Box::new(plan.order().clone()));
        self.sent(flow, &plan, form);
        self.layers
            .push(Layer::Progress(Progress::new(flow, filled_in)));
    }

    fn stop_flow(&mut self) {
        if let Some(Layer::Progress(progress)) = self.layers.last()
            && self
                .store
                .flows
                .get(progress.flow())
                .is_some_and(Flow::runs)
        {
            self.effects.push(Effect::StopFlow(progress.flow()));
            let text = "asked to stop: what was sent already stays sent";
            self.messages.say(Weight::Note, text, self.now);
        }
    }

    /// Which picture of the spinner shows: none while nothing turns, so that quiet costs no bytes.
    pub(super) fn spinner(&self) -> Option<i64> {
        let Some(Layer::Progress(progress)) = self.layers.last() else {
            return None;
        };
        let flow = self.store.flows.get(progress.flow())?;
        flow.runs().then(|| self.now.0.div_euclid(FRAME))
    }

    /// When time alone changes what layers show or keep.
    fn forms_deadline(&self) -> Option<Millis> {
        let turn = self.spinner().map(|frame| Millis((frame + 1) * FRAME));
        turn.into_iter().chain(self.keep_deadline()).min()
    }

    /// Whether the program may end now: what would be lost is told first, and asking again is the answer.
    pub(super) fn may_leave(&mut self) -> bool {
        let running = self.store.flows.running().count();
        let form = self.form_view().is_some();
        if self.bench.asked_to_leave || (!form && running == 0) {
            return true;
        }
        let text = match (form, running) {
            (true, 0) => "a form is open: once more quits and keeps its draft".to_owned(),
            (true, n) => format!(
                "a form is open and {n} under way: once more quits, keeps the draft and follows nothing"
            ),
            (false, 1) => {
                "a write is under way: once more quits, and its outcome is checked at the next start"
                    .to_owned()
            }
            (false, n) => format!(
                "{n} writes are under way: once more quits, and their outcomes are checked at the next start"
            ),
        };
        self.messages.say(Weight::Warning, text, self.now);
        self.bench.asked_to_leave = true;
        false
    }
}

/// Why nothing is sent from a profile.
fn stop(profile: &Profile) -> Option<String> {
    profile.read_only.then(|| {
        format!(
            "The profile {} is read-only: the review ends here. read_only = false in it lets writes through.",
            profile.name
        )
    })
}

/// The request as the review shows it.
fn shown(profile: &Profile, write: &Write) -> Result<Shown, String> {
    if let Some(to) = write.outside() {
        return Ok(Shown::outside(write, to));
    }
    let request = Request::new(&profile.base_url, write.clone()).map_err(|e| e.to_string())?;
    let headers = request.headers().into_iter();
    Ok(Shown {
        method: write.method.word(),
        url: request.url().to_string(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.into_owned()))
            .collect(),
        body: write.shown_body(),
        curl: request.curl(),
    })
}

/// Checks that an operator should look at before sending.
fn concerns(form: &Form) -> Vec<String> {
    let concern = |checked: crate::form::Checked| match checked.progress {
        Asked::Done(CheckVerdict::Bad, why) => {
            Some(format!("{} fails: {why}", checked.check.label))
        }
        Asked::Done(CheckVerdict::Warning, why) => Some(format!("{}: {why}", checked.check.label)),
        // What the organisation may tell beyond the contract is not waited for.
        Asked::Running if checked.check.ask == Asks::World(Question::Surroundings) => None,
        Asked::Running => Some(format!("{}: no answer yet", checked.check.label)),
        Asked::Done(CheckVerdict::Good, _) | Asked::Waiting => None,
    };
    form.checks().into_iter().filter_map(concern).collect()
}
