//! `trunkline report`: how it is now, or how it was.

use clap::Args;

use crate::model::hourly::By;

/// How it is now; with one of --from, --to and --by how it was, from the record that the console and `serve` keep.
#[derive(Args, Clone, Debug, Default)]
pub struct ReportArgs {
    /// From then on: 2026-11-01, or "2026-11-01 14:00", by the profile's clock, or followed by an offset or Area/City
    /// [default: 24 hours before the end by hour, else 30 days]
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Until then; a day alone is meant whole [default: now]
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Counted by site, hour or day [default: day]. By carrier nobody can: no API tells over which one a device is reached
    #[arg(long, value_name = "WHAT", value_parser = by)]
    pub by: Option<By>,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// A Markdown table
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
}

impl ReportArgs {
    /// Whether the record is asked for, and not the organisation.
    #[must_use]
    pub const fn is_history(&self) -> bool {
        self.from.is_some() || self.to.is_some() || self.by.is_some()
    }
}

fn by(text: &str) -> Result<By, String> {
    match text {
        "site" => Ok(By::Site),
        "hour" => Ok(By::Hour),
        "day" => Ok(By::Day),
        "carrier" => Err("no API tells over which carrier a device is registered, so nothing is counted by carrier. Use site, hour or day".to_owned()),
        _ => Err("use site, hour or day".to_owned()),
    }
}
