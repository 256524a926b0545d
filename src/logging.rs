//! The log file: off unless asked for, never on the terminal, never with a secret.
//!
//! `TRUNKLINE_LOG=debug` (any `tracing` filter) writes `trunkline.log` in the state directory, mode 0600. Whatever the filter asks,
//! libraries say no more than DEBUG: at TRACE, those of HTTP and WebSocket tell the requests byte by byte, and with
//! them tokens and the addresses of notification channels.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tracing::{Level, Metadata, Subscriber};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, registry};

use crate::environment::Environment;
use crate::file::{self, For};
use crate::{folder, vault};

/// The variable that turns the log on.
pub const LOG: &str = "TRUNKLINE_LOG";

/// Its file in the state directory.
pub const FILE: &str = "trunkline.log";

/// Where it is kept, once it is.
static KEPT: OnceLock<PathBuf> = OnceLock::new();

/// The file that the log is kept in; none when it is off.
#[must_use]
pub fn kept() -> Option<&'static Path> {
    KEPT.get().map(PathBuf::as_path)
}

/// Starts the log when it is asked for. It is written out when the guard goes. A log that can't be opened is left
/// out: the console matters more.
#[must_use]
pub fn start(environment: &Environment, state_dir: &Path) -> Option<WorkerGuard> {
    let filter = EnvFilter::try_new(environment.get(LOG)?.to_str()?).ok()?;
    folder::make(state_dir).ok()?;
    let path = state_dir.join(FILE);
    let file = file::open(&path, For::Appending)
        .inspect_err(|error| {
            let path = path.display();
            let _ = writeln!(std::io::stderr(), "trunkline: no log in {path}: {error}");
        })
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    subscriber(filter, writer).init();
    let _ = KEPT.set(path);
    Some(guard)
}

/// The most that libraries write, whatever the level asked.
const MOST_OF_OTHERS: Level = Level::DEBUG;

fn subscriber<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_ansi(false).with_writer(Clean(writer));
    registry().with(filter).with(filter_fn(may_say)).with(lines)
}

/// Takes credentials out of what is written: the layer above writes an event at once.
struct Clean<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for Clean<W> {
    type Writer = Clean<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Clean(self.0.make_writer())
    }
}

impl<W: io::Write> io::Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(&vault::scrub_bytes(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Whether something may be written, as far as its source and its level tell.
fn may_say(of: &Metadata<'_>) -> bool {
    let own = of.target().split("::").next() == Some(env!("CARGO_CRATE_NAME"));
    own || *of.level() <= MOST_OF_OTHERS
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_filter_lets_a_library_tell_what_goes_over_the_wire() {
        for filter in [
            "trace",
            "tungstenite=trace,trunkline=trace,trunklines=trace",
        ] {
            let page = Page::default();
            let out = page.clone();
            let subscriber = subscriber(EnvFilter::new(filter), move || out.clone());
            tracing::subscriber::with_default(subscriber, || {
                tracing::trace!(target: "tungstenite::handshake::client", "GET /channels/canary");
                tracing::trace!(target: "trunklines", "canary");
                tracing::debug!(target: "tungstenite::client", "trying");
                tracing::trace!(target: "trunkline::feed", "own");
            });
            let page = page.0.lock().unwrap();
            let page = String::from_utf8_lossy(&page);
            assert!(page.contains("trying") && page.contains("own"), "{page}");
            assert!(!page.contains("canary"), "{page}");
        }
    }
}
