//! `trunkline route`: event routes without a screen.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::list::ListArgs;
use super::write::WriteArgs;

/// What is done with event routes.
#[derive(Clone, Debug, Subcommand)]
pub enum RouteCommand {
    /// List the routes, and whether they are as last deployed from here: `get routes`
    List(ListArgs),
    /// Show one route: its body, its deliveries, what was deployed of it from here
    Show {
        /// Name or id
        route: String,
        /// One JSON object; values of headers that may be secrets are masked
        #[arg(long, conflicts_with = "body")]
        json: bool,
        /// The body alone, as `route deploy -f` takes it, secrets included
        #[arg(long)]
        body: bool,
    },
    /// Look at destinations: name, TLS, health; of routes without an address, ask the organisation. Changes nothing
    #[command(after_help = VERIFY_CODES)]
    Verify {
        /// Names or ids; all routes without any
        #[arg(conflicts_with = "file")]
        routes: Vec<String>,
        /// The destinations of this route instead; `-` reads standard input
        #[arg(short, long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Try triggers with the event in this file instead of one made to fit
        #[arg(long, value_name = "FILE")]
        event: Option<PathBuf>,
        /// One JSON array with a verdict for each destination, and for each route that has none
        #[arg(long)]
        json: bool,
    },
    /// Deploy a route from a file: verify every destination, submit, read back
    #[command(after_help = WRITE_CODES)]
    Deploy(DeployArgs),
    /// Send a test event to the destinations of a route, from here and with its headers; each says whether it accepts it
    #[command(after_help = VERIFY_CODES)]
    Test {
        /// Name or id
        route: String,
        /// How it is asked for.
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Delete a route
    #[command(after_help = WRITE_CODES)]
    Delete {
        /// Name or id
        route: String,
        /// How it is asked for.
        #[command(flatten)]
        write: WriteArgs,
    },
    /// Make the routes what the files of a folder say: new ones created, changed ones updated, the same left alone
    #[command(after_help = WRITE_CODES)]
    Apply {
        /// A folder of *.json files, one route each
        folder: PathBuf,
        /// Print what would be done and do nothing
        #[arg(long, conflicts_with_all = ["yes", "dry_run"])]
        plan: bool,
        /// Why, for whoever asks later: kept with each deployment and in the audit
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// How it is asked for.
        #[command(flatten)]
        write: WriteArgs,
    },
}

/// `trunkline route deploy`.
#[derive(Args, Clone, Debug)]
pub struct DeployArgs {
    /// The route as JSON; `-` reads standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: PathBuf,
    /// The route that is to become so, by its id [default: the file's own id, else the one of the same name, else a new one]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Why, for whoever asks later: kept with the deployment and in the audit
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// How it is asked for.
    #[command(flatten)]
    pub write: WriteArgs,
}

const VERIFY_CODES: &str = "Exit codes: 0 every destination can be reached and every other route does its work, 1 one does not, 2 no such route or the command line is wrong, \
3 credentials, 4 the organisation could not be reached.";

const WRITE_CODES: &str = "Exit codes: 0 done, or nothing to do, 1 stopped by a destination, a conflict or the organisation, \
2 a body breaks a rule or the command line is wrong, 3 credentials, 4 the outcome is unknown.";
