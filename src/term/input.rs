//! What a person does at the terminal, as it comes.

use std::future::pending;
use std::thread;

use crossterm::event::{Event, EventStream, KeyEvent, KeyEventKind, MouseEvent};
use futures_util::StreamExt as _;
use tokio::sync::oneshot;

use super::TermError;

/// One thing that a person did.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// A key went down or repeats; releases are left out.
    Key(KeyEvent),
    /// Text pasted in one piece. It is untrusted: it may hold controls and line breaks.
    Paste(String),
    /// A click, a drag or the wheel.
    Mouse(MouseEvent),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
}

/// The inputs, in order. Reading needs a terminal on stdin, which [`super::fits`] has checked.
///
/// Reading can be given up for as long as a pager or an editor has the terminal; otherwise both would take keys.
#[derive(Debug)]
pub struct InputEvents {
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    None,
    /// Being made. `crossterm` waits for the reader before to let go, and under load that one can miss that it should: then it
    /// reads until the next key, which is not lost. The loop must not wait with it.
    Coming(oneshot::Receiver<EventStream>),
    There(EventStream),
}

impl InputEvents {
    /// Starts reading.
    #[must_use]
    pub fn new() -> Self {
        Self {
            reader: Reader::There(EventStream::new()),
        }
    }

    /// Stops reading; [`Self::next`] then waits for good.
    pub fn pause(&mut self) {
        self.reader = Reader::None;
    }

    /// Reads again after [`Self::pause`].
    pub fn resume(&mut self) {
        if matches!(self.reader, Reader::None) {
            let (made, coming) = oneshot::channel();
            // A thread of its own, for which nobody waits at the end of the program.
            let open = move || drop(made.send(EventStream::new()));
            self.reader = match thread::Builder::new().name("input".into()).spawn(open) {
                Ok(_) => Reader::Coming(coming),
                Err(_) => Reader::There(EventStream::new()),
            };
        }
    }

    /// The next input; cancelling the wait loses nothing. After an error the terminal is gone: do not ask again.
    pub async fn next(&mut self) -> Result<Input, TermError> {
        loop {
            let stream = match &mut self.reader {
                Reader::None => return pending().await,
                Reader::Coming(coming) => {
                    let Ok(stream) = coming.await else {
                        return pending().await;
                    };
                    self.reader = Reader::There(stream);
                    continue;
                }
                Reader::There(stream) => stream,
            };
            match stream.next().await {
                Some(Ok(event)) => {
                    if let Some(input) = translate(event) {
                        return Ok(input);
                    }
                }
                Some(Err(error)) => return Err(TermError::Read(error)),
                None => return pending().await,
            }
        }
    }
}

impl Default for InputEvents {
    fn default() -> Self {
        Self::new()
    }
}

fn translate(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Input::Key(key)),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Mouse(mouse) => Some(Input::Mouse(mouse)),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        // Never asked for.
        Event::FocusGained | Event::FocusLost => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn a_key_counts_once_on_terminals_that_report_releases() {
        let key = |kind| KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, kind);
        for kind in [KeyEventKind::Press, KeyEventKind::Repeat] {
            assert_eq!(
                translate(Event::Key(key(kind))),
                Some(Input::Key(key(kind)))
            );
        }
        assert_eq!(translate(Event::Key(key(KeyEventKind::Release))), None);
    }

    #[test]
    fn focus_is_not_input() {
        assert_eq!(translate(Event::FocusGained), None);
        assert_eq!(
            translate(Event::Resize(80, 24)),
            Some(Input::Resize(80, 24))
        );
    }
}
