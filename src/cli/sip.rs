//! `trunkline sip`: what was said over SIP for a call.

use clap::Args;

/// Which call, and how much of it.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Needs telephony:pcap:view, and conversation:communication:view to learn when the call was: Platform API alone.\n\n\
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
}
