//! What operators do about alerts.

use super::super::App;
use crate::effect::Effect;
use crate::kind::alerts::covers;
use crate::model::alert::{Acknowledgement, Alert, AlertId, Scope, Silence};
use crate::query::Query;
use crate::text::{Text, fit};
use crate::time::Millis;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::{Command, SURE, Span};
use crate::vocabulary::messages::Weight;
use crate::vocabulary::news::{AlertAsk, AlertChange};

/// The longest silence that somebody else may ask for, in milliseconds: that which can be typed.
const LONGEST_SILENCE: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Columns of a note or a reason that somebody else sends.
const LONGEST_REMARK: usize = 500;

impl App {
    /// Carries out what is about alerts; false leaves it to others.
    pub(in crate::app) fn run_alert(&mut self, command: &Command) -> bool {
        let marked = self.panes.get(self.active);
        let marked = marked.map(|pane| pane.marked_alerts(&self.store));
        let marked = marked.unwrap_or_default();
        let chosen = self.focus().alert.or_else(|| marked.first().copied());
        let runs = (self.alarm.is_some() || self.asks_as().is_some()).then_some(());
        let (weight, text) = match (command, chosen, runs) {
            (
                Command::Act(Action::Acknowledge | Action::Unacknowledge | Action::Redeliver),
                None,
                _,
            ) => return false,
            (
                Command::Act(
                    Action::Acknowledge
                    | Action::Unacknowledge
                    | Action::Redeliver
                    | Action::Silences,
                )
                | Command::Acknowledge(_)
                | Command::Lift(_)
                | Command::Resilence(_)
                | Command::Silence { .. },
                _,
                None,
            ) => (Weight::Warning, self.no_alerts().to_owned()),
            (Command::Act(Action::Acknowledge), Some(id), Some(())) => self.acknowledge(id, ""),
            (Command::Acknowledge(note), Some(id), Some(())) => self.acknowledge(id, note),
            (Command::Act(Action::Unacknowledge), Some(id), Some(())) => {
                let ids = if marked.is_empty() { vec![id] } else { marked };
                let mut ids = ids.into_iter();
                let mut ask = |id| self.alert_change(AlertChange::Unacknowledge(id));
                let text = match ids.by_ref().filter(|id| ask(*id)).count() {
                    0 => "nothing here is acknowledged, or it is over".to_owned(),
                    1 => "not acknowledged any more".to_owned(),
                    many => format!("{many} alerts are not acknowledged any more"),
                };
                self.with_pane(|pane, _| pane.unmark());
                (Weight::Note, text)
            }
            (Command::Act(Action::Silences), _, Some(())) => match self.silences() {
                Some(list) => {
                    self.layers.push(list);
                    return true;
                }
                None => (
                    Weight::Note,
                    "no silence is in force. :silence 30m site:Accra power work makes one"
                        .to_owned(),
                ),
            },
            (Command::Lift(record), _, Some(())) => self.end_silence(record),
            (Command::Resilence(record), _, Some(())) => {
                if let Ok(silence) = serde_json::from_str::<Silence>(record) {
                    let line = self.line_of(&silence);
                    self.open_palette(&line);
                }
                return true;
            }
            (Command::Acknowledge(_), None, _) => (
                Weight::Warning,
                "put the cursor on an alert first".to_owned(),
            ),
            (Command::Act(Action::Redeliver), Some(id), Some(())) => {
                if self.alert_change(AlertChange::Redeliver(id)) {
                    (Weight::Note, "sending it again".to_owned())
                } else {
                    (
                        Weight::Note,
                        "nothing of this alert is undelivered".to_owned(),
                    )
                }
            }
            (
                Command::Silence {
                    ms,
                    span,
                    reason,
                    instead,
                    sure,
                },
                chosen,
                Some(()),
            ) => match self.silence((*ms, span, reason), chosen, *instead, *sure) {
                Some(said) => said,
                None => return true,
            },
            _ => return false,
        };
        self.messages.say(weight, text, self.now);
        self.carry_out_alerts();
        true
    }

    /// Acknowledges the marked alerts, or this one.
    fn acknowledge(&mut self, id: AlertId, note: &str) -> (Weight, String) {
        let pane = self.panes.get(self.active);
        let marked = pane.map(|pane| pane.marked_alerts(&self.store));
        let marked = marked.unwrap_or_default();
        if marked.is_empty() {
            return self.acknowledge_one(id, note);
        }
        let open = |id: &&AlertId| {
            let alert = self.store.alerts.get(**id);
            alert.is_some_and(Alert::is_open)
        };
        let (all, open): (usize, Vec<AlertId>) =
            (marked.len(), marked.iter().filter(open).copied().collect());
        for id in &open {
            self.acknowledge_one(*id, note);
        }
        self.with_pane(|pane, _| pane.unmark());
        let over = match all - open.len() {
            0 => String::new(),
            n => format!("; {n} of them are over"),
        };
        let text = format!("acknowledged {} of {all} alerts{over}", open.len());
        (Weight::Note, text)
    }

    fn acknowledge_one(&mut self, id: AlertId, note: &str) -> (Weight, String) {
        let text = format!("acknowledged by {}", self.alert_operator());
        if self.alert_change(AlertChange::Acknowledge(id, Text::from(note))) {
            (Weight::Note, text)
        } else {
            (
                Weight::Note,
                "this alert is over: there is nothing to acknowledge".to_owned(),
            )
        }
    }

    /// None when it asks first.
    fn silence(
        &mut self,
        (ms, span, reason): (i64, &Span, &str),
        chosen: Option<AlertId>,
        instead: Option<Millis>,
        sure: bool,
    ) -> Option<(Weight, String)> {
        let book = &self.store.alerts;
        let group = self.focus().alerts;
        let known = |from: Millis| book.silences().iter().find(|known| known.from == from);
        let before = match instead.map(|from| known(from).cloned()) {
            Some(None) => {
                let text = "the silence that was to be changed is over: :silences lists the others";
                return Some((Weight::Warning, text.to_owned()));
            }
            before => before.flatten(),
        };
        let scope = match span {
            Span::All => Scope::All,
            Span::Matching(filter) => {
                if let Err(e) = Query::parse(
                    filter,
                    <crate::kind::alerts::Alerts as crate::kind::Kind>::FIELDS,
                ) {
                    return Some((
                        Weight::Warning,
                        format!("silence, column {}: {}", e.column + 1, e.sentence),
                    ));
                }
                Scope::Matching(filter.clone())
            }
            // What is changed goes on covering what it covered.
            Span::This => match (&before, group, chosen.and_then(|id| book.get(id))) {
                (Some(before), _, _) => before.scope.clone(),
                (None, Some(group), _) => Scope::Matching(group),
                (None, None, Some(alert)) => Scope::This {
                    kind: alert.kind.clone(),
                    subject: alert.subject.clone(),
                },
                (None, None, None) => {
                    return Some((
                        Weight::Warning,
                        "put the cursor on the alert to silence first".to_owned(),
                    ));
                }
            },
        };
        let until = self.now.plus(ms);
        let silence = Silence {
            scope,
            from: self.now,
            until,
            by: self.alert_operator(),
            reason: Text::from(reason),
        };
        let clock = until.clock(&self.zone, self.now);
        let open = || book.iter().filter(|alert| alert.is_open());
        let covered: Vec<&Alert> = open()
            .filter(|alert| covers(&silence, alert, self.now))
            .collect();
        let (all, some) = (open().count(), covered.len());
        let wide = silence.scope == Scope::All || (some > 1 && some * 2 > all);
        if wide && !sure {
            let line = line(&silence.scope, (ms, reason), instead);
            self.layers
                .push(question(line, &silence.scope, (some, all), &clock));
            return None;
        }
        let change = AlertChange::Silence {
            scope: silence.scope,
            ms,
            reason: silence.reason,
            instead: before.map(Box::new),
        };
        if self.alert_change(change) {
            let done = if instead.is_some() {
                "changed: silenced"
            } else {
                "silenced"
            };
            let text =
                format!("{done} until {clock}: {some} of {all} open alerts. :silences lifts it");
            Some((Weight::Note, text))
        } else {
            Some((
                Weight::Warning,
                "too many silences are in force: lift some of them (:silences)".to_owned(),
            ))
        }
    }

    /// The silences in force, to be lifted; none where there is none.
    fn silences(&self) -> Option<Layer> {
        let silences = self.store.alerts.silences();
        let choice = |silence: &Silence| Choice {
            // Plain data cannot fail to serialise.
            value: serde_json::to_string(silence).unwrap_or_default(),
            label: fit(&silence.scope.what(), 40).into_owned(),
            note: format!(
                "until {} by {}: {}",
                silence.until.clock(&self.zone, self.now),
                silence.by.fit(20),
                silence.reason.fit(40)
            ),
            on: false,
        };
        let choices: Vec<Choice> = silences.iter().map(choice).collect();
        (!choices.is_empty()).then(|| Layer::Chooser(Chooser::new(Purpose::Silence, choices)))
    }

    fn end_silence(&mut self, record: &str) -> (Weight, String) {
        let Ok(silence) = serde_json::from_str::<Silence>(record) else {
            return (Weight::Warning, String::new());
        };
        let what = silence.scope.what();
        if self.alert_change(AlertChange::Lift(Box::new(silence))) {
            // Another silence may cover the same.
            (Weight::Note, format!("lifted: the silence of {what}"))
        } else {
            (Weight::Note, "this silence is over already".to_owned())
        }
    }

    /// The line that would make a silence as it is, to be changed.
    fn line_of(&self, silence: &Silence) -> String {
        let left = silence.until.since(self.now) / 60_000;
        let reason = silence.reason.fit(LONGEST_REMARK);
        let what = span(&silence.scope);
        format!(
            "silence #{} {}m {what}{reason}",
            silence.from.0,
            left.max(1)
        )
    }

    fn no_alerts(&self) -> &'static str {
        if self.is_attached() {
            "the reader that makes the alerts cannot be reached: nothing was changed"
        } else {
            "alerts are not running: there is no profile, or its alerts are not read yet"
        }
    }

    /// The name that acknowledgements and silences carry.
    fn alert_operator(&self) -> Text {
        let alarm = self.alarm.as_ref();
        let own = || alarm.map(|alarm| alarm.operator.clone());
        self.asks_as().or_else(own).unwrap_or_default()
    }

    /// Changes something about alerts, or asks whoever makes them. False where there is nothing to change.
    fn alert_change(&mut self, what: AlertChange) -> bool {
        let by = self.alert_operator();
        if self.is_attached() {
            let ask = AlertAsk { by, what };
            self.effects.push(Effect::AskAlerts(Box::new(ask)));
            return true;
        }
        let now = self.now;
        let (Some(alarm), book) = (&mut self.alarm, &mut self.store.alerts) else {
            return false;
        };
        match what {
            AlertChange::Acknowledge(id, note) => {
                let at = now;
                alarm
                    .engine
                    .acknowledge(book, id, Acknowledgement { by, at, note })
            }
            AlertChange::Unacknowledge(id) => alarm.engine.unacknowledge(book, id),
            AlertChange::Redeliver(id) => alarm.engine.retry(book, id),
            AlertChange::Silence {
                scope,
                ms,
                reason,
                instead,
            } => {
                // Only one is in force at any moment, and there is room for it.
                if let Some(before) = instead {
                    alarm.engine.end_silence(book, &before, now);
                }
                let silence = Silence {
                    scope,
                    from: now,
                    until: now.plus(ms),
                    by,
                    reason,
                };
                alarm.engine.silence(book, silence, now)
            }
            AlertChange::Lift(silence) => alarm.engine.end_silence(book, &silence, now),
        }
    }

    /// A console that is attached asks for a change. What it sends is judged as what is typed here is.
    pub(in crate::app) fn alert_asked(&mut self, ask: AlertAsk) {
        let AlertAsk { by, mut what } = ask;
        let short = |text: &mut Text| *text = Text::from(text.fit(LONGEST_REMARK).into_owned());
        match &mut what {
            AlertChange::Acknowledge(_, note) => short(note),
            AlertChange::Silence { reason, .. } => short(reason),
            _ => {}
        }
        if let AlertChange::Silence {
            scope, ms, reason, ..
        } = &what
        {
            let readable = match scope {
                Scope::Matching(filter) => Query::parse(
                    filter,
                    <crate::kind::alerts::Alerts as crate::kind::Kind>::FIELDS,
                )
                .is_ok(),
                Scope::All | Scope::This { .. } => true,
            };
            if !readable || reason.is_empty() || !(1..=LONGEST_SILENCE).contains(ms) {
                return;
            }
        }
        let own = self.alarm.as_mut().map(|alarm| &mut alarm.operator);
        let Some(own) = own else { return };
        let own = std::mem::replace(own, by);
        self.alert_change(what);
        if let Some(alarm) = &mut self.alarm {
            alarm.operator = own;
        }
        self.carry_out_alerts();
        self.redraw();
    }
}

/// Asks before a silence that leaves little or nothing to be told: `line` is what would make it.
fn question(line: String, scope: &Scope, (some, all): (usize, usize), until: &str) -> Layer {
    // All in the label: a note is the first to give way on a narrow screen.
    let choice = |value: String, label: String| Choice {
        value,
        label,
        note: String::new(),
        on: false,
    };
    let what = format!(
        "Silence {}: {some} of {all} open alerts, and new ones, until {until}",
        fit(&scope.what(), 30)
    );
    let choices = vec![
        choice(String::new(), "Go back: nothing is silenced".to_owned()),
        choice(line, what),
    ];
    Layer::Chooser(Chooser::new(Purpose::Line, choices))
}

/// The command of a silence whose reach a person has been told.
fn line(scope: &Scope, (ms, reason): (i64, &str), instead: Option<Millis>) -> String {
    let instead = instead.map_or(String::new(), |from| format!("#{} ", from.0));
    format!("{SURE} {instead}{ms}ms {}{reason}", span(scope))
}

/// The words of a scope in a command.
fn span(scope: &Scope) -> String {
    match scope {
        Scope::All => String::new(),
        Scope::Matching(filter) if filter.starts_with('(') => format!("{filter} "),
        Scope::Matching(filter) => format!("({filter}) "),
        // The cursor stays on its row while it is asked.
        Scope::This { .. } => "this ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alert::{AlertKind, Subject};

    #[test]
    fn going_on_silences_what_was_asked_about() {
        let this = Scope::This {
            kind: AlertKind::CarrierDegradation,
            subject: Subject::Carrier("kestrel".into()),
        };
        let some = Scope::Matching("(site:Accra)".to_owned());
        for (scope, meant) in [
            (Scope::All, Span::All),
            (some, Span::Matching("(site:Accra)".to_owned())),
            (this, Span::This),
        ] {
            let Ok(Command::Silence {
                ms,
                span,
                reason,
                instead: Some(Millis(7)),
                sure: true,
            }) = Command::parse(&line(&scope, (1_500, "power work"), Some(Millis(7))))
            else {
                panic!("{scope:?}");
            };
            assert_eq!((ms, span, reason.as_str()), (1_500, meant, "power work"));
        }
    }
}
