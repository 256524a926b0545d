//! `trunkline audit`: the record of every write.

use clap::Subcommand;

use super::list::ListArgs;

/// Look at the record of every write.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Print it, the oldest line first: `get audit`; `--json` prints the lines as they are in the file
    Show(ListArgs),
    /// Find the first line that was changed, dropped, reordered or cut off
    #[command(after_help = VERIFY)]
    Verify,
}

const VERIFY: &str = "The hash of the last line is printed: noted down elsewhere, it shows later that nothing before it was rewritten.\n\n\
Exit codes: 0 every line is as it was written, 1 one is not (its file and line are printed), 2 there is no audit, or it cannot be read.";
