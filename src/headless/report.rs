//! `trunkline report`: signs in, reads everything once, and tells how it is; or tells how it was, from the record on disk.

mod history;
mod span;

use std::fmt::Write as _;

pub use self::history::history;
use super::quiet::Quiet;
use super::{Exit, hopeless, nothing, print, ready, say, shortfall};
use crate::app::App;
use crate::app::run::Runner;
use crate::cli::report::ReportArgs;
use crate::config::Loaded;
use crate::environment::Environment;
use crate::export::sheet;
use crate::listen;
use crate::model::report::{FullReport, ReportWindow};
use crate::store::carriers::Reading;
use crate::term::signals::Signal;
use crate::time::Millis;

/// Reads once and writes the report, as JSON or for a person; the error line, if any, is already on standard error.
pub async fn report(
    mut loaded: Loaded,
    environment: Environment,
    args: &ReportArgs,
) -> Result<u8, String> {
    if let Some(profile) = loaded.profile.as_mut() {
        // One reading needs no streams: they would only be opened to be closed.
        profile.registrations.max_streams = Some(0);
        profile.notifications.channels = 0;
        profile.callbacks = false;
    }
    let screen = Quiet::new(Signal::exit_code)?;
    let app = App::new(loaded);
    let mut runner = Runner::new(app, screen, environment, listen::nobody());
    let whole = |app: &App| ready(app) && *app.store.carriers.reading() != Reading::Awaited;
    let code = runner.run(|app| whole(app) || hopeless(app)).await?;
    let app = &runner.app;
    if app.ended().is_some() {
        return Ok(code);
    }
    if !ready(app) || super::all_failed(app) {
        return Ok(nothing(app) as u8);
    }
    let report = app.report(app.now());
    print(&if args.json {
        // Plain strings, numbers and options cannot fail to serialise.
        serde_json::to_string(&report).unwrap_or_default() + "\n"
    } else {
        text(&report, args.markdown)
    })?;
    let users = shortfall(app);
    let carriers = carriers_shortfall(app.store.carriers.reading());
    Ok(if users == Exit::Ok { carriers } else { users } as u8)
}

/// Says why there are no carriers.
fn carriers_shortfall(reading: &Reading) -> Exit {
    let Reading::Failed { why, .. } = reading else {
        return Exit::Ok;
    };
    say(&format!("the carriers could not be read: {why}"));
    Exit::Partial
}

/// The report for a person.
fn text(report: &FullReport, markdown: bool) -> String {
    let facts = facts(report);
    if markdown {
        let rows = facts
            .iter()
            .map(|(name, value)| [name.trim().to_owned(), value.clone()]);
        return sheet::markdown(&["FIGURE", "VALUE"], rows);
    }
    let mut text = String::new();
    for (name, value) in &facts {
        let _ = writeln!(text, "{name:<18} {value}");
    }
    text
}

fn facts(report: &FullReport) -> Vec<(String, String)> {
    let health = &report.health;
    let mut facts = Vec::new();
    let mut line = |name: &str, value: String| facts.push((name.to_owned(), value));
    line("generated", health.generated_at.to_string());
    let of = |part: u64, all: u64| format!("{part} of {all}");
    let last = |at: Option<Millis>| at.map_or("none".to_owned(), |at| at.to_string());
    line("registered", of(health.success_count, health.total_checks));
    line("registered, 1 h", percent(report.windows.hour));
    line("registered, 24 h", percent(report.windows.day));
    line("registered, in all", percent(report.windows.since_start));
    line("last lost", last(health.last_failure_time));
    if health.unknown_checks > 0 {
        line("unknown", health.unknown_checks.to_string());
    }
    line("reads", of(health.reads.ok, health.reads.total));
    line("last failed read", last(health.reads.last_failure_time));
    if let Some(ms) = report.read_ms {
        let times = format!("{:.1} / {:.1} / {:.1} ms", ms.p50, ms.p90, ms.p99);
        line("read p50/p90/p99", times);
    }
    line("active users", health.active_users.to_string());
    line("degraded carriers", health.degraded_carriers.to_string());
    for carrier in &report.carriers {
        let health = format!("{:<9} {}", carrier.health, carrier.status);
        line(&format!("  {:<32}", carrier.name.fit(32)), health);
    }
    facts
}

fn percent(window: ReportWindow) -> String {
    window
        .success_rate
        .map_or("none looked at".to_owned(), |rate| {
            format!("{rate:.2} % of {}", window.total_checks)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::{CarrierLine, Checks, HealthReport, ReadReport};
    use crate::model::report::{ReadTimes, Reads, Windows};

    #[test]
    fn a_person_reads_it_a_line_a_figure() {
        let checks = Checks {
            registered: 3,
            lost: 1,
            unknown: 2,
        };
        let reads = Reads { ok: 2, failed: 1 };
        let window = ReportWindow::of(checks, reads);
        let report = FullReport {
            health: HealthReport {
                generated_at: Millis(0),
                total_checks: 4,
                success_count: 3,
                success_rate: 75.0,
                last_failure_time: Some(Millis(-1_000)),
                unknown_checks: checks.unknown,
                reads: ReadReport::of(reads, Some(Millis(5))),
                active_users: 2,
                degraded_carriers: 1,
            },
            windows: Windows {
                hour: ReportWindow::default(),
                day: window,
                since_start: window,
            },
            read_ms: Some(ReadTimes {
                p50: 1.0,
                p90: 2.25,
                p99: 30.0,
            }),
            carriers: vec![CarrierLine {
                provider_id: "c-1".into(),
                name: "North\u{1b}[2J".into(),
                status: "active".into(),
                health: "degraded".into(),
            }],
        };
        let text = text(&report, false);
        for told in [
            "registered         3 of 4\n",
            "registered, 1 h    none looked at\n",
            "registered, 24 h   75.00 % of 4\n",
            "last lost          1969-12-31T23:59:59.000Z\n",
            "unknown            2\n",
            "reads              2 of 3\n",
            "last failed read   1970-01-01T00:00:00.005Z\n",
        ] {
            assert!(text.contains(told), "{told}{text}");
        }
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
