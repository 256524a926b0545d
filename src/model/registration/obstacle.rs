//! What keeps calls from somebody who is there by every sign: the phone is served, and no call comes.
//!
//! Each sign is right by itself: the edge reaches the browser, the person is on queue, the station is theirs. Only together they say
//! that calls find nobody. What is not told is no obstacle: of a person who was not read, nothing is said.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// What keeps calls from a person, or from a phone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Obstacle {
    /// A call was not answered, and routing offers no further one.
    NotResponding,
    /// The browser's own connection failed; why, the row has as its reason.
    Failed,
    /// The person is on queue and no edge reaches the browser.
    Unreachable,
    /// The person is on queue and signed in at no station.
    NoStation,
    /// The presence says on queue and routing says off queue.
    OffQueue,
    /// The person is signed in at this station, which is no browser: calls ring there.
    Elsewhere(Text),
    /// The phone is nobody's.
    Nobody,
}

impl Obstacle {
    /// The words of each, the most urgent first.
    pub const WORDS: [&'static str; 7] = [
        "not responding",
        "connection failed",
        "edge out of reach",
        "no station",
        "off queue",
        "other phone lost",
        "no user",
    ];

    /// The word on screen, in filters and in exports.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        Self::WORDS[self.place()]
    }

    /// Its place in the order of urgency.
    #[must_use]
    pub const fn place(&self) -> usize {
        match self {
            Self::NotResponding => 0,
            Self::Failed => 1,
            Self::Unreachable => 2,
            Self::NoStation => 3,
            Self::OffQueue => 4,
            Self::Elsewhere(_) => 5,
            Self::Nobody => 6,
        }
    }

    /// Which signs contradict each other. `reason` is what the organisation says of a failed connection.
    #[must_use]
    pub fn signs(&self, reason: Option<&Text>) -> String {
        match self {
            Self::NotResponding => {
                "The phone is connected; a call was not answered, and routing sends no more."
                    .to_owned()
            }
            Self::Failed => match reason {
                Some(reason) => {
                    format!("An edge reaches the browser; its own connection failed: {reason}.")
                }
                None => "An edge reaches the browser; its own connection failed.".to_owned(),
            },
            Self::Unreachable => "The user is on queue; no edge reaches the browser.".to_owned(),
            Self::NoStation => "The user is on queue, signed in at no station.".to_owned(),
            Self::OffQueue => "The presence is On Queue; routing says off queue.".to_owned(),
            Self::Elsewhere(station) => format!(
                "The browser is connected; the user is signed in at {station}, and that phone is lost."
            ),
            Self::Nobody => "The phone is not assigned to a user.".to_owned(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NotResponding => {
                "Ask the user to go On Queue again, and to check the headset and the ring tone."
            }
            Self::Failed => {
                "Have the browser tab reloaded; then check its way to media (UDP 16384-65535, TURN)."
            }
            Self::Unreachable => "Look at the edge that should serve the browser: > leads to it.",
            Self::NoStation => "Have a phone selected in the browser, or associate the station: M.",
            Self::OffQueue => {
                "Have the status set to Available and to On Queue again; then check the user's queues."
            }
            Self::Elsewhere(_) => {
                "Have the browser selected as the phone, or bring the other phone back."
            }
            Self::Nobody => "Assign the phone to a user, or delete it.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_word_of_its_own_and_says_what_to_do() {
        let all = [
            Obstacle::NotResponding,
            Obstacle::Failed,
            Obstacle::Unreachable,
            Obstacle::NoStation,
            Obstacle::OffQueue,
            Obstacle::Elsewhere("Desk 4".into()),
            Obstacle::Nobody,
        ];
        for (place, one) in all.iter().enumerate() {
            assert_eq!((one.place(), one.word()), (place, Obstacle::WORDS[place]));
            assert!(one.signs(None).ends_with('.') && one.remedy().ends_with('.'));
        }
        let failed = Obstacle::Failed.signs(Some(&"ICE".into()));
        assert!(failed.contains("failed: ICE."), "{failed}");
    }
}
