//! Forms: a payload filled in field by field, judged and checked while it is typed. No terminal types and no I/O.
//!
//! A form edits one JSON value, which is the body that is sent: fields address it by path, and what is half typed stays
//! in it as the text that it is, so that the live JSON, a draft and the faults never disagree with what the fields show.
//! A [`Spec`] says what there is to fill in and a [`Rules`] judges it; both serve the form, the headless check
//! ([`judge`]) and the documentation ([`Spec::table`]).
//!
//! Whoever wants a form adds a file with its spec and its rules, and a line in the catalogue of `app::forms`.

pub mod callback;
mod checks;
mod edit;
pub mod item;
mod json;
mod kind;
mod line;
mod opening;
pub mod path;
mod plan;
pub mod provision;
pub mod route;
mod rules;
pub mod softphone;
mod spec;
mod state;
pub mod station;
mod stroke;
#[cfg(test)]
mod tests;
pub mod transfer;
pub mod webhook;

pub use self::checks::{Ask, Check, CheckVerdict, Checked, Progress, Question};
pub use self::edit::Editing;
pub use self::json::{JsonLine, lines as json_lines};
pub use self::kind::FieldKind;
pub use self::line::Typing;
pub use self::opening::Opening;
pub use self::plan::Plan;
pub use self::rules::{Completion, Rules, faults, judge, read};
pub use self::spec::{Field, Spec};
pub use self::state::Form;
pub use self::stroke::Stroke;
pub use self::transfer::consult::plan as consult_plan;
