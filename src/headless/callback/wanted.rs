//! A callback from a file, in the shape that the organisation's API books: a reservation of slots, or an appointment.

use crate::flow::Order;
use crate::flow::callback::{CallbackOrder, direct, platform};
use crate::model::api::Capabilities;
use crate::model::callback::{Appointment, Booking, Context};
use crate::model::ids::Ids;
use crate::model::payload::{self, Fault};
use crate::model::write::Write;

/// What is to be booked.
pub(super) enum Wanted {
    Booking(Booking),
    Appointment(Appointment),
}

impl Wanted {
    /// Reads the payload that the API takes. One without a name of ours gets one, so that it is found again should
    /// its answer be lost.
    pub fn read(json: &str, can: &Capabilities) -> Result<Self, Fault> {
        if can.reservations {
            let read: Booking = payload::read(json)?;
            return Ok(Self::Booking(read.named(&mut Ids::new())));
        }
        let read: Appointment = payload::read(json)?;
        Ok(Self::Appointment(read.named(&mut Ids::new())))
    }

    pub fn faults(&self, context: &Context<'_>) -> Vec<Fault> {
        match self {
            Self::Booking(booking) => booking.faults(context),
            Self::Appointment(appointment) => appointment.faults(context),
        }
    }

    /// The write that it becomes, or what is wrong with it.
    pub fn write(&self, context: &Context<'_>) -> Result<Write, Vec<Fault>> {
        match self {
            Self::Booking(booking) => direct::book(booking, context),
            Self::Appointment(appointment) => platform::book(appointment, context),
        }
    }

    /// The queue that it is on.
    pub fn queue(&self) -> &str {
        match self {
            Self::Booking(booking) => &booking.queue_id,
            Self::Appointment(appointment) => &appointment.queue_id,
        }
    }

    pub fn subject(&self) -> String {
        match self {
            Self::Booking(booking) => booking.subject(),
            Self::Appointment(appointment) => appointment.subject(),
        }
    }

    pub fn order(self) -> Order {
        Order::Callback(match self {
            Self::Booking(booking) => CallbackOrder::Book(Box::new(booking)),
            Self::Appointment(appointment) => CallbackOrder::Appoint(Box::new(appointment)),
        })
    }
}
