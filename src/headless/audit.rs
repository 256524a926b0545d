//! `trunkline audit show` and `trunkline audit verify`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::get::{ListRequest, local};
use super::{Exit, print, say, share};
use crate::audit::verify::Report;
use crate::audit::{AuditError, read, verify as verifier};
use crate::cli::list::ListArgs;
use crate::config::{Loaded, Profile};
use crate::environment::Environment;
use crate::flow;
use crate::kind::Asked;
use crate::kind::audit::Audit;
use crate::model::audit::Record;
use crate::store::audit::AuditRow;
use crate::text::Text;
use crate::time::Clock;
use crate::vocabulary::news::WriteLine;

/// Prints the lines that were asked for, in the order in which they were written: `get audit`, but for `--json`, which
/// prints them as they are in the file. They are evidence, and what is hashed.
pub async fn show(state_dir: &Path, profile: &Profile, args: &ListArgs) -> Result<u8, String> {
    let wanted = ListRequest::of::<Audit>(args)?;
    if !args.json || wanted.watch || wanted.columns.is_some() {
        return local(state_dir, profile, &wanted).await;
    }
    let now = Clock::Real.now();
    let (mut json, mut unreadable, mut count) = (Vec::new(), 0_u64, 0);
    let passes = |record: Record| {
        let row = AuditRow {
            record,
            open: false,
        };
        let query = wanted.query.as_ref();
        query.is_none_or(|query| query.matches(&Asked::<Audit>(&&row), now).pass)
    };
    let read = read::each(state_dir, &profile.name, |line| match line.record {
        Some(record) if count < wanted.limit.unwrap_or(usize::MAX) && passes(record.clone()) => {
            count += 1;
            json.extend_from_slice(&line.raw);
            json.push(b'\n');
        }
        Some(_) => {}
        None => unreadable += 1,
    });
    match read {
        Err(error @ AuditError::Missing(_)) => {
            say(&error.to_string());
            return Ok(Exit::Ok as u8);
        }
        read => read.map_err(|error| error.to_string())?,
    }
    // Every line was read as JSON, so it is UTF-8.
    print(&String::from_utf8_lossy(&json))?;
    if unreadable == 0 {
        return Ok(Exit::Ok as u8);
    }
    say(&format!(
        "{unreadable} lines can't be read as lines of the audit. Find the first: trunkline audit verify"
    ));
    Ok(Exit::Partial as u8)
}

/// Says whether every line is as it was written, and which is the first that is not. Where somebody reads for the consoles on this
/// machine, lines that were told there have to be here: who cuts off an end can cut the head as well, and not what others heard.
pub async fn verify(
    state_dir: &Path,
    loaded: &Loaded,
    environment: &Environment,
) -> Result<u8, String> {
    let profile = loaded.profile.as_ref().map(|profile| &profile.name);
    let profile = profile.ok_or_else(|| "there is no profile".to_owned())?;
    let report = verifier::verify(state_dir, profile).map_err(|error| error.to_string())?;
    let heads = share::heads(loaded, environment).await;
    let own = Text::from(flow::operator(environment));
    let heard = Heard::of(state_dir, profile, (heads, &own)).map_err(|error| error.to_string())?;
    print(&(verdict(&report) + &heard.words()))?;
    let bad = report.fault.is_some() || !heard.missing.is_empty();
    Ok(if bad { Exit::Bad } else { Exit::Ok } as u8)
}

/// Lines that the reader of a share was told, beside an audit.
#[derive(Debug, Default)]
struct Heard {
    /// They are here, after the same line.
    here: Vec<WriteLine>,
    /// Others of the same run are here, and they are not.
    missing: Vec<WriteLine>,
    /// Nothing of the run is here, by the same operator: another audit has it, or it was cut off whole.
    elsewhere: Vec<WriteLine>,
}

impl Heard {
    fn of(
        state_dir: &Path,
        profile: &str,
        (heads, own): (Vec<WriteLine>, &Text),
    ) -> Result<Self, AuditError> {
        let mut heard = Self::default();
        if heads.is_empty() {
            return Ok(heard);
        }
        let (mut sessions, mut here) = (BTreeSet::new(), BTreeSet::new());
        read::each(state_dir, profile, |line| {
            let Some(record) = line.record else { return };
            let known = heads.iter().any(|head| {
                (head.line, &head.session, &head.prev)
                    == (record.line, &record.session, &record.prev)
            });
            if known {
                here.insert(record.session.clone());
            }
            sessions.insert(record.session);
        })?;
        for head in heads {
            let list = if here.contains(&head.session) {
                &mut heard.here
            } else if sessions.contains(&head.session) {
                &mut heard.missing
            } else if head.operator == *own {
                &mut heard.elsewhere
            } else {
                continue;
            };
            list.push(head);
        }
        Ok(heard)
    }

    fn words(&self) -> String {
        let mut text = String::new();
        let mut say = |word: &str, head: &WriteLine, what: &str| {
            let WriteLine { line, operator, .. } = head;
            // A `String` takes every write.
            let _ = writeln!(text, "{word:<5} line {line} of {operator}, {what}");
        };
        for head in &self.missing {
            let what = "was told to the reader of the share and is not here: an end was cut off, or written again";
            say("bad", head, what);
        }
        if let Some(head) = self.here.iter().max_by_key(|head| head.line) {
            say("heard", head, "is what the reader of the share was told");
        }
        for head in &self.elsewhere {
            let what = "was told to the reader of the share by a run that is not in this audit";
            say("other", head, what);
        }
        text
    }
}

fn verdict(report: &Report) -> String {
    let mut text = String::new();
    let mut line = |word: &str, what: String| {
        // A `String` takes every write.
        let _ = writeln!(text, "{word:<5} {what}");
    };
    match &report.fault {
        Some(fault) => {
            line("bad", fault.to_string());
            line("good", format!("lines 1 to {}, before it", report.lines));
        }
        None => line(
            "good",
            format!("lines 1 to {}, files {}", report.lines, report.files),
        ),
    }
    line("hash", format!("{} (of the last good line)", report.hash));
    if report.open > 0 {
        line(
            "open",
            format!("{} intents have no outcome yet", report.open),
        );
    }
    if report.notes > 0 {
        let count = report.notes;
        let text =
            format!("{count} about the audit itself: trunkline audit show --where status:note");
        line("notes", text);
    }
    if report.torn {
        let text = "half a line at the end, of a console that died before it sent anything; the next start cuts it off";
        line("torn", text.to_owned());
    }
    text
}
