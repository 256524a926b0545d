//! A callback as a conversation that waits on a queue for its time (Platform API), and its rules.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::rules::{id, on_queue};
use super::{BOOKED_AS, Context, REASON};
use crate::model::hours::Written;
use crate::model::ids::Ids;
use crate::model::payload::Fault;
use crate::model::phone::Phone;
use crate::model::queue::Queue;
use crate::text::Text;

/// How far ahead a callback may be booked.
const FARTHEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Numbers that are tried for one callback.
const NUMBERS: usize = 10;

/// Entries of what is said beside the API's own fields.
const SAID: usize = 50;

/// A callback to be booked: the body of `POST /conversations/callbacks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Appointment {
    /// On which queue.
    pub queue_id: String,
    /// Whom to call: the first number first.
    pub callback_numbers: Vec<Phone>,
    /// What the caller is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_user_name: Option<String>,
    /// When, ISO 8601; none is as soon as somebody is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_scheduled_time: Option<String>,
    /// The country that numbers without one belong to, as ISO 3166 spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Whether the organisation checks the numbers itself.
    #[serde(default)]
    pub validate_callback_numbers: bool,
    /// The script that whoever calls sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_id: Option<String>,
    /// What else is said of it: the reason, our own name for it, and whatever call flows read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
}

/// Another time for a callback: the body of `PATCH /conversations/callbacks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Move {
    /// Which.
    pub conversation_id: String,
    /// Whose it is from then on. The API moves no callback without naming an agent.
    pub agent_id: String,
    /// When, ISO 8601.
    pub callback_scheduled_time: String,
}

impl Appointment {
    /// Everything that is wrong with it, in the order of its fields.
    #[must_use]
    pub fn faults(&self, context: &Context<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let queue = on_queue(&self.queue_id, "queueId", context, &mut faults);
        self.numbers(&mut faults);
        if let Some(time) = &self.callback_scheduled_time {
            when(time, queue, context, &mut faults);
        }
        if let Some(name) = self.data.get(BOOKED_AS) {
            id(name, "data.reference", &mut faults);
        }
        if self.data.len() > SAID {
            let message = format!("{} entries; {SAID} are the most", self.data.len());
            faults.push(Fault::new("data", message));
        }
        faults
    }

    fn numbers(&self, faults: &mut Vec<Fault>) {
        const PATH: &str = "callbackNumbers";
        match self.callback_numbers.len() {
            0 => faults.push(Fault::new(PATH, "at least one number is needed")),
            1..=NUMBERS => {}
            many => {
                let message = format!("{many} numbers; {NUMBERS} are the most");
                faults.push(Fault::new(PATH, message));
            }
        }
        for (n, number) in self.callback_numbers.iter().enumerate() {
            // With a country beside them, numbers may be written as people there do.
            let fault = match self.country_code {
                Some(_) if !number.is_empty() => None,
                _ => number.country().err(),
            };
            if let Some(fault) = fault {
                faults.push(Fault::new(format!("{PATH}[{n}]"), fault.to_string()));
            }
        }
    }

    /// Our own name for it; empty without one.
    #[must_use]
    pub fn booked_as(&self) -> &str {
        self.data.get(BOOKED_AS).map_or("", String::as_str)
    }

    /// What it is about.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.data.get(REASON).map_or("", String::as_str)
    }

    /// When it is; none is as soon as somebody is free.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        let written = Written::read(self.callback_scheduled_time.as_deref()?);
        written.map(|written| written.at)
    }

    /// The number that is called first; an empty one without any.
    #[must_use]
    pub fn number(&self) -> Phone {
        self.callback_numbers.first().cloned().unwrap_or_default()
    }

    /// What the audit and every message call it: never the whole number.
    #[must_use]
    pub fn subject(&self) -> String {
        match self.booked_as() {
            "" => format!("a callback for {}", self.number()),
            name => format!("{} for {}", crate::text::fit(name, 40), self.number()),
        }
    }

    /// The same with a name of our own, by which it is found again should the answer be lost.
    #[must_use]
    pub fn named(mut self, ids: &mut Ids) -> Self {
        self.data
            .entry(BOOKED_AS.to_owned())
            .or_insert_with(|| ids.reservation());
        self
    }
}

impl Move {
    /// Everything that is wrong with it; `queue` is the one that the callback waits on.
    #[must_use]
    pub fn faults(&self, queue: &str, context: &Context<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let queue = context.queues.and_then(|queues| queues.queue(queue));
        when(&self.callback_scheduled_time, queue, context, &mut faults);
        id(&self.agent_id, "agentId", &mut faults);
        faults
    }

    /// The agent whose it becomes, safe to show.
    #[must_use]
    pub fn agent(&self) -> Text {
        Text::from(self.agent_id.as_str())
    }
}

/// Whether a time is to come, near enough, and while the queue is open.
fn when(text: &str, queue: Option<&Queue>, context: &Context<'_>, faults: &mut Vec<Fault>) {
    const PATH: &str = "callbackScheduledTime";
    let mut fault = |message: String| faults.push(Fault::new(PATH, message));
    let Some(written) = Written::read(text) else {
        let shown = crate::text::fit(text, 40);
        return fault(format!(
            "{shown:?} is no time with an offset (ISO 8601), such as 2030-06-15T14:00:00-04:00"
        ));
    };
    let now = context.now.timestamp();
    if written.at <= now {
        return fault("it is not in the future".to_owned());
    }
    if written.at.duration_since(now) > FARTHEST {
        return fault("it is more than 30 days ahead".to_owned());
    }
    let Some((queue, calendar)) = queue.and_then(|queue| Some((queue, queue.calendar.as_ref()?)))
    else {
        return;
    };
    if let Some(gap) = written.gap(&calendar.zone) {
        return fault(gap.sentence(written.wall, &queue.zone_name.fit(40)));
    }
    let moment = written.at.saturating_add(SignedDuration::from_secs(1));
    let moment = moment.unwrap_or(Timestamp::MAX);
    if let Err(closed) = calendar.covers(written.at, moment) {
        fault(closed.to_string());
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::hours::{Calendar, Hours};
    use crate::model::payload;
    use crate::time::Millis;

    const BODY: &str = r#"{"queueId":"q","callbackNumbers":["+14155550199"],"callbackUserName":"Ana",
        "callbackScheduledTime":"2030-06-14T14:00:00-04:00","validateCallbackNumbers":true,"data":{"reason":"Router down"}}"#;

    fn queue() -> Queue {
        let friday = vec![Hours::read("friday", "08:00", "18:00").unwrap()];
        let zone = TimeZone::get("America/New_York").unwrap();
        Queue {
            id: "q".into(),
            name: "Support".into(),
            zone_name: "America/New_York".into(),
            calendar: Some(Calendar::weekly(zone, friday, Vec::new())),
            most: None,
            booked: None,
            mode: None,
            faults: Vec::new(),
        }
    }

    fn wrong(change: impl FnOnce(&mut Appointment)) -> Vec<String> {
        let mut appointment: Appointment = payload::read(BODY).unwrap();
        change(&mut appointment);
        let now: Timestamp = "2030-06-01T12:00:00Z".parse().unwrap();
        let queue = queue();
        let context = Context {
            now: Millis(now.as_millisecond()),
            queues: Some(&queue),
        };
        let faults = appointment.faults(&context);
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_body_keeps_the_api_s_names_and_leaves_out_what_is_not_said() {
        let read: Appointment = payload::read(BODY).unwrap();
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(
            written,
            serde_json::from_str::<serde_json::Value>(BODY).unwrap()
        );
        assert_eq!(wrong(|_| {}), [""; 0]);
        assert!(
            payload::read::<Appointment>(r#"{"queueId":"q","callbackNumbers":[],"slots":[]}"#)
                .is_err()
        );
    }

    #[test]
    fn a_time_is_to_come_within_thirty_days_and_while_the_queue_is_open() {
        let at = |time: &str| {
            let mut wrong = wrong(|one| one.callback_scheduled_time = Some(time.to_owned()));
            wrong.pop().unwrap_or_default()
        };
        assert!(at("2030-06-01T11:59:00Z").contains("not in the future"));
        assert!(at("2030-07-05T14:00:00-04:00").contains("30 days"));
        assert!(at("2030-06-14T18:00:00-04:00").contains("the queue is closed at 18:00"));
        assert!(at("tomorrow").contains("ISO 8601"));
        assert_eq!(at("2030-06-14T17:59:00-04:00"), "");
        assert_eq!(
            wrong(|one| one.callback_scheduled_time = None),
            [""; 0],
            "as soon as can be"
        );
    }

    #[test]
    fn numbers_are_whole_unless_a_country_is_named() {
        assert!(wrong(|one| one.callback_numbers.clear())[0].contains("at least one"));
        let local = |one: &mut Appointment| one.callback_numbers = vec![Phone::from("4155550199")];
        assert!(wrong(local)[0].starts_with("callbackNumbers[0]: write it as E.164"));
        let named = wrong(|one| {
            local(one);
            one.country_code = Some("US".into());
        });
        assert_eq!(named, [""; 0]);
        assert!(
            wrong(|one| one.callback_numbers = vec![Phone::from("+14155550199"); 11])[0]
                .contains("10 are the most")
        );
        assert!(wrong(|one| one.queue_id = "r".into())[0].contains("no queue r"));
    }

    #[test]
    fn a_move_names_an_agent() {
        let mut change = Move {
            conversation_id: "c".into(),
            agent_id: String::new(),
            callback_scheduled_time: "2030-06-14T14:00:00Z".into(),
        };
        let context = Context {
            now: Millis(0),
            queues: None,
        };
        let faults = change.faults("q", &context);
        assert!(
            faults.iter().any(|fault| fault.path == "agentId"),
            "{faults:?}"
        );
        change.agent_id = "u-1".into();
        let late: Timestamp = "2030-06-01T00:00:00Z".parse().unwrap();
        let context = Context {
            now: Millis(late.as_millisecond()),
            ..context
        };
        assert_eq!(change.faults("q", &context), []);
    }

    #[test]
    fn nothing_that_is_printed_holds_a_whole_number() {
        let read: Appointment = payload::read(BODY).unwrap();
        assert_eq!(read.subject(), "a callback for +14•••••••99");
        assert!(!format!("{read:?}").contains("4155550199"));
        let named = read.named(&mut Ids::seeded(1));
        assert!(named.subject().starts_with("cb_"));
        assert_eq!(named.clone().named(&mut Ids::seeded(2)), named);
    }
}
