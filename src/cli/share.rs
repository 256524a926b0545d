//! `trunkline share`: one reading for many consoles.

use clap::Subcommand;

/// One reading for many consoles.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ShareCommand {
    /// Print who reads, how that goes, and who is attached
    #[command(after_help = STATUS)]
    Status {
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
}

const STATUS: &str = "Exit codes: 0 there is a reader, 4 there is none, or it does not answer; 2 the configuration is wrong.";
