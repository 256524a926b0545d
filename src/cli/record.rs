//! `trunkline record`, `dump` and `replay`: the past.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::list::ListArgs;
use crate::kind::Name;

/// Look after what is recorded.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum RecordCommand {
    /// Print what is recorded, from when to when, and what it takes on disk
    Status {
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Read everything once, and name what is not as it was written
    #[command(after_help = VERIFY)]
    Verify,
    /// Remove the days that `[record]` keep and size no longer allow; the recorder does so by itself every day
    Prune,
}

const VERIFY: &str = "Exit codes: 0 everything is as it was written, 1 something is not (its day, entry and moment are printed), 2 there is no record, or it cannot be read.";

/// `trunkline dump`.
#[derive(Args, Clone, Debug)]
pub struct DumpArgs {
    /// What to print
    #[arg(value_name = "KIND", value_parser = names())]
    pub kind: Name,
    /// The rows as they were then: 03:10, 2026-06-15T03:10+02:00, -25m
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, required_unless_present = "from", conflicts_with_all = ["from", "to"])]
    pub at: Option<String>,
    /// What changed its state from then on
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Until then [default: now]
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        requires = "from"
    )]
    pub to: Option<String>,
    /// How.
    #[command(flatten)]
    pub list: ListArgs,
}

/// `trunkline replay`.
#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// Begin then: 03:10, 2026-06-15T03:10+02:00, -25m [default: where the record begins]
    #[arg(
        short = 't',
        long = "at",
        value_name = "TIME",
        allow_hyphen_values = true
    )]
    pub at: Option<String>,
    /// How many times as fast as it happened: 1 to 600; 0 stands still until Space is pressed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=600))]
    pub speed: u32,
    /// A packet, or a folder with a record such as one that was copied from another machine [default: the profile's]
    #[arg(value_name = "FILE")]
    pub folder: Option<PathBuf>,
}

fn names() -> impl TypedValueParser<Value = Name> {
    let words = Name::ALL.iter().map(|name| name.word());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Name>())
}
