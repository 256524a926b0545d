//! `trunkline audit show` and `trunkline audit verify`.

use std::fmt::Write as _;
use std::path::Path;

use super::{Exit, print, say};
use crate::audit::verify::Report;
use crate::audit::{AuditError, read, verify as verifier};
use crate::cli::audit::AuditShow;
use crate::export::sheet;
use crate::kind::{Asked, Kind as _, audit::Audit};
use crate::model::audit::Record;
use crate::query::Query;
use crate::store::audit::AuditRow;
use crate::time::Clock;

/// Prints the lines that were asked for, in the order in which they were written.
pub fn show(state_dir: &Path, profile: &str, args: &AuditShow) -> Result<u8, String> {
    let filter = args
        .filter
        .as_deref()
        .map(|text| Query::parse(text, Audit::FIELDS));
    let filter = filter
        .transpose()
        .map_err(|e| format!("--where, column {}: {}", e.column + 1, e.sentence))?;
    let now = Clock::Real.now();
    let passes = |record: &Record| {
        let filter = filter.as_ref();
        let row = AuditRow {
            record: record.clone(),
            open: false,
        };
        filter.is_none_or(|filter| filter.matches(&Asked::<Audit>(&&row), now).pass)
    };
    let (mut records, mut json, mut unreadable) = (Vec::new(), Vec::new(), 0_u64);
    let read = read::each(state_dir, profile, |line| match line.record {
        Some(record) if !passes(&record) => {}
        Some(_) if args.json => {
            json.extend_from_slice(&line.raw);
            json.push(b'\n');
        }
        Some(record) => records.push(record),
        None => unreadable += 1,
    });
    match read {
        Err(error @ AuditError::Missing(_)) => {
            say(&error.to_string());
            return Ok(Exit::Ok as u8);
        }
        read => read.map_err(|error| error.to_string())?,
    }
    print(&if args.json {
        // Every line was read as JSON, so it is UTF-8.
        String::from_utf8_lossy(&json).into_owned()
    } else {
        table(&records)
    })?;
    if unreadable == 0 {
        return Ok(Exit::Ok as u8);
    }
    say(&format!(
        "{unreadable} lines can't be read as lines of the audit. Find the first: trunkline audit verify"
    ));
    Ok(Exit::Partial as u8)
}

const HEAD: [&str; 8] = [
    "TIME", "STATUS", "ACTION", "SUBJECT", "OPERATOR", "JOB", "MS", "ERROR",
];

fn table(records: &[Record]) -> String {
    sheet::table(&HEAD, records.iter().map(cells))
}

fn cells(record: &Record) -> [String; 8] {
    let or_nothing = |text: Option<&crate::text::Text>| text.map(ToString::to_string);
    [
        record.timestamp.to_string(),
        record.status.word().to_owned(),
        record.action.to_string(),
        record.subject.to_string(),
        record.operator.to_string(),
        or_nothing(record.job_id.as_ref()).unwrap_or_default(),
        record
            .latency_ms
            .map(|ms| ms.to_string())
            .unwrap_or_default(),
        or_nothing(record.error.as_ref()).unwrap_or_default(),
    ]
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
