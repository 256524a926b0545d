//! `trunkline alert`.

use clap::Subcommand;

/// What can be done about alerts without a screen, beside listing them.
#[derive(Clone, Debug, Subcommand)]
pub enum AlertCommand {
    /// Send a test alert, and its end, to one target of the profile (`targets` of its alerts section)
    #[command(after_help = CODES)]
    Test {
        /// The target's name
        target: String,
    },
}

const CODES: &str = "Exit codes: 0 both were delivered, 1 one was not, 2 no such target or the command line is wrong.";
