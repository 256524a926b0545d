//! `trunkline`: a terminal console for the people who keep Genesys Cloud telephony running.
//!
//! One loop owns all state. Things that happen come in as [`app::event::Event`]s, [`app::App::update`] turns an event
//! into state changes and [`effect::Effect`]s without doing I/O or reading a clock, effects run as tasks whose
//! results come back as events, and the screen is a pure view of the state. The console and the headless commands are
//! the same `App` with a different source of events and a different sink of effects.
//!
//! Each room knows only rooms above it, so there is no circle; `tests/rooms.rs` reads this table and every `crate::` path,
//! and fails on a neighbour that the table does not allow, or that nobody needs any more.
//!
//! | room | what it knows | whom it may know |
//! |---|---|---|
//! | [`environment`] | the variables of the process, captured once | nobody |
//! | [`mod@file`] | files of ours, opened so that nothing put in their place is touched | nobody |
//! | [`lock`] | one process at a time | nobody |
//! | [`time`] | moments, and the clock that a test can stand in for | nobody |
//! | [`vault`] | every credential in use, and the forms in which it could come back | nobody |
//! | [`process`] | what the process keeps to itself: no core, no credential for a child | `environment` `vault` |
//! | [`text`] | remote text made safe to show, measured and cut; small charts out of characters | `vault` |
//! | [`cause`] | what goes wrong, on the way and on this machine: one table to one sentence and one action each | `text` |
//! | [`child`] | programs that the console starts, ended with it on every way out | `file` `process` `text` |
//! | [`folder`] | folders of our own | `text` |
//! | [`query`] | the filter grammar: one for `/`, `--where` and alert rules | `time` `text` |
//! | [`ledger`] | files that several processes append to | `file` `lock` `vault` `folder` |
//! | [`logging`] | the log file | `environment` `file` `vault` `folder` |
//! | [`model`] | ids, plain data and its rules | `time` `vault` `text` `cause` |
//! | [`org`] | the embedded organisation, the other side of the wire: nothing of the console | `text` `child` |
//! | [`term`] | the terminal, and every way to leave it | `environment` `file` `vault` `process` `text` `cause` `child` `folder` |
//! | [`audit`] | the record of every write | `file` `lock` `time` `vault` `text` `model` |
//! | [`deployments`] | which routes were deployed from here | `file` `lock` `vault` `model` |
//! | [`hourly`] | what was looked at by the hour and by site, on disk, for the report | `ledger` `model` |
//! | [`memory`] | the last known rows, on disk, for the first frame of the next run | `file` `text` `model` |
//! | [`vocabulary`] | what a person asks for, what feeds tell, what is said: the words that rooms share | `time` `text` `model` |
//! | [`cloud`] | the wire of both APIs, the way there, sign-in and the budget | `time` `vault` `text` `cause` `model` `vocabulary` |
//! | [`store`] | rows, history, figures; views kept up change by change | `time` `text` `query` `model` `vocabulary` |
//! | [`export`] | rows as text | `time` `text` `model` `store` |
//! | [`feed`] | streams, polls and the mailbox: news of the organisation, with every gap told | `time` `vault` `text` `cause` `model` `vocabulary` `cloud` |
//! | [`probe`] | what servers say of themselves | `time` `text` `cause` `model` `cloud` |
//! | [`kind`] | what there are lists of, each described once as data: columns, filter fields, cells, exports | `time` `text` `query` `model` `vocabulary` `store` `export` |
//! | [`alert`] | conditions and their delivery; it reads no rows: it is told, and asks [`kind`] alone which alerts a silence or a target's filter covers | `process` `time` `text` `cause` `child` `ledger` `model` `cloud` `kind` |
//! | [`record`] | the past: what was told, on disk, in order, and read again at any moment | `file` `lock` `time` `vault` `text` `folder` `query` `model` `vocabulary` `store` `kind` |
//! | [`packet`] | a part of the past in one file, for whoever has no access | `file` `vault` `text` `time` `folder` `model` `audit` `export` `record` |
//! | [`cli`] | the command line, as types | `model` `org` `export` `kind` |
//! | [`config`] | layers, profiles, secrets, keys and themes | `environment` `vault` `process` `text` `cause` `child` `folder` `query` `model` `term` `vocabulary` `probe` `kind` `alert` `record` |
//! | [`flow`] | a write from its first check to its end | `environment` `file` `time` `text` `ledger` `model` `audit` `deployments` `vocabulary` `cloud` `probe` `config` |
//! | [`form`] | payloads filled in, judged and checked while they are typed; no terminal, no `async` | `time` `text` `cause` `model` `store` `config` `flow` |
//! | [`listen`] | HTTP of our own: dashboard, figures, webhooks that come in | `environment` `time` `vault` `text` `cause` `model` `vocabulary` `cloud` `store` `export` `config` `flow` |
//! | [`shelf`] | drafts, what was sent, views and bookmarks, on disk | `file` `time` `vault` `text` `cause` `folder` `model` `vocabulary` `kind` `form` |
//! | [`share`] | one reading for many consoles on a machine, over a socket | `file` `lock` `environment` `time` `text` `folder` `model` `vocabulary` `cloud` `store` `feed` `record` `config` `listen` |
//! | [`ui`] | chrome, layers and widgets | `time` `text` `model` `term` `vocabulary` `store` `kind` `config` `form` |
//! | [`effect`] | what the state asks of the outside world | `time` `model` `memory` `vocabulary` `kind` `alert` `flow` `shelf` |
//! | [`pane`] | what a person sees and presses, a file a list; never `cloud` | `time` `text` `query` `model` `term` `vocabulary` `store` `export` `kind` `config` `flow` `form` `ui` `effect` |
//! | [`app`] | the state and the loop, and the carrying out of effects: ties the others | `environment` `file` `time` `text` `cause` `query` `logging` `model` `term` `audit` `hourly` `memory` `vocabulary` `cloud` `store` `export` `feed` `probe` `kind` `alert` `record` `config` `flow` `form` `listen` `shelf` `share` `ui` `effect` `pane` `child` `packet` |
//! | [`headless`] | commands without a screen: the same `App`, no frame | `environment` `time` `vault` `text` `cause` `query` `model` `term` `audit` `hourly` `vocabulary` `cloud` `store` `export` `probe` `kind` `alert` `record` `cli` `config` `flow` `form` `listen` `shelf` `share` `effect` `app` `packet` |
//! | [`screen`] | one frame of the state | `text` `model` `term` `vocabulary` `ui` `pane` `app` |
//! | [`console`] | the terminal as the place to look at an `App` | `environment` `time` `process` `text` `cause` `child` `term` `memory` `record` `config` `flow` `listen` `shelf` `share` `effect` `app` `screen` `packet` |
//!
//! A registration update goes from a socket ([`feed`]) through [`feed::mailbox`] and `App::update` into
//! [`store::Registrations`], whose [`store::Changes`] keep the views up; a frame is drawn when a visible cell changed.
//!
//! ## Words
//!
//! The field's words first; these few are the house's own.
//!
//! | word | means |
//! |---|---|
//! | *news* | what a source of the feeds tells; the only way into the store |
//! | *gap* | from here on nothing is sure, until a read that began afterwards has landed |
//! | *sweep* | a slow read of everyone, for what a stream has missed |
//! | *round* | how long it takes until everyone has been read again |
//! | *lend* | while a connection rests, polls do its work |
//! | *remembered* | known from an earlier run, and from nothing since |
//! | *missed* | found by a read, where the stream should have told |
//! | *kind* | a sort of rows, described once as data |
//! | *listing* | a kind on the screen |
//! | *half* | one of two lists on a pane |
//! | *focus* | what a pane is about while it is shown |
//! | *layer* | what lies over a pane: a form, a review, a chooser |
//! | *plan* | writes to be reviewed, with what they do and how they are undone |
//! | *order* | what a flow is to do |
//! | *flow* | an order on its way, from its first check to its end |
//! | *guard* | the one gate that every write goes through |
//! | *intent*, *outcome* | the two lines that the audit has of a write |
//! | *unknown* | a write that was sent and whose answer is not known; never sent again blindly |
//! | *duty* | what the loop does as time passes |
//! | *capability* | what an API can do beyond what every one can |
//! | *standing* | how a thing does by all that is known, in one word |
//! | *closeup* | a phone looked at with its edges, lines and station |
//! | *survey* | a phone read with its stations, for a form |
//! | *premises* | sites and bases that phones are made at and from |
//! | *finding* | what a probe came to |
//! | *cause* | a thing that goes wrong, with its sentence and what to do |
//! | *vault* | what knows every credential, so that none gets out |
//! | *ledger* | a file that several processes append to |
//! | *shelf* | drafts, what was sent, and views, on disk |
//! | *scenario* | what happens in the embedded organisation, from a seed |

pub mod alert;
pub mod app;
pub mod audit;
pub mod cause;
pub mod child;
pub mod cli;
pub mod cloud;
pub mod config;
pub mod console;
pub mod deployments;
pub mod effect;
pub mod environment;
pub mod export;
pub mod feed;
pub mod file;
pub mod flow;
pub mod folder;
pub mod form;
pub mod headless;
pub mod hourly;
pub mod kind;
pub mod ledger;
pub mod listen;
pub mod lock;
pub mod logging;
pub mod memory;
pub mod model;
pub mod org;
pub mod packet;
pub mod pane;
pub mod probe;
pub mod process;
pub mod query;
pub mod record;
pub mod screen;
pub mod share;
pub mod shelf;
pub mod store;
pub mod term;
pub mod text;
pub mod time;
pub mod ui;
pub mod vault;
pub mod vocabulary;
