//! What happens in the organisation, and what goes wrong around it.

use super::World;
use crate::case::Fault;
use crate::dice::story;
use crate::feed::Frame;
use crate::organisation::CODECS;

impl World {
    /// Something happens in the organisation.
    pub(super) fn live(&mut self) {
        let t = self.t;
        let Some(user) = self.somebody() else { return };
        let dice = &mut self.dice;
        match dice.below(40) {
            0 => {
                let user = self.org.hire(t, dice);
                drop(user);
            }
            1 if self.org.present().len() > 3 => {
                if let Some(person) = self.org.people.get_mut(&user) {
                    person.there = false;
                    for phone in person.phones.values_mut() {
                        phone.turn(t, None);
                    }
                }
            }
            2 => {
                if let Some(person) = self.org.people.get_mut(&user) {
                    person.name = *dice.pick(&["Ana Petrova", "Ana Osei", "Zoë"]);
                    person.site = *dice.pick(&[Some("Accra"), None, Some("Lima")]);
                }
            }
            3 => {
                if let Some(device) = self.org.give(&user, t, dice) {
                    self.say(&user, &device, true, true);
                }
            }
            4 => {
                // A phone is gone: nothing tells of it but the next read.
                if let Some(device) = self.some_phone(&user)
                    && let Some(phone) = self.org.phone_mut(&user, &device)
                {
                    phone.turn(t, None);
                }
            }
            5..9 => {
                if let Some(device) = self.some_phone(&user) {
                    let codec = *self.dice.pick(&CODECS);
                    if let Some(phone) = self.org.phone_mut(&user, &device) {
                        phone.codec = Some(codec);
                    }
                    self.say(&user, &device, false, true);
                }
            }
            9..24 => self.flip(&user),
            _ => {}
        }
    }

    fn somebody(&mut self) -> Option<String> {
        let present = self.org.present();
        (!present.is_empty()).then(|| self.dice.pick(&present).clone())
    }

    fn some_phone(&mut self, user: &str) -> Option<String> {
        let phones = &self.org.people.get(user)?.phones;
        let there = phones.iter().filter(|(_, phone)| phone.now().is_some());
        let there: Vec<String> = there.map(|(id, _)| id.clone()).collect();
        (!there.is_empty()).then(|| self.dice.pick(&there).clone())
    }

    fn flip(&mut self, user: &str) {
        let t = self.t;
        if let Some(device) = self.some_phone(user) {
            if let Some(phone) = self.org.phone_mut(user, &device) {
                let to = phone.now().map(|is| !is);
                phone.turn(t, to);
            }
            let with_codec = self.dice.one_in(3);
            self.say(user, &device, true, with_codec);
        }
    }

    fn say(&mut self, user: &str, device: &str, registration: bool, codec: bool) {
        let Some(phone) = self.org.phone(user, device) else {
            return;
        };
        let frame = Frame {
            t: self.t,
            device: device.to_owned(),
            registered: phone.now().filter(|_| registration),
            codec: phone.codec.filter(|_| codec),
            posted: false,
        };
        if self.feed.event(user, frame, self.event)
            && let Some(fault) = self.event.take()
        {
            self.struck.add(fault);
        }
    }

    /// Lets a fault strike; false where it finds nothing to strike now.
    pub(super) fn strike(&mut self, fault: Fault) -> Result<bool, String> {
        let t = self.t;
        story(|| format!("{t} {}", fault.word()));
        match fault {
            Fault::StreamLost
            | Fault::HalfOpen
            | Fault::ReadFailed
            | Fault::ReadPartial
            | Fault::ReadSlow => {
                if !self.feed.strike(fault, t, &self.mailbox) {
                    return Ok(false);
                }
            }
            Fault::EventLost | Fault::EventTwice => {
                if self.event.is_some() {
                    return Ok(false);
                }
                self.event = Some(fault);
                return Ok(true);
            }
            Fault::ListPartial => {
                self.partial = true;
                return Ok(true);
            }
            Fault::LoopStalls => self.stalled = t + self.dice.between(500, 8_000),
            Fault::Storm => {
                let before = self.mailbox.counters().dropped;
                self.stalled = self.stalled.max(t + 3_000);
                for _ in 0..150 {
                    self.t += 1;
                    if let Some(user) = self.somebody() {
                        self.flip(&user);
                    }
                }
                self.advance(1_500)?;
                if self.mailbox.counters().dropped == before {
                    return Ok(false);
                }
            }
            Fault::ClockAhead => self.skew += self.dice.between(1_000, 6 * 3_600_000),
            Fault::ClockBack => self.skew -= self.dice.between(1_000, 6 * 3_600_000),
            Fault::Asleep => {
                self.t += self.dice.between(600_000, 20_000_000);
                self.turn()?;
            }
            Fault::Killed => self.restart(None, false)?,
            Fault::Torn | Fault::Flipped | Fault::DiskRefuses => {
                self.restart(Some(fault), false)?;
            }
            Fault::LinkBroken => {
                let now = self.now();
                if !self.viewer.strike(fault, t, now) {
                    return Ok(false);
                }
            }
            Fault::LinkSilent | Fault::LinkHole => {
                let now = self.now();
                return Ok(self.viewer.strike(fault, t, now));
            }
            Fault::HookRefuses | Fault::HookAnswerLost => {
                self.hook.strike(fault);
                return Ok(true);
            }
            Fault::Keys => self.press()?,
            Fault::Resized => self.person.resize(),
        }
        self.struck.add(fault);
        Ok(true)
    }
}
