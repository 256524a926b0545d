//! A screen without a terminal, keys by name, and what is shown as text.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::mpsc;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::app::run::Screen;
use trunkline::effect::Effect;

/// A screen of cells, and keys from the test.
pub struct Cells {
    pub pressed: mpsc::UnboundedReceiver<Event>,
    pub shown: Buffer,
}

impl Cells {
    /// A screen of that size, and what presses its keys.
    pub fn new(width: u16, height: u16) -> (Self, mpsc::UnboundedSender<Event>) {
        let (keys, pressed) = mpsc::unbounded_channel();
        let shown = Buffer::empty(Rect::new(0, 0, width, height));
        (Self { pressed, shown }, keys)
    }

    /// One that nobody looks at, and that has no keys.
    pub fn dark() -> Self {
        Self::new(0, 0).0
    }
}

impl Screen for Cells {
    async fn next(&mut self, _awaiting: bool) -> Option<Event> {
        match self.pressed.recv().await {
            Some(event) => Some(event),
            // A keyboard without a test behind it is silent; the end of input would end the console.
            None => std::future::pending().await,
        }
    }

    fn free(&self) -> bool {
        true
    }

    fn draw(&mut self, app: &mut App) -> Result<(), String> {
        if self.shown.area.is_empty() {
            return Ok(());
        }
        self.shown.reset();
        trunkline::screen::render(app, self.shown.area, &mut self.shown);
        Ok(())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, Effect> {
        Err(effect)
    }
}

/// What the application shows on a screen of that size.
pub fn drawn(app: &mut App, (width, height): (u16, u16)) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    trunkline::screen::render(app, area, &mut buf);
    buf
}

/// A screen as text, line by line, without what is blank at the end; a wide character takes its second cell along.
pub fn lines(buf: &Buffer) -> Vec<String> {
    let area = buf.area;
    (0..area.height)
        .map(|y| {
            let mut line = String::new();
            let mut x = 0;
            while x < area.width {
                let symbol = buf[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol).max(1)).unwrap();
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// A key by its name: a character, or a word as `Enter`, with `Ctrl-` or `Alt-` before it.
pub fn key(name: &str) -> KeyEvent {
    let (held, name) = match name.split_once('-') {
        Some(("Ctrl", name)) => (KeyModifiers::CONTROL, name),
        Some(("Alt", name)) => (KeyModifiers::ALT, name),
        _ => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Down" => KeyCode::Down,
        "Up" => KeyCode::Up,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Backspace" => KeyCode::Backspace,
        "Space" => KeyCode::Char(' '),
        "F1" => KeyCode::F(1),
        name => KeyCode::Char(name.chars().next().unwrap()),
    };
    KeyEvent::new(code, held)
}
