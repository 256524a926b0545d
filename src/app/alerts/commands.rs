//! What operators do about alerts.

use super::super::App;
use super::Alarm;
use crate::kind::alerts::covers;
use crate::model::alert::{Acknowledgement, Alert, AlertId, Scope, Silence};
use crate::query::Query;
use crate::text::{Text, fit};
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::{Command, SURE, Span};
use crate::vocabulary::messages::Weight;

impl App {
    /// Carries out what is about alerts; false leaves it to others.
    pub(in crate::app) fn run_alert(&mut self, command: &Command) -> bool {
        let marked = self.panes.get(self.active).map(|pane| pane.marked_alerts());
        let marked = marked.unwrap_or_default();
        let chosen = self.focus().alert.or_else(|| marked.first().copied());
        let (weight, text) = match (command, chosen, &mut self.alarm) {
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
                | Command::Silence { .. },
                _,
                None,
            ) => (
                Weight::Warning,
                "alerts are not running: there is no profile, or its alerts are not read yet"
                    .to_owned(),
            ),
            (Command::Act(Action::Acknowledge), Some(id), Some(_)) => self.acknowledge(id, ""),
            (Command::Acknowledge(note), Some(id), Some(_)) => self.acknowledge(id, note),
            (Command::Act(Action::Unacknowledge), Some(id), Some(alarm)) => {
                let text = if alarm.engine.unacknowledge(&mut self.store.alerts, id) {
                    "not acknowledged any more"
                } else {
                    "this alert is not acknowledged, or it is over"
                };
                (Weight::Note, text.to_owned())
            }
            (Command::Act(Action::Silences), _, Some(_)) => match self.silences() {
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
            (Command::Lift(record), _, Some(_)) => self.end_silence(record),
            (Command::Acknowledge(_), None, _) => (
                Weight::Warning,
                "put the cursor on an alert first".to_owned(),
            ),
            (Command::Act(Action::Redeliver), Some(id), Some(alarm)) => {
                if alarm.engine.retry(&mut self.store.alerts, id) {
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
                    sure,
                },
                chosen,
                Some(_),
            ) => match self.silence(*ms, span, reason, chosen, *sure) {
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
        let marked = pane.map(|pane| pane.marked_alerts()).unwrap_or_default();
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
        let text = format!("acknowledged {} of {all} marked alerts{over}", open.len());
        (Weight::Note, text)
    }

    fn acknowledge_one(&mut self, id: AlertId, note: &str) -> (Weight, String) {
        let Some(Alarm {
            engine, operator, ..
        }) = &mut self.alarm
        else {
            return (Weight::Warning, String::new());
        };
        let ack = Acknowledgement {
            by: operator.clone(),
            at: self.now,
            note: Text::from(note),
        };
        let text = format!("acknowledged by {operator}");
        if engine.acknowledge(&mut self.store.alerts, id, ack) {
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
        ms: i64,
        span: &Span,
        reason: &str,
        chosen: Option<AlertId>,
        sure: bool,
    ) -> Option<(Weight, String)> {
        let book = &mut self.store.alerts;
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
            Span::This => match chosen.and_then(|id| book.get(id)) {
                Some(alert) => Scope::This {
                    kind: alert.kind.clone(),
                    subject: alert.subject.clone(),
                },
                None => {
                    return Some((
                        Weight::Warning,
                        "put the cursor on the alert to silence first".to_owned(),
                    ));
                }
            },
        };
        let Some(Alarm {
            engine, operator, ..
        }) = &mut self.alarm
        else {
            return Some((Weight::Warning, String::new()));
        };
        let until = self.now.plus(ms);
        let silence = Silence {
            scope,
            from: self.now,
            until,
            by: operator.clone(),
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
            self.layers
                .push(question(&silence.scope, ms, reason, (some, all), &clock));
            return None;
        }
        if engine.silence(book, silence, self.now) {
            Some((
                Weight::Note,
                format!("silenced until {clock}: {some} of {all} open alerts. :silences lifts it"),
            ))
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
        let read = serde_json::from_str::<Silence>(record).ok();
        let (Some(silence), Some(alarm)) = (read, &mut self.alarm) else {
            return (Weight::Warning, String::new());
        };
        let what = silence.scope.what();
        let book = &mut self.store.alerts;
        if alarm.engine.end_silence(book, &silence, self.now) {
            // Another silence may cover the same.
            (Weight::Note, format!("lifted: the silence of {what}"))
        } else {
            (Weight::Note, "this silence is over already".to_owned())
        }
    }
}

/// Asks before a silence that leaves little or nothing to be told.
fn question(
    scope: &Scope,
    ms: i64,
    reason: &str,
    (some, all): (usize, usize),
    until: &str,
) -> Layer {
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
        choice(line(scope, ms, reason), what),
    ];
    Layer::Chooser(Chooser::new(Purpose::Line, choices))
}

/// The command of a silence whose reach a person has been told.
fn line(scope: &Scope, ms: i64, reason: &str) -> String {
    let span = match scope {
        Scope::All => String::new(),
        Scope::Matching(filter) => format!("({filter}) "),
        // The cursor stays on its row while it is asked.
        Scope::This { .. } => "this ".to_owned(),
    };
    format!("{SURE} {ms}ms {span}{reason}")
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
        let some = Scope::Matching("site:Accra".to_owned());
        for (scope, meant) in [
            (Scope::All, Span::All),
            (some, Span::Matching("(site:Accra)".to_owned())),
            (this, Span::This),
        ] {
            let Ok(Command::Silence {
                ms,
                span,
                reason,
                sure: true,
            }) = Command::parse(&line(&scope, 1_500, "power work"))
            else {
                panic!("{scope:?}");
            };
            assert_eq!((ms, span, reason.as_str()), (1_500, meant, "power work"));
        }
    }
}
