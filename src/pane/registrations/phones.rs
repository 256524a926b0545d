//! What is done with the phones behind the rows, where the organisation lets it be done.

use std::collections::BTreeMap;

use crate::effect::Effect;
use crate::flow::Order;
use crate::flow::phone::{self, Deed};
use crate::form::Plan;
use crate::kind::registrations::Registrations;
use crate::pane::Desk;
use crate::pane::list::Picked;
use crate::store::Row;
use crate::text::Text;
use crate::vocabulary::messages::Weight;

/// Phones that one review starts anew at most: each is a request, and ends calls.
const AT_ONCE: usize = 100;

/// Offers to start the marked phones anew, or the one under the cursor.
pub(super) fn reboot(on: &Picked<'_, Registrations>, desk: &mut Desk<'_>) {
    if !offered(desk) {
        return;
    }
    let table = &desk.store.registrations;
    let rows = on.ids();
    let rows = rows.iter().filter_map(|id| table.row(*id));
    let (fixed, rows): (Vec<_>, Vec<_>) = rows.partition(Row::cannot_reboot);
    if rows.is_empty() && !fixed.is_empty() {
        let text = "Reboot: the organisation does not allow it for a browser phone; whoever uses it reloads the page";
        return desk.messages.say(Weight::Warning, text, desk.now);
    }
    let deeds: Vec<Deed> = rows
        .iter()
        .map(|row| Deed::Reboot {
            phone: row.device().clone(),
            name: Text::from(format!("{} ({})", row.user(), row.device())),
        })
        .collect();
    if deeds.len() > AT_ONCE {
        let text = format!(
            "{} phones are marked, and {AT_ONCE} can be rebooted at once: unmark some",
            deeds.len()
        );
        return desk.messages.say(Weight::Warning, text, desk.now);
    }
    let (affects, confirm) = match deeds.as_slice() {
        [] => return,
        [one] => (
            format!(
                "Reboots {}, {}; an active call on it ends.",
                one.name(),
                places(&rows)
            ),
            // Whoever is on a call with it is cut off.
            "reboot".to_owned(),
        ),
        many => (
            format!(
                "Reboots {} phones, {}; active calls on them end.",
                many.len(),
                places(&rows)
            ),
            many.len().to_string(),
        ),
    };
    let order = Order::Phone(phone::PhoneOrder::Deeds(deeds));
    let undo = "This cannot be undone; a phone comes back by itself within a minute or two.";
    let mut affects = vec![affects];
    if !fixed.is_empty() {
        affects.push(format!(
            "Leaves out {} that the organisation does not allow to be rebooted: browser phones are not.",
            fixed.len()
        ));
    }
    let plan = Plan::of(order, affects, undo);
    desk.propose(plan.map(|plan| plan.confirmed_by(Some(confirm))));
}

/// Where the phones are, the site with the most of them first, each with its number when there are more sites than one.
pub(super) fn places(rows: &[Row<'_>]) -> String {
    let mut sites: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let site = row.site().map_or("no site".to_owned(), |site| {
            format!("site {}", site.fit(30))
        });
        *sites.entry(site).or_default() += 1;
    }
    let mut sites: Vec<_> = sites.into_iter().collect();
    sites.sort_by_key(|(_, phones)| std::cmp::Reverse(*phones));
    match sites.as_slice() {
        [(site, _)] => site.clone(),
        several => {
            let named = several
                .iter()
                .map(|(site, phones)| format!("{phones} at {site}"));
            named.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Reads the phone under the cursor, to say who sits there.
pub(super) fn station(row: Option<Row<'_>>, desk: &mut Desk<'_>) {
    if !offered(desk) {
        return;
    }
    let Some(row) = row else {
        return;
    };
    let text = format!("reading the station of {}", row.device());
    desk.effects.push(Effect::Survey(row.device().clone()));
    desk.messages.say(Weight::Note, text, desk.now);
}

/// Whether phones can be acted on at all; where not, says so.
fn offered(desk: &mut Desk<'_>) -> bool {
    if !desk.can.stations {
        let text = "the API of this organisation neither reboots phones nor assigns their stations";
        desk.messages.say(Weight::Note, text, desk.now);
    }
    desk.can.stations
}
