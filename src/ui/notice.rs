//! Sentences in the place of rows: why there is nothing to see, and what to do about it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::theme::Theme;
use crate::vocabulary::role::Role;

/// Draws the sentences, each from a line of its own, broken at spaces.
pub fn render(area: Rect, buf: &mut Buffer, theme: &Theme, sentences: &[String]) {
    let width = usize::from(area.width.saturating_sub(4));
    let wrapped = sentences.iter().flat_map(|text| wrap(text, width));
    for (text, y) in wrapped.zip(area.y + 1..area.bottom()) {
        buf.set_stringn(area.x + 2, y, text, width, theme.style(Role::Text));
    }
}

/// What to say without a profile: the same on every pane.
#[must_use]
pub fn no_profile() -> Vec<String> {
    [
        "There is no profile to connect with.",
        "i   sets one up: a few questions and a sign-in that is tried before anything is written",
        "d   looks around first, on an organisation of its own (trunkline demo)",
        "By hand:   trunkline config init   and then   trunkline config check; --profile NAME where there are several",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Breaks a sentence at spaces; a word that is longer than the line stays whole, for the drawing to cut.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let last = lines.len() - 1;
        let wide = crate::text::width(&lines[last]) + crate::text::width(word.trim_end());
        if wide > width && !lines[last].is_empty() {
            lines.push(word.to_owned());
        } else {
            lines[last].push_str(word);
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn sentences_break_at_spaces_and_a_long_word_stays_whole() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
    }
}
