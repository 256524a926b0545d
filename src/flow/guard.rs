//! The one gate that every write goes through, and what is on record of it before and after.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::{Failure, FlowNews, Kit, Run};
use crate::audit::{Audit, Ending, Entry, Ticket};
use crate::cloud::{Answer, Error};
use crate::model::audit::LineStatus;
use crate::model::flow::Outcome;
use crate::model::write::{Write, WriteKind};

/// A write that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// What came of it.
    pub value: T,
    /// The job that it began.
    pub job: Option<String>,
    /// What else the audit is to say; never a secret, a token or a full telephone number.
    pub note: super::Note,
}

impl<T> Done<T> {
    /// Done, with nothing more to say.
    pub fn plain(value: T) -> Self {
        Self {
            value,
            job: None,
            note: super::Note::new(),
        }
    }
}

impl Run<'_> {
    /// Sends a write to the organisation's API as a step of its own: the gate, the retries of its kind, the record.
    ///
    /// `check` is what to look at when its outcome stays unknown. `begins` is told the write's number in the audit once its
    /// intent is on disk. `read` makes something of the answer; where it can't, the write was taken and what came of it
    /// is unknown.
    pub async fn commit<T>(
        &self,
        write: Write,
        check: &str,
        begins: impl FnOnce(&str),
        read: impl FnOnce(&Answer) -> Result<Done<T>, String>,
    ) -> Result<T, Failure> {
        let client = &self.kit.client;
        let request = client
            .request(write)
            .map_err(|error| Failure::of(&error, check))?;
        let mut doing = self.begin("submit", request.url().path());
        let outcome = self
            .guarded(request.write(), async |id| {
                begins(id);
                let waiting = |error: &Error, wait: Duration| {
                    let seconds = wait.as_secs_f64();
                    doing.note(format!("{}; again in {seconds:.1} s", brief(error)));
                };
                let sent = client.write(&request, waiting).await;
                let answer = sent.map_err(|error| Failure::of(&error, check))?;
                let mut done = read(&answer).map_err(|why| Failure {
                    trouble: false,
                    ..Failure::unknown(unreadable(&request, &why), check)
                })?;
                done.note.insert("attempts".into(), answer.attempts.into());
                Ok(done)
            })
            .await;
        match &outcome {
            Ok(_) => doing.done(""),
            Err(failure) => doing.failed(failure.to_string()),
        }
        outcome
    }

    /// Lets a write pass the gate, sends it as `send` does, and puts its outcome on record.
    ///
    /// Nothing of `send` runs before the intent is on disk; it is told the write's number in the audit. Once it runs it is
    /// not stopped: a write half sent would be a write unknown.
    pub async fn guarded<T>(
        &self,
        write: &Write,
        send: impl AsyncFnOnce(&str) -> Result<Done<T>, Failure>,
    ) -> Result<T, Failure> {
        let kit = self.kit;
        let entry = self.entry(write);
        if kit.profile.read_only {
            let name = &kit.profile.name;
            let why = format!(
                "profile {name} is read-only: nothing was sent. Set read_only = false in it to allow writes."
            );
            return Err(self.turned_away(entry, why).await);
        }
        if let Some(why) = &kit.gate {
            return Err(self.turned_away(entry, why.to_string()).await);
        }
        if self.stopped() {
            return Err(Failure::cancelled("stopped before anything was sent"));
        }
        let pass = match kit.breakers.pass(write.kind) {
            Ok(pass) => pass,
            Err(open) => return Err(self.turned_away(entry, open.to_string()).await),
        };
        let ticket = self.intent(entry).await?;
        let began = Instant::now();
        let outcome = send(ticket.id()).await;
        match &outcome {
            Err(failure) if failure.trouble => {
                pass.failed();
                self.left_alone(write.kind);
            }
            _ => pass.worked(),
        }
        self.record(ticket, ending(&outcome, began.elapsed())).await;
        outcome.map(|done| done.value)
    }

    /// Tells until when a kind of write is left alone, once it is.
    fn left_alone(&self, kind: WriteKind) {
        let open = self.kit.breakers.open();
        if let Some(open) = open.iter().find(|open| open.kind == kind) {
            let wait = i64::try_from(open.wait.as_millis()).unwrap_or(i64::MAX);
            let until = self.kit.clock.now().plus(wait);
            self.tell(FlowNews::LeftAlone(kind, until));
        }
    }

    /// Puts something on record that sends nothing: what is looked at, where that is somebody's business. A read-only profile
    /// does not stop it, an audit that cannot be written does.
    pub async fn on_record(&self, write: &Write) -> Result<(), Failure> {
        let entry = self.entry(write);
        let ticket = self.intent(entry).await?;
        self.record(ticket, Ending::new(LineStatus::Ok)).await;
        Ok(())
    }

    /// Puts on record that a write was not sent, for a reason of the flow's own: a destination, a conflict.
    pub async fn refuse(&self, write: &Write, why: String) -> Failure {
        self.turned_away(self.entry(write), why).await
    }

    /// Puts on record that a flow came to nothing before it had anything to put on record: a rule is broken, a probe failed, a
    /// queue is full. What went to the gate is on record already, whatever became of it.
    pub(super) async fn refused_early(&self, outcome: &Outcome) {
        if let (Outcome::Refused(why), Some(write)) = (outcome, &self.write)
            && !self.recorded.load(Ordering::Relaxed)
        {
            self.refuse(write, why.raw().to_owned()).await;
        }
    }

    /// What is put on record of a write: beside whoever is at the console, who asked for it through the listener, and the
    /// person by whose name it goes out.
    fn entry(&self, write: &Write) -> Entry {
        let kit = self.kit;
        let entry = Entry::of(write, &kit.operator).asked_by(self.by.as_ref());
        match kit.client.acting(write) {
            Some(person) => entry.acting(&person),
            None => entry,
        }
    }

    async fn intent(&self, entry: Entry) -> Result<Ticket, Failure> {
        self.recorded.store(true, Ordering::Relaxed);
        let written = self.kit.on_disk(move |audit| audit.intent(&entry)).await;
        written.map_err(|why| {
            Failure::not_sent(format!(
                "{why} Nothing was sent: no write goes out without its record."
            ))
        })
    }

    async fn turned_away(&self, entry: Entry, why: String) -> Failure {
        self.recorded.store(true, Ordering::Relaxed);
        let reason = why.clone();
        let written = self
            .kit
            .on_disk(move |audit| audit.refused(&entry, &reason))
            .await;
        if let Err(error) = written {
            self.begin("audit", "").failed(error);
        }
        Failure::not_sent(why)
    }

    async fn record(&self, ticket: Ticket, ending: Ending) {
        let written = self
            .kit
            .on_disk(move |audit| audit.outcome(ticket, ending))
            .await;
        if let Err(error) = written {
            // The intent is there, and the next start calls it unknown; what has been done can't be stopped any more.
            self.begin("audit", "").failed(error);
        }
    }
}

/// Puts on record that a write was refused before any flow of it began; the error is why that cannot be done.
pub async fn refuse(kit: &Kit, write: &Write, why: String) -> Result<(), String> {
    let entry = Entry::of(write, &kit.operator);
    kit.on_disk(move |audit| audit.refused(&entry, &why)).await
}

impl Kit {
    /// Works on the audit where waiting for a disk holds nobody up.
    pub(super) async fn on_disk<T: Send + 'static, E: std::fmt::Display>(
        &self,
        work: impl FnOnce(&Audit) -> Result<T, E> + Send + 'static,
    ) -> Result<T, String> {
        let audit = self.audit.clone().map_err(|why| why.to_string())?;
        let work = move || work(&audit).map_err(|error| error.to_string());
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|error| Err(format!("Writing the audit was interrupted: {error}.")))
    }
}

fn ending<T>(outcome: &Result<Done<T>, Failure>, took: Duration) -> Ending {
    let latency_ms = Some(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    match outcome {
        Ok(done) => Ending {
            latency_ms,
            job_id: done.job.clone(),
            extra: done.note.clone(),
            ..Ending::new(LineStatus::Ok)
        },
        Err(failure) => {
            let mut ending = Ending::new(failure.status()).because(failure.to_string());
            let told = &mut ending.extra;
            if let Some(status) = failure.http {
                told.insert("httpStatus".into(), status.into());
            }
            if let Some(silence) = failure.silence {
                told.insert("answer".into(), silence.into());
            }
            Ending {
                latency_ms,
                ..ending
            }
        }
    }
}

fn unreadable(request: &crate::cloud::request::Request, why: &str) -> String {
    format!(
        "{} {} was taken, and its answer cannot be read: {why}.",
        request.write().method.word(),
        request.url()
    )
}

/// An error in a few words, for a note that is soon overwritten.
fn brief(error: &Error) -> String {
    match error.status() {
        Some(status) => format!("HTTP {status}"),
        None => "no connection".to_owned(),
    }
}
