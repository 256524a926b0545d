//! The look of one role as a theme file writes it, and the colours it may name.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::config::reader::{self, Typed};

/// Colours and modifiers of one role; what it leaves out stays as it is underneath.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a key of the file, and any may go with any"
)]
pub(super) struct RoleLook {
    #[serde(deserialize_with = "colour")]
    fg: Option<Color>,
    #[serde(deserialize_with = "colour")]
    bg: Option<Color>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
}

impl RoleLook {
    pub(super) fn style(self) -> Style {
        let modifiers = [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
        ];
        let set = modifiers.iter().filter(|(on, _)| *on);
        let mut style = Style::new().add_modifier(set.map(|(_, modifier)| *modifier).collect());
        style.fg = self.fg;
        style.bg = self.bg;
        style
    }
}

impl Typed for RoleLook {
    fn schema() -> Value {
        let colour = || json!({"type": ["string", "integer"]});
        let switch = || json!({"type": "boolean"});
        reader::table_of([
            ("fg", colour(), false),
            ("bg", colour(), false),
            ("bold", switch(), false),
            ("dim", switch(), false),
            ("italic", switch(), false),
            ("underline", switch(), false),
            ("reverse", switch(), false),
        ])
    }
}

/// A colour by its name, as `#rrggbb`, or as the text of a number of the 256-colour palette.
pub(in crate::config) fn named(text: &str) -> Result<Color, String> {
    if text == "default" {
        return Ok(Color::Reset);
    }
    Color::from_str(text).map_err(|_| {
        format!(
            "{text:?} is not a colour: write \"#rrggbb\", 0 to 255, \"default\", or a name such as \"red\" or \"light-blue\""
        )
    })
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a colour name, \"#rrggbb\" or a number 0 to 255"
)]
enum Written {
    Number(u8),
    Name(String),
}

fn colour<'de, D: Deserializer<'de>>(de: D) -> Result<Option<Color>, D::Error> {
    match Written::deserialize(de)? {
        Written::Number(index) => Ok(Some(Color::Indexed(index))),
        Written::Name(name) => named(&name).map(Some).map_err(serde::de::Error::custom),
    }
}
