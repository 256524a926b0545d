//! `trunkline api`: any call of the organisation's API.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::model::raw::VERBS;

/// A call, and how it is asked for.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "The same token, budget and retries as the console's reads. Anything but GET is a write: it is shown, confirmed by typing its \
method, and has its lines in the audit; a read-only profile sends none.\n\n\
Exit codes: 0 answered, 1 refused by the organisation or not confirmed, 2 usage or configuration, 3 credentials, 4 unreachable or outcome unknown, \
5 not every page could be read."
)]
pub struct ApiArgs {
    /// The method
    #[arg(value_parser = PossibleValuesParser::new(VERBS), ignore_case = true)]
    pub method: String,
    /// Path after the organisation's address: /api/v2/users, or users
    pub path: String,
    /// A query parameter; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    pub query: Vec<String>,
    /// The body: JSON, @FILE, or @- for standard input
    #[arg(short, long, value_name = "JSON|@FILE")]
    pub data: Option<String>,
    /// Read every page of a list and print one JSON array of its entries
    #[arg(long, conflicts_with = "data")]
    pub paginate: bool,
    /// Print the request and send nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Send a write without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
}

impl ApiArgs {
    /// The file that the body is in; none where it is typed, or there is none.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        let file = self.data.as_deref()?.strip_prefix('@')?;
        Some(PathBuf::from(file))
    }
}
