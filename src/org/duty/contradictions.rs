//! People whose signs contradict each other: the browser is there and calls do not find them. One of each sort.

use jiff::Timestamp;

use super::{DutyChange, ON_QUEUE};
use crate::org::platform::{phones::is_web_rtc, stations};
use crate::org::state::{DeviceKey, World, user_id};

/// Whom people look for first.
const ANA: &str = "Ana ";

impl World {
    /// Makes one person of each sort, of those that are not `talking`, or puts right again those that were made.
    pub(in crate::org) fn contradict(&mut self, on: bool, talking: &[String], now: Timestamp) {
        if on != self.duties.1.is_empty() {
            return;
        }
        if !on {
            for person in std::mem::take(&mut self.duties.1) {
                self.put_right(person, now);
            }
            return;
        }
        let with_browser = |person: &usize| {
            let devices = self.people.get(*person).map(|person| &person.devices);
            let own = devices.and_then(|devices| devices.first());
            own.is_some_and(|own| own.registered && is_web_rtc(own))
                && !self.duties.0.contains_key(person)
                && !talking
                    .iter()
                    .any(|user| *user == user_id(*person).as_str())
        };
        let people = (0..self.people.len()).filter(with_browser);
        let (anas, others): (Vec<usize>, Vec<usize>) =
            people.partition(|person| self.people[*person].name().starts_with(ANA));
        let mut chosen = anas
            .iter()
            .take(1)
            .chain(&others)
            .chain(anas.iter().skip(1))
            .copied();
        let said = |routing: &str, presence: Option<&str>| DutyChange {
            presence: presence.map(Into::into),
            routing: Some(routing.into()),
            connection: None,
        };
        let silent = chosen.next();
        let unrouted = chosen.next();
        let nowhere = chosen.next();
        let elsewhere = chosen.find(|person| {
            let desk = self.people[*person].devices.get(1);
            desk.is_some_and(|desk| !is_web_rtc(desk))
        });
        if let Some(person) = silent {
            self.change_duty(person, said("NOT_RESPONDING", Some(ON_QUEUE)), now);
        }
        if let Some(person) = unrouted {
            self.change_duty(person, said("OFF_QUEUE", Some(ON_QUEUE)), now);
        }
        if let Some(person) = nowhere {
            self.seat_at(person, None);
        }
        if let Some(person) = elsewhere {
            let desk = DeviceKey { person, device: 1 };
            self.seat_at(person, Some(desk));
            self.update(desk, Some(false), None, now);
        }
        let all = [silent, unrouted, nowhere, elsewhere];
        self.duties.1 = all.into_iter().flatten().collect();
    }

    fn put_right(&mut self, person: usize, now: Timestamp) {
        let idle = DutyChange {
            presence: Some(ON_QUEUE.into()),
            routing: Some("IDLE".into()),
            connection: None,
        };
        self.change_duty(person, idle, now);
        self.seat_at(person, Some(DeviceKey { person, device: 0 }));
        self.update(DeviceKey { person, device: 1 }, Some(true), None, now);
        self.duties.0.remove(&person);
    }

    fn seat_at(&mut self, person: usize, place: Option<DeviceKey>) {
        self.plant.seat(person, place);
        stations::tell(self, person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_sort_is_made_and_put_right_again() {
        let now = Timestamp::now();
        let mut world = World::populate(240, 1, now);
        world.contradict(true, &[user_id(1).to_string()], now);
        assert!(!world.duties.1.contains(&1));
        let [silent, unrouted, nowhere, elsewhere] = world.duties.1[..] else {
            panic!("{:?}", world.duties.1);
        };
        assert!(world.people[silent].name().starts_with(ANA));
        let routing =
            |world: &World, person| world.routing_status(person, false, now)["status"].clone();
        assert_eq!(routing(&world, silent), "NOT_RESPONDING");
        assert_eq!(routing(&world, unrouted), "OFF_QUEUE");
        assert_eq!(world.plant.stations(nowhere).associated, None);
        let desk = world.plant.stations(elsewhere).associated.unwrap();
        assert!(!world.device(desk).unwrap().registered);
        world.contradict(false, &[], now);
        assert_eq!(routing(&world, silent), "IDLE");
        assert!(world.device(desk).unwrap().registered);
    }
}
