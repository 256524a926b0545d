//! `/metrics`: the JSON of contract §9, and the figures of the whole console as `OpenMetrics` or Prometheus text.

use std::collections::HashSet;
use std::fmt;
use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use hyper::StatusCode;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::Registry;
use serde::Serialize;

use super::ask::Overview;
use super::denials::Denials;
use super::negotiate::Format;
use super::places::ConnectionTally;
use super::reply::{self, Refusal, Reply};
use super::resolve::ResolveCounts;
use sheet::Exposition;

mod callbacks;
mod console;
mod families;
mod jobs;
mod sheet;
mod telephony;
mod transfers;

/// How route resolutions went (contract §9).
#[derive(Debug, Serialize)]
struct Resolves {
    /// 0 to 1, unlike `successRate` of the dashboard, which is a percentage.
    reachability_rate: f64,
    #[serde(rename = "total_resolves")]
    total: u64,
    #[serde(rename = "successful_resolves")]
    successful: u64,
    avg_latency_ms: f64,
}

impl From<ResolveCounts> for Resolves {
    fn from(counts: ResolveCounts) -> Self {
        Self {
            reachability_rate: counts.reachability_rate(),
            total: counts.total,
            successful: counts.successful,
            avg_latency_ms: counts.average_ms(),
        }
    }
}

/// The JSON of contract §9, zero where nothing has happened and never NaN; and beside its four figures, as `figures`, all that
/// the text has.
#[derive(Debug, Serialize)]
struct Everything {
    #[serde(flatten)]
    resolves: Resolves,
    figures: serde_json::Value,
}

/// The figures in that format.
pub(super) fn reply(
    overview: Overview,
    resolves: ResolveCounts,
    doors: Doors,
    format: Format,
) -> Reply {
    let figures = Figures {
        overview,
        resolves,
        doors,
    };
    match written(figures) {
        Ok(text) if format == Format::Json => reply::json(&Everything {
            resolves: resolves.into(),
            figures: families::of(&text),
        }),
        Ok(text) if format == Format::OpenMetrics => reply::ok(
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            reply::whole(text),
        ),
        Ok(text) => reply::ok(
            "text/plain; version=0.0.4; charset=utf-8",
            reply::whole(classic(&text)),
        ),
        Err(fmt::Error) => {
            let (status, code) = (StatusCode::INTERNAL_SERVER_ERROR, "internal");
            Refusal::new(status, code, "the figures could not be written").into_reply()
        }
    }
}

/// Who came in and who did not.
#[derive(Debug)]
pub(super) struct Doors {
    connections: u64,
    evicted: u64,
    refused: u64,
    denied: [(&'static str, u64); 4],
}

impl Doors {
    /// The counts of now.
    pub(super) fn of(tally: &ConnectionTally, denials: &Denials) -> Self {
        Self {
            connections: tally.open.load(Ordering::Relaxed),
            evicted: tally.evicted.load(Ordering::Relaxed),
            refused: tally.refused.load(Ordering::Relaxed),
            denied: denials.counts(),
        }
    }

    fn write(&self, sheet: &mut Exposition<'_>) -> fmt::Result {
        sheet.gauge(
            "trunkline_listener_connections",
            "Connections to this listener, as of the last one that came",
            self.connections as f64,
        )?;
        sheet.counters(
            "trunkline_listener_turned_away",
            "Connections closed to make room (evicted) or not taken (refused)",
            "how",
            [("evicted", self.evicted), ("refused", self.refused)],
        )?;
        sheet.counters(
            "trunkline_listener_denied",
            "Requests refused for who asked: no token, a wrong token, a token or user beyond its scope, a user not on the socket's list",
            "why",
            self.denied,
        )
    }
}

/// One scrape.
#[derive(Debug)]
struct Figures {
    overview: Overview,
    resolves: ResolveCounts,
    doors: Doors,
}

impl Collector for Figures {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut sheet = Exposition::new(encoder);
        console::write(&mut sheet, &self.overview)?;
        jobs::write(&mut sheet, &self.overview.jobs)?;
        callbacks::write(&mut sheet, &self.overview.callbacks)?;
        self.resolves(&mut sheet)?;
        self.doors.write(&mut sheet)
    }
}

impl Figures {
    fn resolves(&self, sheet: &mut Exposition<'_>) -> fmt::Result {
        let counts = self.resolves;
        sheet.counters(
            "trunkline_resolves",
            "Routes that went through the deploy pipeline by POST /resolve",
            "outcome",
            [
                ("deployed", counts.successful),
                (
                    "not_deployed",
                    counts.total.saturating_sub(counts.successful),
                ),
            ],
        )?;
        sheet.gauge(
            "trunkline_resolve_reachability_ratio",
            "Share of these pipelines that reached every destination, 0 to 1; 0 when there was none",
            counts.reachability_rate(),
        )?;
        sheet.gauge(
            "trunkline_resolve_latency_seconds",
            "How long such a pipeline took on average; 0 when there was none",
            counts.average_ms() / 1_000.0,
        )
    }
}

fn written(figures: Figures) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(figures));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}

/// `OpenMetrics` as the older text format 0.0.4: there the name of a counter is that of its samples, with `_total`, and
/// nothing marks the end.
fn classic(text: &str) -> String {
    let counter = |line: &str| {
        let name = line.strip_prefix("# TYPE ")?.strip_suffix(" counter")?;
        Some(name.to_owned())
    };
    let counters: HashSet<String> = text.lines().filter_map(counter).collect();
    let mut classic = String::with_capacity(text.len());
    for line in text.lines().filter(|line| *line != "# EOF") {
        let mut words = line.splitn(4, ' ');
        let comment = (words.next(), words.next(), words.next(), words.next());
        let _ = match comment {
            (Some("#"), Some(kind), Some(name), Some(rest)) if counters.contains(name) => {
                writeln!(classic, "# {kind} {name}_total {rest}")
            }
            _ => writeln!(classic, "{line}"),
        };
    }
    classic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_keep_their_type_in_the_older_format() {
        let open = "# HELP a Help.\n# TYPE a counter\na_total{x=\"# TYPE b counter\"} 1\n# HELP g Gauge.\n# TYPE g gauge\ng 2\n# EOF\n";
        assert_eq!(
            classic(open),
            "# HELP a_total Help.\n# TYPE a_total counter\na_total{x=\"# TYPE b counter\"} 1\n# HELP g Gauge.\n# TYPE g gauge\ng 2\n"
        );
    }

    #[test]
    fn nothing_has_been_resolved_and_nothing_is_not_a_number() {
        let json = serde_json::to_string(&Resolves::from(ResolveCounts::default())).unwrap();
        assert_eq!(
            json,
            r#"{"reachability_rate":0.0,"total_resolves":0,"successful_resolves":0,"avg_latency_ms":0.0}"#
        );
    }
}
