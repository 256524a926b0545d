//! `trunkline callback`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::list::ListArgs;
use super::write::WriteArgs;

/// What can be done with callbacks without a screen.
#[derive(Clone, Debug, Subcommand)]
pub enum CallbackCommand {
    /// List the reservations, numbers masked: `get callbacks`
    List(ListArgs),
    /// List the queues with their hours and their room: `get queues`
    Queues(ListArgs),
    /// Book callbacks, checked as in the console
    Book(BookArgs),
    /// List the bookings that wait because the organisation took no more (HTTP 429); a console or `serve` sends them
    Waiting {
        /// Take one out by its `callback_id`: it is not booked
        #[arg(long, value_name = "CALLBACK_ID")]
        forget: Option<String>,
        /// One JSON array
        #[arg(long)]
        json: bool,
    },
    /// Cancel callbacks
    Cancel(CancelArgs),
    /// Print the reservations as an iCalendar file (RFC 5545), numbers masked
    Calendar,
}

/// What is to be booked.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "A CSV file has a header line with callback_number, queue_id, start and end, and may have callback_id, primary, fallback, allow_sms, reason and \
concurrency_limit. A time without an offset is by the queue's clock. On the Platform API a callback has one time: no end, and nothing of \
primary, fallback, allow_sms and concurrency_limit; the JSON is its CreateCallbackCommand.\n\nExit codes: 0 booked, 1 refused by a check or by the organisation, 2 a payload breaks a rule or \
the command line is wrong, 3 credentials, 4 the outcome is unknown, 5 some rows were booked and some not."
)]
pub struct BookArgs {
    /// The reservation as JSON; `-` reads standard input
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["csv", "template"])]
    pub file: Option<PathBuf>,
    /// Many reservations, one a row
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub csv: Option<PathBuf>,
    /// Print a reservation that could be booked as it stands but for its number, to start from
    #[arg(long, conflicts_with_all = ["file", "csv", "dry_run", "yes", "json"])]
    pub template: bool,
    /// Book the good rows even though others are bad
    #[arg(long, requires = "csv")]
    pub partial: bool,
    /// How it is asked for.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// What is to be taken back.
#[derive(Args, Clone, Debug)]
pub struct CancelArgs {
    /// The ids of the reservations
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// How it is asked for.
    #[command(flatten)]
    pub write: WriteArgs,
}
