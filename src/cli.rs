//! The command line: clap types only.

pub mod alert;
pub mod api;
pub mod audit;
pub mod callback;
pub mod digest;
pub mod examples;
pub mod list;
pub mod probe;
pub mod record;
pub mod report;
pub mod route;
pub mod share;
pub mod sip;
pub mod transfer;
pub mod webhook;
pub mod write;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::model::api::Api;

/// A terminal console for the people who keep Genesys Cloud telephony running.
///
/// Without a command it opens the console on the profile of the configuration file.
#[derive(Debug, Parser)]
#[command(name = "trunkline", version, long_version = VERSION.as_str(), arg_required_else_help = false, after_help = EXIT_CODES)]
pub struct Cli {
    /// What the whole program is told.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the console without one.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Serve dashboard, metrics and health beside the console, as the profile's `listen` section does
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Read the organisation from this console, and do not attach to a reader on this machine
    #[arg(long)]
    pub direct: bool,
}

impl Cli {
    /// The command line with the examples of every command.
    #[must_use]
    pub fn whole() -> clap::Command {
        examples::shown(Self::command())
    }

    /// Reads what was typed.
    ///
    /// # Errors
    /// What is wrong with it; or the help, where that was asked for.
    pub fn read() -> Result<Self, clap::Error> {
        let matches = Self::whole().try_get_matches()?;
        Self::from_arg_matches(&matches)
    }
}

/// Which build this is: for whoever reports a fault. Packages are built with `TRUNKLINE_COMMIT` and `TRUNKLINE_DATE` set; any
/// other build says that it is none.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let version = env!("CARGO_PKG_VERSION");
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    let built = match (
        option_env!("TRUNKLINE_COMMIT"),
        option_env!("TRUNKLINE_DATE"),
    ) {
        (Some(commit), Some(date)) => format!("commit {commit} of {date}"),
        _ => "built from a source folder, not a package".to_owned(),
    };
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "optimized"
    };
    format!("{version}\n{built}\n{target}, {profile}")
});

const EXIT_CODES: &str = "Exit codes: 0 ok, 1 a probe reached its target and it is not as it should be, or a write was refused, 2 usage or configuration, or standard output cannot be written, 3 credentials or permission, 4 unreachable, or the outcome of a write is unknown, 5 partial result, \
128+n ended by signal n; 141 when nobody reads standard output any more.";

/// Flags that stand before or after any command.
#[derive(Args, Clone, Debug, Default)]
pub struct Global {
    /// Configuration file (or `TRUNKLINE_CONFIG`)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Profile to use (or `TRUNKLINE_PROFILE`)
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Refuse every write, whatever the profile allows
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Theme to use
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the console on an organisation of its own, embedded in this process
    Demo(OrgArgs),
    /// Serve the embedded organisation alone, until INT or TERM
    Org(OrgArgs),
    /// Read once, or watch, without a screen
    Get(list::GetArgs),
    /// Whose a number or an extension is, or which numbers somebody has
    Whois(list::WhoisArgs),
    /// What was said over SIP for a call: who, to whom, when, and what was sent again
    Sip(sip::SipArgs),
    /// Read once and tell how it is: registrations, reads, active users, carriers; or, with --from, --to or --by, how it was
    Report(report::ReportArgs),
    /// Everything but the screen, with dashboard, metrics and health over HTTP, until INT or TERM
    Serve(ServeArgs),
    /// Sign in as a person, and keep the sign-in where the profile chooses the keyring; in the console it is `:login`
    Login,
    /// Sign out: revoke the token, and forget what the keyring keeps
    Logout,
    /// Find out what stands between this machine and the organisation, step by step; ends with one sentence of advice
    Doctor {
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Probe one server: TLS, STUN, TURN, DNS, HTTP or SIP (OPTIONS)
    Probe(probe::ProbeArgs),
    /// Any call of the organisation's API, under the same token, budget, audit and review
    Api(api::ApiArgs),
    /// Provision a WebRTC endpoint from a file, checked as in the console
    Provision(write::ProvisionArgs),
    /// Transfer interactions to one destination, checked as in the console
    Transfer(transfer::TransferArgs),
    /// Callback reservations: list, book, cancel
    #[command(subcommand)]
    Callback(callback::CallbackCommand),
    /// Event routes: list, verify, deploy from a file or a folder
    #[command(subcommand)]
    Route(route::RouteCommand),
    /// Targets of alerts: try one
    #[command(subcommand)]
    Alert(alert::AlertCommand),
    /// Webhooks of the organisation, for ends of jobs and changes of callbacks: list, register, test, remove
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// What is recorded of the past
    #[command(subcommand)]
    Record(record::RecordCommand),
    /// The reading that consoles on this machine share
    #[command(subcommand)]
    Share(share::ShareCommand),
    /// Print rows as they were at a moment, or what changed its state between two, from what was recorded
    Dump(record::DumpArgs),
    /// Open the console on what was recorded, and on nothing else: no sign-in, no network
    Replay(record::ReplayArgs),
    /// Tell what happened in so long: lost, back, flapping, alerts, writes, and what was not known
    Digest(digest::DigestArgs),
    /// Tell whoever takes over what happened, and what is to be gone on with
    Handover(digest::HandoverArgs),
    /// Write one file of some minutes of the past, for whoever has no access: records, notes, audit lines, a summary
    Packet(digest::PacketArgs),
    /// Moments that were pinned in the console
    #[command(subcommand)]
    Bookmark(digest::BookmarkCommand),
    /// The record of every write of the profile
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// The configuration file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the completion script of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff), or write the page of every command
    Man {
        /// Directory for the pages of all commands, which packages install
        #[arg(long, value_name = "DIR")]
        all: Option<PathBuf>,
    },
}

/// Where the listener is, and for whom; goes before the profile's `listen` section.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Address to listen on [default: the profile's, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Unix socket to listen on; without --listen it is the only place
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// Variable that holds the bearer token that may write [default: one made in the state directory]; an address beyond
    /// loopback needs one
    #[arg(long, value_name = "NAME", conflicts_with = "token_file")]
    pub token_env: Option<String>,
    /// File that holds the bearer token that may write, mode 0600
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Share what is read: consoles of this profile on this machine attach, and read nothing themselves (`[share]` says where and
    /// for whom)
    #[arg(long)]
    pub share: bool,
}

/// Work on the configuration file.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented file to start from; never over an existing one
    Init {
        /// Ask for region, client and the secret's place, try the sign-in, and write what works
        #[arg(long)]
        guided: bool,
    },
    /// Say every mistake in the file, or that there is none
    Check,
    /// Print where the file is looked for, and every other file that is kept
    Path,
    /// Print the JSON schema of the file, for editors that complete and check it
    Schema {
        /// As a page to read
        #[arg(long)]
        markdown: bool,
    },
    /// Print what is in force and where each value comes from; secrets masked
    Show,
}

/// Options of the embedded organisation.
#[derive(Args, Clone, Debug)]
#[command(after_help = crate::org::help())]
pub struct OrgArgs {
    /// Address to listen on; loopback only
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// The API that `demo`, and the configuration of `--profile-out`, reach it by: direct or platform; it serves both
    #[arg(long, default_value_t, value_name = "API")]
    pub api: Api,
    /// How many people have telephones
    #[arg(long, default_value_t = 240)]
    pub users: u32,
    /// Registration events a second; 0 is perfectly quiet
    #[arg(long, value_name = "EVENTS_PER_SECOND")]
    pub rate: Option<f64>,
    /// The same seed gives the same people, devices and course of events
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Dial callbacks at once, whatever their slots, for a show; else each waits for its time
    #[arg(long)]
    pub fast_forward: bool,
    /// A fault from the start; repeatable
    #[arg(long = "fault", value_name = "KEY=VALUE")]
    pub faults: Vec<String>,
    /// OAuth client id [default: made up]
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// OAuth client secret [default: made up]
    #[arg(long, value_name = "SECRET")]
    pub client_secret: Option<String>,
    /// A permission of the Platform API that nobody holds; repeatable
    #[arg(long, value_name = "PERMISSION")]
    pub without: Vec<String>,
    /// Edges of the cloud's own, which serve browsers and come and go [default: 100 by the Platform API, else none]
    #[arg(long, value_name = "N")]
    pub media_edges: Option<u32>,
    /// Requests a minute for each token; 0 lifts the limit
    #[arg(long, default_value_t = 300, value_name = "N")]
    pub rate_limit: u32,
    /// Write the certificate authority to this file
    #[arg(long, value_name = "FILE")]
    pub ca_out: Option<PathBuf>,
    /// Write a configuration that `trunkline --config FILE` uses at once
    #[arg(long, value_name = "FILE")]
    pub profile_out: Option<PathBuf>,
}
