//! What a cell is for. Rows say it, themes give it a look.

macro_rules! roles {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// What a cell is for. A theme gives each role a look, and nothing else on screen chooses colours.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role { $($(#[doc = $doc])+ $variant,)+ }

        impl Role {
            /// Every role, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The key in a theme file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

roles! {
    /// Everything that is not something else; its colours are the ground the other roles stand on.
    Text = "text";
    /// What may be overlooked: units, hints, empty values.
    Dim = "dim";
    /// What the person is on or asked for: the open tab, a match.
    Accent = "accent";
    /// A healthy state; quiet, for most rows are healthy.
    Ok = "ok";
    /// Something to keep an eye on.
    Warn = "warn";
    /// Something is wrong.
    Bad = "bad";
    /// Nothing is known.
    Unknown = "unknown";
    /// It was known once; never looks healthy.
    Stale = "stale";
    /// The row under the cursor, laid over the row's own styles.
    Selection = "selection";
    /// Rules and frames.
    Border = "border";
    /// Column heads and the header line.
    Header = "header";
    /// A count or a mark on a tab.
    Badge = "badge";
    /// Sparklines and bars.
    Chart = "chart";
    /// A key in the footer and in help.
    Key = "key";
    /// The name of a production profile.
    Production = "production";
    /// The moment of the past that is on the screen: nothing else looks like it.
    Past = "past";
}
