//! What every command that writes has in common, and the commands that provision.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
4 the outcome is unknown.",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct ProvisionArgs {
    /// What else there is to do.
    #[command(subcommand)]
    pub command: Option<ProvisionCommand>,
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

/// What is done with endpoints beside provisioning one.
#[derive(Clone, Debug, Subcommand)]
pub enum ProvisionCommand {
    /// Provision the endpoints of a folder that were not provisioned from here yet, and tell which files say otherwise since
    #[command(after_help = APPLY_CODES)]
    Apply(ApplyArgs),
}

/// `trunkline provision apply`.
#[derive(Args, Clone, Debug)]
pub struct ApplyArgs {
    /// A folder of *.json files, one endpoint each
    pub folder: PathBuf,
    /// Print what would be done and do nothing
    #[arg(long, conflicts_with_all = ["yes", "dry_run"])]
    pub plan: bool,
    /// Follow each job to its end before the next endpoint
    #[arg(long)]
    pub wait: bool,
    /// How it is asked for.
    #[command(flatten)]
    pub write: WriteArgs,
}

const APPLY_CODES: &str = "Exit codes: 0 every endpoint is as its file says, or was asked for, 1 one has drifted, is left alone or was refused, \
2 a file breaks a rule or the command line is wrong, 3 credentials, 4 an outcome is unknown.";
