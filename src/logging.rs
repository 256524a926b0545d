//! The log file: off unless asked for, never on the terminal, never with a secret.
//!
//! `TRUNKLINE_LOG=debug` (any `tracing` filter) writes `trunkline.log` in the state directory, mode 0600.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use crate::config::Environment;

/// The variable that turns the log on.
pub const LOG: &str = "TRUNKLINE_LOG";

/// Starts the log when it is asked for. It is written out when the guard goes. A log that can't be opened is left
/// out: the console matters more.
#[must_use]
pub fn start(environment: &Environment, state_dir: &Path) -> Option<WorkerGuard> {
    let filter = EnvFilter::try_new(environment.get(LOG)?.to_str()?).ok()?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state_dir)
        .ok()?;
    let path = state_dir.join("trunkline.log");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .init();
    Some(guard)
}
