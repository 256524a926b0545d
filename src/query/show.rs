//! A filter as text again: what is shown reads back as the same filter.

use std::fmt;

use super::{Node, Op, Query, TextOp};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(&self.root, f)
    }
}

impl Query {
    fn write(&self, node: &Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |field: &usize| self.specs.get(*field).map_or("?", |spec| spec.name);
        match node {
            Node::All(nodes) => {
                self.join(nodes, " ", |n| matches!(n, Node::All(_) | Node::Any(_)), f)
            }
            Node::Any(nodes) => self.join(nodes, " | ", |n| matches!(n, Node::Any(_)), f),
            Node::Not(inner) => {
                f.write_str("!")?;
                let group = matches!(**inner, Node::All(_) | Node::Any(_) | Node::Not(_));
                self.grouped(inner, group, f)
            }
            Node::Word(word) => {
                let sign = if word.fuzzy { "~" } else { "" };
                write!(f, "{sign}{}", word.text)
            }
            Node::Phrase(phrase) => quoted(phrase, f),
            Node::Regex(pattern) => regex(&pattern.source, f),
            Node::Text { field, op, value } => {
                let op = match op {
                    TextOp::Contains => ":",
                    TextOp::Is => "=",
                    TextOp::IsNot => "!=",
                };
                write!(f, "{}{op}", name(field))?;
                word(value, f)
            }
            Node::FieldRegex { field, pattern } => {
                write!(f, "{}:", name(field))?;
                regex(&pattern.source, f)
            }
            Node::Number { field, op, value } => write!(f, "{}{}{value}", name(field), sign(*op)),
            Node::Age { field, op, value } => {
                let (count, unit) = (value.count, value.unit.letter());
                write!(f, "{}{}{count}{unit}", name(field), sign(*op))
            }
        }
    }

    fn join(
        &self,
        nodes: &[Node],
        between: &str,
        group: impl Fn(&Node) -> bool,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        for (n, node) in nodes.iter().enumerate() {
            if n > 0 {
                f.write_str(between)?;
            }
            self.grouped(node, group(node), f)?;
        }
        Ok(())
    }

    fn grouped(&self, node: &Node, group: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !group {
            return self.write(node, f);
        }
        f.write_str("(")?;
        self.write(node, f)?;
        f.write_str(")")
    }
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Is => "=",
        Op::IsNot => "!=",
        Op::Less => "<",
        Op::AtMost => "<=",
        Op::More => ">",
        Op::AtLeast => ">=",
    }
}

/// A value, in quotes when it would not be read as one word.
fn word(value: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let splits = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"');
    if value.is_empty() || value.starts_with('/') || value.contains(splits) {
        quoted(value, f)
    } else {
        f.write_str(value)
    }
}

fn quoted(phrase: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(
        f,
        "\"{}\"",
        phrase.replace('\\', "\\\\").replace('"', "\\\"")
    )
}

/// The source as it was typed: only a bare `/` needs its backslash back.
fn regex(source: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "/{}/", source.replace('/', "\\/"))
}
