//! A form while it is open: the body, what is in focus, what is wrong with it and what the world says of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::checks::{CheckVerdict, Checked, Checks, Question};
use super::edit::Editing;
use super::kind::FieldKind;
use super::plan::Plan;
use super::rules::{Rules, faults};
use super::spec::{Field, Spec};
use super::{Check, Opening, path};
use crate::model::finding::{Finding, Target};
use crate::model::interaction::Interaction;
use crate::model::payload::Fault;
use crate::model::provision::Surroundings;
use crate::model::route::address;
use crate::time::Millis;

/// A form that is being filled in.
#[derive(Debug)]
pub struct Form {
    pub(super) spec: &'static Spec,
    pub(super) rules: Box<dyn Rules>,
    pub(super) about: Vec<String>,
    pub(super) body: Value,
    /// The body before anything was typed.
    begun: Value,
    /// The field in focus; the number after the last one is the way to the review.
    pub(super) at: usize,
    pub(super) editing: Editing,
    /// Fields that have been filled in or left, whose faults are worth telling.
    touched: BTreeSet<&'static str>,
    faults: Vec<Fault>,
    /// What was said when it was sent and refused; it stands until it is sent again.
    refusal: Option<Fault>,
    checks: Checks,
    wanted: Vec<Check>,
    /// Parts that were taken out, in case they are wanted back.
    pub(super) parked: BTreeMap<&'static str, Value>,
    /// What was typed before a completion, and which one is in its place.
    pub(super) completing: Option<(String, usize)>,
    /// The moment of the last key, for moments that a person means from then on.
    pub(super) now: Option<Timestamp>,
    /// Counts changes, so that whoever keeps a draft knows whether there is something new.
    version: u64,
}

impl Form {
    /// A form on a body, with its first field in focus.
    #[must_use]
    pub fn new(
        spec: &'static Spec,
        rules: Box<dyn Rules>,
        about: Vec<String>,
        body: Value,
    ) -> Self {
        let mut form = Self {
            spec,
            rules,
            about,
            begun: body.clone(),
            body,
            at: 0,
            editing: Editing::Nothing,
            touched: BTreeSet::new(),
            faults: Vec::new(),
            refusal: None,
            checks: Checks::default(),
            wanted: Vec::new(),
            parked: BTreeMap::new(),
            completing: None,
            now: None,
            version: 0,
        };
        form.judge();
        form.editing = form.open_field();
        form
    }

    /// What there is to fill in.
    #[must_use]
    pub fn spec(&self) -> &'static Spec {
        self.spec
    }

    /// The body as it is now, secrets and half-typed values included.
    #[must_use]
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// What people call it; empty while it has no name. Not yet safe to show.
    #[must_use]
    pub fn subject(&self) -> &str {
        let subject =
            path::get(&self.body, self.spec.subject).filter(|_| !self.spec.subject.is_empty());
        subject.and_then(Value::as_str).unwrap_or_default()
    }

    /// How to open the form again as it is, without its secrets.
    #[must_use]
    pub fn opening(&self) -> Opening {
        Opening {
            form: self.spec.name.to_owned(),
            about: self.about.clone(),
            body: Some(without_queries(self.spec.without_secrets(&self.body))),
        }
    }

    /// Whether it holds something that would be lost.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.body != self.begun
    }

    /// Counts changes of the body.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Fields that show now, with their numbers: those of absent parts do not.
    pub fn fields(&self) -> impl Iterator<Item = (usize, &'static Field)> {
        let fields = self.spec.fields.iter().enumerate();
        fields.filter(|(_, field)| self.spec.present(field, &self.body))
    }

    /// The number of the field in focus.
    #[must_use]
    pub fn focus(&self) -> usize {
        self.at
    }

    /// The field in focus; none when it is the way to the review.
    #[must_use]
    pub fn field(&self) -> Option<&'static Field> {
        self.spec.fields.get(self.at)
    }

    /// What is being typed or chosen in the field in focus.
    #[must_use]
    pub fn editing(&self) -> &Editing {
        &self.editing
    }

    /// The path in focus: that of the field, or of the row in it.
    #[must_use]
    pub fn place(&self) -> String {
        let Some(field) = self.field() else {
            return String::new();
        };
        match (&self.editing, field.kind) {
            (Editing::Rows { at, .. }, FieldKind::List { .. }) => path::index(field.path, *at),
            (Editing::Rows { at, rows, .. }, FieldKind::Pairs { .. }) => match rows.get(*at) {
                Some(row) => path::member(field.path, super::edit::pair(row).0),
                None => field.path.to_owned(),
            },
            _ => field.path.to_owned(),
        }
    }

    /// The moment it is: what is typed next is meant from here on.
    pub fn tell_time(&mut self, now: Millis) {
        self.now = Some(now.timestamp());
    }

    /// The zone that civil times are meant in.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        self.rules.zone(&self.body)
    }

    /// Everything that is wrong, shown or not.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What is wrong with a field that has been filled in or left.
    #[must_use]
    pub fn fault_of(&self, field: usize) -> Option<&Fault> {
        let path = self.spec.fields.get(field)?.path;
        let own = |fault: &&Fault| self.spec.field(&fault.path) == Some(field);
        let refusal = self.refusal.iter().find(own);
        if !self.touched.contains(path) {
            return refusal;
        }
        self.faults.iter().find(own).or(refusal)
    }

    /// What is wrong and belongs to no field.
    pub fn stray_faults(&self) -> impl Iterator<Item = &Fault> {
        let stray = |fault: &&Fault| self.spec.field(&fault.path).is_none();
        self.faults.iter().chain(&self.refusal).filter(stray)
    }

    /// What the world says, check by check.
    #[must_use]
    pub fn checks(&self) -> Vec<Checked> {
        self.checks.of(self.wanted.clone())
    }

    /// What to ask now: those of fields that are not being typed in. Each is given once.
    pub fn due(&mut self) -> Vec<Question> {
        let typing = self.typing().then(|| self.place());
        self.checks.due(&self.wanted, typing.as_deref())
    }

    /// A probe has ended; whether this form had asked.
    pub fn found(&mut self, finding: &Finding) -> bool {
        self.checks.found(finding)
    }

    /// A probe could not be made; whether this form had asked.
    pub fn not_probed(&mut self, target: &Target, why: &str) -> bool {
        let sentence = format!("not probed: {why}");
        let question = Question::Probe(target.clone());
        self.checks
            .answer(&question, CheckVerdict::Warning, sentence)
    }

    /// A question is answered; whether this form had asked. The sentence is safe to show.
    pub fn answered(
        &mut self,
        question: &Question,
        verdict: CheckVerdict,
        sentence: String,
    ) -> bool {
        self.checks.answer(question, verdict, sentence)
    }

    /// An interaction was read that may settle what was open.
    pub fn learnt(&mut self, interaction: &Interaction) {
        self.rules.learnt(interaction);
        self.judge();
    }

    /// What is around an endpoint was read.
    pub fn surrounded(&mut self, by: &Surroundings) {
        self.rules.surrounded(by);
        let (verdict, said) = (CheckVerdict::Good, "read".to_owned());
        self.checks.answer(&Question::Surroundings, verdict, said);
        self.judge();
    }

    /// All checks are made again.
    pub fn check_again(&mut self) {
        self.checks.forget();
    }

    /// Lines that explain the field in focus; safe to show.
    #[must_use]
    pub fn explain(&self) -> Vec<String> {
        self.rules.explain(&self.place(), &self.body)
    }

    /// Takes another body: from a file, an editor, the history.
    pub fn replace(&mut self, body: &Value) {
        self.body = self.spec.arranged(body);
        self.at = self.at.min(self.spec.fields.len());
        self.editing = self.open_field();
        self.touch_all();
        self.changed_now();
    }

    /// The writes that the form comes to; or the cursor goes to the first thing that is wrong.
    pub fn plan(&mut self) -> Option<Plan> {
        let (_, row) = self.editing.rows();
        self.refusal = None;
        self.settle();
        self.editing = self.open_field();
        self.go_to_row(row);
        self.touch_all();
        self.judge();
        if self.faults.is_empty() {
            match self.rules.plan(&self.body) {
                Ok(plan) => return Some(plan),
                Err(faults) => self.faults = faults,
            }
        }
        self.seek_fault();
        None
    }

    /// It was sent and refused: what was said stands at the field that it is about, which comes into focus, else at the end.
    pub fn refused(&mut self, why: &str) {
        let path = self.quoted(why).or_else(|| self.named(why));
        let path = path.unwrap_or_default();
        let message = format!("refused: {why}");
        self.refusal = Some(Fault::new(path.as_str(), message));
        if path.is_empty() {
            return;
        }
        if let Some(field) = self.spec.field(&path) {
            self.focus_on(field);
            self.go_to_row(row_of(&path).unwrap_or(0));
        }
    }

    /// What was sent and stands in a sentence word for word, the longest.
    fn quoted(&self, why: &str) -> Option<String> {
        let mut values: Vec<(String, &str)> = Vec::new();
        for (_, field) in self.fields() {
            match path::get(&self.body, field.path) {
                Some(Value::String(value)) => values.push((field.path.to_owned(), value)),
                Some(Value::Array(rows)) => {
                    let texts = rows.iter().enumerate();
                    let texts = texts.filter_map(|(n, row)| Some((n, row.as_str()?)));
                    values.extend(texts.map(|(n, row)| (format!("{}[{n}]", field.path), row)));
                }
                _ => {}
            }
        }
        let values = values.into_iter();
        let told = values.filter(|(_, value)| value.len() >= QUOTED && why.contains(value));
        told.max_by_key(|(_, value)| value.len())
            .map(|(path, _)| path)
    }

    /// The field whose name stands in a sentence.
    fn named(&self, why: &str) -> Option<String> {
        let said = why.to_lowercase();
        let names = |field: &&Field| {
            let last = field.path.rsplit('.').next().unwrap_or(field.path);
            let words = [field.path, last, field.label].map(str::to_lowercase);
            words.iter().any(|name| names_word(&said, name))
        };
        let fields = self.fields().map(|(_, field)| field);
        let found = fields.filter(names).max_by_key(|field| field.path.len());
        found.map(|field| field.path.to_owned())
    }

    /// Puts a field in focus, at its first row; what is out of range is the way to the review.
    pub fn focus_on(&mut self, field: usize) {
        self.settle();
        if let Some(left) = self.field() {
            self.touched.insert(left.path);
        }
        self.at = field.min(self.spec.fields.len());
        self.editing = self.open_field();
    }

    /// Puts a row of a field in focus, as a click does.
    pub fn click(&mut self, field: usize, row: usize) {
        if field != self.at {
            self.focus_on(field);
        }
        self.go_to_row(row);
    }

    pub(super) fn changed_now(&mut self) {
        self.version += 1;
        self.judge();
    }

    /// The field in focus is worth telling the faults of.
    pub(super) fn touch(&mut self) {
        if let Some(field) = self.field() {
            self.touched.insert(field.path);
        }
    }

    fn touch_all(&mut self) {
        self.touched.extend(self.spec.fields.iter().map(|f| f.path));
    }

    fn judge(&mut self) {
        self.faults = faults(self.spec, self.rules.as_ref(), &self.body);
        self.wanted = self.rules.checks(&self.body);
    }

    fn seek_fault(&mut self) {
        let places = self.faults.iter().enumerate().filter_map(|(n, fault)| {
            let field = self.spec.field(&fault.path)?;
            Some((field, n))
        });
        let Some((field, n)) = places.min() else {
            return;
        };
        let at = self.faults.get(n).map(|fault| fault.path.clone());
        self.focus_on(field);
        if let Some(row) = at.as_deref().and_then(row_of) {
            self.go_to_row(row);
        }
    }
}

/// Bytes of a value from which on it stands in a sentence by no accident.
const QUOTED: usize = 8;

/// Whether a sentence has a word in it, not as a part of another word.
fn names_word(said: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut places = said.match_indices(word).map(|(at, _)| at);
    !word.is_empty()
        && places.any(|at| {
            let (before, after) = (&said[..at], &said[at + word.len()..]);
            !inside(before.chars().next_back()) && !inside(after.chars().next())
        })
}

/// The row that a path ends in: 2 of `stunServers[2]`, and of `slots[2].start`.
fn row_of(at: &str) -> Option<usize> {
    let index = |step: path::Step| match step {
        path::Step::Index(index) => Some(index),
        path::Step::Name(_) => None,
    };
    path::parse(at).into_iter().find_map(index)
}

/// A payload in which addresses have no key to them; the rules ask for it again before anything is sent.
fn without_queries(body: Value) -> Value {
    match body {
        Value::String(text) if text.contains("://") => Value::from(address::shown(&text)),
        Value::Array(values) => values.into_iter().map(without_queries).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| (name, without_queries(value)))
            .collect(),
        plain => plain,
    }
}
