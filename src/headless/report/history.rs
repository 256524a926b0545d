//! How it was: what the consoles of the profile have counted, by site, by hour or by day.
//!
//! Rates are over what was looked at. An hour in which nothing was counted is a gap and shown as one: it was neither good nor bad.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::span::{Span, show};
use crate::cause::Cause;
use crate::cli::report::ReportArgs;
use crate::config::Loaded;
use crate::export::sheet;
use crate::headless::{Exit, print, say};
use crate::hourly::{Hourly, Kept};
use crate::model::hourly::{By, Counted, Figures, Hour};
use crate::text::Text;
use crate::time::{Clock, Millis};

/// Gaps that are named under a table that has no lines for them.
const GAPS_NAMED: usize = 10;

/// What is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct History {
    from: String,
    to: String,
    /// The clock by which days are told.
    zone: String,
    by: By,
    /// Hours that begin between the two.
    hours: u64,
    /// Those of which there is something.
    hours_recorded: u64,
    /// Lines of the record that could not be read, and are missing.
    unreadable: usize,
    rows: Vec<Row>,
    total: Told,
    gaps: Vec<Gap>,
}

/// One hour, day or site.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(flatten)]
    what: What,
    /// Hours in which something was counted of it.
    hours_recorded: u64,
    #[serde(flatten)]
    told: Told,
    /// The first of these hours.
    #[serde(skip)]
    first: Hour,
    #[serde(skip)]
    last_lost: Option<Millis>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum What {
    Hour(String),
    Day(Date),
    /// None is a site that the organisation does not tell.
    Site(Option<Text>),
}

/// Figures, in the words of the dashboard.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    total_checks: u64,
    success_count: u64,
    success_rate: Option<f64>,
    unknown_checks: u64,
    last_failure_time: Option<String>,
    /// Reads are of no site.
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_reads: Option<u64>,
}

/// Hours one after the other of which there is nothing.
#[derive(Debug, PartialEq, Serialize)]
struct Gap {
    from: String,
    to: String,
    hours: u64,
    /// The first of them, for where it stands among the rows.
    #[serde(skip)]
    first: Hour,
}

impl Told {
    fn of(figures: Figures, by: By) -> Self {
        let Figures {
            checks,
            last_lost,
            reads,
        } = figures;
        Self {
            total_checks: checks.total(),
            success_count: checks.registered,
            success_rate: checks.success_rate(),
            unknown_checks: checks.unknown,
            last_failure_time: last_lost.map(|at| at.to_string()),
            reads: (by != By::Site).then(|| reads.total()),
            failed_reads: (by != By::Site).then_some(reads.failed),
        }
    }
}

/// Writes the history; the exit code says whether some of the record could not be read.
pub fn history(loaded: &Loaded, state_dir: &Path, args: &ReportArgs) -> Result<u8, String> {
    let profile = loaded.profile.as_ref();
    let profile = profile.ok_or_else(|| Cause::NoProfile.told().to_string())?;
    let zone = profile.time_zone.clone();
    let zone = zone.or_else(|| loaded.config.ui.time_zone.clone());
    let zone = zone.unwrap_or(TimeZone::UTC);
    let by = args.by.unwrap_or(By::Day);
    let span = Span::of(args, by, &zone, Clock::Real.now())?;
    let place = Hourly::new(state_dir, &profile.name);
    let kept = place.load(span.first, Hour(span.end.0 - 1));
    let kept = kept.map_err(|error| error.to_string())?;
    let history = told(&kept, &span, by);
    print(&if args.json {
        // Plain data cannot fail to serialise.
        serde_json::to_string(&history).unwrap_or_default() + "\n"
    } else {
        text(&history, &span, args.markdown)
    })?;
    if kept.unreadable == 0 {
        return Ok(Exit::Ok as u8);
    }
    say(&format!(
        "{} lines of the record could not be read and are not in the report",
        kept.unreadable
    ));
    Ok(Exit::Partial as u8)
}

fn told(kept: &Kept, span: &Span, by: By) -> History {
    let zone = span.from.time_zone();
    let recorded: BTreeSet<Hour> = kept.counted.records().map(|one| one.hour).collect();
    let total = kept.counted.records().map(|one| one.figures);
    let total = total.fold(Figures::default(), Figures::plus);
    History {
        from: moment(Millis(span.from.timestamp().as_millisecond()), zone),
        to: moment(Millis(span.to.timestamp().as_millisecond()), zone),
        zone: name(zone),
        by,
        hours: span.hours(),
        hours_recorded: recorded.len() as u64,
        unreadable: kept.unreadable,
        rows: rows(&kept.counted, by, zone),
        total: Told::of(total, By::Day),
        gaps: gaps(&recorded, span),
    }
}

fn rows(counted: &Counted, by: By, zone: &TimeZone) -> Vec<Row> {
    match by {
        By::Hour => {
            let what = |hour: &Hour| What::Hour(moment(hour.start(), zone));
            grouped(counted, by, |hour, _| hour, what)
        }
        By::Day => {
            let day = |hour: Hour, _: &_| hour.start().timestamp().to_zoned(zone.clone()).date();
            grouped(counted, by, day, |day| What::Day(*day))
        }
        By::Site => {
            // Reads stand where no site does, and alone they are none.
            let site = |_, site: &Option<Text>| site.clone();
            let mut rows = grouped(counted, by, site, |site| What::Site(site.clone()));
            rows.retain(|row| row.told.total_checks + row.told.unknown_checks > 0);
            rows
        }
    }
}

fn grouped<K: Ord>(
    counted: &Counted,
    by: By,
    key: impl Fn(Hour, &Option<Text>) -> K,
    what: impl Fn(&K) -> What,
) -> Vec<Row> {
    let mut groups: BTreeMap<K, (Figures, BTreeSet<Hour>)> = BTreeMap::new();
    for one in counted.records() {
        let (figures, hours) = groups.entry(key(one.hour, &one.site)).or_default();
        *figures = figures.plus(one.figures);
        hours.insert(one.hour);
    }
    let rows = groups.into_iter().map(|(key, (figures, hours))| Row {
        what: what(&key),
        hours_recorded: hours.len() as u64,
        told: Told::of(figures, by),
        first: hours.first().copied().unwrap_or_default(),
        last_lost: figures.last_lost,
    });
    rows.collect()
}

fn gaps(recorded: &BTreeSet<Hour>, span: &Span) -> Vec<Gap> {
    let zone = span.from.time_zone();
    let mut gaps = Vec::new();
    let mut from = span.first;
    for hour in recorded.iter().copied().chain([span.end]) {
        if hour > from {
            gaps.push(Gap {
                from: moment(from.start(), zone),
                to: moment(hour.start(), zone),
                hours: hour.0.abs_diff(from.0),
                first: from,
            });
        }
        from = Hour(hour.0 + 1);
    }
    gaps
}

/// RFC 3339 with the offset of the zone.
fn moment(at: Millis, zone: &TimeZone) -> String {
    let at = at.timestamp().to_zoned(zone.clone());
    at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

/// The history for a person: a table under what it is of, and what there is nothing of.
fn text(history: &History, span: &Span, markdown: bool) -> String {
    let (of, rest): (_, &[&str]) = match history.by {
        By::Hour => ("HOUR", &["READS", "FAILED"]),
        By::Day => ("DAY", &["READS", "FAILED", "HOURS"]),
        By::Site => ("SITE", &["HOURS"]),
    };
    let head = [
        of,
        "CHECKS",
        "REGISTERED",
        "SHARE",
        "NOT AVAILABLE",
        "LAST LOST",
    ];
    let head = [&head, rest].concat();
    let zone = span.from.time_zone();
    let rows = history.rows.iter();
    let mut lines: Vec<(Hour, Vec<String>)> = rows
        .map(|row| (row.first, line(row, history.by, zone)))
        .collect();
    let mut below = String::new();
    if history.by == By::Hour {
        lines.extend(
            history
                .gaps
                .iter()
                .map(|gap| (gap.first, missing(gap, zone, head.len()))),
        );
        lines.sort_by_key(|(first, _)| *first);
    } else if !history.gaps.is_empty() {
        below = format!("\n{}\n", footer(history, zone));
    }
    let cells = lines.iter().map(|(_, cells)| cells);
    let table = if markdown {
        sheet::markdown(&head, cells)
    } else {
        sheet::table(&head, cells)
    };
    format!("{}\n\n{table}{below}", title(history, span))
}

fn title(history: &History, span: &Span) -> String {
    let total = &history.total;
    format!(
        "{} to {} ({}): {} registered of {} looked at, {}; {} of {} hours recorded",
        show(&span.from),
        show(&span.to),
        history.zone,
        total.success_count,
        total.total_checks,
        share(total.success_rate),
        history.hours_recorded,
        history.hours
    )
}

fn line(row: &Row, by: By, zone: &TimeZone) -> Vec<String> {
    let what = match &row.what {
        What::Hour(_) => clock(row.first.start(), zone),
        What::Day(day) => day.to_string(),
        What::Site(site) => site
            .as_ref()
            .map_or("(not available)".to_owned(), Text::to_string),
    };
    let told = &row.told;
    let lost = row.last_lost.map(|at| clock(at, zone));
    let mut cells = vec![
        what,
        told.total_checks.to_string(),
        told.success_count.to_string(),
        share(told.success_rate),
        told.unknown_checks.to_string(),
        lost.unwrap_or_else(|| "none".to_owned()),
    ];
    let of_reads = told.reads.into_iter().chain(told.failed_reads);
    cells.extend(of_reads.map(|count| count.to_string()));
    if by != By::Hour {
        cells.push(row.hours_recorded.to_string());
    }
    cells
}

/// The line of a gap among the hours.
fn missing(gap: &Gap, zone: &TimeZone, columns: usize) -> Vec<String> {
    let mut cells = vec!["-".to_owned(); columns];
    let mut first = clock(gap.first.start(), zone);
    if gap.hours > 1 {
        first = format!("{first} and {} more", gap.hours - 1);
    }
    cells[..2].clone_from_slice(&[first, "not recorded".to_owned()]);
    cells
}

fn footer(history: &History, zone: &TimeZone) -> String {
    let named = history.gaps.iter().take(GAPS_NAMED).map(|gap| {
        let end = Hour(gap.first.0.saturating_add_unsigned(gap.hours));
        format!(
            "{} to {}",
            clock(gap.first.start(), zone),
            clock(end.start(), zone)
        )
    });
    let named: Vec<String> = named.collect();
    let more = history.gaps.len().saturating_sub(named.len());
    let more = if more > 0 {
        format!(", and {more} more")
    } else {
        String::new()
    };
    format!("not recorded: {}{more}", named.join(", "))
}

/// A share is never rounded up: 100 % is everything.
fn share(rate: Option<f64>) -> String {
    rate.map_or("-".to_owned(), |rate| {
        format!("{:.2} %", (rate * 100.0).floor() / 100.0)
    })
}

fn clock(at: Millis, zone: &TimeZone) -> String {
    let at = at.timestamp().to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests;
