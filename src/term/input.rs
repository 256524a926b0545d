//! What a person does at the terminal, as it comes.

use std::collections::VecDeque;
use std::future::pending;
use std::thread;

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent,
};
use futures_util::{FutureExt as _, StreamExt as _};
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
    /// What was read with an Esc that began nothing.
    ahead: VecDeque<Event>,
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
            ahead: VecDeque::new(),
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
            if let Some(input) = self.ahead.pop_front().and_then(translate) {
                return Ok(input);
            }
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
                    self.ahead.push_back(event);
                    while begins_arrow(&self.ahead) {
                        match stream.next().now_or_never() {
                            Some(Some(Ok(event))) => self.ahead.push_back(event),
                            _ => break,
                        }
                    }
                    join_arrow(&mut self.ahead);
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

/// The code of a plain key that was pressed.
fn plain(event: &Event) -> Option<KeyCode> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Press => Some(key.code),
        _ => None,
    }
}

/// Whether what was read so far may be `ESC ESC [ B`: Alt-Down of terminals that put Esc before what Down sends. A person who
/// presses Esc has sent nothing more at that moment.
fn begins_arrow(read: &VecDeque<Event>) -> bool {
    let mut codes = read.iter().map(plain);
    match read.len() {
        1 => codes.next() == Some(Some(KeyCode::Esc)),
        2 => codes.eq([Some(KeyCode::Esc), Some(KeyCode::Char('['))]),
        _ => false,
    }
}

/// Makes one key of the three that such a terminal sends.
fn join_arrow(read: &mut VecDeque<Event>) {
    let codes: Vec<_> = read.iter().map(plain).collect();
    let [
        Some(KeyCode::Esc),
        Some(KeyCode::Char('[')),
        Some(KeyCode::Char(last)),
    ] = codes[..]
    else {
        return;
    };
    let code = match last {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        _ => return,
    };
    read.clear();
    read.push_back(Event::Key(KeyEvent::new(code, KeyModifiers::ALT)));
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
    fn an_arrow_after_two_escapes_is_one_key_and_closes_nothing() {
        let keys = |codes: &str| {
            let code = |c| match c {
                '^' => KeyCode::Esc,
                c => KeyCode::Char(c),
            };
            let keys = codes.chars().map(code);
            let events = keys.map(|code| Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
            events.collect::<VecDeque<_>>()
        };
        let mut read = keys("^[B");
        join_arrow(&mut read);
        let down = KeyEvent::new(KeyCode::Down, KeyModifiers::ALT);
        assert_eq!(read, [Event::Key(down)]);
        for other in ["^", "^[", "^[x", "^q", "[B", "q"] {
            let mut read = keys(other);
            join_arrow(&mut read);
            assert_eq!(read, keys(other), "{other}");
        }
        let begins = ["^", "^[", "^[B", "q", "^q"].map(|codes| begins_arrow(&keys(codes)));
        assert_eq!(begins, [true, true, false, false, false]);
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
