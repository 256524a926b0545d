//! What each kind of news does to everything known, whoever hands it in: the loop as it comes, a recording as it came.

use super::callbacks::Applied;
use super::edges::EdgeTurn;
use super::{Changes, Read, Store};
use crate::model::callback::{Stream, Update};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::{CallbackNews, News, Taken};

/// What whoever handed in news may want to know beyond the changes.
#[derive(Debug, Default)]
pub struct Learnt {
    /// Edges that got into trouble or out of it.
    pub edges: Vec<EdgeTurn>,
    /// Updates of callbacks that were taken in, to be acknowledged.
    pub taken: Option<Taken>,
}

impl Store {
    /// Takes in one piece of news as of that moment.
    pub fn learn(&mut self, news: News, now: Millis, changes: &mut Changes) -> Learnt {
        let mut learnt = Learnt::default();
        let table = &mut self.registrations;
        match news {
            News::Update(update) => table.update(update, now, changes),
            News::Snapshot {
                user,
                devices,
                spoken,
                whole,
                live,
                asked,
            } => {
                let read = Read {
                    devices,
                    spoken: &spoken,
                    whole,
                    live,
                    asked,
                };
                table.read(&user, read, now, changes);
            }
            News::Swept {
                user,
                devices,
                spoken,
                whole,
            } => {
                let read = Read {
                    devices,
                    spoken: &spoken,
                    whole,
                    live: true,
                    asked: None,
                };
                table.swept(&user, read, now, changes);
            }
            News::Gap { user } => table.gap(&user, now, changes),
            News::ReadFailed { user, .. } => table.read_failed(&user, now, changes),
            News::Users { users, .. } => table.users(users, now, changes),
            News::UsersComplete => table.users_complete(now, changes),
            News::Carriers { carriers, faults } => {
                self.carriers.listed(carriers, faults, now, changes);
            }
            News::Edges { edges, refused } => {
                learnt.edges = self.edges.listed(edges, refused, now, changes);
            }
            News::Premises(premises) => self.premises = premises,
            News::CarriersFailed(problem) => {
                self.carriers.read_failed(problem.text, now, changes);
            }
            News::CarriersPaused => self.carriers.paused(changes),
            News::Interaction(one) => self.transfers.seen(*one, now),
            News::Phones(told) => table.phones(told, now, changes),
            News::Callbacks(told) => learnt.taken = self.callbacks_told(*told, now, changes),
            News::Vendor(told) => self.vendor.told(told, now),
            News::InteractionsMoved
            | News::Status(_)
            | News::Undecodable { .. }
            | News::Problem(_)
            | News::Notice(_)
            | News::Share(_) => {}
        }
        learnt
    }

    /// From now on nothing is sure of anything, until it is spoken of again: something was told that is not known, and why.
    pub fn unsure(&mut self, why: Text, now: Millis, changes: &mut Changes) {
        self.registrations.gap_of_all(now, changes);
        self.vendor.unsure(&why);
        self.carriers.read_failed(why.clone(), now, changes);
        self.edges.unsure(changes);
        self.queues.read_failed(why.clone(), now, changes);
        self.callbacks.read_failed(why.clone(), now, changes);
        let (at, attempt) = (now, 0);
        let stream = Stream::Waiting {
            at,
            attempt,
            why: why.clone(),
        };
        self.callbacks.turn(stream, changes);
        self.transfers.not_listed(why, now);
        self.alerts.doubt();
    }

    fn callbacks_told(
        &mut self,
        told: CallbackNews,
        now: Millis,
        changes: &mut Changes,
    ) -> Option<Taken> {
        let (callbacks, queues) = (&mut self.callbacks, &mut self.queues);
        match told {
            CallbackNews::Updates(updates) => {
                return Some(self.take_updates(updates, now, changes));
            }
            CallbackNews::Heard(heard) => {
                for callback in heard {
                    callbacks.told(callback, now, changes);
                }
            }
            CallbackNews::Completed(read) => {
                for callback in &read {
                    callbacks.completed(callback, changes);
                }
            }
            CallbackNews::Acknowledged(ids) => callbacks.acknowledged(&ids, now, changes),
            CallbackNews::Listed {
                callbacks: listed,
                spoken,
                began,
                faults,
            } => callbacks.listed(listed, &spoken, began, faults, now, changes),
            CallbackNews::ReadFailed(problem) => callbacks.read_failed(problem.text, now, changes),
            CallbackNews::Stream(stream) => callbacks.turn(stream, changes),
            CallbackNews::Queues {
                queues: listed,
                faults,
            } => queues.listed(listed, faults, now, changes),
            CallbackNews::QueuesFailed(problem) => queues.read_failed(problem.text, now, changes),
        }
        None
    }

    /// An update is acknowledged once the table has it, however often it comes; one without room is not, and comes again.
    fn take_updates(&mut self, updates: Vec<Update>, now: Millis, changes: &mut Changes) -> Taken {
        let mut taken = Taken {
            count: u32::try_from(updates.len()).unwrap_or(u32::MAX),
            correlations: Vec::with_capacity(updates.len()),
        };
        for update in updates {
            let correlation = update.correlation.clone();
            match self.callbacks.update(update, now, changes) {
                Applied::Now | Applied::Before => taken.correlations.push(correlation),
                Applied::NoRoom => {}
            }
        }
        taken
    }
}
