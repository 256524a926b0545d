//! The vendor's status page, as Statuspage serves it: `GET …/api/v2/summary.json`.
//!
//! It is no part of the organisation. It is asked over the same trust and by the same way out, without a token and outside of the
//! budget, and no redirect is followed. What it says is a stranger's word: the answer is bounded as every other, each entry is
//! read by itself, and only so many are looked at.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use reqwest::Url;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::entities::{lenient, one};
use super::{Call, Client, Error, Needs, wire};
use crate::model::region::Region;
use crate::model::vendor::{VendorPart, VendorReport, VendorState};
use crate::text::Text;
use crate::time::{Millis, plausible};

/// What follows the address of the page.
const SUMMARY: &str = "api/v2/summary.json";

/// Components that are looked at. The vendor's own page has some hundred.
const MOST_COMPONENTS: usize = 5_000;

/// Incidents that are looked at.
const MOST_INCIDENTS: usize = 200;

/// Parts that are named; the others are counted.
const MOST_PARTS: usize = 16;

/// Characters of a name that are kept.
const NAME: usize = 120;

impl Client {
    /// Asks the status page at that address how the cloud does where the organisation is.
    pub async fn vendor_status(&self, page: &Url) -> Result<VendorReport, Error> {
        let call = Call::new("GET", summary_url(page), Needs::Nothing);
        let http = self.0.http().await?;
        let request = http.get(call.url.clone());
        let body = wire::send(&call, request, &self.0.way).await.outcome?;
        let home = self.0.settings.base_url.host_str();
        let home = home.and_then(Region::of_api_host);
        report(&body, home).map_err(|reason| Error::answer(&call, reason))
    }
}

/// The document itself may be named, as where a mirror keeps it under another path.
fn summary_url(page: &Url) -> Url {
    let mut url = page.clone();
    let document = Path::new(url.path()).extension();
    if document.is_none_or(|end| !end.eq_ignore_ascii_case("json"))
        && let Ok(mut path) = url.path_segments_mut()
    {
        path.pop_if_empty().extend(SUMMARY.split('/'));
    }
    url
}

#[derive(Deserialize)]
struct Summary<'a> {
    /// Without it the answer is no status page's.
    status: Overall,
    #[serde(borrow, default)]
    components: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    incidents: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Overall {
    indicator: String,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    name: String,
    status: String,
    /// Whether it is the heading of others.
    #[serde(default, deserialize_with = "lenient")]
    group: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    group_id: Option<String>,
    #[serde(default, deserialize_with = "moment")]
    updated_at: Option<Millis>,
}

#[derive(Deserialize)]
struct Incident {
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "moment")]
    started_at: Option<Millis>,
    #[serde(default, deserialize_with = "moment")]
    created_at: Option<Millis>,
    #[serde(default, deserialize_with = "lenient")]
    components: Option<Vec<Concerned>>,
}

#[derive(Deserialize)]
struct Concerned {
    id: String,
}

impl Incident {
    fn is_open(&self) -> bool {
        !matches!(self.status.as_deref(), Some("resolved" | "postmortem"))
    }

    fn began(&self) -> Option<Millis> {
        self.started_at.or(self.created_at)
    }

    /// Whether it is about one of these; of what it is, it need not say.
    fn concerns(&self, ids: &HashSet<&str>) -> bool {
        let named = self.components.as_deref().unwrap_or_default();
        named.is_empty() || named.iter().any(|one| ids.contains(one.id.as_str()))
    }
}

/// What an answer says of an organisation of that region; the error is what is wrong with it.
fn report(body: &[u8], home: Option<Region>) -> Result<VendorReport, String> {
    let summary: Summary<'_> =
        one(body).map_err(|why| format!("it is not the summary of a status page: {why}"))?;
    let components: Vec<Component> = entries(&summary.components, MOST_COMPONENTS);
    let headings: HashMap<&str, &str> = components
        .iter()
        .filter(|one| one.group == Some(true))
        .filter_map(|one| Some((one.id.as_deref()?, one.name.as_str())))
        .collect();
    let ill = components
        .iter()
        .filter(|one| one.group != Some(true))
        .map(|one| (one, part(one, &headings)))
        .filter(|(_, part)| !part.state.is_well());
    let (mut ours, elsewhere): (Vec<_>, Vec<_>) =
        ill.partition(|(_, part)| !part.is_elsewhere(home));
    ours.sort_by_key(|(_, part)| std::cmp::Reverse(part.state));

    let ids = ours.iter().filter_map(|(one, _)| one.id.as_deref());
    let ids: HashSet<&str> = ids.collect();
    let incidents: Vec<Incident> = entries(&summary.incidents, MOST_INCIDENTS);
    let mut open: Vec<&Incident> = incidents
        .iter()
        .filter(|one| one.is_open() && (ours.is_empty() || one.concerns(&ids)))
        .collect();
    open.sort_by_key(|one| one.began());

    let state = match (ours.first(), elsewhere.is_empty()) {
        (Some((_, worst)), _) => worst.state,
        // What is wrong is wrong in other places.
        (None, false) => VendorState::Operational,
        (None, true) => indicated(&summary.status.indicator),
    };
    if state.is_well() {
        open.clear();
    }
    let since = open.iter().filter_map(|one| one.began()).min();
    let said = ours.iter().filter(|(_, part)| part.state == state);
    let since = since.or_else(|| said.filter_map(|(_, part)| part.since).min());
    let of = ours.len();
    Ok(VendorReport {
        state,
        since,
        incident: open.last().map(|one| name(&one.name)),
        parts: ours
            .into_iter()
            .map(|(_, part)| part)
            .take(MOST_PARTS)
            .collect(),
        of,
        elsewhere: elsewhere.len(),
    })
}

/// The entries that can be read; one that cannot is as if it were not there.
fn entries<T: serde::de::DeserializeOwned>(raw: &[&RawValue], most: usize) -> Vec<T> {
    let read = raw.iter().take(most);
    read.filter_map(|entry| serde_json::from_str(entry.get()).ok())
        .collect()
}

fn part(one: &Component, headings: &HashMap<&str, &str>) -> VendorPart {
    let group = one.group_id.as_deref().and_then(|id| headings.get(id));
    VendorPart {
        name: name(&one.name),
        group: group.map(|group| name(group)),
        state: match one.status.as_str() {
            "operational" => VendorState::Operational,
            "under_maintenance" => VendorState::Maintenance,
            "degraded_performance" => VendorState::Degraded,
            "partial_outage" => VendorState::PartialOutage,
            "major_outage" => VendorState::MajorOutage,
            _ => VendorState::Unknown,
        },
        since: one.updated_at,
    }
}

/// What the page says of everything together.
fn indicated(word: &str) -> VendorState {
    match word {
        "none" => VendorState::Operational,
        "maintenance" => VendorState::Maintenance,
        "minor" => VendorState::Degraded,
        "major" => VendorState::PartialOutage,
        "critical" => VendorState::MajorOutage,
        _ => VendorState::Unknown,
    }
}

/// As much of a name as anybody reads.
fn name(raw: &str) -> Text {
    let kept: String = raw.trim().chars().take(NAME).collect();
    kept.into()
}

fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Millis>, D::Error> {
    let at: Option<String> = lenient(from)?;
    let at = at.and_then(|at| at.parse::<jiff::Timestamp>().ok());
    Ok(at
        .filter(|at| plausible(*at))
        .map(|at| Millis(at.as_millisecond())))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(summary: &Value, home: Option<&str>) -> VendorReport {
        let home = home.and_then(Region::named);
        report(summary.to_string().as_bytes(), home).unwrap()
    }

    fn page() -> Value {
        json!({
            "page": {"id": "p", "name": "Status", "url": "https://status.example"},
            "status": {"indicator": "major", "description": "Partial System Outage"},
            "components": [
                {"id": "g1", "name": "eu-central-1", "status": "degraded_performance", "group": true, "group_id": null},
                {"id": "g2", "name": "us-east-1", "status": "major_outage", "group": true, "group_id": null},
                {"id": "c1", "name": "Voice", "status": "degraded_performance", "group": false, "group_id": "g1",
                 "updated_at": "2026-03-02T10:20:00Z"},
                {"id": "c2", "name": "Login", "status": "operational", "group": false, "group_id": "g1"},
                {"id": "c3", "name": "Voice", "status": "major_outage", "group": false, "group_id": "g2"},
                {"id": 4, "name": ["no"], "status": "operational"},
            ],
            "incidents": [
                {"name": "Calls fail in us-east-1", "status": "identified", "impact": "major",
                 "started_at": "2026-03-02T08:00:00Z", "components": [{"id": "c3"}]},
                {"name": "Calls are slow", "status": "investigating", "impact": "minor",
                 "started_at": "2026-03-02T10:14:00Z", "components": [{"id": "c1"}]},
                {"name": "Long over", "status": "resolved", "created_at": "2026-03-01T10:14:00Z"},
            ],
        })
    }

    #[test]
    fn what_counts_is_the_region_of_the_organisation() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let here = read(&page(), Some("eu-central-1"));
        assert_eq!(here.state, VendorState::Degraded);
        assert_eq!(here.what().as_deref(), Some("Voice eu-central-1"));
        assert_eq!(here.since, Some(Millis(at("2026-03-02T10:14:00Z"))));
        assert_eq!(here.incident, Some("Calls are slow".into()));
        assert_eq!((here.of, here.elsewhere), (1, 1));
        // Somewhere else nothing is wrong, whatever the page says of everything.
        let far = read(&page(), Some("ap-south-1"));
        assert_eq!((far.state, far.of), (VendorState::Operational, 0));
        assert_eq!((far.elsewhere, far.since, far.incident), (2, None, None));
        // And without a region everything counts, the worst first.
        let all = read(&page(), None);
        assert_eq!(all.state, VendorState::MajorOutage);
        assert_eq!(all.what().as_deref(), Some("Voice us-east-1 and 1 more"));
    }

    #[test]
    fn without_parts_the_page_as_a_whole_counts() {
        for (indicator, state) in [
            ("none", VendorState::Operational),
            ("minor", VendorState::Degraded),
            ("major", VendorState::PartialOutage),
            ("critical", VendorState::MajorOutage),
            ("maintenance", VendorState::Maintenance),
            ("purple", VendorState::Unknown),
        ] {
            let said = json!({"status": {"indicator": indicator}});
            assert_eq!(read(&said, None).state, state, "{indicator}");
        }
        let mut page = page();
        page["components"] = json!([]);
        let said = read(&page, None);
        assert_eq!(said.what().as_deref(), Some("Calls are slow"));
    }

    #[test]
    fn a_stranger_s_answer_is_bounded_and_need_not_fit() {
        for no_page in [json!({}), json!([]), json!({"status": "none"})] {
            let why = report(no_page.to_string().as_bytes(), None).unwrap_err();
            assert!(why.contains("not the summary of a status page"), "{why}");
        }
        let many: Vec<_> = (0..9_000)
            .map(|n| json!({"name": "x".repeat(500) + &n.to_string(), "status": "major_outage"}))
            .collect();
        let said = read(
            &json!({"status": {"indicator": "critical"}, "components": many}),
            None,
        );
        assert_eq!((said.parts.len(), said.of), (MOST_PARTS, MOST_COMPONENTS));
        assert_eq!(said.parts[0].name.raw().len(), NAME);
    }

    #[test]
    fn the_address_is_that_of_the_page_or_of_the_document() {
        for (page, document) in [
            ("https://s.example", "https://s.example/api/v2/summary.json"),
            (
                "https://s.example/x/",
                "https://s.example/x/api/v2/summary.json",
            ),
            (
                "https://s.example/mirror.json",
                "https://s.example/mirror.json",
            ),
        ] {
            let page = page.parse().unwrap();
            assert_eq!(summary_url(&page).as_str(), document);
        }
    }
}
