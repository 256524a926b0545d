//! The filter of a pane: what is in force, what is wrong with what is being typed, and what was used before.

use crate::query::{FieldSpec, Query};
use crate::ui::filter::{FilterBar, FilterFault};
use crate::ui::layer::Layer;

/// Filters kept for the history of the filter line.
const HISTORY: usize = 50;

/// A pane's filter.
#[derive(Debug, Default)]
pub struct Filter {
    text: String,
    query: Option<Query>,
    fault: Option<FilterFault>,
    history: Vec<String>,
}

impl Filter {
    /// The filter in force as it was typed; empty shows everything.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The filter in force; none shows everything.
    #[must_use]
    pub fn query(&self) -> Option<&Query> {
        self.query.as_ref()
    }

    /// What is wrong with what is being typed.
    #[must_use]
    pub fn fault(&self) -> Option<&FilterFault> {
        self.fault.as_ref()
    }

    /// Takes a filter when it can be read, and says whether it did; the one in force stays when not.
    pub fn take(&mut self, text: &str, fields: &'static [FieldSpec]) -> bool {
        let text = text.trim();
        match Query::parse(text, fields) {
            Ok(query) => self.query = Some(query).filter(|_| !text.is_empty()),
            Err(error) => {
                self.fault = Some((error.column, error.sentence));
                return false;
            }
        }
        self.fault = None;
        text.clone_into(&mut self.text);
        if !text.is_empty() {
            // What was typed on the way here is no filter that anybody wants back.
            self.history.retain(|kept| !text.starts_with(kept.as_str()));
            self.history.push(text.to_owned());
            self.history
                .drain(..self.history.len().saturating_sub(HISTORY));
        }
        true
    }

    /// Words without a field look at these columns alone from now on.
    pub fn see(&mut self, columns: Vec<usize>) {
        self.query = self.query.take().map(|query| query.seeing(columns));
    }

    /// Filters that were typed, the oldest first.
    #[must_use]
    pub fn history(&self) -> &[String] {
        &self.history
    }

    /// Takes those of an earlier run, before what has been typed since.
    pub fn recall(&mut self, mut filters: Vec<String>) {
        filters.retain(|filter| !self.history.contains(filter));
        filters.append(&mut self.history);
        filters.drain(..filters.len().saturating_sub(HISTORY));
        self.history = filters;
    }

    /// Takes a filter that nothing here can pass.
    pub fn never(&mut self, text: &str, fields: &'static [FieldSpec]) {
        self.query = Some(Query::never(fields));
        self.fault = None;
        text.trim().clone_into(&mut self.text);
    }

    /// The line to type the next one on.
    #[must_use]
    pub fn bar(&self) -> Layer {
        Layer::Filter(FilterBar::new(&self.text, self.history.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::registrations::FIELDS;

    #[test]
    fn what_cannot_be_read_leaves_the_filter_in_force_and_says_where_it_is_wrong() {
        let mut filter = Filter::default();
        assert!(filter.take(" state:lost ", FIELDS));
        assert!(!filter.take("state:lost usr:x", FIELDS));
        assert_eq!(filter.text(), "state:lost");
        assert_eq!(filter.fault().map(|(column, _)| *column), Some(11));
        assert!(filter.take("", FIELDS) && filter.query().is_none() && filter.fault().is_none());
    }

    #[test]
    fn the_history_keeps_what_was_meant_and_not_every_letter_on_the_way() {
        let mut filter = Filter::default();
        for text in ["c", "co", "codec:opus", "", "site:osaka"] {
            filter.take(text, FIELDS);
        }
        assert_eq!(filter.history, ["codec:opus", "site:osaka"]);
    }
}
