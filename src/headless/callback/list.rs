//! Reservations and queues as text.

use jiff::tz::TimeZone;
use serde_json::json;

use super::super::{Exit, print, say};
use super::read;
use crate::cli::callback::ListArgs;
use crate::export::{calendar, sheet};
use crate::flow::Kit;
use crate::model::hours::Stretch;
use crate::model::queue::Room;
use crate::pane::callbacks::{self, FIELDS};
use crate::query::Query;
use crate::store::Store;
use crate::text::Text;
use crate::time::Clock;

/// The reservations.
pub(super) async fn callbacks(kit: &Kit, args: &ListArgs) -> Result<u8, String> {
    let filter = args
        .filter
        .as_deref()
        .map(|text| Query::parse(text, FIELDS));
    let filter = filter
        .transpose()
        .map_err(|e| format!("--where, column {}: {}", e.column + 1, e.sentence))?;
    let store = match read(kit, true).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    let format = args.format.chosen();
    let zone = kit.profile.time_zone.clone().unwrap_or(TimeZone::UTC);
    print(&callbacks::write(
        format,
        &store,
        filter.as_ref(),
        &zone,
        Clock::Real.now(),
    ))?;
    Ok(left_out(&store) as u8)
}

/// The queues.
pub(super) async fn queues(kit: &Kit, json: bool) -> Result<u8, String> {
    let store = match read(kit, false).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    let now = Clock::Real.now();
    let rows = store.queues.iter().map(|row| {
        let queue = &row.queue;
        let today = now.timestamp().to_zoned(queue.clock()).date();
        let open = queue.calendar.as_ref().map(|calendar| {
            let open = calendar.open_on(today);
            open.iter().map(Stretch::to_string).collect::<Vec<_>>()
        });
        (queue, open)
    });
    let text = if json {
        let all: Vec<_> = rows
            .map(|(queue, open)| {
                json!({
                    "id": queue.id, "name": queue.name, "timeZone": queue.zone_name,
                    "openToday": open, "maxConcurrentCallbacks": queue.most,
                    "scheduledCallbacks": queue.booked, "faults": queue.faults,
                })
            })
            .collect();
        serde_json::to_string_pretty(&all).map_err(|error| error.to_string())? + "\n"
    } else {
        let head = ["ID", "NAME", "ZONE", "OPEN TODAY", "ROOM"];
        let rows = rows.map(|(queue, open)| {
            let open = match open {
                None => "not told".to_owned(),
                Some(none) if none.is_empty() => "closed".to_owned(),
                Some(open) => open.join(" "),
            };
            let room = queue
                .room()
                .as_ref()
                .map_or("not told".to_owned(), Room::to_string);
            [
                queue.id.to_string(),
                queue.name.to_string(),
                queue.zone_name.to_string(),
                open,
                room,
            ]
        });
        sheet::table(&head, rows)
    };
    print(&text)?;
    Ok(left_out(&store) as u8)
}

/// The reservations as an iCalendar file.
pub(super) async fn calendar(kit: &Kit) -> Result<u8, String> {
    let store = match read(kit, true).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    let now = Clock::Real.now();
    print(&calendar::of(
        calendar::entries(&store),
        &kit.profile.name,
        now,
    ))?;
    Ok(left_out(&store) as u8)
}

fn left_out(store: &Store) -> Exit {
    let faults: Vec<&Text> = store
        .queues
        .faults()
        .iter()
        .chain(store.callbacks.faults())
        .collect();
    for fault in &faults {
        say(&fault.to_string());
    }
    if faults.is_empty() {
        Exit::Ok
    } else {
        Exit::Partial
    }
}
