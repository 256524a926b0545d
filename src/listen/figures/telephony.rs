//! Figures of telephony by what it is about, each with a bounded number of series: sites, trunks, who cannot be called, how full the trunks
//! are.

use std::fmt;

use super::sheet::Exposition;
use crate::listen::ask::TelephonyFigures;

/// What is known of each.
pub(super) fn write(sheet: &mut Exposition<'_>, figures: &TelephonyFigures) -> fmt::Result {
    let sites = figures.sites.iter();
    sheet.levels(
        "trunkline_site_registrations",
        "Devices of a site by state; sites with the most devices where there are very many",
        sites.flat_map(|(site, states)| {
            states.iter().map(|(state, count)| {
                let labels = [("site", site.clone()), ("state", (*state).to_owned())];
                (labels, f64::from(*count))
            })
        }),
    )?;
    let trunks = figures.trunks.iter();
    sheet.levels(
        "trunkline_trunk_calls",
        "Calls over a trunk, in and out; the busiest trunks where there are very many",
        trunks.map(|trunk| {
            let labels = [
                ("carrier", trunk.carrier.clone()),
                ("edge", trunk.edge.clone()),
                ("trunk", trunk.trunk.clone()),
            ];
            (labels, trunk.calls as f64)
        }),
    )?;
    sheet.gauges(
        "trunkline_contradictions",
        "Phones that are there and cannot be called, by what keeps calls from them",
        "problem",
        figures
            .contradictions
            .iter()
            .map(|(problem, count)| (*problem, f64::from(*count))),
    )?;
    sheet.gauges(
        "trunkline_capacity_used_ratio",
        "Share of the calls that all trunks can carry, 0 to 1; absent until it was read",
        "place",
        figures.capacity.iter().copied(),
    )
}

#[cfg(test)]
mod tests {
    /// Where every family is named.
    const SOURCES: [&str; 7] = [
        include_str!("telephony.rs"),
        include_str!("console.rs"),
        include_str!("jobs.rs"),
        include_str!("callbacks.rs"),
        include_str!("transfers.rs"),
        include_str!("sheet.rs"),
        include_str!("../figures.rs"),
    ];

    const ASSETS: [&str; 2] = [
        include_str!("../../../assets/grafana-dashboard.json"),
        include_str!("../../../assets/prometheus-rules.yaml"),
    ];

    fn names(text: &str) -> impl Iterator<Item = &str> {
        let part = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        text.split(part)
            .filter(|word| word.starts_with("trunkline_"))
    }

    #[test]
    fn the_dashboard_and_the_rules_ask_for_nothing_that_is_not_told() {
        let told: Vec<&str> = SOURCES.iter().flat_map(|source| names(source)).collect();
        for asset in ASSETS {
            assert!(names(asset).count() > 5);
            for name in names(asset) {
                let family = name.strip_suffix("_total").unwrap_or(name);
                assert!(told.contains(&family), "{name}");
            }
        }
        let board: serde_json::Value = serde_json::from_str(ASSETS[0]).unwrap();
        assert!(!board["panels"].as_array().unwrap().is_empty());
    }
}
