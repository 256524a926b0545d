//! `trunkline get`: rows of any kind, read once or watched, written to standard output.
//!
//! What this console keeps on disk is read from there; what a request or two read is asked directly, so that its trouble
//! has its own exit code; the rest is read by the same application as the console's, and watched by it.

mod local;
mod once;
mod watch;

use std::fmt::Write as _;
use std::pin::Pin;

use jiff::tz::TimeZone;

pub use self::local::records;
pub use self::once::{callbacks, left_out, queues, reservations, routes, tell};
use super::{Exit, print};
use crate::cli::list::{GetArgs, ListArgs};
use crate::config::Loaded;
use crate::environment::Environment;
use crate::export::Format;
use crate::kind::view::{self, Lists, View};
use crate::kind::{CellLook, How, Kind, Name, Sort, Visit, sheet};
use crate::model::api::Capabilities;
use crate::query::Query;
use crate::shelf::Shelf;
use crate::time::Millis;

/// What a list was asked for, over the columns of its kind.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// How rows are written.
    pub format: Format,
    /// Which rows; none is all.
    pub query: Option<Query>,
    /// Of those, which a view shows; none is all.
    pub also: Option<Query>,
    /// In which order.
    pub sort: Sort,
    /// Which columns; none is all, and of a table those that usually show.
    pub columns: Option<Vec<usize>>,
    /// At most so many rows.
    pub limit: Option<usize>,
    /// Go on and write every change.
    pub watch: bool,
}

impl ListRequest {
    /// Reads the flags; an error says which is wrong and what would be right.
    pub fn of<K: Kind>(args: &ListArgs) -> Result<Self, String> {
        let query = args.filter.as_deref();
        let query = query.map(|text| Query::parse(text, K::FIELDS)).transpose();
        let query =
            query.map_err(|e| format!("--where, column {}: {}", e.column + 1, e.sentence))?;
        let sort = match args.sort.as_deref() {
            None => Sort::default(),
            Some(field) => {
                let name = field.strip_prefix('-').unwrap_or(field);
                Sort {
                    column: Some(named::<K>("--sort", name)?),
                    descending: name.len() < field.len(),
                }
            }
        };
        let columns = args
            .columns
            .iter()
            .map(|name| named::<K>("--columns", name.trim()));
        let columns = columns.collect::<Result<Vec<usize>, String>>()?;
        Ok(Self {
            format: args.format(),
            query,
            also: None,
            sort,
            columns: Some(columns).filter(|columns| !columns.is_empty()),
            limit: args.limit,
            watch: args.watch,
        })
    }

    /// Takes what a view says where the flags say nothing; a row passes its filter and that of the flags.
    fn narrow<K: Kind>(&mut self, name: &str, view: &View) -> Result<(), String> {
        let lists = Lists::named(&view.pane);
        if !lists.is_some_and(|lists| lists.fields.contains(&K::FIELDS)) {
            return Err(format!(
                "--view: {name} is a view of {}, and no view of {}",
                view.pane,
                K::NAME
            ));
        }
        let here = format!("--view {name}");
        let filter = Query::parse(&view.filter, K::FIELDS);
        let filter = filter
            .map_err(|e| format!("{here}, filter, column {}: {}", e.column + 1, e.sentence))?;
        self.also = Some(filter).filter(|filter| !filter.is_empty());
        if let (Some(by), None) = (&view.sort, self.sort.column) {
            let (column, descending) = view::order(by);
            let column = column.map(|column| named::<K>(&here, column)).transpose()?;
            self.sort = Sort { column, descending };
        }
        if self.columns.is_none() {
            let columns = view.columns.iter().map(|column| named::<K>(&here, column));
            let columns = columns.collect::<Result<Vec<usize>, String>>()?;
            self.columns = Some(columns).filter(|columns| !columns.is_empty());
        }
        Ok(())
    }

    /// How rows are filtered and sorted.
    #[must_use]
    pub fn how(&self) -> How<'_> {
        How {
            query: self.query.as_ref(),
            sort: self.sort,
        }
    }

    /// The rows that the view shows.
    fn passing<'a, K: Kind>(&self, rows: Vec<K::Row<'a>>, now: Millis) -> Vec<K::Row<'a>> {
        let how = How {
            query: self.also.as_ref(),
            sort: Sort::default(),
        };
        how.of::<K>(rows, now).rows
    }

    /// The columns to write.
    #[must_use]
    pub fn columns<K: Kind>(&self, can: &Capabilities) -> Vec<usize> {
        match (&self.columns, self.format) {
            (Some(columns), _) => columns.clone(),
            (None, Format::Table) => sheet::usual::<K>(can),
            (None, _) => sheet::all::<K>(can),
        }
    }

    /// Writes rows: filtered, in order, no more than wanted.
    pub fn write<K: Kind>(
        &self,
        rows: Vec<K::Row<'_>>,
        can: &Capabilities,
        zone: &TimeZone,
        now: Millis,
    ) -> Result<(), String> {
        let mut rows = self.how().of::<K>(self.passing::<K>(rows, now), now).rows;
        rows.truncate(self.limit.unwrap_or(usize::MAX));
        let columns = self.columns::<K>(can);
        let look = CellLook { zone, now };
        print(&match (self.watch, self.format) {
            (true, Format::Json) => {
                let lines = rows
                    .iter()
                    .map(|row| sheet::json::<K>(row, &columns) + "\n");
                lines.collect()
            }
            (_, format) => sheet::write::<K>(format, &rows, &columns, &look),
        })
    }

    /// Writes rows that changed, a line each.
    pub fn write_changed<K: Kind>(
        &self,
        rows: Vec<K::Row<'_>>,
        can: &Capabilities,
        zone: &TimeZone,
        now: Millis,
    ) -> Result<(), String> {
        let how = How {
            sort: Sort::default(),
            ..self.how()
        };
        let rows = how.of::<K>(self.passing::<K>(rows, now), now).rows;
        let columns = self.columns::<K>(can);
        let look = CellLook { zone, now };
        let line = |row: &K::Row<'_>| match self.format {
            Format::Json => sheet::json::<K>(row, &columns) + "\n",
            Format::Table => sheet::cells::<K>(row, &columns, &look).join("  ") + "\n",
            format => {
                // The lines without those of the header.
                let text = sheet::write::<K>(format, std::slice::from_ref(row), &columns, &look);
                let head = if format == Format::Markdown { 2 } else { 1 };
                text.split_inclusive('\n').skip(head).collect()
            }
        };
        print(&rows.iter().map(line).collect::<String>())
    }
}

fn named<K: Kind>(flag: &str, name: &str) -> Result<usize, String> {
    K::named(name).ok_or_else(|| {
        let names: Vec<&str> = K::COLUMNS.iter().map(|column| column.name).collect();
        format!(
            "{flag}: there is no field `{name}`; there are {}",
            names.join(", ")
        )
    })
}

/// Lists the kinds with their fields.
pub fn kinds() -> Result<u8, String> {
    let mut text = String::new();
    for name in Name::ALL {
        let _ = writeln!(text, "{}\n    {}", name.word(), name.doc());
        for field in name.fields() {
            let _ = writeln!(text, "    {:<14} {}", field.name, field.doc);
        }
    }
    print(&text)?;
    Ok(Exit::Ok as u8)
}

type Run = Pin<Box<dyn Future<Output = Result<u8, String>>>>;

/// What one reading needs.
pub struct Get {
    /// The configuration; there is a profile in it.
    pub loaded: Loaded,
    /// What the process was given.
    pub environment: Environment,
    /// Where the console keeps its state.
    pub state_dir: std::path::PathBuf,
    /// What was asked for.
    pub args: GetArgs,
}

impl Get {
    /// The view of that name: of the configuration, or kept by the console.
    fn view(&self, name: &str) -> Result<View, String> {
        let written = &self.loaded.config.views;
        if let Some(view) = written.get(name) {
            return Ok(view.clone());
        }
        let profile = self
            .loaded
            .profile
            .as_ref()
            .map(|profile| profile.name.as_str());
        let kept = profile.map(|name| Shelf::new(&self.state_dir, name).views());
        let kept = kept.transpose();
        let kept = kept.map_err(|error| error.to_string())?.unwrap_or_default();
        let found = kept.views.get(name).cloned();
        found.ok_or_else(|| {
            let names = written.keys().chain(kept.views.keys());
            let names: Vec<&str> = names.map(String::as_str).collect();
            let faults = kept.faults.iter().map(|fault| format!("; {fault}"));
            let known = match names.as_slice() {
                [] => "none is kept".to_owned(),
                names => format!("there are {}", names.join(", ")),
            };
            format!(
                "--view: there is no view {name:?}; {known}{}",
                faults.collect::<String>()
            )
        })
    }
}

struct Read {
    get: Get,
    name: Name,
}

impl Visit for Read {
    type Out = Run;

    fn visit<K: Kind>(self) -> Run {
        Box::pin(async move {
            let mut wanted = ListRequest::of::<K>(&self.get.args.list)?;
            if let Some(name) = &self.get.args.view {
                let view = self.get.view(name)?;
                wanted.narrow::<K>(name, &view)?;
            }
            let Get {
                loaded,
                environment,
                state_dir,
                ..
            } = self.get;
            if let Some(profile) = &loaded.profile
                && local::holds(self.name, wanted.watch)
            {
                return local::read::<K>(self.name, &state_dir, profile, &wanted).await;
            }
            if !wanted.watch
                && let Some(profile) = &loaded.profile
                && let Some(read) =
                    once::read(self.name, profile, &environment, &state_dir, &wanted).await
            {
                return read;
            }
            Box::pin(watch::run::<K>(
                self.name,
                loaded,
                environment,
                &state_dir,
                wanted,
            ))
            .await
        })
    }
}

/// Reads the audit and writes it.
pub async fn local(
    state_dir: &std::path::Path,
    profile: &crate::config::Profile,
    wanted: &ListRequest,
) -> Result<u8, String> {
    local::read::<crate::kind::audit::Audit>(Name::Audit, state_dir, profile, wanted).await
}

/// Reads and writes; the error line, if any, is already on standard error.
pub async fn get(get: Get) -> Result<u8, String> {
    match get.args.kind {
        Some(name) => name.visit(Read { get, name }).await,
        None => kinds(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::carriers::Carriers;

    #[test]
    fn flags_are_read_over_the_columns_of_the_kind() {
        let args = |sort: &str, columns: &str| ListArgs {
            sort: Some(sort.to_owned()),
            columns: vec![columns.to_owned()],
            ..ListArgs::default()
        };
        let wanted = ListRequest::of::<Carriers>(&args("-days", "name")).unwrap();
        assert_eq!(wanted.sort.column, Carriers::named("days"));
        assert!(wanted.sort.descending);
        let slip = ListRequest::of::<Carriers>(&args("dais", "name")).unwrap_err();
        assert!(slip.contains("`dais`") && slip.contains("days"), "{slip}");
        assert!(ListRequest::of::<Carriers>(&args("days", "nom")).is_err());
    }
}
