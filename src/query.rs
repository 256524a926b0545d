//! One grammar for the `/` filter, for `--where` and for alert rules.
//!
//! `word` in any text that identifies, whatever the case · `~word` fuzzy there · `"exact"` phrase · `/regex/` · `field:value` `field=x` `field!=x` `flaps>3`
//! `since<5m` (`s`, `m`, `h`, `d`) · `!` negates · a space is and, `|` is or, parentheses group.
//!
//! On text, `:` is "contains" and `=` is "is", both whatever the case; on a choice of words both are "is". The value
//! may be a quoted phrase or a `/regex/`. What a query is asked about only has to be [`Fields`].

mod error;
mod eval;
mod lex;
mod parse;
mod show;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

pub use self::error::QueryError;
pub use self::eval::Passing;

use crate::time::Millis;

/// What sort of values a field has, and so which comparisons make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A count: whole, and less than nothing where something has passed.
    Number,
    /// A measure, which may have a fraction.
    Measure,
    /// A moment; it is compared by its age.
    Moment,
}

/// A field that a query can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// The name in the grammar.
    pub name: &'static str,
    /// Names that it had before, which are still read: a filter that somebody keeps goes on meaning what it meant.
    pub also: &'static [&'static str],
    /// What can be asked of it.
    pub kind: Kind,
    /// A sentence for help and completion.
    pub doc: &'static str,
    /// Whether a term without a field looks here. Not where our own words stand for most rows alike: `no` should find
    /// Noah, not everyone who is not flapping.
    pub bare: bool,
}

impl FieldSpec {
    /// Whether it has that name, or had it, whatever the case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let mut names = std::iter::once(&self.name).chain(self.also);
        names.any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// The value of one field of one thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Not known: matches no comparison but `!=`.
    Unknown,
    /// Text or a word, as it came.
    Text(Cow<'a, str>),
    /// A count or a measure.
    Number(f64),
    /// A moment.
    Moment(Millis),
}

/// Something that can be filtered.
pub trait Fields {
    /// The value of the field at `index` of the list that the query was parsed with.
    fn value(&self, index: usize) -> Value<'_>;
    /// The same for a term that names the field: what the screen says where nothing is known is a word there. A bare word
    /// does not ask this: `no` should find Noah, not all that is unknown.
    fn said(&self, index: usize) -> Value<'_> {
        self.value(index)
    }
}

/// A filter, ready to be asked.
#[derive(Clone)]
pub struct Query {
    root: Node,
    specs: &'static [FieldSpec],
    /// Where terms without a field look.
    seen: Vec<usize>,
    scratch: RefCell<eval::Scratch>,
}

impl Query {
    /// Reads a filter over these fields. Nothing at all matches everything.
    pub fn parse(text: &str, specs: &'static [FieldSpec]) -> Result<Self, QueryError> {
        Ok(Self {
            root: parse::parse(text, specs)?,
            specs,
            seen: bare(specs),
            scratch: RefCell::default(),
        })
    }

    /// A filter that nothing passes.
    #[must_use]
    pub fn never(specs: &'static [FieldSpec]) -> Self {
        Self {
            root: Node::Any(Vec::new()),
            specs,
            seen: bare(specs),
            scratch: RefCell::default(),
        }
    }

    /// The same where terms without a field look at these fields alone: what a person sees is what they find.
    #[must_use]
    pub fn seeing(self, fields: Vec<usize>) -> Self {
        Self {
            seen: fields,
            ..self
        }
    }

    /// Whether it has a term that names no field.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.root.is_bare()
    }

    /// Whether a thing passes at this moment, and until when that holds if only time goes by.
    #[must_use]
    pub fn matches(&self, thing: &impl Fields, now: Millis) -> Passing {
        eval::node(
            &self.root,
            thing,
            &self.seen,
            now,
            &mut self.scratch.borrow_mut(),
        )
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.root, Node::All(all) if all.is_empty())
    }

    /// Whether the filter names this field.
    #[must_use]
    pub fn names(&self, field: usize) -> bool {
        self.root.names(field)
    }
}

/// The fields that terms without a field look at when nobody says otherwise.
fn bare(specs: &[FieldSpec]) -> Vec<usize> {
    let bare = |field: &usize| specs[*field].bare;
    (0..specs.len()).filter(bare).collect()
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root && self.specs == other.specs && self.seen == other.seen
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({self})")
    }
}

/// A filter as a tree; no deeper than the parser allows.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Word(eval::Word),
    Phrase(String),
    Regex(eval::Pattern),
    Text {
        field: usize,
        op: TextOp,
        value: String,
    },
    FieldRegex {
        field: usize,
        pattern: eval::Pattern,
    },
    Number {
        field: usize,
        op: Op,
        value: f64,
    },
    Age {
        field: usize,
        op: Op,
        value: Age,
    },
}

impl Node {
    fn names(&self, wanted: usize) -> bool {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(|node| node.names(wanted)),
            Self::Not(node) => node.names(wanted),
            Self::Word(_) | Self::Phrase(_) | Self::Regex(_) => false,
            Self::Text { field, .. }
            | Self::FieldRegex { field, .. }
            | Self::Number { field, .. }
            | Self::Age { field, .. } => *field == wanted,
        }
    }
}

impl Node {
    fn is_bare(&self) -> bool {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::is_bare),
            Self::Not(node) => node.is_bare(),
            Self::Word(_) | Self::Phrase(_) | Self::Regex(_) => true,
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextOp {
    Contains,
    Is,
    IsNot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// A length of time as it was written, so that it is shown as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Age {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Unit {
    const ALL: [Self; 4] = [Self::Seconds, Self::Minutes, Self::Hours, Self::Days];

    const fn letter(self) -> char {
        match self {
            Self::Seconds => 's',
            Self::Minutes => 'm',
            Self::Hours => 'h',
            Self::Days => 'd',
        }
    }

    const fn millis(self) -> i64 {
        match self {
            Self::Seconds => 1000,
            Self::Minutes => 60_000,
            Self::Hours => 3_600_000,
            Self::Days => 86_400_000,
        }
    }
}

impl Age {
    fn millis(self) -> i64 {
        i64::from(self.count).saturating_mul(self.unit.millis())
    }
}
