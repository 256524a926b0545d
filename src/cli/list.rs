//! How a list is asked for: the same flags for every kind, and for every command that lists.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::export::{Cells, Format};
use crate::kind::Name;
use crate::model::number::finder;

/// `trunkline get`.
#[derive(Args, Clone, Debug)]
pub struct GetArgs {
    /// What to read
    #[arg(value_name = "KIND", value_parser = names(), required_unless_present = "kinds")]
    pub kind: Option<Name>,
    /// List the kinds with their fields, and read nothing
    #[arg(long, exclusive = true)]
    pub kinds: bool,
    /// As this view shows them: its filter, its order, its columns; the flags narrow it and come before it
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// The rows as they were then, from what was recorded: 03:10, 2026-06-15T03:10+02:00, -25m
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["watch", "view", "kinds"])]
    pub at: Option<String>,
    /// How.
    #[command(flatten)]
    pub list: ListArgs,
}

/// `trunkline whois`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Reads the pools, the assigned numbers and every user's profile: a request a hundred users.\n\n\
Exit codes: 0 read (no row: not assigned), 2 usage or configuration, 3 sign-in, 4 unreachable, 5 not everything could be read."
)]
pub struct WhoisArgs {
    /// A number however it is written, an extension, or a name
    pub who: String,
    /// One JSON array
    #[arg(long)]
    pub json: bool,
}

impl WhoisArgs {
    /// The list that answers it.
    #[must_use]
    pub fn list(&self) -> GetArgs {
        GetArgs {
            kind: Some(Name::Numbers),
            kinds: false,
            view: None,
            at: None,
            list: ListArgs {
                filter: Some(finder(&self.who)),
                json: self.json,
                ..ListArgs::default()
            },
        }
    }
}

/// Which rows, which columns, in which form.
#[derive(Args, Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of a command line are what they are"
)]
pub struct ListArgs {
    /// Only rows that match, in the console's filter grammar
    #[arg(long = "where", value_name = "EXPR")]
    pub filter: Option<String>,
    /// Sort by this field; with a minus the other way round
    #[arg(long, value_name = "[-]FIELD", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// These columns, in this order
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// At most so many rows
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON array; with --watch one JSON object a line
    #[arg(long, conflicts_with_all = ["csv", "markdown"])]
    pub json: bool,
    /// Comma-separated values with a header line; a cell that a spreadsheet would run as a formula begins with '
    #[arg(long, conflicts_with_all = ["csv_raw", "markdown"])]
    pub csv: bool,
    /// The same with every cell as it is, for programs that are no spreadsheet
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    pub csv_raw: bool,
    /// A Markdown table
    #[arg(long)]
    pub markdown: bool,
    /// Watch, and print every change
    #[arg(long)]
    pub watch: bool,
}

impl ListArgs {
    /// How rows are written; a table unless something else is asked for.
    #[must_use]
    pub const fn format(&self) -> Format {
        match self {
            Self { json: true, .. } => Format::Json,
            Self { csv_raw: true, .. } => Format::Csv(Cells::Raw),
            Self { csv: true, .. } => Format::Csv(Cells::Guarded),
            Self { markdown: true, .. } => Format::Markdown,
            _ => Format::Table,
        }
    }
}

fn names() -> impl TypedValueParser<Value = Name> {
    let words = Name::ALL.iter().map(|name| name.word());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Name>())
}
