//! What an organisation tells of edges and of endpoints before one is asked for. All of it is beyond the contract: what is not
//! told is not known, and says nothing.

use super::Provision;
use crate::text::Text;

/// An edge that endpoints are made on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedEdge {
    /// Its id, as a payload names it.
    pub id: Text,
    /// What people call it; may be empty.
    pub name: Text,
    /// How many sessions it carries, and how many of them are promised; none where the organisation does not say.
    pub room: Option<EdgeRoom>,
}

/// Sessions of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeRoom {
    /// Promised already.
    pub used: u32,
    /// At once, at most.
    pub capacity: u32,
}

impl EdgeRoom {
    /// Sessions that nobody has been promised.
    #[must_use]
    pub const fn left(self) -> u32 {
        self.capacity.saturating_sub(self.used)
    }
}

/// What is told, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The edges; none where the organisation lists none.
    pub edges: Vec<OfferedEdge>,
    /// Names that completed jobs of anybody have used, with those jobs.
    pub taken: Vec<(Text, Text)>,
    /// What of it could not be read: the field that it is about, and a sentence.
    pub unread: Vec<(&'static str, Text)>,
}

/// What is said of one field of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The field.
    pub path: &'static str,
    /// Whether the organisation would refuse the payload for it.
    pub bad: bool,
    /// The sentence; safe to show.
    pub sentence: String,
}

impl Surroundings {
    /// What is said of a payload: its edge with the room that it has, and its name where somebody has it.
    #[must_use]
    pub fn said(&self, payload: &Provision) -> Vec<Remark> {
        let edge = self.edge(&payload.edge_id, payload.max_concurrent_sessions);
        let name = self
            .taken
            .iter()
            .find(|(name, _)| name.raw() == payload.name);
        let name = name.map(|(_, job)| Remark {
            path: "name",
            bad: true,
            sentence: format!(
                "{} has made an endpoint of this name: a second one is refused while that is there",
                job.fit(40)
            ),
        });
        let unread = self.unread.iter().map(|(path, why)| Remark {
            path,
            bad: false,
            sentence: why.to_string(),
        });
        edge.into_iter().chain(name).chain(unread).collect()
    }

    fn edge(&self, id: &str, sessions: u32) -> Option<Remark> {
        if self.edges.is_empty() {
            return None;
        }
        let said = |bad, sentence| {
            let path = "edgeId";
            Some(Remark {
                path,
                bad,
                sentence,
            })
        };
        let Some(edge) = self.edges.iter().find(|edge| edge.id.raw() == id) else {
            return said(true, "the organisation lists no such edge".to_owned());
        };
        let name = edge.name.fit(40);
        let Some(room) = edge.room else {
            return said(false, format!("{name}; capacity n/a"));
        };
        let (left, capacity) = (room.left(), room.capacity);
        if sessions > left {
            let sentence = format!(
                "{name} has {left} of {capacity} sessions free, and {sessions} are asked for"
            );
            return said(true, sentence);
        }
        said(
            false,
            format!("{name} has {left} of {capacity} sessions free"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_without_room_and_a_name_that_is_taken_are_told_and_silence_says_nothing() {
        let mut payload = Provision::draft("one".into(), "e-1".into(), [], []);
        payload.max_concurrent_sessions = 10;
        assert_eq!(Surroundings::default().said(&payload), []);
        let edge = |id: &str, room| OfferedEdge {
            id: id.into(),
            name: "US East".into(),
            room,
        };
        let room = |used| Some(EdgeRoom { used, capacity: 20 });
        let mut told = Surroundings {
            edges: vec![edge("e-1", room(10)), edge("e-2", None)],
            taken: vec![("one".into(), "job-7".into())],
            ..Surroundings::default()
        };
        let said = told.said(&payload);
        assert_eq!(
            (said[0].bad, said[0].sentence.as_str()),
            (false, "US East has 10 of 20 sessions free")
        );
        assert!(said[1].bad && said[1].sentence.starts_with("job-7"));
        told.edges[0].room = room(11);
        assert!(
            told.said(&payload)[0]
                .sentence
                .ends_with("10 are asked for")
        );
        payload.edge_id = "e-2".into();
        assert!(!told.said(&payload)[0].bad);
        payload.edge_id = "e-3".into();
        assert!(told.said(&payload)[0].bad);
    }
}
