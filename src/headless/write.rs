//! What every command that writes does alike: read a payload, show the very request, ask, carry it out, tell its end.

use std::fmt::Write as _;
use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::{Exit, print, say};
use crate::app::{perform, probes};
use crate::audit::{Audit, Entry};
use crate::cause::said;
use crate::cli::write::WriteArgs;
use crate::cloud::request::Request;
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::{self, FlowNews, Kit, Order, Stop, Tell};
use crate::model::flow::{FlowId, Outcome, StepState};
use crate::model::payload::{Fault, sentence};
use crate::model::write::{Method, Write, WriteKind};
use crate::probe::Prober;
use crate::shelf::NOT_UTF8;
use crate::term::signals::Signals;
use crate::text;

/// Bytes of a payload; the largest that makes sense is a fraction of it.
const LARGEST: u64 = 1 << 20;

/// The payload of a command: a file, or standard input for `-`.
pub fn payload(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| {
        let why = match error.kind() {
            std::io::ErrorKind::InvalidData => NOT_UTF8.to_owned(),
            _ => said(&error),
        };
        format!("reading {}: {why}", text::safe(&path.to_string_lossy()))
    };
    let mut json = String::new();
    if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(LARGEST)
            .read_to_string(&mut json)
            .map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(LARGEST)
            .read_to_string(&mut json)
            .map_err(failed)?;
    }
    Ok(json)
}

/// Tells every fault of a payload, and that nothing was sent.
#[must_use]
pub fn faulty(faults: &[Fault]) -> u8 {
    for fault in faults {
        say(&fault.to_string());
    }
    say("the payload breaks these rules; nothing was sent");
    Exit::Usage as u8
}

/// What a payload that breaks its rules calls itself, for the record: its name, where it has one that is a string.
#[must_use]
pub fn named(json: &str) -> String {
    let read: Value = serde_json::from_str(json).unwrap_or_default();
    let name = ["name", "callback_id"]
        .into_iter()
        .find_map(|key| read[key].as_str());
    text::fit(name.unwrap_or("a payload without a name"), 80).into_owned()
}

/// What a refusal is put on record with where nothing is connected yet.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    /// Where the audit is.
    pub state_dir: &'a Path,
    /// Whose audit.
    pub profile: &'a str,
    /// Names the operator.
    pub environment: &'a Environment,
}

impl Recording<'_> {
    /// Tells every fault of a payload, and puts on record that it was refused (contract §11): what breaks a rule is no
    /// write, so its kind and its name are all there is. A rehearsal refuses nothing.
    #[must_use]
    pub fn faulty(self, kind: WriteKind, subject: &str, args: &WriteArgs, faults: &[Fault]) -> u8 {
        let write = Write::bare(kind, Method::Post, &[], text::safe(subject));
        if !args.dry_run {
            let entry = Entry::of(&write, &flow::operator(self.environment));
            let written = Audit::open(self.state_dir, self.profile)
                .and_then(|audit| audit.refused(&entry, &sentence(faults)));
            if let Err(error) = written {
                say(&error.to_string());
            }
        }
        faulty(faults)
    }
}

/// The same where everything is open already.
pub async fn refuse(
    kit: &Kit,
    (kind, subject): (WriteKind, &str),
    args: &WriteArgs,
    faults: &[Fault],
) -> u8 {
    if !args.dry_run {
        let write = Write::bare(kind, Method::Post, &[], text::safe(subject));
        if let Err(why) = flow::refuse(kit, &write, sentence(faults)).await {
            say(&why);
        }
    }
    faulty(faults)
}

/// Connects nothing yet: everything that a flow works with. An error has its exit code, and has been told.
pub async fn kit(
    profile: Arc<Profile>,
    environment: &Environment,
    state_dir: &Path,
) -> Result<Kit, u8> {
    let client = perform::client(&profile, environment)
        .await
        .map_err(|problem| {
            say(&problem.text.to_string());
            Exit::from(problem.trouble) as u8
        })?;
    super::login::resume(&client).await;
    let accounts = profile.probes.turn.iter();
    let prober = probes::settings(&profile, accounts, environment).await;
    let prober = prober.map(Prober::new);
    Ok(Kit::open(client, profile, prober, environment, state_dir).await)
}

/// The request as a person reads it before it is sent: what is printed here is what goes out.
#[must_use]
pub fn review(request: &Request) -> String {
    let write = request.write();
    let mut shown = format!("{} {}\n", write.method.word(), request.url());
    for (name, value) in request.headers() {
        // Writing to a string does not fail.
        let _ = writeln!(shown, "{name}: {value}");
    }
    if let Some(body) = write.shown_body() {
        let pretty = serde_json::from_str::<Value>(&body)
            .and_then(|value| serde_json::to_string_pretty(&value))
            .unwrap_or(body);
        let _ = writeln!(shown, "\n{pretty}");
    }
    shown
}

/// The same for a program.
#[must_use]
pub fn review_json(request: &Request) -> Value {
    let write = request.write();
    let headers: serde_json::Map<_, _> = request
        .headers()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value.into_owned())))
        .collect();
    let body = write
        .shown_body()
        .map(|body| serde_json::from_str(&body).unwrap_or(Value::String(body)));
    json!({
        "method": write.method.word(), "url": request.url().as_str(), "headers": headers,
        "body": body, "curl": request.curl(),
    })
}

/// Whether it may be sent: `--yes`, or a person who says so. `question` ends in a question mark.
pub fn agreed(args: &WriteArgs, question: &str) -> Result<bool, String> {
    if args.yes {
        return Ok(true);
    }
    if args.json || !std::io::stdin().is_terminal() {
        return Err(
            "there is no terminal to confirm at: say --yes to send it, or --dry-run to see it"
                .into(),
        );
    }
    print(&format!("{question} [y/N] "))?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .take(64)
        .read_line(&mut answer)
        .map_err(|error| format!("reading the answer: {error}"))?;
    let agreed = matches!(answer.trim(), "y" | "Y" | "yes");
    if !agreed {
        say("nothing was sent");
    }
    Ok(agreed)
}

/// What a flow came to, with everything that was told of it on the way.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub outcome: Outcome,
    /// What was told, in order.
    pub news: Vec<FlowNews>,
}

/// Carries out an order. Steps are told on standard error as they end; INT and TERM stop what can be stopped.
pub async fn carry_out(kit: &Kit, id: FlowId, order: Order, quiet: bool) -> Result<Ran, String> {
    let mut signals = Signals::headless().map_err(|e| format!("listening for signals: {e}"))?;
    let told: Arc<Mutex<Vec<FlowNews>>> = Arc::default();
    let keep = Arc::clone(&told);
    let tell: Tell = Arc::new(move |_, news| {
        if !quiet {
            narrate(&news);
        }
        keep.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(news);
    });
    let (stopper, stop) = Stop::new();
    let run = flow::run(kit, id, order, &tell, &stop);
    let mut run = std::pin::pin!(run);
    let outcome = tokio::select! {
        outcome = run.as_mut() => outcome,
        _ = signals.next() => {
            stopper.send_replace(true);
            run.await
        }
    };
    let news = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Ran { outcome, news })
}

fn narrate(news: &FlowNews) {
    let FlowNews::Step { step, .. } = news else {
        return;
    };
    let Some(took) = step.took else {
        return;
    };
    let mark = match step.state {
        StepState::Running | StepState::Done => "ok",
        StepState::Failed => "failed",
        StepState::Stopped => "stopped",
    };
    let gap = if step.note.is_empty() { "" } else { ": " };
    say(&format!(
        "{mark:<7} {:<9} {} ({took} ms){gap}{}",
        step.name, step.subject, step.note
    ));
}

/// The exit code of an outcome.
#[must_use]
pub const fn exit(outcome: &Outcome) -> Exit {
    match outcome {
        Outcome::Done(_) => Exit::Ok,
        Outcome::Refused(_) => Exit::Bad,
        Outcome::Unknown { .. } | Outcome::Cancelled(_) => Exit::Unreachable,
    }
}

/// The end of a write for a program: `outcome` is the audit's word, `message` the sentence; `more` goes beside them.
pub fn print_outcome(outcome: &Outcome, more: Value) -> Result<(), String> {
    let mut object = json!({ "outcome": outcome.word(), "message": outcome.to_string() });
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    print(&format!("{object}\n"))
}

/// Tells how a write ended, of which there is no more to tell; the exit code.
pub fn ended(outcome: &Outcome, as_json: bool) -> Result<u8, String> {
    if as_json {
        print_outcome(outcome, json!({}))?;
    } else {
        say(&outcome.to_string());
    }
    Ok(exit(outcome) as u8)
}

/// Files of one folder; more are not one organisation's.
const MOST_FILES: usize = 1_000;

/// The files of a folder that describe one thing each, in the order of their names.
pub fn files(folder: &Path, one: &str) -> Result<Vec<PathBuf>, String> {
    let shown = text::safe(&folder.to_string_lossy()).into_owned();
    let failed = |error: std::io::Error| format!("reading the folder {shown}: {error}");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "json") && path.is_file() {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            return Err(format!("{shown} has more than {MOST_FILES} files"));
        }
    }
    if files.is_empty() {
        return Err(format!("{shown} has no *.json file: one {one} each"));
    }
    files.sort();
    Ok(files)
}
