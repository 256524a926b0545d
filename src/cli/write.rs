//! What every command that writes has in common, and the commands that provision.

use std::path::PathBuf;

use clap::Args;

/// How a write is asked for.
#[derive(Args, Clone, Copy, Debug)]
pub struct WriteArgs {
    /// Check everything, print the request and send nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Send without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// One JSON object with the outcome; needs --yes or --dry-run
    #[arg(long)]
    pub json: bool,
}

/// `trunkline provision`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 done, 1 refused by a check or by the organisation, 2 the payload breaks a rule or the command line is wrong, 3 credentials, \
4 the outcome could not be had."
)]
pub struct ProvisionArgs {
    /// The endpoint as JSON; `-` reads standard input
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["template", "fields"])]
    pub file: Option<PathBuf>,
    /// Print an endpoint that is valid for this profile as it stands, to start from
    #[arg(long, conflicts_with_all = ["file", "dry_run", "yes", "json", "wait"])]
    pub template: bool,
    /// Print what an endpoint is made of, field by field, as a Markdown table
    #[arg(long, conflicts_with_all = ["file", "template", "dry_run", "yes", "json", "wait"])]
    pub fields: bool,
    /// Follow the job to its end
    #[arg(long)]
    pub wait: bool,
    /// How it is asked for.
    #[command(flatten)]
    pub write: WriteArgs,
}
