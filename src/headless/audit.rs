//! `trunkline audit show` and `trunkline audit verify`.

use std::fmt::Write as _;
use std::path::Path;

use super::get::{ListRequest, local};
use super::{Exit, print, say};
use crate::audit::verify::Report;
use crate::audit::{AuditError, read, verify as verifier};
use crate::cli::list::ListArgs;
use crate::config::Profile;
use crate::kind::Asked;
use crate::kind::audit::Audit;
use crate::model::audit::Record;
use crate::store::audit::AuditRow;
use crate::time::Clock;

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

/// Says whether every line is as it was written, and which is the first that is not.
pub fn verify(state_dir: &Path, profile: &str) -> Result<u8, String> {
    let report = verifier::verify(state_dir, profile).map_err(|error| error.to_string())?;
    print(&verdict(&report))?;
    let bad = report.fault.is_some();
    Ok(if bad { Exit::Bad } else { Exit::Ok } as u8)
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
