//! Drafts and history: what was typed outlives the form, the console and a kill.

use super::super::App;
use crate::effect::Effect;
use crate::form::Form;
use crate::shelf::{Contents, Kept, ShelfNews, ShelfOrder, name};
use crate::time::Millis;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::form::FormView;
use crate::ui::layer::Layer;
use crate::vocabulary::command::Half;
use crate::vocabulary::messages::Weight;

/// How long after the last key a draft is kept, in milliseconds.
const PAUSE: i64 = 1_000;

impl App {
    /// When what was typed is to be kept.
    pub(super) fn keep_deadline(&self) -> Option<Millis> {
        self.bench.typed.map(|typed| typed.plus(PAUSE))
    }

    /// Keeps what was typed a while ago.
    pub(crate) fn keep_typed(&mut self) {
        if self.keep_deadline().is_some_and(|due| self.now >= due) {
            self.keep_draft();
        }
    }

    /// Keeps the draft of the open form as it is now, if there is something new in it.
    pub(crate) fn keep_draft(&mut self) {
        self.bench.typed = None;
        let now = self.now;
        let Some(view) = self.form_view().filter(|view| view.unkept()) else {
            return;
        };
        let draft = kept(view.form(), view.draft().to_owned(), now);
        view.mark_kept();
        let order = ShelfOrder::Keep(Half::Drafts, Box::new(draft));
        self.effects.push(Effect::Shelf(order));
    }

    /// Closes the form on top and says how it is found again.
    pub(super) fn close_form(&mut self) {
        self.keep_draft();
        if let Some(Layer::Form(view)) = self.layers.pop_if(|layer| matches!(layer, Layer::Form(_)))
            && view.form().changed()
        {
            let text = "the draft is kept; :drafts brings it back";
            self.messages.say(Weight::Note, text, self.now);
        }
    }

    /// The form on top is sent: it closes, and its payload is kept with what was sent. Its draft stays until it is known that
    /// it is needed no more.
    pub(super) fn keep_sent(&mut self) -> Option<Box<FormView>> {
        self.keep_draft();
        let top = self.layers.pop_if(|layer| matches!(layer, Layer::Form(_)));
        let Some(Layer::Form(view)) = top else {
            return None;
        };
        self.bench.typed = None;
        let form = view.form();
        let sent = kept(form, name(form.spec().name, self.now), self.now);
        let order = ShelfOrder::Keep(Half::Sent, Box::new(sent));
        self.effects.push(Effect::Shelf(order));
        Some(view)
    }

    /// Asks for what is on a half of the shelf; it comes back as news.
    pub(crate) fn list(&mut self, half: Half) {
        self.effects.push(Effect::Shelf(ShelfOrder::List(half)));
    }

    /// Takes in what the shelf tells.
    pub(crate) fn shelf_news(&mut self, news: ShelfNews) {
        match news {
            ShelfNews::Listed(half, contents) => self.listed(half, contents),
            ShelfNews::Loaded(text) => self.take_json(Ok(text)),
            ShelfNews::Recalled(recalled) => self.recalled(*recalled),
            ShelfNews::Bookmarks(list, said) => self.bookmarks_known(&list, said),
            ShelfNews::Views(contents, said) => self.views_kept(contents, said),
        }
    }

    /// Lets the operator choose; over an open form only what fits it.
    fn listed(&mut self, half: Half, contents: Contents) {
        let Contents {
            mut kept,
            unreadable,
        } = contents;
        if unreadable > 0 {
            let text = format!("{unreadable} kept payloads could not be read and are left out");
            self.messages.say(Weight::Warning, text, self.now);
        }
        if let Some(view) = self.form_view() {
            let form = view.form().spec().name;
            kept.retain(|kept| kept.opening.form == form);
        }
        if kept.is_empty() {
            let text = match half {
                Half::Drafts => "there are no drafts: Esc in a form keeps one",
                Half::Sent => "nothing has been sent yet",
            };
            return self.messages.say(Weight::Note, text, self.now);
        }
        let zone = self.zone().clone();
        let choice = |kept: &Kept| Choice {
            value: kept.name.clone(),
            label: if kept.subject.is_empty() {
                "(no name)".to_owned()
            } else {
                kept.subject.fit(40).into_owned()
            },
            note: format!("{}  {}", kept.opening.form, kept.at.clock(&zone, self.now)),
            on: false,
        };
        let purpose = match half {
            Half::Drafts => Purpose::Draft,
            Half::Sent => Purpose::Sent,
        };
        let chooser = Chooser::new(purpose, kept.iter().map(choice).collect());
        self.bench.listed = kept;
        self.layers.push(Layer::Chooser(chooser));
    }

    /// Opens a kept payload: in the form that is open, else in one of its own. A draft goes on being that draft.
    pub(crate) fn reopen(&mut self, half: Half, name: &str) {
        let listed = self.bench.listed.iter().find(|kept| kept.name == name);
        let Some(kept) = listed.cloned() else {
            return;
        };
        if let (Some(view), Some(body)) = (self.form_view(), &kept.opening.body) {
            view.form_mut().replace(body);
            return self.typed();
        }
        match half {
            Half::Drafts => self.open_draft(kept.opening, kept.name),
            Half::Sent => self.open_form(kept.opening),
        }
    }

    /// Throws a draft away.
    pub(crate) fn discard(&mut self, name: &str) {
        self.bench.listed.retain(|kept| kept.name != name);
        let order = ShelfOrder::Discard(Half::Drafts, name.to_owned());
        self.effects.push(Effect::Shelf(order));
    }
}

fn kept(form: &Form, name: String, at: Millis) -> Kept {
    Kept {
        name,
        at,
        subject: form.subject().into(),
        opening: form.opening(),
    }
}
