//! `trunkline digest`, `handover` and `bookmark`: what happened, for whoever comes back or takes over.

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
