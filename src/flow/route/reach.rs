//! Every destination side by side, each check a step with its time.

use futures_util::future::join_all;

use super::RouteNews;
use crate::flow::{Doing, Failure, Run};
use crate::model::route::{Check, Route, Stage, Verdict};

/// Why nothing is looked at: the route hands its events over inside of somebody's cloud.
const NO_ADDRESS: &str = "there is no address to look at";

/// Looks at every destination of a route.
pub(super) async fn all(run: &Run<'_>, route: &Route) -> Result<Vec<Verdict>, Failure> {
    let destinations = route.destinations();
    if destinations.is_empty() {
        run.begin("reach", "").done(NO_ADDRESS);
        return Ok(Vec::new());
    }
    let looks = destinations.into_iter().map(|uri| look_at(run, uri));
    join_all(looks).await.into_iter().collect()
}

/// Looks at one destination, each check a step; the verdict is everybody's.
pub(in crate::flow) async fn look_at(run: &Run<'_>, uri: &str) -> Result<Verdict, Failure> {
    let prober = run
        .kit
        .prober
        .as_ref()
        .map_err(|why| Failure::not_sent(why.clone()))?;
    let mut steps = Steps { run, doing: None };
    let verdict = prober
        .destination(uri, |verdict| steps.follow(verdict))
        .await;
    run.told(RouteNews::Checked(verdict.clone()));
    Ok(verdict)
}

/// The steps of one destination: one is under way at a time.
struct Steps<'a> {
    run: &'a Run<'a>,
    doing: Option<(Check, Doing<'a>)>,
}

impl Steps<'_> {
    fn follow(&mut self, verdict: &Verdict) {
        if let Some((check, doing)) = self.doing.take() {
            match verdict.stage(check) {
                Stage::Passed { note, .. } => doing.done(note.clone()),
                Stage::Failed { why, .. } => doing.failed(why.clone()),
                Stage::Waiting | Stage::Running => self.doing = Some((check, doing)),
            }
        }
        let mut checks = Check::ALL.into_iter();
        let running = checks.find(|check| *verdict.stage(*check) == Stage::Running);
        if let (Some(check), None) = (running, &self.doing) {
            let doing = self.run.begin(check.word(), verdict.uri.clone());
            self.doing = Some((check, doing));
        }
    }
}
