//! `trunkline report`: signs in, reads everything once, and tells how it is.

use std::fmt::Write as _;

use super::quiet::Quiet;
use super::{Exit, hopeless, nothing, print, ready, say, shortfall};
use crate::app::App;
use crate::app::run::Runner;
use crate::config::{Environment, Loaded};
use crate::listen;
use crate::model::report::{FullReport, Window};
use crate::store::carriers::Reading;
use crate::term::signals::Signal;

/// Reads once and writes the report, as JSON or for a person; the error line, if any, is already on standard error.
pub async fn report(
    mut loaded: Loaded,
    environment: Environment,
    json: bool,
) -> Result<u8, String> {
    if let Some(profile) = loaded.profile.as_mut() {
        // One reading needs no streams: they would only be opened to be closed.
        profile.registrations.max_streams = Some(0);
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
    print(&if json {
        // Plain strings, numbers and options cannot fail to serialise.
        serde_json::to_string(&report).unwrap_or_default() + "\n"
    } else {
        text(&report)
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
fn text(report: &FullReport) -> String {
    let health = &report.health;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<18} {value}");
    };
    line("generated", health.generated_at.to_string());
    line(
        "reads",
        format!("{} of {}", health.success_count, health.total_checks),
    );
    line("success, 1 h", percent(report.windows.hour));
    line("success, 24 h", percent(report.windows.day));
    line("success, in all", percent(report.windows.since_start));
    let failure = health.last_failure_time;
    line(
        "last failure",
        failure.map_or("none".to_owned(), |at| at.to_string()),
    );
    if let Some(ms) = report.read_ms {
        let times = format!("{:.1} / {:.1} / {:.1} ms", ms.p50, ms.p90, ms.p99);
        line("read p50/p90/p99", times);
    }
    line("active users", health.active_users.to_string());
    line("degraded carriers", health.degraded_carriers.to_string());
    for carrier in &report.carriers {
        let (name, health) = (carrier.name.fit(32), &carrier.health);
        let _ = writeln!(text, "  {name:<32} {health:<9} {}", carrier.status);
    }
    text
}

fn percent(window: Window) -> String {
    window.success_rate.map_or("no reads".to_owned(), |rate| {
        format!("{rate:.2} % of {}", window.total_checks)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::{CarrierLine, HealthReport, ReadTimes, Windows};
    use crate::time::Millis;

    #[test]
    fn a_person_reads_it_a_line_a_figure() {
        let window = Window {
            total_checks: 4,
            success_count: 3,
            success_rate: Some(75.0),
        };
        let report = FullReport {
            health: HealthReport {
                generated_at: Millis(0),
                total_checks: 4,
                success_count: 3,
                success_rate: 75.0,
                last_failure_time: Some(Millis(-1_000)),
                active_users: 2,
                degraded_carriers: 1,
            },
            windows: Windows {
                hour: Window::default(),
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
        let text = text(&report);
        assert!(text.contains("success, 1 h       no reads\n"), "{text}");
        assert!(text.contains("success, 24 h      75.00 % of 4\n"), "{text}");
        assert!(
            text.contains("last failure       1969-12-31T23:59:59.000Z\n"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
