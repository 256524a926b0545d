use ratatui::Terminal;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier, Style};

use super::*;
use crate::term::canvas::Canvas;

const SIZE: Size = Size::new(40, 12);

/// A screen under a `ratatui` terminal, as [`crate::term::Term`] has them.
struct Rig {
    terminal: Terminal<Canvas>,
    screen: Screen,
}

fn rig(synchronized: bool) -> Rig {
    let Ok(terminal) = Terminal::new(Canvas::new(SIZE));
    let screen = Screen::new(synchronized, Glyphs::All);
    Rig { terminal, screen }
}

fn draw(rig: &mut Rig, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> Vec<u8> {
    let Ok(drawn) = rig.terminal.draw(render);
    rig.screen.paint(drawn.buffer, Vec::new());
    std::mem::take(rig.screen.finish(rig.terminal.backend().cursor()))
}

fn row(state: &str, style: Style) -> impl FnOnce(&mut ratatui::Frame<'_>) {
    move |frame| {
        let buffer = frame.buffer_mut();
        buffer.set_string(0, 0, "  STATE     USER", Modifier::BOLD);
        buffer.set_string(2, 9, format!("{state:<10}"), style);
        buffer.set_string(12, 9, "Ana Petrova", Style::new());
    }
}

#[test]
fn nothing_changed_is_nothing_sent() {
    let mut rig = rig(true);
    draw(&mut rig, row("ok", Style::new()));
    assert_eq!(draw(&mut rig, row("ok", Style::new())), b"");
}

#[test]
fn one_changed_word_is_a_move_a_colour_and_the_word() {
    let mut rig = rig(true);
    draw(&mut rig, row("ok", Style::new()));
    let lost = draw(&mut rig, row("lost", Style::new().fg(Color::Red)));
    assert_eq!(lost, b"\x1b[?2026h\x1b[10;3H\x1b[31mlost\x1b[?2026l");
    assert!(lost.len() <= 40, "{} bytes", lost.len());
    let ok = draw(&mut rig, row("ok", Style::new()));
    assert_eq!(ok, b"\x1b[?2026h\x1b[10;3H\x1b[mok  \x1b[?2026l");
}

#[test]
fn without_synchronized_output_there_is_no_bracket() {
    let mut rig = rig(false);
    draw(&mut rig, row("ok", Style::new()));
    assert_eq!(draw(&mut rig, row("no", Style::new())), b"\x1b[10;3Hno");
}

#[test]
fn the_cursor_is_spoken_of_only_when_it_changes() {
    let mut rig = rig(false);
    let field =
        |column| move |frame: &mut ratatui::Frame<'_>| frame.set_cursor_position((column, 3));
    draw(&mut rig, field(4));
    assert_eq!(draw(&mut rig, field(4)), b"");
    assert_eq!(draw(&mut rig, field(5)), b"\x1b[C");
    assert_eq!(draw(&mut rig, |_| ()), b"\x1b[?25l");
}

#[test]
fn controls_and_overlong_glyphs_never_reach_the_terminal() {
    let mut rig = rig(false);
    let sent = draw(&mut rig, |frame| {
        let buffer = frame.buffer_mut();
        buffer[(0, 0)].set_symbol("\x1b]0;x\x07");
        buffer[(0, 1)].set_symbol("\u{9b}2J");
        buffer[(SIZE.width - 1, 3)].set_symbol("花");
    });
    let sent = String::from_utf8(sent).unwrap();
    assert_eq!(sent.matches('\u{fffd}').count(), 2, "{sent:?}");
    assert!(!sent.contains("]0;") && !sent.contains('\u{9b}') && !sent.contains('花'));
}

#[test]
fn after_something_else_wrote_the_whole_screen_is_sent_again() {
    let mut rig = rig(true);
    draw(&mut rig, row("ok", Style::new()));
    rig.screen.forget();
    let sent = String::from_utf8(draw(&mut rig, row("ok", Style::new()))).unwrap();
    assert!(sent.starts_with("\x1b[?2026h\x1b[m\x1b[2J"), "{sent:?}");
    assert!(sent.contains("Petrova") && sent.ends_with("\x1b[?25l\x1b[?2026l"));
}

/// What a person sees of a cell.
#[derive(Debug, PartialEq)]
struct Seen {
    text: String,
    /// A blank has none, unless something makes it show.
    fg: Option<Color>,
    bg: Color,
    attributes: Modifier,
}

impl Seen {
    fn new(text: &str, fg: Color, bg: Color, attributes: Modifier) -> Self {
        let blank =
            text == " " && !attributes.intersects(Modifier::UNDERLINED | Modifier::REVERSED);
        Self {
            text: text.to_owned(),
            fg: (!blank).then_some(fg),
            bg,
            attributes: if blank { Modifier::empty() } else { attributes },
        }
    }

    fn of(cell: &Cell) -> Self {
        Self::new(cell.symbol(), cell.fg, cell.bg, cell.modifier)
    }

    fn on(cell: &vt100::Cell) -> Self {
        let text = if cell.has_contents() {
            cell.contents()
        } else {
            " "
        };
        let mut attributes = Modifier::empty();
        attributes.set(Modifier::BOLD, cell.bold());
        attributes.set(Modifier::DIM, cell.dim());
        attributes.set(Modifier::ITALIC, cell.italic());
        attributes.set(Modifier::UNDERLINED, cell.underline());
        attributes.set(Modifier::REVERSED, cell.inverse());
        Self::new(
            text,
            colour(cell.fgcolor()),
            colour(cell.bgcolor()),
            attributes,
        )
    }
}

fn colour(colour: vt100::Color) -> Color {
    match colour {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(n) => Color::Indexed(n),
        vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

/// A pool small enough that equal neighbours, and so the short ways, are common. Colours by index, which is how the
/// parser reports named ones too.
fn random_style(random: &mut fastrand::Rng) -> Style {
    let colours = [
        Color::Reset,
        Color::Indexed(1),
        Color::Indexed(12),
        Color::Indexed(200),
        Color::Rgb(1, 2, 3),
    ];
    let pick = |random: &mut fastrand::Rng| colours[random.usize(..colours.len())];
    // The parser knows one intensity at a time.
    let intensities = [Modifier::empty(), Modifier::BOLD, Modifier::DIM];
    let mut modifier = intensities[random.usize(..intensities.len())];
    for flag in [Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED] {
        modifier.set(flag, random.u8(..5) == 0);
    }
    Style::new()
        .fg(pick(random))
        .bg(pick(random))
        .remove_modifier(Modifier::all())
        .add_modifier(modifier)
}

fn scribble(frame: &mut ratatui::Frame<'_>, random: &mut fastrand::Rng) {
    let words = [
        "ok",
        "lost",
        "佐藤 花子",
        "e\u{301}tat",
        "▌",
        "  ",
        "Zoë",
        "x",
    ];
    for _ in 0..random.usize(..60) {
        let (x, y) = (random.u16(..SIZE.width), random.u16(..SIZE.height));
        let style = random_style(random);
        frame
            .buffer_mut()
            .set_string(x, y, words[random.usize(..words.len())], style);
    }
    if random.bool() {
        let area = Rect::new(random.u16(..30), random.u16(..8), 9, 3);
        frame.buffer_mut().set_style(area, random_style(random));
    }
    if random.bool() {
        frame.set_cursor_position((random.u16(..SIZE.width), random.u16(..SIZE.height)));
    }
}

/// Cells that the terminal shows; the second half of a wide character belongs to the first.
fn compare(buffer: &Buffer, screen: &vt100::Screen, frame: usize) {
    for y in 0..SIZE.height {
        let mut x = 0;
        while x < SIZE.width {
            let (drawn, shown) = (&buffer[(x, y)], screen.cell(y, x).unwrap());
            assert_eq!(
                Seen::of(drawn),
                Seen::on(shown),
                "frame {frame}, column {x}, row {y}"
            );
            x += drawn.cell_width().max(1);
        }
    }
}

#[test]
fn a_terminal_shows_what_was_drawn_after_any_sequence_of_frames() {
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut rig = rig(true);
        let mut parser = vt100::Parser::new(SIZE.height, SIZE.width, 0);
        for frame in 0..12 {
            let mut buffer = Buffer::default();
            let sent = draw(&mut rig, |frame| {
                scribble(frame, &mut random);
                buffer = frame.buffer_mut().clone();
            });
            parser.process(&sent);
            compare(&buffer, parser.screen(), frame);
        }
    }
}

#[test]
fn a_terminal_without_utf8_is_sent_ascii_that_stands_in_the_same_columns() {
    let mut rig = rig(false);
    rig.screen.show_with(Glyphs::Ascii);
    let sent = draw(&mut rig, |frame| {
        let buffer = frame.buffer_mut();
        buffer.set_string(0, 0, "● live ▁█ Zoë 佐藤 x", Style::new());
        buffer.set_string(0, 1, "┌─┐…", Style::new());
    });
    assert!(sent.is_ascii());
    let sent = String::from_utf8(sent).unwrap();
    assert!(sent.contains("* live _# Zo? ??"), "{sent:?}");
    assert!(sent.contains("+-+~"), "{sent:?}");
    let mut shown = vt100::Parser::new(SIZE.height, SIZE.width, 0);
    shown.process(sent.as_bytes());
    assert!(
        shown
            .screen()
            .contents()
            .starts_with("* live _# Zo? ???? x\n+-+~"),
        "{}",
        shown.screen().contents()
    );
}

#[test]
fn other_glyphs_repaint_what_is_there() {
    let mut rig = rig(false);
    let bullet = |frame: &mut ratatui::Frame<'_>| {
        frame.buffer_mut().set_string(0, 0, "●", Style::new());
    };
    assert!(!draw(&mut rig, bullet).is_ascii());
    rig.screen.show_with(Glyphs::Ascii);
    let again = draw(&mut rig, bullet);
    assert!(again.is_ascii() && again.contains(&b'*'), "{again:?}");
}

#[test]
fn what_leads_to_a_page_is_a_link_around_its_words_alone() {
    let mut rig = rig(false);
    let words = Rect::new(2, 3, 5, 1);
    let link = |to: &str| vec![Hyperlink::new(words, to.to_owned()).unwrap()];
    let mut draw = |word: &str, beside: &str, links: Vec<Hyperlink>| {
        let Ok(drawn) = rig.terminal.draw(|frame| {
            let buffer = frame.buffer_mut();
            buffer.set_string(2, 3, word, Style::new());
            buffer.set_string(8, 3, beside, Style::new());
        });
        rig.screen.paint(drawn.buffer, links);
        let sent = std::mem::take(rig.screen.finish(None));
        String::from_utf8(sent).unwrap()
    };
    let first = draw("admin", "page", link("https://a/1"));
    assert!(
        first.contains("\x1b]8;;https://a/1\x1b\\admin\x1b[C\x1b]8;;\x1b\\page"),
        "{first:?}"
    );
    assert_eq!(draw("admin", "page", link("https://a/1")), "");
    // Beside it nothing is part of it, though the gap between them is crossed by printing what is there.
    let beside = draw("admix", "Page", link("https://a/1"));
    assert_eq!(
        beside,
        "\x1b[4;7H\x1b]8;;https://a/1\x1b\\x\x1b[C\x1b]8;;\x1b\\P"
    );
    // The same words lead elsewhere, and then nowhere.
    assert!(draw("admix", "Page", link("https://a/2")).contains("https://a/2\x1b\\admix"));
    assert_eq!(draw("admix", "Page", Vec::new()), "\x1b[4;3Hadmix");
}

#[test]
fn no_address_ends_the_sequence_that_it_stands_in() {
    let to = |to: &str| Hyperlink::new(Rect::new(0, 0, 1, 1), to.to_owned());
    for hostile in ["https://a/\x1b\\", "https://a/\u{9c}", "a b", "https://ä/"] {
        assert_eq!(to(hostile), None, "{hostile:?}");
    }
    assert_eq!(to(&"a".repeat(3_000)), None);
    assert!(to("https://apps.mypurecloud.de/directory/#/engage").is_some());
}
