//! Phones put right: moved to another site, renamed, deleted.

use super::phones::places;
use crate::flow::Order;
use crate::flow::repair::Repair;
use crate::form::Plan;
use crate::kind::registrations::Registrations;
use crate::model::registration::State;
use crate::model::softphone::Named;
use crate::pane::Desk;
use crate::pane::list::Picked;
use crate::store::Row;
use crate::text::Text;
use crate::vocabulary::command::RepairWish;
use crate::vocabulary::messages::Weight;

/// Phones of one review at most: each is read and written, and the budget of a minute carries about a hundred.
const AT_ONCE: usize = 1_000;

/// Sites that a sentence names.
const NAMED: usize = 8;

/// What is sent of a phone beside what is shown.
const AS_READ: &str = "Each phone is read just before, and sent as it is then with this changed. One that is so already is left alone.";

/// Offers to put the marked phones right, or the one under the cursor. Every part of why not is said.
pub(super) fn propose(wish: &RepairWish, on: &Picked<'_, Registrations>, desk: &mut Desk<'_>) {
    let rows = on.ids();
    let table = &desk.store.registrations;
    let mut rows: Vec<Row<'_>> = rows.iter().filter_map(|id| table.row(*id)).collect();
    // Marks are in no order; whoever reads through a review wants one.
    rows.sort_by_cached_key(|row| called(row).raw().to_owned());
    let planned = if !desk.can.repairs {
        Err("the API of this organisation neither moves, renames nor deletes phones".to_owned())
    } else if rows.len() > AT_ONCE {
        let marked = rows.len();
        Err(format!(
            "{marked} phones are marked, and {AT_ONCE} can be put right at once: unmark some"
        ))
    } else if rows.is_empty() {
        Err("put the cursor on a phone, or mark some".to_owned())
    } else {
        match wish {
            RepairWish::Move(site) => moved(&rows, site, &desk.store.premises.sites),
            RepairWish::Rename(to) => renamed(&rows, to),
            RepairWish::Delete => deleted(&rows),
            RepairWish::Disconnect => Err("conversations are disconnected on Transfers".to_owned()),
        }
    };
    match planned {
        Ok((all, affects, undo, confirm)) => {
            let plan = Plan::of(Order::Repair(all), affects, undo);
            desk.propose(plan.map(|plan| plan.confirmed_by(Some(confirm))));
        }
        Err(why) => desk.messages.say(Weight::Warning, why, desk.now),
    }
}

/// What is done, what that does to the world, how it is undone, and what is typed first.
type Planned = Result<(Vec<Repair>, Vec<String>, String, String), String>;

fn moved(rows: &[Row<'_>], to: &str, sites: &[Named]) -> Planned {
    let site = site(to, sites)?;
    let elsewhere = |row: &&Row<'_>| row.site() != Some(&site.name);
    let rows: Vec<Row<'_>> = rows.iter().filter(elsewhere).copied().collect();
    if rows.is_empty() {
        return Err(format!("nothing to move: already at site {}", site.name));
    }
    let all = rows.iter().map(|row| Repair::Move {
        phone: row.device().clone(),
        name: called(row),
        from: row.site().cloned(),
        site: site.clone(),
    });
    let from = places(&rows);
    let affects = vec![
        format!(
            "Moves {} to site {}; now {from}.",
            several(&rows),
            site.name
        ),
        AS_READ.to_owned(),
    ];
    let undo = "It is undone by moving each back; the audit has where it was.".to_owned();
    Ok((all.collect(), affects, undo, word(&rows, "move")))
}

/// The one site that goes by that name, or that id.
fn site<'s>(wanted: &str, sites: &'s [Named]) -> Result<&'s Named, String> {
    if sites.is_empty() {
        return Err("the sites of the organisation have not been read yet".to_owned());
    }
    let same = |site: &&Named| {
        site.id.raw() == wanted || site.name.raw().to_lowercase() == wanted.to_lowercase()
    };
    sites.iter().find(same).ok_or_else(|| {
        let all: Vec<String> = sites
            .iter()
            .take(NAMED)
            .map(|site| site.name.to_string())
            .collect();
        let more = sites.len().saturating_sub(NAMED);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!(
            "there is no site {}: {}{more}",
            Text::from(wanted),
            all.join(", ")
        )
    })
}

fn renamed(rows: &[Row<'_>], to: &str) -> Planned {
    let [row] = rows else {
        return Err(
            "phones are renamed one at a time, since no two have one name: unmark the others"
                .to_owned(),
        );
    };
    let name = called(row);
    let affects = vec![
        format!("Renames {name} to {}.", Text::from(to)),
        AS_READ.to_owned(),
    ];
    let undo = format!("It is undone by naming it again as it was; here it is {name}.");
    let repair = Repair::Rename {
        phone: row.device().clone(),
        name,
        to: to.into(),
    };
    Ok((vec![repair], affects, undo, "rename".to_owned()))
}

/// A phone that is registered is used by somebody.
fn deleted(rows: &[Row<'_>]) -> Planned {
    let used = |row: &&Row<'_>| row.state() == State::Ok;
    let (used, rows): (Vec<_>, Vec<_>) = rows.iter().copied().partition(|row| used(&row));
    if rows.is_empty() {
        return Err("a phone that is registered is used, and is not deleted from here".to_owned());
    }
    let mut affects = vec![format!(
        "Deletes {}, {}. Whoever it was for cannot take calls with it any more.",
        several(&rows),
        places(&rows)
    )];
    let unsure = rows.iter().filter(|row| row.state() != State::Lost).count();
    if unsure > 0 {
        affects.push(format!(
            "Of {unsure} it is not known for sure whether they are registered."
        ));
    }
    if !used.is_empty() {
        affects.push(format!("Leaves out {} that are registered.", used.len()));
    }
    let all = rows.iter().map(|row| Repair::Delete {
        phone: row.device().clone(),
        name: called(row),
    });
    let undo = "This cannot be undone; a phone is provisioned anew with n.".to_owned();
    Ok((all.collect(), affects, undo, word(&rows, "delete")))
}

fn called(row: &Row<'_>) -> Text {
    format!("{} ({})", row.user(), row.device()).into()
}

fn several(rows: &[Row<'_>]) -> String {
    match rows {
        [one] => called(one).to_string(),
        many => format!("{} phones", many.len()),
    }
}

/// What is typed before it is sent: how many, or what is done to one.
fn word(rows: &[Row<'_>], one: &str) -> String {
    match rows.len() {
        1 => one.to_owned(),
        many => many.to_string(),
    }
}
