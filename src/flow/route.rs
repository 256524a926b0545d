//! Routes: the deploy pipeline of contract §9, and taking one away.
//!
//! existing state → DNS, TLS and health of every destination side by side → difference → submit → read back and compare →
//! sync webhook. Whatever fails stops it before the submit and says which destination and why. A route that is not as the
//! operator saw it is a conflict and is not overwritten.

mod deploy;
mod existing;
mod follow;
mod look;
mod parts;
mod reach;
mod remove;
mod submit;
mod sync;
pub mod trial;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex as Lock, PoisonError, Weak};

use tokio::sync::Mutex;

pub use self::existing::{All, Lists, all, by_id, find, named};
pub use self::look::look;
pub(super) use self::reach::look_at;
use super::{Failure, Kit, Run};
use crate::deployments::Deployments;
use crate::model::RouteId;
use crate::model::flow::Outcome;
use crate::model::payload::{self, Fault};
use crate::model::requester::Requester;
use crate::model::route::diff::{self, Change};
use crate::model::route::kind::any_of;
use crate::model::route::{Aim, Deed, Deployment, Kind, Known, Route, Verdict};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;

/// A route to be deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct Deploy {
    /// Which route it is to become.
    pub aim: Aim,
    /// The route as the operator saw it when the body was written; one that has changed since is a conflict.
    pub base: Option<Known>,
    /// What it is to be.
    pub body: Route,
    /// Stop before the submit: everything is looked at and nothing is changed.
    pub dry: bool,
    /// Why it is changed, for whoever asks later; kept with the deployment and on record.
    pub why: Option<Text>,
    /// Who asked for it through the listener; none where it was whoever is at the console.
    pub by: Option<Requester>,
}

/// A route that somebody asked for, and that came to nothing before there was anything to deploy.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The name of the route, as far as there is one.
    pub name: Text,
    /// Why it is refused.
    pub why: Text,
    /// Who asked for it.
    pub by: Requester,
}

impl Refused {
    /// A refusal of what `by` asked for.
    #[must_use]
    pub fn new(name: &str, why: &str, by: &Requester) -> Self {
        let name = if name.is_empty() {
            "POST /resolve"
        } else {
            name
        };
        Self {
            name: name.into(),
            why: why.into(),
            by: by.clone(),
        }
    }
}

/// A route to be taken away.
#[derive(Clone, Debug, PartialEq)]
pub struct Remove {
    /// The route as the operator saw it; one that has changed since is a conflict.
    pub known: Known,
}

impl Deploy {
    /// What the submit does, as far as that is known before the organisation is asked.
    #[must_use]
    pub const fn kind(&self) -> WriteKind {
        match self.aim {
            Aim::Existing(_) => WriteKind::RouteUpdate,
            Aim::New | Aim::ByName => WriteKind::RouteCreate,
        }
    }

    /// The writes, as far as they are known before the organisation is asked; none when nothing would change.
    pub(super) fn writes(&self) -> Vec<Write> {
        let writes = match &self.base {
            Some(base) => base.updates(&self.body),
            None => self.body.creates(),
        };
        writes.into_iter().map(|write| self.noted(write)).collect()
    }

    /// A write that says why, where somebody has said so.
    fn noted(&self, mut write: Write) -> Write {
        if let Some(why) = &self.why {
            write.note.insert("why", why.raw().into());
        }
        write
    }
}

/// What is learnt on the way.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteNews {
    /// The route as it is there.
    Found(Known),
    /// There is no such route any more.
    Gone(RouteId),
    /// A destination was looked at.
    Checked(Verdict),
    /// A deployment began or ended.
    Deployment(Box<Deployment>),
    /// The pipeline ended; the outcome of the flow follows.
    Ended(Box<Ending>),
}

/// How a pipeline ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// It runs, as was read back.
    Deployed {
        /// The route as it is there now.
        known: Box<Known>,
        /// What was done.
        deed: Deed,
        /// What went wrong beside it: the record, the sync webhook.
        warnings: Vec<Text>,
    },
    /// It was there already, in every field.
    Unchanged(Box<Known>),
    /// A dry run came as far as the submit.
    Dry {
        /// What is there; none for a new route.
        existing: Option<Box<Known>>,
        /// What the submit would change.
        changes: Vec<Change>,
    },
    /// It is gone, as was read back.
    Deleted {
        /// What it was.
        known: Box<Known>,
        /// What went wrong beside it.
        warnings: Vec<Text>,
    },
    /// The body breaks rules.
    Invalid(Vec<Fault>),
    /// Destinations cannot be reached; all of them, the good ones too.
    Unreachable(Vec<Verdict>),
    /// The route is not as the operator saw it.
    Conflict(Box<Conflict>),
    /// Anything else.
    Failed(Failure),
}

/// Two writers, one route.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// What the operator saw.
    pub seen: Known,
    /// What is there; none when it is gone.
    pub there: Option<Known>,
    /// What the operator wanted; none to take it away.
    pub wanted: Option<Route>,
    /// Whether it was sent, and refused by the organisation.
    pub sent: bool,
}

impl Conflict {
    /// What the other writer did.
    #[must_use]
    pub fn theirs(&self) -> Vec<Change> {
        let there = self.there.as_ref();
        there.map_or_else(Vec::new, |there| {
            diff::changes(&self.seen.route, &there.route)
        })
    }

    /// What the operator wanted to do.
    #[must_use]
    pub fn ours(&self) -> Vec<Change> {
        let wanted = self.wanted.as_ref();
        wanted.map_or_else(Vec::new, |wanted| diff::changes(&self.seen.route, wanted))
    }
}

impl From<Failure> for Ending {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<&Ending> for Outcome {
    fn from(ending: &Ending) -> Self {
        let done = |what: String, warnings: &[Text]| {
            let mut text = what;
            for warning in warnings {
                // Writing to a string does not fail.
                let _ = write!(text, "; warning: {}", warning.raw());
            }
            Self::Done(text.into())
        };
        match ending {
            Ending::Deployed {
                known,
                deed,
                warnings,
            } => done(format!("{} as {}", deed.word(), known.id.raw()), warnings),
            Ending::Deleted { known, warnings } => {
                done(format!("{} is gone", known.route.name()), warnings)
            }
            Ending::Unchanged(known) => done(format!("{} is so already", known.id.raw()), &[]),
            Ending::Dry { existing, changes } => {
                let what = match existing {
                    Some(_) => counted(changes.len()),
                    None => "a new route".to_owned(),
                };
                done(format!("dry run: {what}, nothing sent"), &[])
            }
            other => match other.failure() {
                Some(failure) => failure.into(),
                None => Self::Refused(Text::default()),
            },
        }
    }
}

impl Ending {
    /// Why nothing was deployed, in one sentence; none when it was.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        Some(match self {
            Self::Deployed { .. }
            | Self::Deleted { .. }
            | Self::Unchanged(_)
            | Self::Dry { .. } => {
                return None;
            }
            Self::Invalid(faults) => Failure::not_sent(payload::sentence(faults)),
            Self::Unreachable(verdicts) => Failure::not_sent(unreachable(verdicts)),
            Self::Conflict(conflict) => Failure::refused(conflict.sentence()),
            Self::Failed(failure) => failure.clone(),
        })
    }
}

impl Conflict {
    fn sentence(&self) -> String {
        let name = self.seen.route.name();
        if self.there.is_none() {
            return format!(
                "conflict: {name} was deleted since it was opened; nothing was sent. Deploy it as a new route if it is still wanted."
            );
        }
        let theirs: Vec<String> = self.theirs().iter().map(ToString::to_string).collect();
        let theirs = match theirs.as_slice() {
            [] => "its version moved on".to_owned(),
            some => some.join(", "),
        };
        format!(
            "conflict: somebody changed {name} since it was opened ({theirs}); nothing was sent. Open it again and repeat what is still wanted."
        )
    }
}

/// Which of the destinations cannot be reached and why, in one sentence.
pub(super) fn unreachable(verdicts: &[Verdict]) -> String {
    let failures = verdicts.iter().filter_map(|verdict| {
        let (check, why) = verdict.failure()?;
        Some(format!(
            "{}: {} failed: {}",
            verdict.uri.raw(),
            check.word(),
            why.raw()
        ))
    });
    let failures: Vec<String> = failures.collect();
    let good = verdicts.len().saturating_sub(failures.len());
    format!(
        "{} of {} destinations cannot be reached, and nothing was sent: {} ({good} good)",
        failures.len(),
        verdicts.len(),
        failures.join("; ")
    )
}

fn counted(changes: usize) -> String {
    match changes {
        0 => "no difference".to_owned(),
        1 => "1 difference".to_owned(),
        n => format!("{n} differences"),
    }
}

/// What the pipelines of one profile share.
#[derive(Clone, Debug)]
pub struct Shared {
    /// What was deployed, on disk.
    pub deployments: Deployments,
    /// The list of routes, read once for all who asked before it was.
    pub lists: Lists,
    names: Arc<Lock<HashMap<String, Weak<Mutex<()>>>>>,
}

impl Shared {
    /// For a profile whose deployments are kept there.
    #[must_use]
    pub fn new(deployments: Deployments) -> Self {
        Self {
            deployments,
            lists: Lists::default(),
            names: Arc::default(),
        }
    }

    /// The turn of a name: two pipelines that find no route of one name must not both make it.
    fn turn(&self, name: &str) -> Arc<Mutex<()>> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = names.get(name).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::default();
        names.insert(name.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

/// What is wrong with deploying a kind of route to this organisation, if anything.
#[must_use]
pub fn not_offered(kit: &Kit, kind: Kind) -> Option<Fault> {
    let offered = kit.client.api().capabilities().route_kinds;
    (!offered.contains(&kind)).then(|| {
        let message = format!(
            "this organisation has no {kind} routes: write {}",
            any_of(offered)
        );
        Fault::new("kind", message)
    })
}

/// Deploys a route.
pub(super) async fn deploy(run: &Run<'_>, order: &Deploy) -> Outcome {
    let turn = run.kit.routes.turn(order.body.name());
    let ending = match run.unless_stopped(turn.lock()).await {
        Ok(_turn) => deploy::deploy(run, order).await,
        Err(failure) => Err(failure.into()),
    };
    end(run, ending).await
}

/// Puts on record that somebody was refused a route.
pub(super) async fn refused(run: &Run<'_>, refused: &Refused) -> Outcome {
    let path = &["resolve"];
    let write = Write::bare(
        WriteKind::RouteCreate,
        Method::Post,
        path,
        refused.name.to_string(),
    );
    run.refuse(&write, refused.why.raw().to_owned())
        .await
        .into()
}

/// Takes a route away.
pub(super) async fn remove(run: &Run<'_>, order: &Remove) -> Outcome {
    let ending = remove::remove(run, order).await;
    end(run, ending).await
}

/// Whoever waits for the end finds a refusal on record.
async fn end(run: &Run<'_>, ending: Result<Ending, Ending>) -> Outcome {
    let (Ok(ending) | Err(ending)) = ending;
    let outcome = Outcome::from(&ending);
    run.refused_early(&outcome).await;
    run.tell(super::FlowNews::Route(RouteNews::Ended(Box::new(ending))));
    outcome
}

impl Run<'_> {
    fn told(&self, news: RouteNews) {
        self.tell(super::FlowNews::Route(news));
    }
}
