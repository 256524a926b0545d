//! Every pane in every size and every theme: a theme changes colours and nothing else, and paints all of its ground.

use ratatui::style::Color;
use trunkline::vocabulary::command::TITLES;

use crate::common::screen::{drawn, lines};
use crate::stage::Stage;

const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (200, 60), (60, 15)];

/// Themes with a ground of their own, and those on that of the terminal.
const THEMES: [(&str, bool); 6] = [
    ("colour-blind", true),
    ("dark", true),
    ("high-contrast", true),
    ("light", true),
    ("mono", false),
    ("terminal", false),
];

#[test]
fn every_pane_is_the_same_in_every_theme_and_leaves_no_ground_out() {
    for size in SIZES {
        let mut first: Option<String> = None;
        for (theme, ground) in THEMES {
            let mut stage = Stage::new(theme);
            stage.populate();
            let mut shown = String::new();
            for title in TITLES {
                stage.press(&[":"]);
                stage.type_in(&title.to_lowercase());
                stage.press(&["Enter"]);
                let buf = drawn(&mut stage.app, size);
                // The second half of a wide character is painted with the first.
                let cells = buf.content.windows(2);
                let bare = cells.filter(|two| {
                    let wide = unicode_width::UnicodeWidthStr::width(two[0].symbol()) == 2;
                    two[1].bg == Color::Reset && !wide
                });
                let bare = bare.count();
                assert!(!ground || bare == 0, "{bare} cells of {title} in {theme}");
                shown.extend(["=== ", title, "\n", &lines(&buf).join("\n"), "\n"]);
            }
            match &first {
                Some(first) => assert!(*first == shown, "{theme} at {size:?}\n{first}\n{shown}"),
                None => first = Some(shown),
            }
        }
        let (width, height) = size;
        insta::assert_snapshot!(format!("panes_{width}x{height}"), first.unwrap_or_default());
    }
}
