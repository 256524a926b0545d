//! Without a screen: the same application, fed by the same feeds, written to standard output.

pub mod alert;
pub mod api;
pub mod audit;
pub mod callback;
pub mod complete;
pub mod digest;
pub mod doctor;
pub mod get;
pub mod login;
pub mod out;
pub mod packet;
pub mod probe;
pub mod provision;
mod quiet;
pub mod record;
pub mod report;
pub mod route;
pub mod serve;
pub mod setup;
pub mod share;
pub mod sip;
pub mod transfer;
pub mod webhook;
pub mod write;

use crate::app::App;
use crate::model::UserId;
use crate::text::Text;
use crate::vault;
use crate::vocabulary::problem::{Problem, Trouble};

/// What a headless command may end with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for was had.
    Ok = 0,
    /// A probe reached its target, and that is not as it should be.
    Bad = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// The credentials were refused, or lack a permission.
    Auth = 3,
    /// The organisation could not be reached, or did not answer as it should.
    Unreachable = 4,
    /// Some of it could not be read.
    Partial = 5,
}

impl From<Trouble> for Exit {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Settings => Self::Usage,
            Trouble::Credentials | Trouble::Forbidden => Self::Auth,
            Trouble::Unreachable | Trouble::Answer => Self::Unreachable,
            Trouble::Partial => Self::Partial,
        }
    }
}

/// Users named in one message; the others are counted.
const NAMED: usize = 20;

/// Says why nothing could be read.
fn nothing(app: &App) -> Exit {
    let problem = app.problem();
    let text = problem.map_or_else(
        || "nothing could be read".to_owned(),
        |p| p.text.to_string(),
    );
    say(&text);
    problem.map_or(Exit::Unreachable, |p| p.trouble.into())
}

/// Says who could not be read, and what was left out of the answers, if anything.
fn shortfall(app: &App) -> Exit {
    let status = app.status();
    let mut exit = Exit::Ok;
    for part in app.left_out() {
        say(&format!("not everything could be used: {}", part.text));
        exit = Exit::Partial;
    }
    let mut unread: Vec<String> = app.store.registrations.unread().map(named).collect();
    if unread.is_empty() {
        return exit;
    }
    unread.sort_unstable();
    let more = unread.len().saturating_sub(NAMED);
    let beyond = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let why = app
        .read_failure()
        .map(|p| format!("; the last: {}", p.text));
    say(&format!(
        "{} of {} users could not be read: {}{beyond}{}",
        unread.len(),
        status.users,
        unread.get(..NAMED).unwrap_or(&unread).join(", "),
        why.unwrap_or_default()
    ));
    Exit::Partial
}

/// A user as a person would look for them.
fn named((id, name): (&UserId, &Text)) -> String {
    if name.is_empty() {
        id.to_string()
    } else {
        format!("{name} ({id})")
    }
}

/// Nobody could be read at all: then that is what there is to say.
fn all_failed(app: &App) -> bool {
    let status = app.status();
    status.failed > 0 && status.failed >= status.users
}

/// Everybody has been read, or has failed for good.
fn ready(app: &App) -> bool {
    let status = app.status();
    status.enumerated && status.read >= status.users
}

/// Waiting longer will not help: nobody is known and the connection has said why. Where somebody is known, each read says
/// for itself how it went.
fn hopeless(app: &App) -> bool {
    let blocks = |problem: &Problem| problem.trouble != Trouble::Partial;
    let nobody = app.store.registrations.counts().users == 0;
    app.problem().is_some_and(blocks) && nobody && !app.status().enumerated
}

fn say(text: &str) {
    out::error_line(&format!("trunkline: {}", crate::text::safe(text)));
}

/// Standard output in one piece, without credentials.
fn print(text: &str) -> Result<(), String> {
    out::write(&vault::scrub(text))
}
