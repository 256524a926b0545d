//! `trunkline probe`: one look at one server.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::model::finding::Protocol;

/// What to probe, and what to know for it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct ProbeArgs {
    /// Which probe
    #[arg(value_parser = PossibleValuesParser::new(Protocol::ALL.map(Protocol::word)).map(|word| protocol(&word)))]
    pub protocol: Protocol,
    /// What to probe, as [`Target::new`](crate::model::finding::Target::new) reads it
    #[arg(
        help = "HOST[:PORT] for tls; HOST[:PORT][?transport=udp|tcp|tls] for stun, turn and sip (OPTIONS; :5061 is TLS); a name for dns; a URL for http"
    )]
    pub target: String,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// Give up after this long
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub deadline: u64,
    /// Days before its end at which a certificate is expiring [default: the profile's, or 30]
    #[arg(long, value_name = "DAYS")]
    pub expiring_days: Option<u16>,
    /// Trust the authorities of this PEM file too, beside the profile's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Show this client certificate (PEM) to a server that demands one [default: the profile's]
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub client_cert: Option<PathBuf>,
    /// Its key (PEM); a file that others may open is refused
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<PathBuf>,
    /// Ask this DNS resolver and no other; repeatable, the next when one does not answer
    #[arg(long = "resolver", value_name = "ADDR:PORT")]
    pub resolvers: Vec<SocketAddr>,
    /// TURN user [default: the profile's for that server]
    #[arg(long, value_name = "NAME", requires = "password_env")]
    pub username: Option<String>,
    /// The variable that holds the TURN user's password
    #[arg(long, value_name = "VARIABLE", requires = "username")]
    pub password_env: Option<String>,
}

const EXIT_CODES: &str = "Works without a profile; with one its ca_file, client certificate, resolvers and TURN users count.\n\n\
Exit codes: 0 valid, answers or healthy (an expiring certificate is 0, with a warning), 1 reached and not as it should be \
(expired, untrusted, protocol too old, refused, unhealthy, no such name), 2 usage or configuration, 4 unreachable.";

fn protocol(word: &str) -> Protocol {
    let known = Protocol::ALL.into_iter().find(|p| p.word() == word);
    // The parser before this one lets no other word through.
    known.unwrap_or(Protocol::Tls)
}
