//! `trunkline`: a terminal console for the people who keep Genesys Cloud telephony running.
//!
//! One loop owns all state. Things that happen come in as [`app::event::Event`]s, [`app::App::update`] turns an event
//! into state changes and [`effect::Effect`]s without doing I/O or reading a clock, effects run as tasks whose
//! results come back as events, and the screen is a pure view of the state. The console and the headless commands are
//! the same `App` with a different source of events and a different sink of effects.
//!
//! | room | what it knows | whom it knows |
//! |---|---|---|
//! | [`vault`] | every credential in use, and the forms in which it could come back | nobody |
//! | [`text`], [`time`] | remote text made safe; moments | `vault` |
//! | [`cause`] | what goes wrong, on the way and on this machine: one table to one sentence and one action each | `text` |
//! | [`model`] | ids, plain data and its rules | `vault`, `cause`, `text`, `time` |
//! | [`store`], [`query`] | rows, history, figures; views kept up change by change; the filter grammar | `model` |
//! | [`cloud`], [`feed`], [`probe`], [`alert`], [`audit`] | the wire and its budget; streams, polls and the mailbox; what servers say of themselves; conditions and their delivery; the record of every write | `model`, never `ui`, `pane`, `store` (the alert engine reads no rows: it is told, and asks [`kind`] alone which alerts a silence covers) |
//! | [`memory`] | the last known rows, on disk, for the first frame of the next run | `model` |
//! | [`hourly`] | what was looked at by the hour and by site, on disk, for the report | `model` |
//! | [`form`], [`shelf`] | payloads filled in, judged and checked while they are typed; drafts and what was sent, on disk | `model`, and the writes and orders of [`flow`] as data; no terminal, no `async` |
//! | [`kind`] | what there are lists of, each described once as data: columns, filter fields, cells, exports | `store`, `model`, `query` |
//! | [`pane`], [`ui`] | what a person sees and presses | `store`, `model`, `kind`, `form`, never `cloud` |
//! | [`app`] | the state, the loop, the effects: ties the others | all of the above |
//! | [`console`], [`headless`], [`listen`] | a terminal, standard output, HTTP: the three ways to look at an `App` | `app` |
//! | [`config`], [`cli`], [`term`], [`process`], [`folder`], [`logging`], [`export`] | layers, secrets, keys and themes; the command line; the terminal and every way to leave it; what the process keeps to itself; folders of our own; the log file; rows as text | |
//! | [`child`], [`mod@file`] | programs that the console starts, ended with it on every way out; files of ours, opened so that nothing put in their place is touched | nobody but [`term`]'s signals |
//! | [`org`] | the embedded organisation, the other side of the wire | nothing of the console |
//!
//! A registration update goes from a socket ([`feed`]) through [`feed::mailbox`] and `App::update` into
//! [`store::Registrations`], whose [`store::Changes`] keep the views up; a frame is drawn when a visible cell changed.

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
pub mod pane;
pub mod probe;
pub mod process;
pub mod query;
pub mod screen;
pub mod shelf;
pub mod store;
pub mod term;
pub mod text;
pub mod time;
pub mod ui;
pub mod vault;
pub mod vocabulary;
