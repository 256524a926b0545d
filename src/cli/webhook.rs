//! `trunkline webhook`.

use clap::{Args, Subcommand, ValueEnum};

use super::write::WriteArgs;
use crate::model::webhook::WebhookKind;

/// What can be done with the organisation's webhooks without a screen.
#[derive(Clone, Debug, Subcommand)]
pub enum WebhookCommand {
    /// List the webhooks of both kinds, addresses by their hosts
    List {
        /// One JSON array
        #[arg(long)]
        json: bool,
    },
    /// Register one, once its receiver has been looked at: name, TLS, health
    #[command(after_help = CODES)]
    Add(AddArgs),
    /// Look at the receiver of one, and deliver an event `trunkline.test` to it from here
    #[command(after_help = CODES)]
    Test(OneArgs),
    /// Remove one
    #[command(after_help = CODES)]
    Remove(OneArgs),
}

/// A webhook to be registered.
#[derive(Args, Clone, Debug)]
pub struct AddArgs {
    /// What it tells of
    #[arg(value_enum)]
    pub kind: KindArg,
    /// Where to, https [default: `webhook` of the profile's provisioning or callbacks section, else this console's listener,
    /// where it has a `public_url`]
    #[arg(long, value_name = "URL")]
    pub uri: Option<String>,
    /// What it is called [default: trunkline-jobs or trunkline-callbacks]
    #[arg(long)]
    pub name: Option<String>,
    /// How it is asked for.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// One of them.
#[derive(Args, Clone, Debug)]
pub struct OneArgs {
    /// Its id, or its name where no other has it
    pub webhook: String,
    /// How it is asked for.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// What a webhook tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// Ends of asynchronous jobs
    Jobs,
    /// Changes of callback reservations
    Callbacks,
}

impl From<KindArg> for WebhookKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Jobs => Self::Jobs,
            KindArg::Callbacks => Self::Callbacks,
        }
    }
}

const CODES: &str = "Exit codes: 0 done, 1 stopped by the receiver or refused by the organisation, 2 no such webhook or the command line is wrong, \
3 credentials, 4 the outcome is unknown.";
