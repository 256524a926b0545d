//! `trunkline digest`, `handover` and `bookmark`: what happened, for whoever comes back or takes over.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What a stretch of time is, and how it is printed.
#[derive(Args, Clone, Debug)]
pub struct SpanArgs {
    /// Since then: 8h, -25m, 03:10, 2026-06-15T03:10+02:00
    #[arg(
        long,
        value_name = "DURATION|TIME",
        allow_hyphen_values = true,
        default_value = "8h"
    )]
    pub since: String,
    /// Until then [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// One JSON object
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// Markdown, for a chat or a ticket
    #[arg(long)]
    pub markdown: bool,
}

const ENDS: &str = "Exit codes: 0 all of it was recorded and known, 2 nothing was recorded, or it cannot be read, 5 some of it was not: what was not stands at the end.";

/// `trunkline digest`.
#[derive(Args, Clone, Debug)]
#[command(after_help = ENDS)]
pub struct DigestArgs {
    /// Of when, and how.
    #[command(flatten)]
    pub span: SpanArgs,
}

/// `trunkline handover`.
#[derive(Args, Clone, Debug)]
#[command(after_help = ENDS)]
pub struct HandoverArgs {
    /// Of when, and how.
    #[command(flatten)]
    pub span: SpanArgs,
    /// Post it too, to where the profile says (`post` in `[profiles.NAME.handover]`)
    #[arg(long)]
    pub post: bool,
    /// Take it over: the audit has a line of who did, and of what
    #[arg(long)]
    pub take: bool,
}

/// Moments that were pinned with `b` in the console.
#[derive(Clone, Debug, Subcommand)]
pub enum BookmarkCommand {
    /// Print them, by their numbers
    List {
        /// One JSON array
        #[arg(long)]
        json: bool,
    },
    /// Delete one
    Remove {
        /// Its number
        #[arg(value_name = "NUMBER")]
        number: u32,
    },
}

/// `trunkline packet`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Its SHA-256 is printed, and is in the audit. trunkline replay FILE opens it, on a machine without a profile too; a packet that is not as it was written is refused, and what of it."
)]
pub struct PacketArgs {
    /// The bookmark that it is of: 15 minutes before it and after it
    #[arg(value_name = "BOOKMARK", conflicts_with_all = ["from", "to"], required_unless_present_any = ["from", "show"])]
    pub bookmark: Option<u32>,
    /// It begins then: 1h (ago), 03:10, 2026-06-15T03:10+02:00
    #[arg(long, value_name = "DURATION|TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// It ends then [default: now]
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        requires = "from"
    )]
    pub to: Option<String>,
    /// Where it goes; never over a file that is there
    #[arg(short, long, value_name = "FILE", required_unless_present = "show")]
    pub output: Option<PathBuf>,
    /// Leave the numbers and names of callers in it, where the record has them
    #[arg(long)]
    pub unmasked: bool,
    /// Print the summary of this packet instead, if it is as it was written
    #[arg(long, value_name = "FILE", conflicts_with_all = ["bookmark", "from", "to", "output", "unmasked"])]
    pub show: Option<PathBuf>,
}
