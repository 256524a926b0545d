//! `trunkline sip`: what was said over SIP for a call.

use std::path::PathBuf;

use clap::Args;

/// Which call, and how much of it.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Needs telephony:pcap:view, and conversation:communication:view to learn when the call was; --save needs telephony:pcap:add too. Platform \
API alone.\n\n\
Exit codes: 0 read (no message: none is known of this call), 2 usage or configuration, or an API without SIP messages, 3 credentials or \
permission, 4 unreachable, or no such conversation, 5 not all of it could be read."
)]
pub struct SipArgs {
    /// The conversation's id
    #[arg(value_name = "CONVERSATION")]
    pub conversation: String,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// The messages too, with headers and media, as they were recorded
    #[arg(long)]
    pub messages: bool,
    /// Have the organisation collect the call's messages and write them to this new file (PCAP, mode 0600) in place of printing them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["messages", "json"])]
    pub save: Option<PathBuf>,
}
