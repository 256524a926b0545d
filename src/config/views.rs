//! Lists as somebody wants to see them: the `[views.NAME]` tables.

use std::collections::BTreeMap;

use super::near;
use super::origin::Origin;
use super::reader::{Notes, Section};
use crate::kind::view::{self, Lists, View};

/// The views of the file, by their names.
pub type Views = BTreeMap<String, View>;

/// Reads every view; what is wrong with one is told at its line.
pub(super) fn read(from: Section<'_>, notes: &mut Notes<'_>) -> Views {
    let sections = from.sections(notes).into_iter();
    let views = sections.filter_map(|(name, section)| {
        let view = one(&name, section, notes)?;
        Some((name, view))
    });
    views.collect()
}

fn one(name: &str, mut from: Section<'_>, notes: &mut Notes<'_>) -> Option<View> {
    let key = format!("views.{name}");
    let origin: Origin = from.origin.clone();
    if let Err(why) = view::check_name(name) {
        notes.fault(origin.clone(), &key, why);
    }
    let lists = from.take_as("pane", notes, |pane: String| {
        Lists::named(&pane).ok_or_else(|| hinted(Lists::unknown(&pane), &pane, &Lists::names()))
    });
    if lists.is_none() && !notes.has_fault(&from.key("pane")) {
        let names = Lists::names().join(", ");
        notes.fault(origin.clone(), &key, format!("pane is missing: {names}"));
    }
    // What cannot be judged without the pane is taken all the same: it is no unknown key.
    let filter = from.take_as("filter", notes, |text: String| {
        lists.map_or(Ok(()), |lists| lists.check_filter(&text))?;
        Ok(text.trim().to_owned())
    });
    let sort = from.take_as("sort", notes, |by: String| {
        let checked = lists.map_or(Ok(()), |lists| lists.check_sort(&by));
        let name = view::order(&by).0.unwrap_or_default();
        checked.map_err(|why| hinted(why, name, &names(lists)))?;
        Ok(by)
    });
    let columns = from.take_as("columns", notes, |columns: Vec<String>| {
        for column in &columns {
            let one = std::slice::from_ref(column);
            let checked = lists.map_or(Ok(()), |lists| lists.check_columns(one));
            checked.map_err(|why| hinted(why, column, &names(lists)))?;
        }
        Ok(columns)
    });
    from.finish(notes);
    let lists = lists?;
    let view = View {
        pane: lists.name(),
        filter: filter.unwrap_or_default(),
        sort,
        columns: columns.unwrap_or_default(),
    };
    if lists.place(&view).is_none() {
        notes.fault(origin, &key, lists.divided());
    }
    Some(view)
}

fn names(lists: Option<&Lists>) -> Vec<String> {
    let columns = lists.map(Lists::columns).unwrap_or_default();
    columns.into_iter().map(str::to_owned).collect()
}

fn hinted(why: String, word: &str, known: &[String]) -> String {
    why + &near::hint(word, known.iter().map(String::as_str))
}
