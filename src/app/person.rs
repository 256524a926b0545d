//! The person at the console: signs in and out, and sees on what the budget goes.

use super::App;
use super::duty::Duty;
use crate::cause::Cause;
use crate::cloud::Spending;
use crate::effect::{Effect, SignInAsk};
use crate::model::person::Person;
use crate::text::Text;
use crate::time::Millis;
use crate::ui::layer::Layer;
use crate::ui::sign_in::{SignIn, Stroke};
use crate::vocabulary::messages::Weight;
use crate::vocabulary::problem::{Problem, Trouble};

/// How long before its end a sign-in that nothing renews is told of, in milliseconds: ten minutes.
const AHEAD: i64 = 600_000;

/// Who signs in by a client without a secret has to do so again, and hears of it before.
pub(super) const DUTY: Duty = Duty {
    due: |app| {
        let due = app.sign_in_due();
        due.filter(|_| app.sign_in_warned != app.store.person.ends())
    },
    tick: App::warn_of_sign_in,
};

/// What happens on the way.
#[derive(Debug)]
pub enum SignInNews {
    /// The browser is waited for.
    Waiting {
        /// Where it is to go.
        url: String,
        /// Where it comes back to by itself, or why it cannot.
        door: Result<String, String>,
        /// Whether one was opened on this machine.
        opened: bool,
    },
    /// What was brought holds no code.
    Wrong(String),
    /// The code is here, and handed in.
    HandedIn,
    /// It came to nothing; the sentence says why.
    Failed(String),
    /// They have signed in.
    SignedIn,
    /// The keyring does not do its part; the sentence says why.
    Keyring(String),
    /// They have signed out, or the token could not be revoked and is only forgotten.
    SignedOut(Result<(), String>),
}

/// What the view of the budget is made of.
#[derive(Debug)]
pub struct BudgetSheet {
    /// Each token's budget.
    pub spending: Vec<Spending>,
    /// What came of reading the organisation's own limits; none where they are not read.
    pub limits: Option<Result<(), Text>>,
}

impl App {
    /// Who has signed in to the organisation.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.store.person
    }

    pub(super) fn login(&mut self) {
        match &self.store.person {
            Person::Nowhere => {
                let lack = Cause::PersonNowhere.told().to_string();
                self.messages.say(Weight::Warning, lack, self.now);
            }
            // Who has to sign in again soon may do so before it is too late.
            Person::SignedIn { .. } if self.sign_in_due().is_some_and(|due| self.now >= due) => {
                self.sign_in(SignInAsk::Begin);
            }
            Person::SignedIn { name, .. } => {
                let text = format!("{} has signed in already; :logout first", called(name));
                self.messages.say(Weight::Note, text, self.now);
            }
            Person::Nobody | Person::Ended { .. } => self.sign_in(SignInAsk::Begin),
        }
    }

    pub(super) fn logout(&mut self) {
        if self.store.person.is_signed_in() {
            self.sign_in(SignInAsk::Leave);
        } else {
            let text = "no user is signed in";
            self.messages.say(Weight::Note, text, self.now);
        }
    }

    pub(super) fn sign_in_stroke(&mut self, stroke: Stroke) {
        match stroke {
            Stroke::Bring(pasted) => self.sign_in(SignInAsk::Bring(pasted)),
            Stroke::Copy => self.copy_address(),
            Stroke::GiveUp => {
                self.close_sign_in();
                self.sign_in(SignInAsk::GiveUp);
            }
        }
    }

    pub(super) fn sign_in_news(&mut self, news: SignInNews) {
        match news {
            SignInNews::Waiting { url, door, opened } => {
                self.close_sign_in();
                let layer = SignIn::new(url, door, opened);
                self.layers.push(Layer::SignIn(Box::new(layer)));
                self.copy_address();
            }
            SignInNews::Wrong(why) => {
                if let Some(layer) = self.sign_in_layer() {
                    layer.wrong(why);
                }
            }
            SignInNews::HandedIn => {
                if let Some(layer) = self.sign_in_layer() {
                    layer.handed_in();
                }
            }
            SignInNews::Failed(why) => {
                self.close_sign_in();
                self.messages.say(Weight::Error, why, self.now);
            }
            SignInNews::SignedIn => self.close_sign_in(),
            SignInNews::Keyring(why) => self.messages.tell(Weight::Warning, why, self.now),
            SignInNews::SignedOut(Ok(())) => {
                let text = "signed out; the token is revoked";
                self.messages.say(Weight::Note, text, self.now);
            }
            SignInNews::SignedOut(Err(why)) => {
                let text = format!("signed out here, and the token was not revoked: {why}");
                self.messages.say(Weight::Warning, text, self.now);
            }
        }
    }

    /// Takes in who has signed in. Where there is no client of the console's own nothing works without a person.
    pub(super) fn person_changed(&mut self, person: Person) {
        let (was, now) = (&self.store.person, self.now);
        match &person {
            Person::SignedIn { name, .. } if !was.is_signed_in() => {
                let until = person.ends().map_or_else(String::new, |until| {
                    let at = until.timestamp().strftime("%H:%M");
                    format!("; again by {at} UTC, because this OAuth client has no secret")
                });
                let text = format!("{} has signed in{until}", called(name));
                self.messages.say(Weight::Note, text, now);
            }
            Person::Ended { name } => {
                let text = format!("the sign-in of {} has ended: :login", called(name));
                self.messages.tell(Weight::Warning, text, now);
            }
            Person::Nobody if self.waits_for_person() => {
                let text = "This profile has no OAuth client of its own and needs a user sign-in: run :login.";
                self.heard.problem = Some(Problem {
                    trouble: Trouble::Credentials,
                    text: text.into(),
                });
            }
            _ => {}
        }
        self.store.person = person;
    }

    /// When whoever has signed in is told to do so again.
    fn sign_in_due(&self) -> Option<Millis> {
        let ends = self.store.person.ends()?;
        Some(ends.plus(AHEAD.saturating_neg()))
    }

    /// Says once, ahead of time, that a sign-in ends which nothing renews.
    fn warn_of_sign_in(&mut self) {
        let ends = self.store.person.ends();
        let due = self.sign_in_due().is_some_and(|due| self.now >= due);
        if let (true, Some(until), Person::SignedIn { name, .. }) = (due, ends, &self.store.person)
            && self.sign_in_warned != ends
        {
            let at = until.timestamp().strftime("%H:%M");
            let text = format!(
                "the sign-in of {} ends at {at} UTC and is not renewed: :login again",
                called(name)
            );
            self.messages.say(Weight::Warning, text, self.now);
            self.sign_in_warned = ends;
        }
    }

    fn waits_for_person(&self) -> bool {
        self.profile
            .as_ref()
            .is_some_and(|profile| profile.client.is_none())
    }

    fn sign_in(&mut self, ask: SignInAsk) {
        self.effects.push(Effect::SignIn(ask));
    }

    fn copy_address(&mut self) {
        let url = self.sign_in_layer().map(|layer| layer.url().to_owned());
        self.effects.extend(url.map(|text| Effect::Copy {
            what: "address to sign in at",
            text,
        }));
    }

    fn close_sign_in(&mut self) {
        self.layers
            .retain(|layer| !matches!(layer, Layer::SignIn(_)));
    }

    fn sign_in_layer(&mut self) -> Option<&mut SignIn> {
        self.layers.iter_mut().find_map(|layer| match layer {
            Layer::SignIn(layer) => Some(layer.as_mut()),
            _ => None,
        })
    }
}

/// A person by their name; the organisation does not always say it.
pub(super) fn called(name: &Text) -> String {
    if name.raw().is_empty() {
        "somebody whom the organisation does not name".to_owned()
    } else {
        name.to_string()
    }
}

/// A moment of this day, to the second.
pub(super) fn clock(at: Millis) -> String {
    at.timestamp().strftime("%H:%M:%S").to_string()
}
