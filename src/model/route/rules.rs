//! The rules of routes (contract §9; Platform API), each with the sentence that a form, `-f` and `POST /resolve` answer with.

mod eventbridge;
mod trigger;
mod webhook;

use super::Route;
use super::kind::any_of;
use crate::model::payload::Fault;
use crate::text::is_plain;

/// Characters of a name; a longer one is a paste that went wrong.
const LONGEST_NAME: usize = 128;

/// Filters, fields, topics, criteria and headers that one route may have. The APIs have no limit; a screen and a log have.
pub(super) const MOST_ENTRIES: usize = 100;

/// Columns of a value that a fault repeats.
const SHOWN: usize = 60;

pub(super) fn faults(route: &Route) -> Vec<Fault> {
    let mut faults = Faults::default();
    name(route.name(), &mut faults);
    match route {
        Route::Webhook(route) => webhook::judge(route, &mut faults),
        Route::EventBridge(route) => eventbridge::judge(route, &mut faults),
        Route::Trigger(route) => trigger::judge(route, &mut faults),
    }
    faults.0
}

pub(super) fn faults_after(before: &Route, after: &Route) -> Vec<Fault> {
    let mut faults = Faults::default();
    match (before, after) {
        (Route::Trigger(before), Route::Trigger(after)) => {
            trigger::judge_change(before, after, &mut faults);
        }
        _ if before.kind() == after.kind() => {}
        _ => {
            let kind = any_of(&[before.kind()]);
            faults.add("kind", format!("it is another kind of route: {kind}"));
        }
    }
    faults.0
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, path: &str, message: impl Into<String>) {
        self.0.push(Fault::new(path, message));
    }

    fn maybe(&mut self, path: &str, message: Option<String>) {
        if let Some(message) = message {
            self.add(path, message);
        }
    }

    fn too_many(&mut self, path: &str, given: usize) {
        if given > MOST_ENTRIES {
            self.add(
                path,
                format!("{given} are too many: at most {MOST_ENTRIES}"),
            );
        }
    }

    /// A word that is compared as it is, such as a topic.
    fn word(&mut self, path: &str, word: &str) {
        if word.trim().is_empty() {
            self.add(path, "empty");
        } else if !is_plain(word) || word.contains(char::is_whitespace) {
            self.add(path, "it has spaces or characters that cannot be shown");
        }
    }

    /// A sentence of some length that a person reads.
    fn text(&mut self, path: &str, text: &str, longest: usize) {
        if text.chars().count() > longest {
            self.add(path, format!("longer than {longest} characters"));
        } else if !is_plain(text) {
            self.add(path, "it has characters that cannot be shown");
        }
    }
}

fn name(name: &str, faults: &mut Faults) {
    if name.trim().is_empty() {
        faults.add("name", "missing: a route needs a name");
    } else {
        faults.text("name", name, LONGEST_NAME);
    }
}
