//! Tokens to a tree: or of ands of negated terms, with a bound on depth and on size.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::eval::{Pattern, Word};
use super::lex::{self, Literal, Part, Token};
use super::{Age, FieldSpec, Kind, Node, Op, QueryError, TextOp, Unit};
use crate::text;

/// Parentheses in parentheses; the tree is walked by recursion.
const DEPTH: usize = 32;
/// Terms of one filter; each is tried on every row.
const TERMS: usize = 128;

/// Reads a filter.
pub(super) fn parse(filter: &str, specs: &'static [FieldSpec]) -> Result<Node, QueryError> {
    let mut parser = Parser {
        tokens: lex::lex(filter)?.into_iter().peekable(),
        end: filter.chars().count(),
        specs,
        terms: 0,
    };
    let node = parser.any(0)?;
    match parser.tokens.next() {
        None => Ok(node),
        Some(token) => Err(QueryError::new(
            token.column,
            "this `)` closes nothing; remove it or add a `(` before",
        )),
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    end: usize,
    specs: &'static [FieldSpec],
    terms: usize,
}

impl Parser {
    fn any(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut nodes = vec![self.all(depth)?];
        while let Some(or) = self.tokens.next_if(|token| token.part == Part::Or) {
            let alternative = self.all(depth)?;
            if is_nothing(&alternative) || nodes.last().is_some_and(is_nothing) {
                return Err(QueryError::new(or.column, "`|` needs a term on both sides"));
            }
            nodes.push(alternative);
        }
        Ok(one_or(nodes, Node::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut nodes = Vec::new();
        while let Some(token) = self
            .tokens
            .next_if(|token| !matches!(token.part, Part::Or | Part::Close))
        {
            nodes.push(self.term(token, depth)?);
        }
        Ok(one_or(nodes, Node::All))
    }

    fn term(&mut self, mut token: Token, depth: usize) -> Result<Node, QueryError> {
        let mut negated = false;
        while token.part == Part::Not {
            negated = !negated;
            let column = token.column;
            let wanted = |token: &Token| !matches!(token.part, Part::Or | Part::Close);
            token = self.tokens.next_if(wanted).ok_or_else(|| {
                QueryError::new(column, "`!` negates the term after it, and there is none")
            })?;
        }
        self.terms += 1;
        if self.terms > TERMS {
            let sentence = format!("a filter may have {TERMS} terms; make it shorter");
            return Err(QueryError::new(token.column, sentence));
        }
        let node = match token.part {
            Part::Open => self.group(token.column, depth + 1)?,
            Part::Literal(literal) => anywhere(literal, token.column)?,
            Part::Field {
                name,
                op,
                value,
                at,
            } => {
                let field = self.field(&name, token.column)?;
                compare(field, self.specs, op, value, at)?
            }
            Part::Close | Part::Or | Part::Not => Node::All(Vec::new()),
        };
        Ok(if negated {
            Node::Not(Box::new(node))
        } else {
            node
        })
    }

    fn group(&mut self, column: usize, depth: usize) -> Result<Node, QueryError> {
        if depth > DEPTH {
            let sentence = format!("more than {DEPTH} parentheses inside each other");
            return Err(QueryError::new(column, sentence));
        }
        let node = self.any(depth)?;
        match self.tokens.next() {
            Some(_) if is_nothing(&node) => Err(QueryError::new(
                column,
                "there is nothing between these parentheses",
            )),
            Some(_) => Ok(node),
            None => Err(QueryError::new(
                self.end,
                format!("a `)` is missing for the `(` in column {}", column + 1),
            )),
        }
    }

    fn field(&self, name: &str, column: usize) -> Result<usize, QueryError> {
        let known = |spec: &FieldSpec| spec.name.eq_ignore_ascii_case(name);
        // What has the name now goes before what once had it.
        let now = self.specs.iter().position(known);
        let before = || self.specs.iter().position(|spec| spec.is_named(name));
        now.or_else(before).ok_or_else(|| {
            let near = near(name, self.specs.iter().map(|spec| spec.name));
            QueryError::new(column, format!("there is no field `{name}`; {near}"))
        })
    }
}

fn is_nothing(node: &Node) -> bool {
    matches!(node, Node::All(nodes) if nodes.is_empty())
}

fn one_or(mut nodes: Vec<Node>, many: impl Fn(Vec<Node>) -> Node) -> Node {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => many(nodes),
    }
}

/// A term without a field.
fn anywhere(literal: Literal, column: usize) -> Result<Node, QueryError> {
    Ok(match literal {
        Literal::Word(word) => Node::Word(match word.strip_prefix('~') {
            Some(rest) if !rest.is_empty() => Word::new(rest.to_owned(), true),
            _ => Word::new(word, false),
        }),
        Literal::Quoted(phrase) => Node::Phrase(phrase),
        Literal::Regex(source) => Node::Regex(pattern(source, column)?),
    })
}

fn compare(
    field: usize,
    specs: &'static [FieldSpec],
    op: &'static str,
    value: Literal,
    at: usize,
) -> Result<Node, QueryError> {
    let wrong = |sentence: String| QueryError::new(at, text::safe(&sentence));
    let spec = specs
        .get(field)
        .ok_or_else(|| wrong("no such field".into()))?;
    let value = match (value, spec.kind) {
        (Literal::Regex(source), Kind::Text | Kind::Choice(_)) => {
            let node = Node::FieldRegex {
                field,
                pattern: pattern(source, at)?,
            };
            return match op {
                ":" | "=" => Ok(node),
                "!=" => Ok(Node::Not(Box::new(node))),
                _ => Err(wrong(format!(
                    "`{}` cannot be compared with `{op}`",
                    spec.name
                ))),
            };
        }
        (Literal::Word(value) | Literal::Quoted(value) | Literal::Regex(value), _) => value,
    };
    match spec.kind {
        Kind::Text | Kind::Choice(_) => text_term(field, spec, op, &value).map_err(wrong),
        Kind::Number | Kind::Measure => number_term(field, spec, op, &value).map_err(wrong),
        Kind::Moment => age_term(field, spec, op, &value).map_err(wrong),
    }
}

fn text_term(field: usize, spec: &FieldSpec, op: &str, value: &str) -> Result<Node, String> {
    let value = match spec.kind {
        Kind::Choice(words) => choice(words, value).ok_or_else(|| {
            let near = near(value, words.iter().copied());
            format!("`{}` is never `{value}`; {near}", spec.name)
        })?,
        _ => value,
    };
    let op = match (op, spec.kind) {
        (":", Kind::Text) => TextOp::Contains,
        (":" | "=", _) => TextOp::Is,
        ("!=", _) => TextOp::IsNot,
        _ => {
            let name = spec.name;
            return Err(format!(
                "`{name}` is text: use `{name}:`, `{name}=` or `{name}!=`"
            ));
        }
    };
    Ok(Node::Text {
        field,
        op,
        value: value.to_lowercase(),
    })
}

/// The word meant: written whole, or as much of it as no other begins with, so that typing it filters on the way.
fn choice(words: &[&'static str], value: &str) -> Option<&'static str> {
    let value = value.to_lowercase();
    let mut begun = words
        .iter()
        .copied()
        .filter(|word| word.starts_with(&value));
    let whole = words.iter().copied().find(|word| *word == value);
    whole.or_else(|| begun.next().filter(|_| begun.next().is_none()))
}

fn number_term(field: usize, spec: &FieldSpec, op: &str, value: &str) -> Result<Node, String> {
    let op = order(op);
    let read = match spec.kind {
        Kind::Measure => value.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => value.parse().ok().map(|number: i64| number as f64),
    };
    let value = read.ok_or_else(|| match spec.kind {
        Kind::Measure => format!("`{}` is a measure: `{value}` is no number", spec.name),
        _ => format!(
            "`{}` is a count: `{value}` is not a whole number",
            spec.name
        ),
    })?;
    Ok(Node::Number { field, op, value })
}

fn age_term(field: usize, spec: &FieldSpec, op: &str, value: &str) -> Result<Node, String> {
    let name = spec.name;
    let op = match order(op) {
        Op::Is | Op::IsNot => {
            return Err(format!("compare `{name}` with < or >, as in `{name}<5m`"));
        }
        op => op,
    };
    let unit = Unit::ALL
        .into_iter()
        .find(|unit| value.ends_with(unit.letter()));
    let count = unit.and_then(|unit| value.strip_suffix(unit.letter())?.parse().ok());
    match (unit, count) {
        (Some(unit), Some(count)) => Ok(Node::Age {
            field,
            op,
            value: Age { count, unit },
        }),
        _ => Err(format!(
            "`{value}` is not a time: write a number and s, m, h or d, as in `{name}<5m`"
        )),
    }
}

fn order(op: &str) -> Op {
    match op {
        "!=" => Op::IsNot,
        "<" => Op::Less,
        "<=" => Op::AtMost,
        ">" => Op::More,
        ">=" => Op::AtLeast,
        _ => Op::Is,
    }
}

fn pattern(source: String, column: usize) -> Result<Pattern, QueryError> {
    Pattern::new(source).map_err(|problem| {
        // The crate draws the pattern and a caret over several lines; the last one says what is wrong.
        let text = problem.to_string();
        let last = text.lines().last().unwrap_or_default();
        let why = last.trim_start_matches("error: ");
        let sentence = format!("this regular expression cannot be used: {why}");
        QueryError::new(column, text::safe(&sentence))
    })
}

/// "did you mean …", or all there is when nothing is near.
fn near<'a>(typed: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let typed = typed.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(name, &typed);
    let best = names
        .clone()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match best {
        Some(best) if likeness(best) > 0.75 => format!("did you mean `{best}`?"),
        _ => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
    }
}
