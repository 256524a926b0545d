//! Answers the listener: a view of the state like a frame, for programs instead of people.

use std::collections::BTreeMap;

use super::App;
use crate::kind::Kind as _;
use crate::kind::contradictions::Contradictions;
use crate::listen::{
    DestinationLine, DeviceEntry, DevicePage, Overview, ProbeLine, Question, TelephonyFigures,
    TrunkCalls,
};
use crate::model::registration::State;
use crate::model::registration::obstacle::Obstacle;
use crate::model::report::{
    CarrierLine, FullReport, HealthReport, ReadReport, ReadTimes, ReportWindow, Windows,
};
use crate::model::route::address;
use crate::model::vendor::VendorState;
use crate::store::carriers::CarrierRow;
use crate::store::probes::Probed;
use crate::store::routes::destinations::rate;
use crate::store::sites::Site;
use crate::store::{Believed, Row, RowId};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::messages::Weight;

/// Sites and trunks that figures are told of: a series for each state of a site, and for each trunk.
const MOST_SITES: usize = 200;
const MOST_TRUNKS: usize = 500;

/// Destinations that figures are told of: a series each.
const MOST_DESTINATIONS: usize = 200;

/// Minutes in the two windows of the report.
const HOUR: usize = 60;
const DAY: usize = 24 * 60;

impl App {
    /// Answers a question; someone who has gone away meanwhile is not missed.
    pub fn answer(&mut self, question: Question, now: Millis) {
        match question {
            Question::Overview(to) => {
                let _ = to.send(Box::new(self.overview(now)));
            }
            Question::Delivered(word, to) => {
                self.job_delivered(*word);
                let _ = to.send(());
            }
            Question::Updated(update, to) => {
                self.callback_delivered(*update);
                let _ = to.send(());
            }
            Question::Reservations(to) => {
                let _ = to.send(self.reservations(now));
            }
            Question::Resolve(route, by, to) => self.resolve(*route, by, to, now),
            Question::Refused(refused, to) => self.refused(refused, to, now),
            Question::Notice(text) => self.messages.tell(Weight::Warning, text, now),
            Question::Rows { from, most, to } => {
                let _ = to.send(self.page(from, most));
            }
        }
    }

    /// The health report with everything around it (contract §6).
    #[must_use]
    pub fn report(&self, now: Millis) -> FullReport {
        let metrics = self.store.registrations.metrics();
        let carriers = &self.store.carriers;
        let degraded = carriers.iter().filter(|row| row.carrier().health.suffers());
        let over = |minutes| {
            let checks = metrics.checks_over(minutes, now);
            ReportWindow::of(checks, metrics.reads_over(minutes, now))
        };
        FullReport {
            health: HealthReport {
                generated_at: now,
                total_checks: metrics.checks.total(),
                success_count: metrics.checks.registered,
                success_rate: metrics.checks.success_rate().unwrap_or(0.0),
                last_failure_time: metrics.last_lost,
                unknown_checks: metrics.checks.unknown,
                reads: ReadReport::of(metrics.reads, metrics.last_failure),
                active_users: self.store.registrations.counts().active_users,
                degraded_carriers: u32::try_from(degraded.count()).unwrap_or(u32::MAX),
            },
            windows: Windows {
                hour: over(HOUR),
                day: over(DAY),
                since_start: ReportWindow::of(metrics.checks, metrics.reads),
            },
            read_ms: self.heard.status.latency.map(|latency| ReadTimes {
                p50: ms(latency.p50_us),
                p90: ms(latency.p90_us),
                p99: ms(latency.p99_us),
            }),
            carriers: carriers.iter().map(line).collect(),
        }
    }

    fn overview(&self, now: Millis) -> Overview {
        let table = &self.store.registrations;
        Overview {
            report: self.report(now),
            probes: self.store.probes.iter().filter_map(probe).collect(),
            destinations: self.destinations(),
            counts: table.counts(),
            jobs: self.job_figures(),
            callbacks: self.callback_figures(),
            status: self.heard.status,
            vendor: self.vendor_state(),
            mailbox_dropped: self.heard.dropped,
            store_dropped: table.dropped(),
            transfers: self.store.transfers.figures().clone(),
            telephony: self.telephony(),
            ready: self.ready(),
            coverage: self.coverage(),
        }
    }

    /// What the vendor says of its cloud, while it says anything.
    fn vendor_state(&self) -> Option<VendorState> {
        let vendor = &self.store.vendor;
        vendor.state().filter(|_| !vendor.is_out_of_reach())
    }

    /// Figures with a series for each site, each trunk and each trouble: as many as a wall needs, and no more.
    fn telephony(&self) -> TelephonyFigures {
        let table = &self.store.registrations;
        let mut sites: Vec<_> = table
            .sites()
            .filter_map(|site| Some((site.name?, site)))
            .collect();
        let devices = |site: &Site<'_>| State::ALL.map(|state| site.of(state)).iter().sum::<u32>();
        sites.sort_by_key(|(_, site)| std::cmp::Reverse(devices(site)));
        let sites = sites.into_iter().take(MOST_SITES).map(|(name, site)| {
            let states = State::ALL.map(|state| (state.word(), site.of(state)));
            (name.to_string(), states.to_vec())
        });
        let trunks = self.store.carriers.iter().flat_map(|row| {
            row.carrier().trunks.iter().filter_map(|trunk| {
                Some(TrunkCalls {
                    carrier: row.name().to_string(),
                    edge: trunk.edge_name.to_string(),
                    trunk: trunk.name.to_string(),
                    calls: trunk.traffic?.calls()?,
                })
            })
        });
        let mut trunks: Vec<TrunkCalls> = trunks.collect();
        trunks.sort_by_key(|trunk| std::cmp::Reverse(trunk.calls));
        trunks.truncate(MOST_TRUNKS);
        let lines = Contradictions::rows(&self.store, self.now);
        let of = |problem: &&'static str| {
            let with = lines
                .iter()
                .filter(|line| line.is_sure() && line.obstacle.word() == *problem);
            (*problem, u32::try_from(with.count()).unwrap_or(u32::MAX))
        };
        let told = self.can().conditions;
        let problems = Obstacle::WORDS.iter().filter(|_| told);
        let capacity = self.store.capacity.rows();
        TelephonyFigures {
            sites: sites.collect(),
            trunks,
            contradictions: problems.map(of).collect(),
            capacity: capacity
                .filter_map(|(place, row)| Some((place, row.now.usage()? / 100.0)))
                .collect(),
        }
    }

    /// What is known of the destinations of routes, for those that were looked at; of those that are shown alike the first.
    fn destinations(&self) -> Vec<DestinationLine> {
        let mut lines: BTreeMap<String, DestinationLine> = BTreeMap::new();
        for (uri, known) in self.store.routes.destinations.iter() {
            let looked = known.verdict().zip(rate(std::iter::once(known)));
            let uri = address::shown(uri).into_owned();
            if let Some((verdict, rate)) = looked.filter(|_| lines.len() < MOST_DESTINATIONS) {
                let reachable = verdict.reachable();
                lines.entry(uri.clone()).or_insert(DestinationLine {
                    uri,
                    reachable,
                    rate,
                });
            }
        }
        lines.into_values().collect()
    }

    fn page(&self, from: RowId, most: usize) -> DevicePage {
        let (rows, next) = self.store.registrations.page(from, most);
        DevicePage {
            // What an earlier run knew is not what is so.
            entries: rows
                .into_iter()
                .filter(|row| !row.remembered())
                .map(entry)
                .collect(),
            next,
        }
    }
}

fn ms(us: u64) -> f64 {
    us as f64 / 1_000.0
}

fn line(row: &CarrierRow) -> CarrierLine {
    let carrier = row.carrier();
    CarrierLine {
        provider_id: carrier.id.0.clone(),
        name: carrier.name.clone(),
        status: carrier.status.clone().unwrap_or_else(unknown),
        health: carrier.health.word().into(),
    }
}

fn probe(probed: &Probed) -> Option<ProbeLine> {
    let finding = probed.finding()?;
    Some(ProbeLine {
        target: probed.target().to_string(),
        grade: finding.grade(),
        took_ms: finding.took_ms,
        days_left: finding.tls().and_then(|tls| tls.days_left),
    })
}

fn entry(row: Row<'_>) -> DeviceEntry {
    DeviceEntry {
        user_id: row.user_id().0.clone(),
        device_id: row.device().0.clone(),
        registered: row.believed() == Believed::Registered,
        codec: row.codec().cloned().unwrap_or_else(unknown),
        last_checked: row.checked(),
    }
}

fn unknown() -> Text {
    "unknown".into()
}
