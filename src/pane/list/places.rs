//! Where the calls of a phone run: edges, the trunks on them, and the carriers whose trunks those are.

use super::Related;
use crate::model::edge::Edge;
use crate::pane::Desk;
use crate::text::Text;

/// Edges, trunks and carriers of a phone: of the edges that it is on, where those have been read of it, else of its
/// site's. An API that tells of no edges ties no phone to a carrier either, which is said.
#[must_use]
pub fn related(site: Option<&Text>, on: &[&Text], desk: &Desk<'_>) -> Vec<Related> {
    if !desk.can.trunks {
        return vec![Related::absent("Edges"), Related::absent("Carriers")];
    }
    let of_phone = |edge: &Edge| on.contains(&&edge.name) || on.contains(&&edge.id.0);
    let of_site = |edge: &Edge| site.is_some_and(|site| edge.site == *site);
    let rows = desk.store.edges.worst_first();
    let edges = || rows.iter().map(|row| &row.edge);
    let mut here: Vec<&Edge> = edges().filter(|edge| of_phone(edge)).collect();
    if here.is_empty() {
        here = edges().filter(|edge| of_site(edge)).collect();
    }
    let runs = |edge: Option<&crate::model::EdgeId>| here.iter().any(|at| Some(&at.id) == edge);
    let carriers = desk.store.carriers.iter();
    let carriers = carriers.filter(|row| {
        let mut trunks = row.carrier().trunks.iter();
        trunks.any(|trunk| runs(trunk.edge.as_ref()))
    });
    let carriers: Vec<_> = carriers.collect();
    let ids = || here.iter().map(|edge| edge.id.raw());
    let names = here.iter().map(|edge| edge.title().to_string());
    let names = names.collect::<Vec<_>>().join(", ");
    let whose = carriers.iter().map(|row| row.name().to_string());
    let whose = whose.collect::<Vec<_>>().join(", ");
    let carriers = carriers.iter().map(|row| row.carrier().id.raw());
    let trunks = (!whose.is_empty()).then(|| Related::any("Trunks", "edgeId", ids(), &names));
    let all = [
        Related::any("Edges", "id", ids(), &names),
        trunks.flatten(),
        Related::any("Carriers", "id", carriers, &whose),
    ];
    all.into_iter().flatten().collect()
}
