//! A list as somebody wants to see it, under a name: which pane, which rows, in which order, with which columns.
//!
//! A view names columns and not their places, so that it means the same when a list gains one. The configuration and what
//! the console keeps have the same words for it.

use serde::{Deserialize, Serialize};

use super::{
    Kind, alerts, audit, callbacks, carriers, changes, contradictions, edges, endpoints,
    interactions, jobs, numbers, probes, quality, queues, registrations, routes, sites, transfers,
    trunks, users, webhooks,
};
use crate::query::{FieldSpec, Query};

/// Characters of a view's name: it is typed, and stands in one line with what it shows.
const LONGEST_NAME: usize = 40;

/// What a list is to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The pane, in lower case.
    pub pane: String,
    /// Which rows; empty is all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// The column to sort by, with a minus the other way round; a minus alone is the pane's own order turned around, and
    /// none is that order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// The columns in their order; none are those that usually show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

impl View {
    /// Whether it can be shown; the sentence says what is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        let lists = Lists::named(&self.pane).ok_or_else(|| Lists::unknown(&self.pane))?;
        lists.check_filter(&self.filter)?;
        self.sort.iter().try_for_each(|by| lists.check_sort(by))?;
        lists.check_columns(&self.columns)?;
        lists.place(self).map(|_| ()).ok_or_else(|| lists.divided())
    }

    /// What it shows, in a line.
    #[must_use]
    pub fn words(&self) -> String {
        let mut text = self.pane.clone();
        if !self.filter.is_empty() {
            text = format!("{text} /{}", self.filter);
        }
        if let Some(by) = &self.sort {
            text = format!("{text}, sorted by {by}");
        }
        if !self.columns.is_empty() {
            text = format!("{text}, columns {}", self.columns.join(","));
        }
        text
    }
}

/// The column that a view is sorted by, and whether downwards; no column is the pane's own order.
#[must_use]
pub fn order(by: &str) -> (Option<&str>, bool) {
    let name = by.strip_prefix('-');
    let column = Some(name.unwrap_or(by)).filter(|name| !name.is_empty());
    (column, name.is_some())
}

/// Whether something can be the name of a view: it follows a verb on one line, and stands in a header of TOML.
pub fn check_name(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_alphanumeric() || "-_".contains(c);
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) && name.chars().all(fits) {
        return Ok(());
    }
    Err(format!(
        "{name:?} is no name of a view: one word of letters, digits, - and _, at most {LONGEST_NAME} of them"
    ))
}

/// The lists of a pane: one, or two halves that share a filter.
#[derive(Debug)]
pub struct Lists {
    /// The pane's title.
    pub title: &'static str,
    /// The fields of each.
    pub fields: &'static [&'static [FieldSpec]],
}

macro_rules! lists {
    ($($title:literal = $($kind:ty),+;)+) => {
        &[$(Lists { title: $title, fields: &[$(<$kind as Kind>::FIELDS),+] },)+]
    };
}

impl Lists {
    /// Every pane that is a list, in the order of the tabs.
    pub const ALL: &'static [Self] = lists! {
        "Registrations" = registrations::Registrations;
        "Carriers" = carriers::Carriers;
        "Transfers" = interactions::Interactions, transfers::Transfers;
        "Routes" = routes::Routes;
        "Callbacks" = callbacks::Callbacks;
        "Jobs" = jobs::Jobs;
        "Alerts" = alerts::Alerts;
        "Audit" = audit::Audit;
        "Users" = users::Users;
        "Sites" = sites::Sites;
        "Edges" = edges::Edges;
        "Trunks" = trunks::Trunks;
        "Probes" = probes::Probes;
        "Queues" = queues::Queues;
        "Endpoints" = endpoints::Endpoints;
        "Webhooks" = webhooks::Webhooks;
        "Contradictions" = contradictions::Contradictions;
        "Numbers" = numbers::Numbers;
        "Quality" = quality::Quality;
        "Changes" = changes::Changes;
    };

    /// Those of the pane of that name, whatever the case.
    #[must_use]
    pub fn named(pane: &str) -> Option<&'static Self> {
        let mut all = Self::ALL.iter();
        all.find(|lists| lists.title.eq_ignore_ascii_case(pane))
    }

    /// The pane, in lower case, that rows of a kind are on.
    #[must_use]
    pub fn of<K: Kind>() -> String {
        let all = Self::ALL
            .iter()
            .find(|lists| lists.fields.contains(&K::FIELDS));
        all.map(Self::name).unwrap_or_default()
    }

    /// Every name that [`Lists::named`] knows, in lower case.
    #[must_use]
    pub fn names() -> Vec<String> {
        Self::ALL.iter().map(Self::name).collect()
    }

    /// The pane, in lower case.
    #[must_use]
    pub fn name(&self) -> String {
        self.title.to_lowercase()
    }

    /// What is said of a pane that is no list.
    #[must_use]
    pub fn unknown(pane: &str) -> String {
        let names = Self::names().join(", ");
        format!("there is no list {pane:?}; there are {names}")
    }

    /// What is said of a view that no half can show.
    #[must_use]
    pub fn divided(&self) -> String {
        let name = self.name();
        format!("sort and columns are of different halves of {name}: take those of one")
    }

    /// Whether a filter can be read; one half is enough, the other then shows nothing.
    pub fn check_filter(&self, text: &str) -> Result<(), String> {
        let mut first = None;
        for fields in self.fields {
            match Query::parse(text.trim(), fields) {
                Ok(_) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(()), |error| {
            Err(format!("column {}: {}", error.column + 1, error.sentence))
        })
    }

    /// Whether there is the column that an order names.
    pub fn check_sort(&self, by: &str) -> Result<(), String> {
        order(by).0.map_or(Ok(()), |name| self.check_column(name))
    }

    /// Whether there are all these columns.
    pub fn check_columns(&self, names: &[String]) -> Result<(), String> {
        names.iter().try_for_each(|name| self.check_column(name))
    }

    fn check_column(&self, name: &str) -> Result<(), String> {
        if self.fields.iter().any(|fields| knows(fields, name)) {
            return Ok(());
        }
        Err(format!(
            "there is no field `{name}`; there are {}",
            self.columns().join(", ")
        ))
    }

    /// The columns of all the halves, each once.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::new();
        for field in self.fields.iter().copied().flatten() {
            if !names.contains(&field.name) {
                names.push(field.name);
            }
        }
        names
    }

    /// Which of the halves has the order and the columns of a view.
    #[must_use]
    pub fn place(&self, view: &View) -> Option<usize> {
        let by = view.sort.as_deref().and_then(|by| order(by).0);
        let mut halves = self.fields.iter();
        halves.position(|fields| {
            let mut names = view.columns.iter().map(String::as_str).chain(by);
            names.all(|name| knows(fields, name))
        })
    }
}

fn knows(fields: &[FieldSpec], name: &str) -> bool {
    fields.iter().any(|field| field.is_named(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(pane: &str, filter: &str, sort: &str, columns: &[&str]) -> View {
        View {
            pane: pane.to_owned(),
            filter: filter.to_owned(),
            sort: Some(sort.to_owned()),
            columns: columns.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn what_a_view_names_is_there_or_is_named_in_what_is_wrong() {
        let good = view(
            "registrations",
            "state:lost",
            "-since",
            &["user", "flaps_1h"],
        );
        assert_eq!(good.check(), Ok(()));
        for (wrong, says) in [
            (view("registratons", "", "-", &[]), "\"registratons\""),
            (view("pulse", "", "-", &[]), "there is no list"),
            (view("carriers", "helth:down", "-", &[]), "helth"),
            (view("carriers", "", "-dais", &[]), "`dais`"),
            (view("carriers", "", "days", &["nom"]), "`nom`"),
        ] {
            let said = wrong.check().unwrap_err();
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn a_view_of_two_halves_is_of_the_one_that_has_its_columns() {
        let lists = Lists::named("Transfers").unwrap();
        let own = |n: usize, other: usize| {
            let mut names = lists.fields[n].iter().map(|field| field.name);
            let own = names.find(|name| !knows(lists.fields[other], name));
            own.unwrap()
        };
        let (upper, lower) = (own(0, 1), own(1, 0));
        let place = |sort, columns| lists.place(&view("transfers", "", sort, columns));
        assert_eq!(place(upper, &[]), Some(0));
        let below = [lower];
        assert_eq!(place("-", &below), Some(1));
        assert_eq!(place(upper, &below), None);
        let divided = view("transfers", "", upper, &[lower]).check();
        assert!(divided.unwrap_err().contains("halves"));
    }

    #[test]
    fn a_name_is_one_word() {
        for name in ["lost", "lost-fra_2", "Zürich"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "two words", "a/b", "a.b", "\u{202e}x", &"x".repeat(41)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
