//! Asking a filter about one thing.

use std::fmt;

use nucleo_matcher::chars::{normalize, to_lower_case};
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Matcher, Utf32Str};
use regex::{Regex, RegexBuilder};

use super::{Fields, Node, Op, TextOp, Value};
use crate::time::Millis;

/// Bytes that one compiled regular expression may take.
const REGEX_SIZE: usize = 1 << 18;

/// Whether something passes, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passing {
    /// It passes.
    pub pass: bool,
    /// The first moment at which that can be different though nothing changed but the time; none is never.
    pub until: Option<Millis>,
}

impl Passing {
    fn always(pass: bool) -> Self {
        Self { pass, until: None }
    }
}

/// What matching words needs again and again; it is large, so it is made when first used.
#[derive(Clone, Default)]
pub(super) struct Scratch {
    matcher: Option<Box<Matcher>>,
    chars: Vec<char>,
}

/// A word somewhere in a text, whatever the case; and whatever the accents, when it is typed without. A fuzzy one has its
/// letters in this order, with anything between.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) fuzzy: bool,
    /// It is typed without accents: those of a text do not count.
    plain: bool,
    folded: Vec<char>,
    atom: Atom,
}

impl Word {
    pub(super) fn new(text: String, fuzzy: bool) -> Self {
        let (case, forms) = (CaseMatching::Ignore, Normalization::Smart);
        let atom = Atom::new(&text, case, forms, AtomKind::Fuzzy, false);
        let plain = text.chars().all(|c| normalize(c) == c);
        let folded = text.chars().map(|c| fold(c, plain)).collect();
        Self {
            text,
            fuzzy,
            plain,
            folded,
            atom,
        }
    }

    fn is_in(&self, text: &str, scratch: &mut Scratch) -> bool {
        if self.fuzzy {
            let matcher = scratch.matcher.get_or_insert_default();
            let text = Utf32Str::new(text, &mut scratch.chars);
            return self.atom.score(text, matcher).is_some();
        }
        scratch.chars.clear();
        scratch
            .chars
            .extend(text.chars().map(|c| fold(c, self.plain)));
        let mut windows = scratch.chars.windows(self.folded.len().max(1));
        self.folded.is_empty() || windows.any(|part| part == self.folded)
    }
}

/// A character in lower case, and without its accent where accents do not count.
fn fold(c: char, plain: bool) -> char {
    to_lower_case(if plain { normalize(c) } else { c })
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.fuzzy == other.fuzzy
    }
}

/// A regular expression with its source.
#[derive(Clone)]
pub(super) struct Pattern {
    pub(super) source: String,
    regex: Regex,
}

impl Pattern {
    pub(super) fn new(source: String) -> Result<Self, regex::Error> {
        let regex = RegexBuilder::new(&source)
            .size_limit(REGEX_SIZE)
            .dfa_size_limit(REGEX_SIZE)
            .build()?;
        Ok(Self { source, regex })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.source)
    }
}

/// Whether a thing passes a part of a filter.
pub(super) fn node(
    of: &Node,
    thing: &impl Fields,
    seen: &[usize],
    now: Millis,
    scratch: &mut Scratch,
) -> Passing {
    match of {
        Node::All(nodes) => combine(nodes, false, |of| node(of, thing, seen, now, scratch)),
        Node::Any(nodes) => combine(nodes, true, |of| node(of, thing, seen, now, scratch)),
        Node::Not(inner) => {
            let verdict = node(inner, thing, seen, now, scratch);
            Passing {
                pass: !verdict.pass,
                ..verdict
            }
        }
        Node::Word(word) => anywhere(thing, seen, |text| word.is_in(text, scratch)),
        Node::Phrase(phrase) => anywhere(thing, seen, |text| text.contains(phrase.as_str())),
        Node::Regex(pattern) => anywhere(thing, seen, |text| pattern.regex.is_match(text)),
        Node::Text { field, op, value } => Passing::always(match (thing.said(*field), op) {
            (Value::Text(text), TextOp::Contains) => contains(&text, value),
            (Value::Text(text), TextOp::Is) => is(&text, value),
            (Value::Text(text), TextOp::IsNot) => !is(&text, value),
            (_, op) => *op == TextOp::IsNot,
        }),
        Node::FieldRegex { field, pattern } => Passing::always(match thing.said(*field) {
            Value::Text(text) => pattern.regex.is_match(&text),
            _ => false,
        }),
        Node::Number { field, op, value } => Passing::always(match thing.value(*field) {
            Value::Number(number) => holds(*op, &number, value),
            _ => *op == Op::IsNot,
        }),
        Node::Age { field, op, value } => match thing.value(*field) {
            Value::Moment(at) => age(at, *op, value.millis(), now),
            _ => Passing::always(false),
        },
    }
}

/// And (`stop` is false) or or (`stop` is true): the first part that decides, decides until it can be different;
/// when none does, any part can change the outcome.
fn combine(nodes: &[Node], stop: bool, mut ask: impl FnMut(&Node) -> Passing) -> Passing {
    let mut until: Option<Millis> = None;
    for node in nodes {
        let verdict = ask(node);
        if verdict.pass == stop {
            return verdict;
        }
        until = until.into_iter().chain(verdict.until).min();
    }
    Passing { pass: !stop, until }
}

fn anywhere(thing: &impl Fields, seen: &[usize], mut matches: impl FnMut(&str) -> bool) -> Passing {
    let mut fields = seen.iter();
    Passing::always(fields.any(|field| match thing.value(*field) {
        Value::Text(text) => matches(&text),
        _ => false,
    }))
}

/// Whether `text` contains `lower`, which is in lower case already.
fn contains(text: &str, lower: &str) -> bool {
    if !text.is_ascii() || !lower.is_ascii() {
        return text.to_lowercase().contains(lower);
    }
    let (text, lower) = (text.as_bytes(), lower.as_bytes());
    lower.is_empty()
        || text
            .windows(lower.len())
            .any(|part| part.eq_ignore_ascii_case(lower))
}

fn is(text: &str, lower: &str) -> bool {
    text.eq_ignore_ascii_case(lower) || (!text.is_ascii() && text.to_lowercase() == lower)
}

fn holds<T: PartialOrd>(op: Op, left: &T, right: &T) -> bool {
    match op {
        Op::Is => left == right,
        Op::IsNot => left != right,
        Op::Less => left < right,
        Op::AtMost => left <= right,
        Op::More => left > right,
        Op::AtLeast => left >= right,
    }
}

/// Ages only grow: what is too old stays so, what is young enough will not be at one known moment.
fn age(at: Millis, op: Op, limit: i64, now: Millis) -> Passing {
    let border = match op {
        Op::Less | Op::AtLeast => at.plus(limit),
        _ => at.plus(limit).plus(1),
    };
    let past = now >= border;
    Passing {
        pass: past == matches!(op, Op::More | Op::AtLeast),
        until: (!past).then_some(border),
    }
}
