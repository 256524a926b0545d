//! What the state asks of the world, carried out or left alone.

use trunkline::app::event::{Done, Event};
use trunkline::app::past::{AheadNews, PastNews};
use trunkline::effect::{Effect, PastAsk};
use trunkline::model::audit::Chain;
use trunkline::time::Millis;

use super::{Held, World};

impl World {
    pub(super) fn effects(&mut self) -> Held {
        let t = self.t;
        for effect in self.app.take_effects() {
            let answer = match effect {
                Effect::Connect => Some(Done::Connected),
                Effect::OpenAlerts => Some(Done::Alerts(Box::new(self.hook.opened()))),
                Effect::ReadJobs => Some(Done::JobsRead(Vec::new(), None)),
                Effect::ReadAudit => Some(Done::AuditRead(Vec::new(), Chain::Empty)),
                Effect::Alerts(orders) => {
                    self.hook.carry_out(*orders, t);
                    None
                }
                Effect::Reread(users) => {
                    self.feed.reread(&users, t);
                    None
                }
                Effect::Pause(paused) => {
                    self.feed.pause(paused, t, &self.mailbox);
                    None
                }
                Effect::Remember(draft) => {
                    self.memory
                        .save(&draft)
                        .map_err(|error| error.to_string())?;
                    None
                }
                Effect::Flow(id, order) => {
                    self.person.ordered(&order)?;
                    self.drawn += 1;
                    let at = t + self.dice.between(10, 20_000);
                    self.flows.insert((at, self.drawn), id);
                    None
                }
                Effect::Past(PastAsk::Figures) => Some(Done::Figures(Vec::new())),
                Effect::Past(PastAsk::At { ask, at }) => self.past(ask, at)?,
                Effect::Past(PastAsk::Step {
                    ask, from, back, ..
                }) => {
                    let by = if back { -1_000 } else { 1_000 };
                    self.past(ask, from.plus(by))?
                }
                Effect::Copy { what, .. } => Some(Done::Copied(what.to_owned())),
                Effect::Export { rows, .. } => Some(Done::Exported("rows.csv".into(), rows)),
                _ => None,
            };
            if let Some(done) = answer {
                self.tell(Event::Done(done))?;
            }
        }
        Ok(())
    }

    /// The moment is shown before what comes after it.
    fn past(&mut self, ask: u64, at: Millis) -> Result<Option<Done>, String> {
        let (look, ahead) = match self.tape.look(at) {
            Ok((look, ahead)) => (Ok(Box::new(look)), Some(ahead)),
            Err(error) => (Err(error), None),
        };
        let turn = None;
        let news = PastNews { ask, look, turn };
        self.tell(Event::Done(Done::Past(Box::new(news))))?;
        Ok(ahead.map(|ahead| Done::Ahead(Box::new(AheadNews { ask, ahead }))))
    }
}
