//! `trunkline transfer`.

use clap::Args;

use super::write::WriteArgs;

/// What is transferred, where to and with which media.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Every interaction is read first; one that is completed, abandoned or unknown is not transferred.\n\n\
Exit codes: 0 all transferred (with --dry-run: all could be), 1 at least one was refused by a check or by the organisation, \
2 the payload breaks a rule or the command line is wrong, 3 credentials, 4 whether one was transferred could not be found out."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct TransferArgs {
    /// Interactions to transfer
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    /// Where to: genesys://user|queue|flow/ID, sip:user@host or tel:+NUMBER
    #[arg(long, value_name = "URI")]
    pub to: String,
    /// Audio codec [default: the first of the profile's `supported_codecs`]
    #[arg(long, value_name = "CODEC")]
    pub codec: Option<String>,
    /// Audio bandwidth [default: 64, or the profile's limit when that is less]
    #[arg(long, value_name = "KBPS")]
    pub bandwidth: Option<u32>,
    /// Bits of one audio sample
    #[arg(long, value_name = "BITS", default_value_t = 16)]
    pub bit_depth: u32,
    /// Video as well, for example h264:1280x720:30
    #[arg(long, value_name = "CODEC:WIDTHxHEIGHT:FPS")]
    pub video: Option<String>,
    /// Do not fall back to another codec when this one is not supported
    #[arg(long)]
    pub no_negotiation: bool,
    /// Let the organisation skip verifying the format
    #[arg(long)]
    pub no_verification: bool,
    /// Leave alone what has not begun once one was not transferred
    #[arg(long)]
    pub stop_on_failure: bool,
    /// Go on with a batch that broke off: leave out what the audit has as transferred there in the last 12 hours, and name what
    /// may have been
    #[arg(long)]
    pub resume: bool,
    /// How it is asked for.
    #[command(flatten)]
    pub write: WriteArgs,
}
