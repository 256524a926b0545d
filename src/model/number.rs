//! Whose a number is: pools, the numbers that are assigned out of them, and what users' profiles say.
//!
//! The organisation keeps three lists that nothing holds together: the pools, the numbers that are assigned (DIDs), and the numbers and
//! extensions in each user's profile. Where they disagree somebody cannot be called, or another one is.

mod plan;

pub use self::plan::{NumberLists, NumberPlan};

use crate::text::Text;

/// Numbers that customers call, from one to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its id.
    pub id: Text,
    /// As administrators call it; empty where it has no name.
    pub name: Text,
    /// Its first number, as the organisation writes it.
    pub first: Text,
    /// Its last number.
    pub last: Text,
}

/// A number that is assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Did {
    /// The number, as the organisation writes it.
    pub number: Text,
    /// The id of its pool.
    pub pool: Option<Text>,
    /// Whose it is; none where that is not told, as of those that flows answer.
    pub owner: Option<Owner>,
}

/// What a user's profile says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserNumbers {
    /// The user's id.
    pub user: Text,
    /// The user's name, or empty.
    pub name: Text,
    /// Telephone numbers.
    pub numbers: Vec<Text>,
    /// Extensions.
    pub extensions: Vec<Text>,
    /// The station where the user is signed in.
    pub station: Option<Text>,
}

/// Whose a number is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// What sort of thing has it.
    pub sort: OwnerSort,
    /// Its id.
    pub id: Text,
    /// Its name; the id where it has none.
    pub name: Text,
}

/// What can have a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnerSort {
    /// A person.
    User,
    /// A phone that is nobody's.
    Phone,
    /// A call flow.
    Flow,
    /// A group.
    Group,
    /// What the organisation calls otherwise.
    Other,
}

impl OwnerSort {
    /// The words, in the order of the sorts.
    pub const WORDS: [&'static str; 5] = ["user", "phone", "flow", "group", "other"];

    /// The word on screen, in filters and in exports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The sort of a word of the wire.
    #[must_use]
    pub fn of_wire(word: &str) -> Self {
        match word {
            "USER" => Self::User,
            "PHONE" => Self::Phone,
            "IVR_CONFIG" => Self::Flow,
            "GROUP" => Self::Group,
            _ => Self::Other,
        }
    }
}

/// What the lists say of a number together. The order is the order of urgency, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tenure {
    /// Two have it.
    Double,
    /// The lists disagree whose it is.
    Mismatched,
    /// It is assigned, and to whom is not told.
    Ownerless,
    /// One has it.
    Assigned,
    /// It is in a profile, and in no pool: a mobile phone, or a number of another carrier.
    Outside,
    /// The user has neither a number nor an extension.
    Without,
    /// Numbers of a pool that nobody has.
    Free,
}

impl Tenure {
    /// The words, in the order of urgency.
    pub const WORDS: [&'static str; 7] = [
        "double",
        "mismatched",
        "owner n/a",
        "assigned",
        "outside",
        "no number",
        "free",
    ];

    /// The word on screen, in filters and in exports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Double | Self::Mismatched)
    }
}

/// One line of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberRow {
    /// The number as it is written, an extension, or the range of a pool; empty of a user who has none.
    pub number: Text,
    /// Its digits, by which it is found however it was typed.
    pub digits: String,
    /// Whether it is an extension.
    pub extension: bool,
    /// What the lists say of it.
    pub tenure: Tenure,
    /// Whose it is by all lists, each once.
    pub owners: Vec<Owner>,
    /// The name of its pool, or its id.
    pub pool: Option<Text>,
    /// Where its user is signed in.
    pub station: Option<Text>,
    /// How many there are of what is free.
    pub count: Option<u64>,
    /// What is wrong, or what may be taken next; a sentence.
    pub note: String,
}

impl NumberRow {
    /// What it is known by from one reading to the next: the number, of what has none whose it is, of what is free the pool.
    #[must_use]
    pub fn key(&self) -> String {
        match self.tenure {
            Tenure::Free => format!("free {}", self.pool.as_ref().map_or("", Text::raw)),
            Tenure::Without => {
                let owner = self.owners.first();
                format!("none {}", owner.map_or("", |owner| owner.id.raw()))
            }
            _ if self.extension => format!("extension {}", self.digits),
            _ => self.digits.clone(),
        }
    }
}

/// The digits of a number, whatever stands between them; empty of what is none.
#[must_use]
pub fn digits(text: &str) -> String {
    let bare = text.trim();
    let bare = ["tel:", "sip:"]
        .iter()
        .find_map(|scheme| bare.strip_prefix(scheme))
        .unwrap_or(bare);
    let bare = bare.split(['@', ';']).next().unwrap_or(bare);
    let fits = |c: char| c.is_ascii_digit() || " +-.()/\u{a0}".contains(c);
    if !bare.chars().all(fits) {
        return String::new();
    }
    bare.chars().filter(char::is_ascii_digit).collect()
}

/// The filter by which the list of numbers finds what somebody asks after: a number, an extension, or a name.
#[must_use]
pub fn finder(asked: &str) -> String {
    let asked = asked.trim();
    let digits = digits(asked);
    if digits.is_empty() {
        let quoted = asked.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{quoted}\"");
    }
    // As it is dialled from inside the country, the number lacks what stands before it.
    let bare = digits.trim_start_matches('0');
    format!("digits:{}", if bare.is_empty() { &digits } else { bare })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for written in [
            "+49 30 1234",
            "tel:+49301234",
            "+49 (30) 12-34",
            "sip:+49301234@x;y",
        ] {
            assert_eq!(digits(written), "49301234", "{written}");
        }
        assert_eq!(digits("Ana 2"), "");
        assert_eq!(finder("+49 30 1234"), "digits:49301234");
        assert_eq!(finder("030 1234"), "digits:301234");
        assert_eq!(finder("Ana \"P\""), r#""Ana \"P\"""#);
    }
}
