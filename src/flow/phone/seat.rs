//! Seating a person at a phone's station: the station has to be there, to be free, to be taken, and to be seen taken.

use std::time::Duration;

use tokio::time::Instant;

use super::search::stations;
use crate::cloud::Urgency;
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, Run};
use crate::model::UserId;
use crate::model::softphone::Softphone;
use crate::model::softphone::found::{Phone, Seats, Station, associate, free, make_default};
use crate::model::write::Write;
use crate::text::Text;

/// How long a new phone may take to have its station; a minute is what others allow it.
const APPEARS: Duration = Duration::from_secs(60);

/// How long the organisation may take to agree with itself about something that is new.
const SETTLES: Duration = Duration::from_secs(30);

/// How long an accepted seat may take to be seen.
const SEEN: Duration = Duration::from_secs(10);

/// Before the second look, doubled before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait between two looks.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// What to look at when it is not known whether somebody was seated.
pub(super) const CHECK: &str =
    "Look at the user's station in the organisation before it is asked for again.";

/// What is said of an operator's stop once the phone is there.
const STOPPED: &str = "stopped: the phone is made, and not assigned to its person";

/// Where somebody is to be seen.
#[derive(Clone, Copy, Debug)]
pub(super) enum SeatPlace<'a> {
    /// At this station now.
    Associated(&'a Text),
    /// At this station by default.
    Default(&'a Text),
}

impl SeatPlace<'_> {
    fn taken(self, seats: &Seats) -> bool {
        match self {
            Self::Associated(station) => seats.associated.as_ref() == Some(station),
            Self::Default(station) => seats.default.as_ref() == Some(station),
        }
    }
}

/// Seats the person of a phone that was just made; says where.
pub(super) async fn seat(
    run: &Run<'_>,
    wanted: &Softphone,
    phone: &Phone,
) -> Result<String, Failure> {
    let user = wanted.user();
    let station = appears(run, &user, phone).await?;
    if station.taken() && !station.seats(&user) {
        if !wanted.take_over {
            let who = station.user.as_ref();
            let who = who.map_or_else(|| "somebody else".to_owned(), ToString::to_string);
            return Err(Failure::refused(format!(
                "{who} is assigned to its station {}, and the plan did not say to take it over.",
                station.name
            )));
        }
        settle(run, free(&station.id)).await?;
    }
    if !station.seats(&user) {
        settle(run, associate(&user, &station.id)).await?;
    }
    let mut seats = vec![SeatPlace::Associated(&station.id)];
    if wanted.set_default {
        settle(run, make_default(&user, &station.id)).await?;
        seats.push(SeatPlace::Default(&station.id));
    }
    confirm(run, &user, &seats).await?;
    Ok(format!("{} assigned to {user}", station.name))
}

/// Waits for the station of a new phone.
async fn appears(run: &Run<'_>, user: &UserId, phone: &Phone) -> Result<Station, Failure> {
    let mut doing = run.begin("station", user.to_string());
    let mut waits = Waits::until(APPEARS);
    loop {
        match stations(&run.kit.client, user).await {
            Ok(stations) => {
                if let Some(station) = pick(stations, phone) {
                    doing.done(station.name.to_string());
                    return Ok(station);
                }
                doing.note("not there yet");
            }
            Err(error) if error.passing() => doing.note(error.to_string()),
            Err(error) => {
                doing.failed(error.to_string());
                return Err(Failure::refused(error.to_string()));
            }
        }
        if !waits.next(run).await? {
            let seconds = APPEARS.as_secs();
            let why = format!("its station has not appeared within {seconds} s.");
            doing.failed(why.clone());
            return Err(Failure::refused(why));
        }
    }
}

/// The station of a phone: that of one of its lines. One that names no line is it when it is the only one.
fn pick(stations: Vec<Station>, phone: &Phone) -> Option<Station> {
    if let Some(own) = stations.iter().find(|station| station.of(&phone.lines)) {
        return Some(own.clone());
    }
    let mut unnamed = stations
        .into_iter()
        .filter(|s| s.line.is_none() || phone.lines.is_empty());
    let one = unnamed.next()?;
    unnamed.next().is_none().then_some(one)
}

/// Sends a write that the organisation may refuse for a while because it does not agree with itself yet about what is
/// new: 400, 404 and 409. Each attempt is on record; one whose outcome is unknown is the last.
async fn settle(run: &Run<'_>, write: Write) -> Result<(), Failure> {
    let mut waits = Waits::until(SETTLES);
    loop {
        let taken = |_: &_| Ok(Done::plain(()));
        let sent = run.commit(write.clone(), CHECK, |_| {}, taken).await;
        let Err(failure) = sent else {
            return Ok(());
        };
        let settles =
            failure.fate == Fate::Refused && matches!(failure.http, Some(400 | 404 | 409));
        if !settles || !waits.next(run).await? {
            return Err(failure);
        }
    }
}

/// Looks whether somebody sits where they were put: the organisation accepts a seat before it is taken.
pub(super) async fn confirm(
    run: &Run<'_>,
    user: &UserId,
    wanted: &[SeatPlace<'_>],
) -> Result<(), Failure> {
    let mut doing = run.begin("confirm", user.to_string());
    let mut waits = Waits::until(SEEN);
    loop {
        let read = async {
            let platform = run.kit.client.platform()?;
            platform.seats(user, Urgency::Reread).await
        };
        match read.await {
            Ok(seats) if wanted.iter().all(|seat| seat.taken(&seats)) => {
                doing.done("seen");
                return Ok(());
            }
            Ok(_) => doing.note("accepted, and not seen yet"),
            Err(error) if error.passing() => doing.note(error.to_string()),
            Err(error) => {
                // It was accepted; that it cannot be looked at is no fault of it.
                doing.failed(format!("accepted, and cannot be looked at: {error}"));
                return Ok(());
            }
        }
        if !waits.next(run).await? {
            let why = format!(
                "the organisation accepted the seat and does not show it after {} s.",
                SEEN.as_secs()
            );
            doing.failed(why.clone());
            return Err(Failure {
                trouble: false,
                ..Failure::unknown(why, CHECK)
            });
        }
    }
}

/// Waits that double, until there is no time left.
struct Waits {
    until: Instant,
    wait: Duration,
}

impl Waits {
    fn until(time: Duration) -> Self {
        Self {
            until: Instant::now() + time,
            wait: FIRST_WAIT,
        }
    }

    /// Waits; false when the time is up. The operator's stop is heard here.
    async fn next(&mut self, run: &Run<'_>) -> Result<bool, Failure> {
        if Instant::now() + self.wait > self.until {
            return Ok(false);
        }
        let slept = run.unless_stopped(tokio::time::sleep(self.wait)).await;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        slept
            .map(|()| true)
            .map_err(|_| Failure::cancelled(STOPPED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station(id: &str, line: Option<&str>) -> Station {
        Station {
            id: id.into(),
            name: id.into(),
            status: None,
            user: None,
            owner: None,
            line: line.map(Text::from),
            persistent: None,
            force_turn: None,
            media_helper: None,
        }
    }

    fn phone(lines: &[&str]) -> Phone {
        Phone {
            id: "p".into(),
            name: "Ana".into(),
            user: None,
            state: None,
            lines: lines.iter().map(|line| Text::from(*line)).collect(),
        }
    }

    #[test]
    fn the_station_is_that_of_the_phone_s_own_line() {
        let picked = |stations: &[Station], lines: &[&str]| {
            let picked = pick(stations.to_vec(), &phone(lines));
            picked.map(|station| station.id.raw().to_owned())
        };
        let (one, two) = (station("s-1", Some("l-1")), station("s-2", Some("l-2")));
        let bare = station("s-3", None);
        assert_eq!(
            picked(&[one.clone(), two.clone()], &["l-2"]),
            Some("s-2".into())
        );
        assert_eq!(picked(&[one.clone(), two.clone()], &["l-9"]), None);
        assert_eq!(
            picked(&[one.clone(), bare.clone()], &["l-9"]),
            Some("s-3".into())
        );
        assert_eq!(picked(std::slice::from_ref(&one), &[]), Some("s-1".into()));
        assert_eq!(picked(&[one, two, bare], &[]), None);
        assert_eq!(picked(&[], &["l"]), None);
    }
}
