//! Which figures of the console are told, and under which names.

use std::fmt;

use super::sheet::Exposition;
use crate::listen::ask::{DestinationLine, Overview, ProbeLine};
use crate::model::carrier::Health;
use crate::model::finding::Grade;
use crate::model::registration::State;
use crate::model::report::{CarrierLine, FullReport};
use crate::model::vendor::VendorState;
use crate::time::Millis;
use crate::vocabulary::news::Link;

/// Everything, in the order in which a person would ask.
pub(super) fn write(sheet: &mut Exposition<'_>, overview: &Overview) -> fmt::Result {
    let version = [("version", env!("CARGO_PKG_VERSION").to_owned())];
    let build = "Always 1; the version is the label";
    sheet.levels("trunkline_build_info", build, [(version, 1.0)])?;
    let ready = "Whether what is shown can be relied on, as /readyz says";
    let is_ready = f64::from(u8::from(overview.ready.is_ok()));
    sheet.gauge("trunkline_ready", ready, is_ready)?;
    let share = "Share of what is watched that is known for sure, 0 to 1, as /readyz counts it";
    sheet.gauge("trunkline_coverage_ratio", share, overview.coverage.share())?;
    registrations(sheet, overview)?;
    carriers(sheet, overview)?;
    probes(sheet, &overview.probes)?;
    destinations(sheet, &overview.destinations)?;
    checks(sheet, &overview.report)?;
    reads(sheet, &overview.report)?;
    feeds(sheet, overview)?;
    vendor(sheet, overview.vendor)?;
    losses(sheet, overview)?;
    super::telephony::write(sheet, &overview.telephony)?;
    super::transfers::write(sheet, &overview.transfers)
}

fn vendor(sheet: &mut Exposition<'_>, is: Option<VendorState>) -> fmt::Result {
    let states =
        VendorState::ALL.map(|state| (state.word(), f64::from(u8::from(Some(state) == is))));
    sheet.gauges(
        "trunkline_vendor_cloud",
        "What the vendor's status page says of its cloud: 1 at the state it is in; absent where no page is asked or it does not answer",
        "state",
        states.into_iter().filter(|_| is.is_some()),
    )
}

fn registrations(sheet: &mut Exposition<'_>, overview: &Overview) -> fmt::Result {
    let counts = &overview.counts;
    let states = State::ALL.map(|state| (state.word(), f64::from(counts.of(state))));
    sheet.gauges(
        "trunkline_registrations",
        "Devices by state; stale ones were known before the feed had a gap, remembered ones to an earlier run alone",
        "state",
        states,
    )?;
    let share = |part: u32, of: u32| (of > 0).then(|| f64::from(part) / f64::from(of));
    sheet.known(
        "trunkline_registered_ratio",
        "Share of the devices of which it is known how they are now that are registered, 0 to 1; absent while nothing is known",
        share(counts.of(State::Ok), counts.known()),
    )?;
    sheet.known(
        "trunkline_known_ratio",
        "Share of the devices of which it is known how they are now, 0 to 1; the others are stale, remembered or unknown",
        share(counts.known(), counts.total),
    )?;
    sheet.counter(
        "trunkline_missed_by_stream",
        "Devices that a slow sweep has corrected although their stream was live",
        counts.missed,
    )?;
    sheet.gauge(
        "trunkline_registrations_flapping",
        "Devices with more than three changes between registered and lost in five minutes",
        counts.flapping.into(),
    )?;
    sheet.gauge(
        "trunkline_users",
        "Users that are watched",
        counts.users.into(),
    )?;
    sheet.gauge(
        "trunkline_users_active",
        "Users with at least one device that was last said to be registered",
        counts.active_users.into(),
    )
}

fn carriers(sheet: &mut Exposition<'_>, overview: &Overview) -> fmt::Result {
    let carriers = &overview.report.carriers;
    let of = |health: Health| {
        let word = health.word();
        let count = carriers.iter().filter(|one| one.health.raw() == word);
        (word, count.count() as f64)
    };
    sheet.gauges(
        "trunkline_carriers",
        "Carriers by health",
        "health",
        Health::ALL.map(of),
    )?;
    // Made safe: whoever looks at this text does so in a terminal.
    let suffers = |one: &CarrierLine| {
        let suffers = Health::of_word(one.health.raw()).suffers();
        let (id, name) = (one.provider_id.to_string(), one.name.to_string());
        (
            [("carrier", id), ("name", name)],
            f64::from(u8::from(suffers)),
        )
    };
    sheet.levels(
        "trunkline_carrier_suffers",
        "Whether a carrier is degraded or down",
        carriers.iter().map(suffers),
    )
}

fn probes(sheet: &mut Exposition<'_>, probes: &[ProbeLine]) -> fmt::Result {
    let target = |probe: &ProbeLine| [("target", probe.target.clone())];
    let good = |probe: &ProbeLine| {
        let good = matches!(probe.grade, Grade::Good | Grade::Warning);
        (target(probe), f64::from(u8::from(good)))
    };
    sheet.levels(
        "trunkline_probe_good",
        "Whether the newest probe of a target found what it should; a certificate near its end still counts",
        probes.iter().map(good),
    )?;
    let took = |probe: &ProbeLine| (target(probe), probe.took_ms as f64 / 1_000.0);
    sheet.levels(
        "trunkline_probe_duration_seconds",
        "How long the newest probe of a target took",
        probes.iter().map(took),
    )?;
    let days = |probe: &ProbeLine| Some((target(probe), probe.days_left? as f64));
    sheet.levels(
        "trunkline_certificate_days_left",
        "Whole days until the certificate of a target ends, negative once it has",
        probes.iter().filter_map(days),
    )
}

fn destinations(sheet: &mut Exposition<'_>, all: &[DestinationLine]) -> fmt::Result {
    let label = |one: &DestinationLine| [("destination", one.uri.clone())];
    let reached = |one: &DestinationLine| (label(one), f64::from(u8::from(one.reachable)));
    sheet.levels(
        "trunkline_destination_reachable",
        "Whether the newest look at a destination of routes reached it: name, TLS, health",
        all.iter().map(reached),
    )?;
    let rate = |one: &DestinationLine| (label(one), one.rate);
    sheet.levels(
        "trunkline_destination_reachability_ratio",
        "Share of the last looks at a destination of routes that reached it, 0 to 1",
        all.iter().map(rate),
    )
}

fn checks(sheet: &mut Exposition<'_>, report: &FullReport) -> fmt::Result {
    let health = &report.health;
    let lost = health.total_checks.saturating_sub(health.success_count);
    sheet.counters(
        "trunkline_checks",
        "Registrations looked at: each device in each read, each event of a stream; unknown is what the organisation did not say",
        "found",
        [
            ("registered", health.success_count),
            ("lost", lost),
            ("unknown", health.unknown_checks),
        ],
    )?;
    let windows = [("1h", report.windows.hour), ("24h", report.windows.day)];
    let ratios = windows
        .into_iter()
        .filter_map(|(name, window)| Some((name, window.success_rate? / 100.0)));
    sheet.gauges(
        "trunkline_check_success_ratio",
        "Share of the registrations looked at that were registered, 0 to 1; absent where nothing was looked at",
        "window",
        ratios,
    )?;
    sheet.known(
        "trunkline_last_lost_timestamp_seconds",
        "When a registration that was looked at was last found lost",
        health.last_failure_time.map(seconds),
    )
}

fn reads(sheet: &mut Exposition<'_>, report: &FullReport) -> fmt::Result {
    let reads = &report.health.reads;
    sheet.counters(
        "trunkline_reads",
        "Reads of the organisation by outcome, each counted once whatever its retries",
        "outcome",
        [("ok", reads.ok), ("failed", reads.failed)],
    )?;
    let windows = [("1h", report.windows.hour), ("24h", report.windows.day)];
    let ratios = windows
        .into_iter()
        .filter(|(_, window)| window.reads > 0)
        .map(|(name, window)| {
            let failed = window.failed_reads as f64 / window.reads as f64;
            (name, 1.0 - failed)
        });
    sheet.gauges(
        "trunkline_read_success_ratio",
        "Share of reads that worked, 0 to 1; absent without reads",
        "window",
        ratios,
    )?;
    let times = report.read_ms.into_iter().flat_map(|ms| {
        [
            ("0.5", ms.p50 / 1_000.0),
            ("0.9", ms.p90 / 1_000.0),
            ("0.99", ms.p99 / 1_000.0),
        ]
    });
    sheet.gauges(
        "trunkline_read_duration_seconds",
        "Percentiles of the time a read took within the last hour",
        "quantile",
        times,
    )?;
    sheet.known(
        "trunkline_last_read_failure_timestamp_seconds",
        "When a read last failed for good",
        reads.last_failure_time.map(seconds),
    )
}

fn feeds(sheet: &mut Exposition<'_>, overview: &Overview) -> fmt::Result {
    let status = &overview.status;
    let is = |word| (word, f64::from(u8::from(word == link(status.link))));
    sheet.gauges(
        "trunkline_link",
        "The connection as a whole: 1 for the state that it is in",
        "state",
        LINKS.map(is),
    )?;
    sheet.gauges(
        "trunkline_streams",
        "Streams that are open and synchronised (live), and that there should be (wanted)",
        "state",
        [
            ("live", f64::from(status.streams_live)),
            ("wanted", f64::from(status.streams_wanted)),
        ],
    )?;
    sheet.gauge(
        "trunkline_users_polled",
        "Users beyond the streams, which are polled",
        status.polled.into(),
    )?;
    sheet.gauges(
        "trunkline_users_watched",
        "Users that are listed, and of those the ones that have been read since the start",
        "what",
        [
            ("listed", f64::from(status.users)),
            ("read", f64::from(status.read)),
        ],
    )?;
    let round = |of, ms: u64| (ms > 0).then(|| (of, ms as f64 / 1_000.0));
    let rounds = [
        round("poll", status.poll_round_ms),
        round("sweep", status.sweep_round_ms),
    ];
    sheet.gauges(
        "trunkline_round_seconds",
        "How long it takes to read again everyone without a stream (poll) and everyone with one (sweep)",
        "of",
        rounds.into_iter().flatten(),
    )?;
    sheet.counter(
        "trunkline_frames",
        "Stream frames received",
        status.received,
    )?;
    sheet.gauge(
        "trunkline_budget_used",
        "Requests that count against the current minute",
        status.budget_used.into(),
    )?;
    sheet.known(
        "trunkline_budget_allowed",
        "Requests allowed in any minute; absent without a limit",
        status.budget_allowed.map(f64::from),
    )?;
    sheet.known(
        "trunkline_token_expiry_timestamp_seconds",
        "When the token ends",
        status.token_until.map(seconds),
    )
}

fn losses(sheet: &mut Exposition<'_>, overview: &Overview) -> fmt::Result {
    let (status, dropped) = (&overview.status, &overview.store_dropped);
    sheet.counter(
        "trunkline_mailbox_dropped",
        "Updates dropped because the mailbox was full; a read of their users follows",
        overview.mailbox_dropped,
    )?;
    sheet.counters(
        "trunkline_frames_unused",
        "Stream frames that could not be understood, or are of an event type that is not ours",
        "why",
        [
            ("undecodable", status.undecodable),
            ("ignored", status.ignored),
        ],
    )?;
    sheet.counters(
        "trunkline_store_dropped",
        "What the store left out or forgot early because of its limits",
        "what",
        [
            ("rows", dropped.rows),
            ("names", dropped.names),
            ("history", dropped.history),
            ("flaps", dropped.flaps),
        ],
    )
}

/// Every state of the connection.
const LINKS: [&str; 6] = [
    "connecting",
    "live",
    "reconnecting",
    "paused",
    "polling_only",
    "offline",
];

const fn link(link: Link) -> &'static str {
    let [
        connecting,
        live,
        reconnecting,
        paused,
        polling_only,
        offline,
    ] = LINKS;
    match link {
        Link::Connecting => connecting,
        Link::Live => live,
        Link::Reconnecting { .. } => reconnecting,
        Link::Paused => paused,
        Link::PollingOnly => polling_only,
        Link::Offline { .. } => offline,
    }
}

fn seconds(at: Millis) -> f64 {
    at.0 as f64 / 1_000.0
}
