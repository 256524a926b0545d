//! Pipelines that the listener asked for: begun like any other, and answered when they end.

use tokio::sync::oneshot;

use crate::app::App;
use crate::flow::route::{Deploy, Ending, Refused};
use crate::flow::{Failure, Order};
use crate::model::flow::{FlowId, Outcome};
use crate::model::requester::Requester;
use crate::model::route::{Aim, Route};
use crate::time::Millis;
use crate::vocabulary::messages::Weight;

impl App {
    /// Begins the pipeline of a route that was posted; whoever posted it waits at `to`.
    pub(in crate::app) fn resolve(
        &mut self,
        body: Route,
        by: Requester,
        to: oneshot::Sender<Box<Ending>>,
        now: Millis,
    ) {
        self.now = now;
        let name = crate::text::safe(body.name()).into_owned();
        let text = format!("route {name}: deployment requested by {by}");
        self.messages.tell(Weight::Note, text, now);
        let deploy = Deploy {
            aim: Aim::ByName,
            base: None,
            body,
            dry: false,
            why: None,
            by: Some(by),
        };
        let flow = self.begin_flow(Box::new(Order::Deploy(Box::new(deploy))));
        self.route_watch.resolving.insert(flow, to);
    }

    /// Puts on record what the listener has refused; it waits at `to` until that is done.
    pub(in crate::app) fn refused(
        &mut self,
        refused: Box<Refused>,
        to: oneshot::Sender<Box<Ending>>,
        now: Millis,
    ) {
        self.now = now;
        let flow = self.begin_flow(Box::new(Order::RefusedRoute(refused)));
        self.route_watch.resolving.insert(flow, to);
    }

    /// Answers whoever waits for the end of that pipeline; gives it back when nobody does.
    pub(super) fn resolved(&mut self, flow: FlowId, ending: Box<Ending>) -> Option<Box<Ending>> {
        match self.route_watch.resolving.remove(&flow) {
            Some(to) => {
                // Someone who has gone away meanwhile is not missed.
                let _ = to.send(ending);
                None
            }
            None => Some(ending),
        }
    }

    /// A flow has ended: one that never was a pipeline answers all the same.
    pub(in crate::app) fn unresolved(&mut self, flow: FlowId, outcome: &Outcome) {
        if let Some(to) = self.route_watch.resolving.remove(&flow) {
            let failure = Failure::not_sent(outcome.to_string());
            let _ = to.send(Box::new(Ending::Failed(failure)));
        }
    }
}
