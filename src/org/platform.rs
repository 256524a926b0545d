//! The published Platform API v2, over the same state as the direct API.
//!
//! Each room of this folder has a table of its operations, in the words of the published document, and [`OPERATIONS`] is
//! all of them.
//!
//! | room | what |
//! |---|---|
//! | `query`, `page` | parameters, comma lists, and pages of entities |
//! | `topics`, `channels`, `socket` | what is told over notification channels, their calls, and their WebSockets |
//! | `home`, `limits` | the organisation itself, the token, and the limits |
//! | `users`, `stations` | people, and where they sit |
//! | `phones`, `lines`, `bases` | phones and their settings |
//! | `estate`, `trunks`, `metrics` | edges and sites, what carriers are on each edge, and figures of both |
//! | `works`, `numbers`, `calls` | what is done with an edge; numbers; what is carried, and what was said over SIP |
//! | `conversations`, `callbacks` | interactions and callbacks as conversations, and their topics |
//! | `analytics`, `queues` | questions about conversations; queues and who works in them |
//! | `hours`, `integrations`, `triggers`, `operations` | schedules; where events go, what they start; what the organisation tells of itself |
//! | `ledger`, `alerting` | who changed and asked what; alerting rules |
//! | `records`, `later`, `cursor` | what this API alone keeps; questions answered later; lists by cursor |
//! | `sparse` | how bodies are written |

mod alerting;
mod analytics;
mod bases;
pub(super) mod callbacks;
pub(super) mod calls;
pub(super) mod channels;
pub(super) mod conversations;
mod cursor;
pub(super) mod estate;
mod home;
pub(super) mod hours;
pub(super) mod integrations;
mod later;
mod ledger;
mod limits;
mod lines;
pub(super) mod metrics;
mod numbers;
pub(super) mod operations;
mod page;
pub(super) mod phones;
pub(super) mod query;
mod queues;
pub(super) mod records;
mod refer;
mod socket;
pub(super) mod sparse;
pub(super) mod stations;
pub(super) mod topics;
pub(super) mod triggers;
pub(super) mod trunks;
mod users;
mod way;
mod works;

use hyper::{Method, StatusCode};

use super::access;
use super::operation::{Answer, Call, Operation, empty, ok, operation};
use super::reply::Refusal;

/// Every operation that is served, room by room.
pub(super) const OPERATIONS: &[&[Operation]] = &[
    home::OPERATIONS,
    limits::OPERATIONS,
    conversations::OPERATIONS,
    callbacks::OPERATIONS,
    analytics::OPERATIONS,
    queues::OPERATIONS,
    hours::OPERATIONS,
    integrations::OPERATIONS,
    triggers::OPERATIONS,
    operations::OPERATIONS,
    users::OPERATIONS,
    stations::OPERATIONS,
    phones::OPERATIONS,
    lines::OPERATIONS,
    bases::OPERATIONS,
    estate::OPERATIONS,
    trunks::OPERATIONS,
    metrics::OPERATIONS,
    works::OPERATIONS,
    numbers::OPERATIONS,
    calls::OPERATIONS,
    ledger::OPERATIONS,
    alerting::OPERATIONS,
    channels::OPERATIONS,
];

/// What a call is told that begins something, when too much is under way.
fn busy() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.unavailable",
        "Too much is under way. Try again.",
    )
}
