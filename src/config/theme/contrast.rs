//! What a person can tell apart: contrast by WCAG 2.2, and states that differ without colour.

use ratatui::style::{Color, Modifier, Style};

use super::{Role, Theme, Themes};

const STATES: [Role; 5] = [Role::Ok, Role::Warn, Role::Bad, Role::Unknown, Role::Stale];

/// The fixed part of the 256-colour palette; 0..15 are the terminal's own and have no known value.
fn rgb(colour: Color) -> Option<[u8; 3]> {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match colour {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(n @ 16..=231) => {
            let n = usize::from(n - 16);
            Some([STEPS[n / 36], STEPS[n / 6 % 6], STEPS[n % 6]])
        }
        Color::Indexed(n @ 232..=255) => Some([8 + (n - 232) * 10; 3]),
        _ => None,
    }
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(style: Style) -> Option<f64> {
    let [a, b] = [style.fg, style.bg].map(|colour| colour.and_then(rgb).map(luminance));
    let (a, b) = (a?, b?);
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

fn on_screen(theme: &Theme, layers: &[Role]) -> Style {
    let text = theme.style(Role::Text);
    layers
        .iter()
        .fold(text, |under, role| under.patch(theme.style(*role)))
}

fn themes(names: &[&str]) -> Vec<Theme> {
    let shipped = Themes::shipped();
    let chosen = shipped.iter().filter(|t| names.contains(&t.name()));
    chosen.cloned().collect()
}

const WITH_GROUND: [&str; 4] = ["dark", "light", "high-contrast", "colour-blind"];

#[test]
fn every_role_can_be_read_on_its_ground() {
    for theme in themes(&WITH_GROUND) {
        for role in Role::ALL {
            let least = match (theme.name(), role) {
                (_, Role::Dim | Role::Border) => 3.0,
                ("high-contrast", _) => 7.0,
                _ => 4.5,
            };
            let found = contrast(on_screen(&theme, &[*role])).expect("both colours are known");
            assert!(
                found >= least,
                "{} {}: {found:.2}",
                theme.name(),
                role.name()
            );
        }
    }
}

#[test]
fn every_state_can_be_read_under_the_cursor() {
    for theme in themes(&WITH_GROUND) {
        for role in STATES {
            let found = contrast(on_screen(&theme, &[role, Role::Selection])).unwrap();
            assert!(found >= 4.5, "{} {}: {found:.2}", theme.name(), role.name());
        }
    }
}

#[test]
fn no_two_states_look_alike() {
    for theme in Themes::shipped().iter() {
        for (i, a) in STATES.iter().enumerate() {
            for b in &STATES[i + 1..] {
                for over in [Role::Text, Role::Selection] {
                    let [one, two] = [a, b].map(|state| {
                        theme.style(Role::Text).patch(theme.style(*state)).patch(
                            if over == Role::Text {
                                Style::new()
                            } else {
                                theme.style(over)
                            },
                        )
                    });
                    assert_ne!(one, two, "{}: {} and {}", theme.name(), a.name(), b.name());
                }
            }
        }
    }
}

#[test]
fn a_healthy_row_is_quiet() {
    for theme in Themes::shipped().iter() {
        assert_eq!(
            on_screen(theme, &[Role::Ok]),
            on_screen(theme, &[]),
            "{}: colour means that something is wrong",
            theme.name()
        );
    }
}

#[test]
fn mono_has_modifiers_only() {
    for theme in themes(&["mono"]) {
        for role in Role::ALL {
            let style = theme.style(*role);
            assert_eq!((style.fg, style.bg), (None, None), "{}", role.name());
        }
    }
}

#[test]
fn terminal_lets_the_terminal_choose() {
    for theme in themes(&["terminal"]) {
        for role in Role::ALL {
            let style = theme.style(*role);
            assert_eq!(
                style.bg,
                None,
                "{}: a ground of ours breaks theirs",
                role.name()
            );
            assert!(
                matches!(
                    style.fg,
                    None | Some(
                        Color::Red
                            | Color::Green
                            | Color::Yellow
                            | Color::Blue
                            | Color::Magenta
                            | Color::Cyan
                    )
                ),
                "{}: black, white and grey vanish on somebody's ground",
                role.name()
            );
        }
    }
}

#[test]
fn colour_blind_does_not_rest_on_red_and_green() {
    // With one red-green channel missing, what is left to tell states apart is blue against yellow, lightness, and
    // modifiers: each pair must differ clearly in one of them.
    for theme in themes(&["colour-blind"]) {
        let seen = STATES.map(|state| {
            let style = on_screen(&theme, &[state]);
            let colour = style.fg.and_then(rgb).unwrap();
            let [r, g, b] = colour.map(f64::from);
            (
                style.add_modifier,
                f64::midpoint(r, g) - b,
                luminance(colour),
            )
        });
        for (i, a) in seen.iter().enumerate() {
            for b in &seen[i + 1..] {
                let apart: bool =
                    a.0 != b.0 || (a.1 - b.1).abs() > 60.0 || (a.2 - b.2).abs() > 0.15;
                assert!(apart, "{a:?} {b:?}");
            }
        }
        assert!(seen.iter().any(|s| s.0.contains(Modifier::BOLD)));
    }
}
