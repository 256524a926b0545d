//! What operators do about alerts.

use super::super::App;
use super::super::action::Action;
use super::super::command::{Command, Span};
use super::super::messages::Weight;
use super::Alarm;
use crate::model::alert::{Acknowledgement, AlertId, Scope, Silence};
use crate::query::Query;
use crate::text::Text;

impl App {
    /// Carries out what is about alerts; false leaves it to others.
    pub(in crate::app) fn run_alert(&mut self, command: &Command) -> bool {
        let chosen = self.panes.get(self.active).and_then(|pane| pane.alert());
        let (weight, text) = match (command, chosen, &mut self.alarm) {
            (Command::Act(Action::Acknowledge | Action::Redeliver), None, _) => return false,
            (
                Command::Act(Action::Acknowledge | Action::Redeliver)
                | Command::Acknowledge(_)
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
            (Command::Silence { ms, span, reason }, chosen, Some(_)) => {
                self.silence(*ms, span, reason, chosen)
            }
            _ => return false,
        };
        self.messages.say(weight, text, self.now);
        self.carry_out_alerts();
        true
    }

    fn acknowledge(&mut self, id: AlertId, note: &str) -> (Weight, String) {
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

    fn silence(
        &mut self,
        ms: i64,
        span: &Span,
        reason: &str,
        chosen: Option<AlertId>,
    ) -> (Weight, String) {
        let book = &mut self.store.alerts;
        let scope = match span {
            Span::All => Scope::All,
            Span::Matching(filter) => {
                if let Err(e) = Query::parse(
                    filter,
                    <crate::kind::alerts::Alerts as crate::kind::Kind>::FIELDS,
                ) {
                    return (
                        Weight::Warning,
                        format!("silence, column {}: {}", e.column + 1, e.sentence),
                    );
                }
                Scope::Matching(filter.clone())
            }
            Span::This => match chosen.and_then(|id| book.get(id)) {
                Some(alert) => Scope::This {
                    kind: alert.kind.clone(),
                    subject: alert.subject.clone(),
                },
                None => {
                    return (
                        Weight::Warning,
                        "put the cursor on the alert to silence first".to_owned(),
                    );
                }
            },
        };
        let Some(Alarm {
            engine, operator, ..
        }) = &mut self.alarm
        else {
            return (Weight::Warning, String::new());
        };
        let until = self.now.plus(ms);
        let silence = Silence {
            scope,
            from: self.now,
            until,
            by: operator.clone(),
            reason: Text::from(reason),
        };
        if engine.silence(book, silence, self.now) {
            (
                Weight::Note,
                format!("silenced until {}", until.clock(&self.zone, self.now)),
            )
        } else {
            (
                Weight::Warning,
                "too many silences are in force: let some of them end".to_owned(),
            )
        }
    }
}
