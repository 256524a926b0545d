//! `:api`: a look at any path of the API from within the console. It only reads. What changes something has its review, its audit and
//! its confirmation in `trunkline api`, and is not typed in passing.

use ratatui::text::Line;

use super::App;
use crate::effect::Effect;
use crate::model::raw::RawCall;
use crate::text::{Text, safe};
use crate::ui::layer::Layer;
use crate::ui::lines::Reader;
use crate::vocabulary::command::Command;
use crate::vocabulary::messages::Weight;

/// Said where nobody can be asked.
const ALONE: &str = "no organisation is connected here: there is nothing to read";

impl App {
    /// Carries out what was typed; false leaves it to others.
    pub(super) fn run_raw(&mut self, command: &Command) -> bool {
        let Command::Api(typed) = command else {
            return false;
        };
        if self.profile.is_none() || self.replaying.is_some() {
            self.messages.say(Weight::Note, ALONE, self.now);
            return true;
        }
        match call(typed) {
            Ok(call) => {
                let text = format!("reading {}", safe(&call.shown()));
                self.messages.say(Weight::Note, text, self.now);
                self.effects.push(Effect::ReadRaw(Box::new(call)));
            }
            Err(why) => self.messages.say(Weight::Warning, why, self.now),
        }
        true
    }

    /// Shows what was answered, or says why nothing was.
    pub(super) fn show_raw(&mut self, path: &str, read: Result<Vec<String>, Text>) {
        match read {
            Ok(lines) => {
                let lines = lines.into_iter().map(Line::from).collect();
                let title = format!("GET {}", safe(path));
                let reader = Reader::new(title, lines, "The answer is empty.");
                self.layers.push(Layer::Reader(reader));
            }
            Err(why) => self.messages.say(Weight::Error, why.to_string(), self.now),
        }
    }
}

/// The call that was typed, or what is to be typed instead.
fn call(typed: &str) -> Result<RawCall, String> {
    let (verb, path) = typed
        .split_once(char::is_whitespace)
        .ok_or("api GET PATH: api GET users?pageSize=1")?;
    let call = RawCall::read(verb, path.trim(), &[], None).map_err(|fault| fault.to_string())?;
    match call.method {
        None => Ok(call),
        Some(method) => Err(format!(
            "{} changes something and is not sent from here: `trunkline api {} {}` shows it before it is sent",
            method.word(),
            method.word(),
            safe(&call.shown())
        )),
    }
}
