//! Rows of any kind as text for other programs and people.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{CellLook, Column, Kind};
use crate::export::{Format, sheet};
use crate::model::api::Capabilities;

/// A row as a JSON object: a key for each column, in their order, each value exact.
struct Object<'r, 'a, K: Kind> {
    row: &'r K::Row<'a>,
    columns: &'r [usize],
}

impl<K: Kind> Serialize for Object<'_, '_, K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.columns.len()))?;
        for column in columns::<K>(self.columns) {
            map.serialize_entry(column.name, &(column.value)(self.row))?;
        }
        map.end()
    }
}

fn columns<K: Kind>(numbers: &[usize]) -> impl Iterator<Item = &'static Column<K>> {
    numbers.iter().filter_map(|n| K::COLUMNS.get(*n))
}

/// Every column that there can be anything in.
#[must_use]
pub fn all<K: Kind>(can: &Capabilities) -> Vec<usize> {
    let numbered = K::COLUMNS.iter().enumerate();
    let offered = numbered.filter(|(_, column)| (column.offered)(can));
    offered.map(|(n, _)| n).collect()
}

/// The columns that show before anybody has chosen.
#[must_use]
pub fn usual<K: Kind>(can: &Capabilities) -> Vec<usize> {
    let mut columns = all::<K>(can);
    columns.retain(|n| K::COLUMNS[*n].shown);
    columns
}

/// One row as a JSON object on one line.
#[must_use]
pub fn json<K: Kind>(row: &K::Row<'_>, columns: &[usize]) -> String {
    // Plain strings, numbers and nulls cannot fail to serialise.
    serde_json::to_string(&Object::<K> { row, columns }).unwrap_or_default()
}

/// One row as a JSON object for a person to read; remote text is still as it came.
#[must_use]
pub fn pretty<K: Kind>(row: &K::Row<'_>, columns: &[usize]) -> String {
    serde_json::to_string_pretty(&Object::<K> { row, columns }).unwrap_or_default()
}

/// The names of the columns: the header of a CSV.
#[must_use]
pub fn head<K: Kind>(numbers: &[usize]) -> Vec<&'static str> {
    columns::<K>(numbers).map(|column| column.name).collect()
}

/// The exact cells of a row.
#[must_use]
pub fn exact<K: Kind>(row: &K::Row<'_>, numbers: &[usize]) -> Vec<String> {
    let cells = columns::<K>(numbers).map(|column| (column.value)(row).csv());
    cells.collect()
}

/// The cells of a row as the screen shows them.
#[must_use]
pub fn cells<K: Kind>(row: &K::Row<'_>, numbers: &[usize], look: &CellLook<'_>) -> Vec<String> {
    let cells = columns::<K>(numbers).map(|column| column.cell(row, look));
    cells.collect()
}

/// All rows in a format.
#[must_use]
pub fn write<K: Kind>(
    format: Format,
    rows: &[K::Row<'_>],
    numbers: &[usize],
    look: &CellLook<'_>,
) -> String {
    match format {
        Format::Json => {
            let objects: Vec<_> = rows
                .iter()
                .map(|row| Object::<K> {
                    row,
                    columns: numbers,
                })
                .collect();
            serde_json::to_string_pretty(&objects).unwrap_or_default() + "\n"
        }
        Format::Csv(guard) => sheet::csv(
            &head::<K>(numbers),
            rows.iter().map(|row| exact::<K>(row, numbers)),
            guard,
        ),
        Format::Markdown => sheet::markdown(
            &head::<K>(numbers),
            rows.iter().map(|row| exact::<K>(row, numbers)),
        ),
        Format::Table => {
            let titles: Vec<&str> = columns::<K>(numbers).map(|column| column.title).collect();
            sheet::table(
                &titles,
                rows.iter().map(|row| cells::<K>(row, numbers, look)),
            )
        }
    }
}
