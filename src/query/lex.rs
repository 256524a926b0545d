//! A filter, cut into its smallest parts.

use super::QueryError;
use crate::text;

/// Characters of a filter; past that it is a mistake or an attack.
const LIMIT: usize = 4096;

/// Comparisons as they are written; longer ones first, so that `<=` is not read as `<`.
const OPERATORS: [&str; 7] = ["!=", "<=", ">=", ":", "=", "<", ">"];

/// A part of a filter, and the column that it starts at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) column: usize,
    pub(super) part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Open,
    Close,
    Or,
    Not,
    Literal(Literal),
    Field {
        name: String,
        op: &'static str,
        value: Literal,
        /// Where the value starts.
        at: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Word(String),
    Quoted(String),
    Regex(String),
}

/// Cuts a filter into tokens.
pub(super) fn lex(filter: &str) -> Result<Vec<Token>, QueryError> {
    let chars: Vec<char> = filter.chars().take(LIMIT + 1).collect();
    if chars.len() > LIMIT {
        let sentence = format!("a filter may have {LIMIT} characters; make it shorter");
        return Err(QueryError::new(LIMIT, sentence));
    }
    let mut lexer = Lexer {
        chars: &chars,
        at: 0,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    chars: &'a [char],
    at: usize,
}

impl Lexer<'_> {
    fn token(&mut self) -> Result<Option<Token>, QueryError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        let column = self.at;
        let part = match self.peek() {
            None => return Ok(None),
            Some('(') => self.single(Part::Open),
            Some(')') => self.single(Part::Close),
            Some('|') => self.single(Part::Or),
            Some('!') => self.single(Part::Not),
            Some(_) => self.term()?,
        };
        Ok(Some(Token { column, part }))
    }

    fn single(&mut self, part: Part) -> Part {
        self.at += 1;
        part
    }

    /// A field with its comparison, or a literal on its own.
    fn term(&mut self) -> Result<Part, QueryError> {
        let start = self.at;
        let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let name = self.take_while(in_name);
        if name.starts_with(|c: char| c.is_ascii_alphabetic())
            && let Some(op) = self.operator()
        {
            let at = self.at;
            let value = self.literal()?;
            if value == Literal::Word(String::new()) {
                let sentence = format!("a value is missing after `{name}{op}`");
                return Err(QueryError::new(at, sentence));
            }
            return Ok(Part::Field {
                name,
                op,
                value,
                at,
            });
        }
        self.at = start;
        self.literal().map(Part::Literal)
    }

    fn operator(&mut self) -> Option<&'static str> {
        let rest = self.chars.get(self.at..)?;
        let op = OPERATORS
            .into_iter()
            .find(|op| op.chars().eq(rest.iter().copied().take(op.len())))?;
        self.at += op.len();
        Some(op)
    }

    fn literal(&mut self) -> Result<Literal, QueryError> {
        match self.peek() {
            Some('"') => self.delimited('"', "quote").map(Literal::Quoted),
            Some('/') => self
                .delimited('/', "regular expression")
                .map(Literal::Regex),
            _ => Ok(Literal::Word(self.take_while(|c| {
                !c.is_whitespace() && !matches!(c, '(' | ')' | '|' | '"')
            }))),
        }
    }

    /// What stands between two delimiters. A backslash makes a delimiter part of it; before a quote's backslash too.
    fn delimited(&mut self, delimiter: char, what: &str) -> Result<String, QueryError> {
        let start = self.at;
        self.at += 1;
        let mut inside = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == delimiter {
                return Ok(inside);
            }
            if c != '\\' {
                inside.push(c);
                continue;
            }
            let next = self.peek();
            let escaped = next.filter(|&n| n == delimiter || (delimiter == '"' && n == '\\'));
            inside.push(escaped.unwrap_or('\\'));
            match (escaped, next) {
                (Some(_), _) => self.at += 1,
                // In a regular expression the pair stays together: `\\/` is a backslash and then the end.
                (None, Some(n)) if delimiter == '/' => {
                    inside.push(n);
                    self.at += 1;
                }
                _ => {}
            }
        }
        let sentence = format!("this {what} has no end; close it with {delimiter}");
        Err(QueryError::new(start, text::safe(&sentence)))
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let taken: String = rest.iter().copied().take_while(|&c| keep(c)).collect();
        self.at += taken.chars().count();
        taken
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }
}
