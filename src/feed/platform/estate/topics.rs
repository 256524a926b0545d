//! The topics of the estate: which there are, which are carried, and what an event of each says.

use std::collections::HashSet;

use super::look::OFFLINE;
use crate::cloud::platform::{edges, trunks};
use crate::feed::platform::channels::Topic;
use crate::model::estate::Estate;
use crate::model::trunk::By;
use crate::model::{EdgeId, TrunkId};
use crate::text::Text;
use crate::time::Millis;

const TRUNK: &str = "v2.telephony.providers.edges.trunks.";
const METRICS: &str = ".metrics";
const EDGE: &str = "v2.telephony.providers.edges.";

/// Every topic of the estate, the most important first: an edge speaks for many trunks, and how a trunk does goes before
/// how many calls it has.
pub(super) fn wanted(estate: &Estate) -> Vec<Topic> {
    let edges = estate.edge_ids().map(edge);
    let trunks = estate.trunk_ids().map(trunk);
    let calls = estate.trunk_ids().map(calls);
    edges.chain(trunks).chain(calls).collect()
}

fn edge(id: &EdgeId) -> Topic {
    Topic::from(format!("{EDGE}{}", id.raw()))
}

fn trunk(id: &TrunkId) -> Topic {
    Topic::from(format!("{TRUNK}{}", id.raw()))
}

fn calls(id: &TrunkId) -> Topic {
    Topic::from(format!("{TRUNK}{}{METRICS}", id.raw()))
}

/// What an event said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EventWord {
    /// Nothing of anything known.
    Nothing,
    /// Something that was taken in.
    Something,
    /// That a trunk does not work, which was taken in; its edge may be switched off, or no more.
    Doubtful(EdgeId),
    /// That this edge is away; it was not taken in, for whether it failed is another question.
    Away(EdgeId),
}

impl From<bool> for EventWord {
    fn from(known: bool) -> Self {
        if known {
            Self::Something
        } else {
            Self::Nothing
        }
    }
}

/// Takes in an event; what it said. The error is what is wrong with it.
pub(super) fn event(
    topic: &Topic,
    body: &[u8],
    estate: &mut Estate,
    at: Millis,
) -> Result<EventWord, Text> {
    let unreadable = |reason: String| Text::from(reason);
    if let Some(id) = topic.id(TRUNK, METRICS) {
        let traffic = trunks::calls_event(body).map_err(unreadable)?;
        return Ok(estate.counted(&TrunkId::from(id), traffic).into());
    }
    if let Some(id) = topic.id(TRUNK, "") {
        let seen = trunks::trunk_event(body).map_err(unreadable)?;
        let trunk = TrunkId::from(id);
        let fails = matches!(seen.connected, Some((Some(false), _)));
        let known = estate.trunk_seen(&trunk, seen, at);
        let edge = estate.edge_of(&trunk).filter(|_| known && fails);
        return Ok(edge.map_or(known.into(), |edge| EventWord::Doubtful(edge.clone())));
    }
    if let Some(id) = topic.id(EDGE, "") {
        let online = edges::edge_event(body).map_err(unreadable)?;
        let edge = EdgeId::from(id);
        let away = online.as_ref().is_some_and(|word| word.raw() == OFFLINE);
        if away && estate.edge_ids().any(|known| *known == edge) {
            return Ok(EventWord::Away(edge));
        }
        return Ok(estate.edge_seen(&edge, online, at).into());
    }
    Ok(EventWord::Nothing)
}

/// Which topics are carried.
#[derive(Debug, Default)]
pub(super) struct Topics {
    live: HashSet<Topic>,
    /// A topic began to be carried, or ceased to be, and nothing was read since.
    doubt: bool,
}

impl Topics {
    /// These are carried from now on; a read has to follow.
    pub(super) fn live(&mut self, topics: Vec<Topic>) {
        self.live.extend(topics);
        self.doubt = true;
    }

    /// These are carried no more, and what they are of is not sure.
    pub(super) fn gap(&mut self, topics: &[Topic], estate: &mut Estate) {
        self.doubt = true;
        self.forget(topics, By::Gap, estate);
    }

    /// These are not carried, and will not be: polls tell of them.
    pub(super) fn lost(&mut self, topics: &[Topic], estate: &mut Estate) {
        self.forget(topics, By::Poll, estate);
    }

    fn forget(&mut self, topics: &[Topic], by: By, estate: &mut Estate) {
        for topic in topics {
            // What was never carried was polled all along: nothing of it has been missed.
            if self.live.remove(topic) {
                keep(topic, by, estate);
            }
        }
    }

    /// Whether a read is owed to what topics have missed.
    pub(super) fn in_doubt(&self) -> bool {
        self.doubt
    }

    /// A read begins: says what is carried from before it. Only for that the read closes the gap.
    pub(super) fn begin_read(&mut self) -> HashSet<Topic> {
        self.doubt = false;
        self.live.clone()
    }

    /// The read is in. What was carried when it began is live now; everything else is as of the read.
    pub(super) fn end_read(&mut self, live: &HashSet<Topic>, estate: &mut Estate) {
        for topic in live.intersection(&self.live) {
            keep(topic, By::Topic, estate);
        }
        // Edges and trunks that are gone take their topics with them.
        let wanted: HashSet<Topic> = wanted(estate).into_iter().collect();
        self.live.retain(|topic| wanted.contains(topic));
    }

    /// Whether everything is carried.
    pub(super) fn cover(&self, estate: &Estate) -> bool {
        wanted(estate).iter().all(|topic| self.live.contains(topic))
    }
}

/// How many calls there are says nothing of how a trunk does: its metrics do not make it live, or stale.
fn keep(topic: &Topic, by: By, estate: &mut Estate) {
    if topic.id(TRUNK, METRICS).is_some() {
        return;
    }
    if let Some(id) = topic.id(TRUNK, "") {
        estate.trunk_kept(&TrunkId::from(id), by);
    } else if let Some(id) = topic.id(EDGE, "") {
        estate.edge_kept(&EdgeId::from(id), by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::carrier::Health;
    use crate::model::edge::{Edge, EdgeState};
    use crate::model::estate::Listed;
    use crate::model::trunk::{Heard, Signs, Trunk, Use};

    fn estate() -> Estate {
        let trunk = |id: &str| Listed {
            base: Some("b".into()),
            base_name: "Telco".into(),
            trunk: Trunk {
                id: id.into(),
                name: Text::default(),
                edge: Some("e".into()),
                edge_name: Text::default(),
                in_service: None,
                enabled: None,
                signs: Signs::default(),
                options: Use::Untold,
                registers: Use::Untold,
                proxies: Vec::new(),
                traffic: None,
                heard: Heard::default(),
            },
        };
        let mut estate = Estate::default();
        estate.trunks_read(
            Vec::new(),
            vec![trunk("t-1"), trunk("t-2")],
            Heard::default(),
        );
        estate.edges_read(vec![Edge::unknown("e".into())], Heard::default());
        estate
    }

    fn topic(rest: &str) -> Topic {
        Topic::from(format!("{EDGE}{rest}"))
    }

    fn by(estate: &Estate) -> Vec<By> {
        let carriers = estate.carriers();
        carriers[0]
            .trunks
            .iter()
            .map(|trunk| trunk.heard.by)
            .collect()
    }

    #[test]
    fn edges_come_first_and_metrics_last() {
        let wanted: Vec<String> = wanted(&estate()).iter().map(ToString::to_string).collect();
        let short: Vec<_> = wanted.iter().map(|topic| &topic[EDGE.len()..]).collect();
        assert_eq!(
            short,
            [
                "e",
                "trunks.t-1",
                "trunks.t-2",
                "trunks.t-1.metrics",
                "trunks.t-2.metrics"
            ]
        );
    }

    #[test]
    fn an_event_reaches_what_it_is_of() {
        let mut estate = estate();
        let mut hear =
            |rest: &str, body: &str| event(&topic(rest), body.as_bytes(), &mut estate, Millis(5));
        let down = r#"{"connectedStatus":{"connected":false}}"#;
        let doubtful = || Ok(EventWord::Doubtful("e".into()));
        assert_eq!(hear("trunks.t-1", down), doubtful());
        assert_eq!(hear("trunks.t-2", down), doubtful());
        assert_eq!(hear("trunks.t-9", down), Ok(EventWord::Nothing));
        assert_eq!(
            hear("trunks.t-1.metrics", r#"{"calls":{"inboundCallCount":4}}"#),
            Ok(EventWord::Something)
        );
        assert_eq!(
            hear("e", r#"{"onlineStatus":"ONLINE"}"#),
            Ok(EventWord::Something)
        );
        let away = hear("e", r#"{"onlineStatus":"OFFLINE"}"#);
        assert_eq!(away, Ok(EventWord::Away("e".into())));
        assert_eq!(hear("e.softwareupdate", "{}"), Ok(EventWord::Nothing));
        assert!(hear("trunks.t-1", "nonsense").is_err());
        assert_eq!(estate.carriers()[0].health, Health::Down);
        assert_eq!(
            estate.edges()[0].state(),
            EdgeState::Online,
            "whether it failed is asked first"
        );
    }

    #[test]
    fn only_a_read_that_began_after_a_topic_was_carried_makes_it_live() {
        let (mut topics, mut estate) = (Topics::default(), estate());
        let both = || vec![topic("trunks.t-1"), topic("trunks.t-2")];
        let before = topics.begin_read();
        topics.live(both());
        topics.end_read(&before, &mut estate);
        assert_eq!(by(&estate), [By::Poll, By::Poll]);
        assert!(topics.in_doubt());
        let before = topics.begin_read();
        topics.gap(&[topic("trunks.t-2")], &mut estate);
        topics.end_read(&before, &mut estate);
        assert_eq!(by(&estate), [By::Topic, By::Gap]);
        assert!(topics.in_doubt());
        topics.lost(&both(), &mut estate);
        assert_eq!(by(&estate), [By::Poll, By::Gap]);
    }

    #[test]
    fn everything_is_covered_once_every_topic_is() {
        let (mut topics, estate) = (Topics::default(), estate());
        let mut all = wanted(&estate);
        let last = all.pop().unwrap();
        topics.live(all);
        assert!(!topics.cover(&estate));
        topics.live(vec![last]);
        assert!(topics.cover(&estate));
    }
}
