//! The three lists held against each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Did, NumberRow, Owner, OwnerSort, Pool, Tenure, UserNumbers, digits};
use crate::text::Text;

/// The longest number (E.164); what is longer is none.
const LONGEST: usize = 15;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberLists {
    /// Every pool.
    pub pools: Vec<Pool>,
    /// Every number that is assigned.
    pub dids: Vec<Did>,
    /// Every user, with or without numbers.
    pub users: Vec<UserNumbers>,
    /// Whether these are all users: else nothing is said of what none of them has.
    pub all_users: bool,
    /// Whether these are all assigned numbers: else nothing is said of what is free.
    pub all_dids: bool,
}

/// Every number, as all lists together have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberPlan {
    /// The lines, the most urgent first, and in the order of the numbers.
    pub rows: Vec<NumberRow>,
}

/// Who has a number, by which list.
#[derive(Default)]
struct Claims<'a> {
    written: Option<&'a Text>,
    dids: Vec<&'a Did>,
    users: Vec<&'a UserNumbers>,
}

/// A pool with its range as numbers.
struct Range<'a> {
    pool: &'a Pool,
    first: u64,
    last: u64,
}

impl NumberPlan {
    /// Holds the lists against each other.
    #[must_use]
    pub fn of(told: &NumberLists) -> Self {
        let ranges: Vec<Range<'_>> = told.pools.iter().filter_map(Range::of).collect();
        let mut numbers: BTreeMap<String, Claims<'_>> = BTreeMap::new();
        let mut extensions: BTreeMap<String, Claims<'_>> = BTreeMap::new();
        for did in &told.dids {
            let claims = numbers.entry(digits(did.number.raw())).or_default();
            claims.written.get_or_insert(&did.number);
            claims.dids.push(did);
        }
        for user in &told.users {
            let lists = [
                (&user.numbers, &mut numbers),
                (&user.extensions, &mut extensions),
            ];
            for (written, of) in lists {
                for written in written {
                    let claims = of.entry(digits(written.raw())).or_default();
                    claims.written.get_or_insert(written);
                    if !claims.users.iter().any(|known| known.user == user.user) {
                        claims.users.push(user);
                    }
                }
            }
        }
        numbers.remove("");
        extensions.remove("");
        let used: BTreeSet<u64> = numbers
            .keys()
            .filter_map(|digits| digits.parse().ok())
            .collect();
        let mut rows: Vec<NumberRow> = Vec::new();
        for (digits, claims) in numbers {
            let value = digits.parse().unwrap_or(0);
            let pool = ranges.iter().find(|range| range.holds(value));
            rows.push(claims.number(digits, pool, told));
        }
        rows.extend(
            extensions
                .into_iter()
                .map(|(digits, claims)| claims.extension(digits)),
        );
        let without = |user: &&UserNumbers| user.numbers.is_empty() && user.extensions.is_empty();
        rows.extend(told.users.iter().filter(without).map(nothing));
        if told.all_dids {
            rows.extend(ranges.iter().filter_map(|range| range.free(&used)));
        }
        rows.sort_by(|one, other| {
            (one.tenure, &one.number, &one.owners).cmp(&(
                other.tenure,
                &other.number,
                &other.owners,
            ))
        });
        Self { rows }
    }
}

fn nothing(user: &UserNumbers) -> NumberRow {
    NumberRow {
        number: Text::default(),
        digits: String::new(),
        extension: false,
        tenure: Tenure::Without,
        owners: vec![user.owner()],
        pool: None,
        station: user.station.clone(),
        count: None,
        note: "Neither a number nor an extension is in the user's profile.".to_owned(),
    }
}

impl UserNumbers {
    fn owner(&self) -> Owner {
        let name = if self.name.is_empty() {
            &self.user
        } else {
            &self.name
        };
        Owner {
            sort: OwnerSort::User,
            id: self.user.clone(),
            name: name.clone(),
        }
    }
}

impl Claims<'_> {
    /// Whose it is by all lists, each once.
    fn owners(&self) -> Vec<Owner> {
        let assigned = self.dids.iter().filter_map(|did| did.owner.clone());
        let listed = self.users.iter().map(|user| user.owner());
        let mut owners: Vec<Owner> = Vec::new();
        for owner in listed.chain(assigned) {
            if !owners.iter().any(|known| known.id == owner.id) {
                owners.push(owner);
            }
        }
        owners
    }

    fn row(&self, digits: String, tenure: Tenure, note: String) -> NumberRow {
        NumberRow {
            number: self.written.cloned().unwrap_or_default(),
            digits,
            extension: false,
            tenure,
            owners: self.owners(),
            pool: None,
            station: match self.users.as_slice() {
                [user] => user.station.clone(),
                _ => None,
            },
            count: None,
            note,
        }
    }

    fn extension(self, digits: String) -> NumberRow {
        let row = if self.users.len() > 1 {
            let note = format!("In the profiles of {}.", names(&self.owners()));
            self.row(digits, Tenure::Double, note)
        } else {
            self.row(digits, Tenure::Assigned, String::new())
        };
        NumberRow {
            extension: true,
            ..row
        }
    }

    fn number(self, digits: String, pool: Option<&Range<'_>>, told: &NumberLists) -> NumberRow {
        let (tenure, note) = self.judged(pool.is_some(), told);
        let by_id = self.dids.iter().find_map(|did| did.pool.as_ref());
        let by_id = by_id.map(|id| {
            let known = told.pools.iter().find(|pool| pool.id == *id);
            known.map_or_else(|| id.clone(), Pool::title)
        });
        NumberRow {
            pool: by_id.or(pool.map(|range| range.pool.title())),
            ..self.row(digits, tenure, note)
        }
    }

    /// What the lists come to, and the sentence about it.
    fn judged(&self, pooled: bool, told: &NumberLists) -> (Tenure, String) {
        let owners = self.dids.iter().filter_map(|did| did.owner.as_ref());
        let owners: BTreeSet<&Owner> = owners.collect();
        if self.users.len() > 1 {
            let listed = self.users.iter().map(|user| user.owner());
            let note = format!("In the profiles of {}.", names(&listed.collect::<Vec<_>>()));
            return (Tenure::Double, note);
        }
        if owners.len() > 1 {
            let owners: Vec<Owner> = owners.into_iter().cloned().collect();
            return (Tenure::Double, format!("Assigned to {}.", names(&owners)));
        }
        match (owners.first(), self.users.first()) {
            (Some(owner), Some(user)) if owner.id != user.user => {
                let note = format!(
                    "Assigned to {}, and in the profile of {}.",
                    owner.name,
                    user.owner().name
                );
                (Tenure::Mismatched, note)
            }
            (Some(owner), None) if owner.sort == OwnerSort::User && told.all_users => {
                let note = format!(
                    "Assigned to {}, whose profile does not have it.",
                    owner.name
                );
                (Tenure::Mismatched, note)
            }
            (None, Some(user)) if pooled && self.dids.is_empty() && told.all_dids => {
                let name = user.owner().name;
                let note = format!("In the profile of {name}; in its pool it is free.");
                (Tenure::Mismatched, note)
            }
            (Some(_), _) => (Tenure::Assigned, String::new()),
            (None, Some(_)) if pooled || !self.dids.is_empty() => (Tenure::Assigned, String::new()),
            (None, Some(_)) => (Tenure::Outside, String::new()),
            (None, None) => {
                let note = "Assigned; the organisation does not say to whom, as of a flow.";
                (Tenure::Ownerless, note.to_owned())
            }
        }
    }
}

fn names(owners: &[Owner]) -> String {
    let names: Vec<String> = owners.iter().map(|owner| owner.name.to_string()).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

impl Pool {
    /// As people know it.
    #[must_use]
    pub fn title(&self) -> Text {
        if self.name.is_empty() {
            self.id.clone()
        } else {
            self.name.clone()
        }
    }
}

impl<'a> Range<'a> {
    /// None where an end is no number, or the ends do not fit together: then nothing is said of what is free in it.
    fn of(pool: &'a Pool) -> Option<Self> {
        let end = |text: &Text| {
            let digits = digits(text.raw());
            let fits = !digits.is_empty() && digits.len() <= LONGEST;
            digits.parse::<u64>().ok().filter(|_| fits)
        };
        let (first, last) = (end(&pool.first)?, end(&pool.last)?);
        (first <= last).then_some(Self { pool, first, last })
    }

    fn holds(&self, number: u64) -> bool {
        (self.first..=self.last).contains(&number)
    }

    /// What nobody has; none where everything is taken.
    fn free(&self, used: &BTreeSet<u64>) -> Option<NumberRow> {
        let taken = used.range(self.first..=self.last).count() as u64;
        let count = (self.last - self.first + 1).saturating_sub(taken);
        let next = (self.first..=self.last).find(|number| !used.contains(number))?;
        let number = format!("{} … {}", self.pool.first, self.pool.last);
        Some(NumberRow {
            number: number.into(),
            digits: String::new(),
            extension: false,
            tenure: Tenure::Free,
            owners: Vec::new(),
            pool: Some(self.pool.title()),
            station: None,
            count: Some(count),
            note: format!(
                "{count} of {}; the next is +{next}.",
                self.last - self.first + 1
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str, numbers: &[&str], extensions: &[&str]) -> UserNumbers {
        UserNumbers {
            user: id.into(),
            name: format!("Name of {id}").as_str().into(),
            numbers: numbers.iter().map(|n| Text::from(*n)).collect(),
            extensions: extensions.iter().map(|n| Text::from(*n)).collect(),
            station: None,
        }
    }

    fn did(number: &str, owner: Option<&str>) -> Did {
        Did {
            number: number.into(),
            pool: Some("p-1".into()),
            owner: owner.map(|id| Owner {
                sort: OwnerSort::User,
                id: id.into(),
                name: format!("Name of {id}").as_str().into(),
            }),
        }
    }

    fn told() -> NumberLists {
        NumberLists {
            pools: vec![Pool {
                id: "p-1".into(),
                name: "Berlin".into(),
                first: "+49301230".into(),
                last: "+49301239".into(),
            }],
            dids: vec![
                did("+49301230", Some("u-1")),
                did("+49301231", Some("u-2")),
                did("+49301232", Some("u-1")),
                did("+49301233", None),
                did("+49301234", Some("u-4")),
            ],
            users: vec![
                user("u-1", &["+49 30 1230"], &["8030"]),
                user("u-2", &["+49301232"], &["8031"]),
                user("u-3", &["+49301235", "+4915112345"], &["8031"]),
                user("u-4", &["tel:+49301234"], &[]),
                user("u-5", &["+49301234"], &[]),
                user("u-6", &[], &[]),
            ],
            all_users: true,
            all_dids: true,
        }
    }

    fn of<'a>(plan: &'a NumberPlan, digits: &str) -> &'a NumberRow {
        plan.rows.iter().find(|row| row.digits == digits).unwrap()
    }

    #[test]
    fn lists_that_disagree_are_told_with_who_has_it_by_each() {
        let plan = NumberPlan::of(&told());
        let is = |digits: &str| (of(&plan, digits).tenure, of(&plan, digits).note.clone());
        assert_eq!(is("49301230").0, Tenure::Assigned);
        assert_eq!(of(&plan, "49301230").pool, Some("Berlin".into()));
        let unlisted = "Assigned to Name of u-2, whose profile does not have it.";
        assert_eq!(is("49301231"), (Tenure::Mismatched, unlisted.into()));
        let crossed = "Assigned to Name of u-1, and in the profile of Name of u-2.";
        assert_eq!(is("49301232"), (Tenure::Mismatched, crossed.into()));
        assert_eq!(is("49301233").0, Tenure::Ownerless);
        let twice = "In the profiles of Name of u-4 and Name of u-5.";
        assert_eq!(is("49301234"), (Tenure::Double, twice.into()));
        let unassigned = "In the profile of Name of u-3; in its pool it is free.";
        assert_eq!(is("49301235"), (Tenure::Mismatched, unassigned.into()));
        assert_eq!(is("4915112345").0, Tenure::Outside);
        assert_eq!(is("8030").0, Tenure::Assigned);
        assert_eq!(is("8031").0, Tenure::Double);
        assert!(of(&plan, "8031").extension);
        let without = plan.rows.iter().find(|row| row.tenure == Tenure::Without);
        assert_eq!(without.unwrap().owners[0].id.raw(), "u-6");
        let free = plan.rows.last().unwrap();
        assert_eq!((free.tenure, free.count), (Tenure::Free, Some(4)));
        assert_eq!(free.note, "4 of 10; the next is +49301236.");
    }

    #[test]
    fn what_was_not_read_is_no_contradiction() {
        let part = NumberLists {
            all_users: false,
            all_dids: false,
            ..told()
        };
        let plan = NumberPlan::of(&part);
        assert_eq!(of(&plan, "49301231").tenure, Tenure::Assigned);
        assert_eq!(of(&plan, "49301235").tenure, Tenure::Assigned);
        assert!(plan.rows.iter().all(|row| row.tenure != Tenure::Free));
        let odd = NumberLists {
            pools: vec![Pool {
                id: "p".into(),
                name: Text::default(),
                first: "+49301239".into(),
                last: "soon".into(),
            }],
            ..NumberLists::default()
        };
        assert!(NumberPlan::of(&odd).rows.is_empty());
    }
}
