//! Reservations and queues as answers list them, and a reservation as the stream tells of it (contract §10).

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::cloud::entities::{id, lenient, one};
use crate::cloud::pages;
use crate::cloud::{CallbackListing, QueueListing};
use crate::model::callback::{Callback, Channel, Status, Update};
use crate::model::hours::{Calendar, Holiday, Hours};
use crate::model::phone::Phone;
use crate::model::queue::Queue;
use crate::model::{CallbackId, QueueId, zone};
use crate::text::{self, Text};
use crate::time::{Millis, plausible};

/// Characters of a correlation id, which is sent back as it came.
const CORRELATION: usize = 1_024;

/// Columns of a reason; the parser quotes what it found.
const REASON: usize = 200;

#[derive(Deserialize)]
struct CallbackEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    callback_number: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    callback_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    queue_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    reason: Option<String>,
    /// Beyond the contract's answer, so of no type that could be broken.
    channel_preferences: Option<Value>,
    callback_id: Option<Value>,
}

#[derive(Deserialize)]
struct UpdateEntity {
    #[serde(flatten)]
    callback: CallbackEntity,
    correlation_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueueEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    time_zone: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    operating_hours: Option<Vec<HoursEntity>>,
    #[serde(default, deserialize_with = "lenient")]
    max_concurrent_callbacks: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    scheduled_callbacks: Option<u32>,
    /// Beyond the contract: dates, or dates with names.
    #[serde(alias = "closedDays", alias = "closedDates")]
    holidays: Option<Value>,
}

#[derive(Deserialize)]
struct HoursEntity {
    day: String,
    open: String,
    close: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum HolidayEntity {
    Bare(String),
    Named { date: String, name: Option<String> },
}

/// Reads the reservations. The error is what is wrong with the list as a whole.
pub fn callbacks(body: &[u8], call: &dyn fmt::Display) -> Result<CallbackListing, String> {
    let page = pages::single(body, call, of_callback)?;
    Ok(CallbackListing {
        callbacks: page.entries,
        faults: page.faults,
    })
}

/// Reads the queues. The error is what is wrong with the list as a whole.
pub fn queues(body: &[u8], call: &dyn fmt::Display) -> Result<QueueListing, String> {
    let page = pages::single(body, call, of_queue)?;
    Ok(QueueListing {
        queues: page.entries,
        faults: page.faults,
    })
}

/// Reads one queue.
pub fn queue(body: &[u8]) -> Result<Queue, String> {
    one(body).and_then(of_queue)
}

/// Reads one reservation: the answer to a booking.
pub fn callback(body: &[u8]) -> Result<Callback, String> {
    one(body).and_then(of_callback)
}

/// Reads the answer to the registration of a webhook: its id.
pub fn webhook(body: &[u8]) -> Result<Text, String> {
    #[derive(Deserialize)]
    struct Entity {
        id: String,
    }
    let read: Entity = one(body)?;
    id(read.id, "id")
}

/// Reads the payload of a type-1 frame that was made at `sent`. The error says why it is not understood; such a frame
/// is not acknowledged, so what its correlation id is does not matter.
pub fn update(payload: &[u8], sent: Millis) -> Result<Update, Text> {
    let read = || {
        let entity: UpdateEntity = one(payload)?;
        let correlation = match entity.correlation_id.len() {
            0 => return Err("correlation_id is empty".to_owned()),
            long if long > CORRELATION => {
                return Err(format!("correlation_id is longer than {CORRELATION} bytes"));
            }
            _ => Text::from(entity.correlation_id),
        };
        Ok(Update {
            callback: of_callback(entity.callback)?,
            correlation,
            sent,
        })
    };
    read().map_err(|reason: String| Text::from(text::fit(&reason, REASON)))
}

fn of_callback(entity: CallbackEntity) -> Result<Callback, String> {
    let time = entity.callback_time.as_deref();
    let id = CallbackId(id(entity.id, "id")?);
    let status = entity
        .status
        .as_deref()
        .map_or(Status::Unknown, Status::of_word);
    Ok(Callback {
        number: Phone::from(entity.callback_number.unwrap_or_default().as_str()),
        time: time
            .and_then(|time| time.parse::<jiff::Timestamp>().ok())
            .filter(|time| plausible(*time))
            .map(|time| Millis(time.as_millisecond())),
        queue: QueueId::from(entity.queue_id.unwrap_or_default().as_str()),
        reason: Some(Text::from(entity.reason.unwrap_or_default())),
        channel: entity
            .channel_preferences
            .and_then(|preferences| Channel::deserialize(preferences.get("primary")?).ok()),
        booked_as: entity
            .callback_id
            .and_then(|own| own.as_str().map(Text::from)),
        ..Callback::bare(id, status)
    })
}

/// A queue whose hours or zone cannot be read is still a queue: what is wrong with it is kept beside it.
fn of_queue(entity: QueueEntity) -> Result<Queue, String> {
    let mut faults = Vec::new();
    let zone_name = entity.time_zone.unwrap_or_default();
    let zone = zone::named(&zone_name)
        .inspect_err(|error| faults.push(Text::from(text::fit(error, REASON))))
        .ok();
    let hours = entity.operating_hours.map(|lines| {
        let read = lines
            .into_iter()
            .map(|line| Hours::read(&line.day, &line.open, &line.close));
        let (good, bad): (Vec<_>, Vec<_>) = read.partition(Result::is_ok);
        faults.extend(
            bad.into_iter()
                .filter_map(Result::err)
                .map(|fault| Text::from(fault.to_string())),
        );
        good.into_iter().flatten().collect::<Vec<_>>()
    });
    let holidays = entity
        .holidays
        .map(serde_json::from_value::<Vec<HolidayEntity>>);
    let holidays = holidays.transpose().unwrap_or_else(|error| {
        // Without them the hours would say "open" on a day that is none.
        faults.push(Text::from(text::fit(&format!("holidays: {error}"), REASON)));
        None
    });
    let holidays = holidays.unwrap_or_default().into_iter();
    let holidays = holidays.filter_map(|day| {
        holiday(day)
            .map_err(|fault| faults.push(Text::from(fault)))
            .ok()
    });
    let holidays = holidays.collect();
    // With a line missing the hours would say "closed" where nobody knows.
    let whole = faults.is_empty();
    Ok(Queue {
        id: QueueId(id(entity.id, "id")?),
        name: Text::from(entity.name.unwrap_or_default()),
        zone_name: Text::from(zone_name),
        calendar: zone
            .zip(hours)
            .filter(|_| whole)
            .map(|(zone, hours)| Calendar::weekly(zone, hours, holidays)),
        most: entity.max_concurrent_callbacks,
        booked: entity.scheduled_callbacks,
        mode: None,
        faults,
    })
}

fn holiday(day: HolidayEntity) -> Result<Holiday, String> {
    let (date, name) = match day {
        HolidayEntity::Bare(date) => (date, None),
        HolidayEntity::Named { date, name } => (date, name),
    };
    let shown = || format!("{} is no date", text::fit(&date, 40));
    Ok(Holiday {
        date: date.parse().map_err(|_| shown())?,
        name: Text::from(name.unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_s_queue_is_read() {
        let queue = queue(br#"{"id":"q","name":"Support","timeZone":"America/New_York","operatingHours":[{"day":"monday","open":"08:00","close":"18:00"}],"maxConcurrentCallbacks":50,"scheduledCallbacks":12,"holidays":["2030-12-25",{"date":"2030-12-26","name":"Boxing Day"}]}"#).unwrap();
        assert_eq!(queue.faults, []);
        assert_eq!(queue.room().map(crate::model::queue::Room::left), Some(38));
        let calendar = queue.calendar.unwrap();
        let monday = jiff::civil::date(2030, 6, 17);
        assert_eq!(calendar.open_on(monday)[0].to_string(), "08:00–18:00");
        let boxing = calendar.holiday(jiff::civil::date(2030, 12, 26));
        assert_eq!(boxing.map(Text::raw), Some("Boxing Day"));
    }

    #[test]
    fn a_queue_whose_hours_cannot_be_read_has_none_and_says_why() {
        for (json, word) in [
            (
                r#"{"id":"q","timeZone":"Moon/Tycho","operatingHours":[]}"#,
                "Moon/Tycho",
            ),
            (
                r#"{"id":"q","timeZone":"UTC","operatingHours":[{"day":"monday","open":"8","close":"9"}]}"#,
                "HH:MM",
            ),
            (
                r#"{"id":"q","timeZone":"UTC","operatingHours":[],"holidays":["Easter"]}"#,
                "Easter",
            ),
        ] {
            let queue = queue(json.as_bytes()).unwrap();
            assert_eq!(queue.calendar, None, "{json}");
            assert!(queue.faults[0].raw().contains(word), "{:?}", queue.faults);
        }
        let bare = queue(br#"{"id":"q"}"#).unwrap();
        assert_eq!((bare.calendar, bare.most, bare.booked), (None, None, None));
    }

    #[test]
    fn the_contract_s_update_is_read_and_a_broken_one_says_why() {
        let good = br#"{"id":"cb","status":"dialing","callback_number":"+14155550199","callback_time":"2024-06-15T14:00:00.000Z","queue_id":"q","reason":"x","correlation_id":"c-1"}"#;
        let update = update(good, Millis(5)).unwrap();
        assert_eq!(update.callback.status, Status::Dialing);
        assert_eq!(update.callback.time, Some(Millis(1_718_460_000_000)));
        assert_eq!((update.correlation.raw(), update.sent), ("c-1", Millis(5)));
        for (payload, word) in [
            ("", "it ends where a value is due"),
            ("{}", "is missing"),
            (r#"{"id":"cb"}"#, "correlation_id"),
            (
                r#"{"id":"cb","correlation_id":""}"#,
                "correlation_id is empty",
            ),
            (r#"{"id":"","correlation_id":"c"}"#, "id is empty"),
            (r#"{"id":"a","correlation_id":7}"#, "correlation_id"),
        ] {
            let reason = super::update(payload.as_bytes(), Millis(0)).unwrap_err();
            assert!(reason.raw().contains(word), "{payload}: {reason}");
        }
    }

    #[test]
    fn a_list_shows_what_it_can() {
        let body = br#"{"entities":[{"id":"a","status":"on fire","callback_time":"soon","channel_preferences":{"primary":"sms"}},{"status":"failed"}]}"#;
        let listing = callbacks(body, &"GET callbacks").unwrap();
        assert_eq!(listing.faults.len(), 1);
        let a = &listing.callbacks[0];
        assert_eq!(
            (a.status, a.time, a.channel),
            (Status::Unknown, None, Some(Channel::Sms))
        );
    }
}
