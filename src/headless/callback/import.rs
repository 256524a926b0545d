//! Many reservations from a CSV file: every row is judged before the first is booked, and each gets its own report.

use std::path::Path;

use csv::StringRecord;
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::get::reservations;
use super::super::write::{agreed, carry_out, payload, review, review_json};
use super::super::{Exit, print, say};
use super::book::{context, id};
use super::wanted::Wanted;
use crate::cause::{Misread, said};
use crate::cli::callback::BookArgs;
use crate::export::sheet;
use crate::flow::Kit;
use crate::model::api::Capabilities;
use crate::model::callback::{
    Appointment, BOOKED_AS, Booking, Channel, Channels, Queues as _, REASON, Slot,
};
use crate::model::flow::{FlowId, Outcome};
use crate::model::hours::{Local, Written};
use crate::model::ids::Ids;
use crate::model::payload::Fault;
use crate::model::phone::Phone;
use crate::store::Store;
use crate::text;

/// Rows of one file; at the organisation's pace that is hours of bookings.
const MOST: usize = 5_000;

/// Columns that no row can do without.
const NEEDED: [&str; 3] = ["callback_number", "queue_id", "start"];

/// One row. What is left out takes the form's own default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    callback_number: Phone,
    queue_id: String,
    start: String,
    /// Slots end; a callback that waits for one time has none.
    end: Option<String>,
    callback_id: Option<String>,
    primary: Option<Channel>,
    fallback: Option<Channel>,
    allow_sms: Option<bool>,
    reason: Option<String>,
    concurrency_limit: Option<u32>,
}

/// A row that was judged; lines count from 1, the header included, as editors do.
struct Judged {
    line: u64,
    verdict: Result<Wanted, Vec<String>>,
}

/// What became of a row.
struct Report {
    line: u64,
    outcome: &'static str,
    message: String,
    id: Option<String>,
    /// What a dry run would send.
    request: Option<Value>,
}

/// Judges all rows, then books the good ones unless a bad one stops that.
pub(super) async fn run(kit: &Kit, file: &Path, args: &BookArgs) -> Result<u8, String> {
    let text = payload(file)?;
    let store = match reservations(kit, false).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    let rows = judge(&text, &store, kit.profile.api.capabilities())?;
    let bad = rows.iter().filter(|row| row.verdict.is_err()).count();
    let good = rows.len() - bad;
    let mut reports: Vec<Report> = rows.iter().filter_map(refused).collect();
    if !args.write.json {
        reports.iter().for_each(Report::say);
    }
    if bad > 0 && !args.partial {
        say(&format!(
            "{bad} of {} rows are bad; nothing was booked. --partial books the others.",
            rows.len()
        ));
        finish(&reports, args)?;
        return Ok(Exit::Usage as u8);
    }
    if args.write.dry_run {
        for row in &rows {
            reports.extend(preview(kit, row, &store, args.write.json)?);
        }
        say(&format!("{good} rows would be booked"));
        finish(&reports, args)?;
        return Ok(if bad > 0 { Exit::Partial } else { Exit::Ok } as u8);
    }
    if good == 0 || !agreed(&args.write, &format!("Book these {good} callbacks?"))? {
        return Ok(Exit::Ok as u8);
    }
    let mut worst = Exit::Ok;
    for row in rows {
        let Ok(wanted) = row.verdict else { continue };
        let report = one(kit, row.line, wanted, args.write.json).await?;
        if !args.write.json {
            report.say();
        }
        if report.outcome == "unknown" {
            worst = Exit::Unreachable;
        }
        reports.push(report);
    }
    finish(&reports, args)?;
    let done = reports
        .iter()
        .filter(|report| report.outcome == "ok")
        .count();
    Ok(match worst {
        _ if done == reports.len() => Exit::Ok,
        Exit::Unreachable => Exit::Unreachable,
        _ if done == 0 => Exit::Bad,
        _ => Exit::Partial,
    } as u8)
}

async fn one(kit: &Kit, line: u64, wanted: Wanted, quiet: bool) -> Result<Report, String> {
    let ran = carry_out(kit, FlowId(line), wanted.order(), quiet).await?;
    let outcome = match &ran.outcome {
        Outcome::Done(_) => "ok",
        other => other.word(),
    };
    Ok(Report {
        line,
        outcome,
        message: ran.outcome.to_string(),
        id: id(&ran.news),
        request: None,
    })
}

/// The request that a good row would send, shown or told.
fn preview(kit: &Kit, row: &Judged, store: &Store, quiet: bool) -> Result<Option<Report>, String> {
    let Ok(wanted) = &row.verdict else {
        return Ok(None);
    };
    let Ok(write) = wanted.write(&context(Some(store))) else {
        return Ok(None);
    };
    let request = kit.client.request(write).map_err(|e| e.to_string())?;
    if !quiet {
        print(&format!("line {}: {}\n", row.line, review(&request)))?;
    }
    Ok(Some(Report {
        line: row.line,
        outcome: "not sent",
        message: wanted.subject(),
        id: None,
        request: Some(review_json(&request)),
    }))
}

/// Why a row cannot be read; its line is told beside it.
fn unfit(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "it has {len} columns, and the header line has {expected_len}: quote a value with a comma in it"
        ),
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text: save the file as UTF-8".to_owned(),
        csv::ErrorKind::Io(error) => format!("it cannot be read ({})", said(error)),
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err.field().map_or(0, |at| at + 1);
            match err.kind() {
                csv::DeserializeErrorKind::Message(words)
                | csv::DeserializeErrorKind::Unsupported(words) => {
                    let fault = Misread::of(words);
                    let unknown = words.strip_prefix("unknown field `");
                    let unknown = unknown.and_then(|rest| rest.split('`').next());
                    match fault.missing.as_deref().or(unknown) {
                        Some(name) => format!("column {name}: {}", fault.at("")),
                        None => format!("column {column}: {}", fault.at("")),
                    }
                }
                csv::DeserializeErrorKind::ParseBool(_) => {
                    format!("column {column}: it must be true or false")
                }
                csv::DeserializeErrorKind::ParseInt(_) => {
                    format!("column {column}: it must be a whole number of 0 or more")
                }
                csv::DeserializeErrorKind::UnexpectedEndOfRow => "a column is missing".to_owned(),
                _ => format!("column {column}: the value is none of its kind"),
            }
        }
        _ => "it cannot be read as CSV".to_owned(),
    }
}

/// Every row with what is wrong with it.
fn judge(text: &str, store: &Store, can: &Capabilities) -> Result<Vec<Judged>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| unfit(&error))?.clone();
    let lacking = NEEDED
        .iter()
        .find(|name| !head.iter().any(|field| field == **name));
    if let Some(lacking) = lacking {
        let list = head.iter().any(|field| field == "slot");
        let list = if list {
            " This looks like a list that was exported: its numbers are masked, and nothing can be booked from it."
        } else {
            ""
        };
        return Err(format!(
            "the header line has no {lacking}: a file to book from has {}.{list}",
            NEEDED.join(", ")
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() == MOST {
            return Err(format!("more than {MOST} rows; split the file"));
        }
        let place = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let line = place.map_or(0, csv::Position::line);
        let read = record.and_then(|record| plain(&record).deserialize::<Row>(Some(&head)));
        let verdict = match read {
            Ok(row) => row.wanted(store, can),
            Err(error) => Err(vec![text::fit(&unfit(&error), 200).into_owned()]),
        };
        rows.push(Judged { line, verdict });
    }
    if rows.is_empty() {
        return Err("there is no row in the file under its header line".into());
    }
    Ok(rows)
}

/// The record without what disarms formulas: our own exports put an apostrophe before a number's plus.
fn plain(record: &StringRecord) -> StringRecord {
    let mut plain: StringRecord = record.iter().map(sheet::unguarded).collect();
    plain.set_position(record.position().cloned());
    plain
}

impl Row {
    fn wanted(self, store: &Store, can: &Capabilities) -> Result<Wanted, Vec<String>> {
        let mut faults = Vec::new();
        let mut time = |text: &str, field: &str| {
            wall(text, &self.queue_id, store)
                .map_err(|why| faults.push(format!("{field}: {why}")))
                .unwrap_or_default()
        };
        let start = time(&self.start, "start");
        let end = self.end.as_deref().map(|end| time(end, "end"));
        if !faults.is_empty() {
            return Err(faults);
        }
        let wanted = if can.reservations {
            let end = end.ok_or_else(|| vec!["end: a slot ends".to_owned()])?;
            Wanted::Booking(self.booking(Slot { start, end }))
        } else {
            Wanted::Appointment(self.appointment(start)?)
        };
        match wanted.write(&context(Some(store))) {
            Ok(_) => Ok(wanted),
            Err(faults) => Err(faults.iter().map(Fault::to_string).collect()),
        }
    }

    fn booking(self, slot: Slot) -> Booking {
        Booking {
            callback_id: self
                .callback_id
                .filter(|id| !id.is_empty())
                .unwrap_or_else(|| Ids::new().reservation()),
            callback_number: self.callback_number,
            time_slot_matrix: vec![slot],
            channel_preferences: Channels {
                primary: self.primary.unwrap_or(Channel::Voice),
                fallback: self.fallback,
                allow_sms: self.allow_sms.unwrap_or_default(),
            },
            queue_id: self.queue_id,
            reason: self.reason.unwrap_or_default(),
            concurrency_limit: self.concurrency_limit.unwrap_or(1),
        }
    }

    /// What such a callback has no field for is refused, not dropped.
    fn appointment(self, start: String) -> Result<Appointment, Vec<String>> {
        let asked = [
            ("end", self.end.is_some()),
            (
                "primary",
                self.primary.is_some_and(|way| way != Channel::Voice),
            ),
            ("fallback", self.fallback.is_some()),
            ("allow_sms", self.allow_sms == Some(true)),
            ("concurrency_limit", self.concurrency_limit.is_some()),
        ];
        let asked = asked.iter().filter(|(_, asked)| *asked);
        let faults: Vec<String> = asked
            .map(|(field, _)| format!("{field}: the organisation's API has no such thing"))
            .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let said = [(REASON, self.reason), (BOOKED_AS, self.callback_id)];
        let said = said.into_iter().filter_map(|(key, text)| {
            let text = text.filter(|text| !text.is_empty())?;
            Some((key.to_owned(), text))
        });
        let appointment = Appointment {
            queue_id: self.queue_id,
            callback_numbers: vec![self.callback_number],
            callback_scheduled_time: Some(start),
            data: said.collect(),
            ..Appointment::default()
        };
        Ok(appointment.named(&mut Ids::new()))
    }
}

/// A time as a booking writes it. Without an offset it is by the queue's clock, which may show it twice or never.
fn wall(text: &str, queue: &str, store: &Store) -> Result<String, String> {
    let civil = text.replace(' ', "T").parse::<DateTime>().ok();
    let Some(civil) = civil.filter(|_| Written::read(text).is_none()) else {
        // With an offset, or no time at all: the rules say which.
        return Ok(text.to_owned());
    };
    let Some(queue) = store.queues.queue(queue) else {
        return Ok(text.to_owned());
    };
    let Some(zone) = queue.zone() else {
        return Err(queue.clock_unknown().unwrap_or_default());
    };
    let written = |at: jiff::Timestamp| {
        let local = at.to_zoned(zone.clone());
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    match Local::of(civil, &zone) {
        Some(Local::Once(at)) => Ok(written(at)),
        Some(Local::Never(gap)) => Err(gap.sentence(civil, &queue.zone_name.fit(40))),
        Some(Local::Twice { first, second }) => Err(format!(
            "the clock in {} shows it twice: write {} or {}",
            queue.zone_name.fit(40),
            written(first),
            written(second)
        )),
        None => Err(format!("{} is out of range", text::fit(text, 40))),
    }
}

fn refused(row: &Judged) -> Option<Report> {
    let faults = row.verdict.as_ref().err()?;
    Some(Report {
        line: row.line,
        outcome: "refused",
        message: faults.join("; "),
        id: None,
        request: None,
    })
}

impl Report {
    fn say(&self) {
        say(&format!("line {}: {}", self.line, self.message));
    }

    fn json(&self) -> Value {
        let mut report = json!({"line": self.line, "outcome": self.outcome, "message": self.message, "id": self.id});
        if let Some(request) = &self.request {
            report["request"] = request.clone();
        }
        report
    }
}

fn finish(reports: &[Report], args: &BookArgs) -> Result<(), String> {
    if args.write.json {
        let rows: Vec<Value> = reports.iter().map(Report::json).collect();
        print(&format!(
            "{}\n",
            json!({ "dryRun": args.write.dry_run, "rows": rows })
        ))?;
    }
    Ok(())
}
