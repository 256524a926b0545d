//! Phones on the Platform API: a person's WebRTC phone made step by step, and what is done with phones that are there.

mod create;
mod deed;
mod job;
mod search;
mod seat;

pub use self::deed::Deed;

use super::Run;
use crate::model::flow::Outcome;
use crate::model::payload::Fault;
use crate::model::softphone::Softphone;
use crate::model::write::{Write, WriteKind};
use crate::text::Text;

pub(super) use self::search::resume;

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum PhoneOrder {
    /// Provision a phone, and seat its person there.
    Create(Box<Softphone>),
    /// Do these with phones and stations that are there, in this order.
    Deeds(Vec<Deed>),
}

impl PhoneOrder {
    /// What it does; of several deeds the first.
    #[must_use]
    pub fn kind(&self) -> WriteKind {
        match self {
            Self::Create(_) => WriteKind::PhoneCreate,
            Self::Deeds(deeds) => deeds
                .last()
                .map_or(WriteKind::PhoneReboot, |deed| deed.write().kind),
        }
    }

    /// The writes that are known before the organisation is asked.
    pub fn writes(&self) -> Result<Vec<Write>, Vec<Fault>> {
        match self {
            Self::Create(wanted) => Ok(vec![wanted.write()?]),
            Self::Deeds(deeds) => Ok(deeds.iter().map(Deed::write).collect()),
        }
    }

    /// What it does it to.
    #[must_use]
    pub fn title(&self) -> Text {
        match self {
            Self::Create(wanted) => wanted.name.as_str().into(),
            Self::Deeds(deeds) => match deeds.as_slice() {
                [Deed::Reboot { .. }, _, ..] => format!("{} phones", deeds.len()).into(),
                [.., last] => last.name().clone(),
                [] => Text::default(),
            },
        }
    }
}

/// Carries out an order.
pub(super) async fn run(run: &Run<'_>, order: PhoneOrder) -> Outcome {
    match order {
        PhoneOrder::Create(wanted) => create::create(run, &wanted).await,
        PhoneOrder::Deeds(deeds) => deed::all(run, &deeds).await,
    }
}
