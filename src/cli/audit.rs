//! `trunkline audit`: the record of every write.

use clap::{Args, Subcommand};

/// Look at the record of every write.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Print it, the oldest line first: a table, or JSON
    Show(AuditShow),
    /// Find the first line that was changed, dropped, reordered or cut off
    #[command(after_help = VERIFY)]
    Verify,
}

const VERIFY: &str = "The hash of the last line is printed: noted down elsewhere, it shows later that nothing before it was written anew.\n\n\
Exit codes: 0 every line is as it was written, 1 one is not (its file and line are printed), 2 there is no audit, or it cannot be read.";

/// Which lines, and how.
#[derive(Args, Clone, Debug)]
pub struct AuditShow {
    /// Only lines that match, in the console's filter grammar: 'action:route status=unknown at<7d'
    #[arg(long = "where", value_name = "EXPR")]
    pub filter: Option<String>,
    /// The lines as they are in the file, one JSON object each
    #[arg(long)]
    pub json: bool,
}
