//! A list as a view: what it shows by the names of its columns, and back.

use super::{ListPane, Listing};
use crate::kind::view::{self, Lists, View};
use crate::kind::{Kind, Sort};
use crate::pane::Desk;
use crate::vocabulary::messages::Weight;

impl<L: Listing> ListPane<L> {
    /// The order before anybody has sorted.
    pub(super) fn own_sort() -> Sort {
        Sort {
            column: L::SORT.and_then(<L::Kind>::named),
            descending: false,
        }
    }

    /// The columns that show before anybody has chosen.
    pub(super) fn own_columns() -> Vec<usize> {
        let columns = <L::Kind>::COLUMNS.iter().enumerate();
        let shown = columns.filter(|(_, column)| column.shown);
        shown.map(|(n, _)| n).collect()
    }

    /// What it shows now; what is as ever is not named.
    pub(in crate::pane) fn view(&self) -> View {
        let name = |n: &usize| <L::Kind>::COLUMNS[*n].name.to_owned();
        let sort = (self.sort != Self::own_sort()).then(|| {
            let minus = if self.sort.descending { "-" } else { "" };
            let column = self.sort.column.as_ref().map(name);
            format!("{minus}{}", column.unwrap_or_default())
        });
        let chosen = self.columns != Self::own_columns();
        let columns = self.columns.iter().filter(|_| chosen);
        View {
            pane: Lists::of::<L::Kind>(),
            filter: self.filter.text().to_owned(),
            sort,
            columns: columns.map(name).collect(),
        }
    }

    /// Takes the order and the columns of a view; names what the API of the organisation does not tell.
    pub(in crate::pane) fn arrange_as(&mut self, view: &View, desk: &mut Desk<'_>) -> bool {
        let columns = view.columns.iter();
        let columns = columns.filter_map(|name| <L::Kind>::named(name));
        let mut columns: Vec<usize> = columns.collect();
        let offered = |n: &usize| (<L::Kind>::COLUMNS[*n].offered)(desk.can);
        let absent = columns.iter().filter(|n| !offered(n));
        let absent: Vec<&str> = absent.map(|n| <L::Kind>::COLUMNS[*n].name).collect();
        if !absent.is_empty() {
            let text = format!("not available (API): {}", absent.join(", "));
            desk.messages.say(Weight::Note, text, desk.now);
        }
        if !columns.iter().any(offered) {
            columns = Self::own_columns();
        }
        let sort = view.sort.as_deref().map(|by| {
            let (column, descending) = view::order(by);
            Sort {
                column: column.and_then(<L::Kind>::named),
                descending,
            }
        });
        let sort = sort.unwrap_or_else(Self::own_sort);
        if (sort, &columns) != (self.sort, &self.columns) {
            (self.sort, self.columns) = (sort, columns);
            self.arrange(desk.store, desk.now);
        }
        true
    }
}
