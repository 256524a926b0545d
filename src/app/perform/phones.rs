//! Reads a phone with its stations, for whoever wants to seat somebody there or looks closely.

use crate::app::event::Done;
use crate::cloud::{Client, Error, Urgency};
use crate::model::DeviceId;
use crate::model::softphone::found::Survey;
use crate::text::Text;

/// Lines of one phone whose stations are read; a browser has one.
const LINES: usize = 4;

/// Reads both.
pub(super) async fn survey(client: &Client, phone: &DeviceId) -> Done {
    let read = read(client, phone).await;
    Done::Surveyed(Box::new(
        read.map_err(|error| Text::from(error.to_string())),
    ))
}

/// Looks at a phone closely.
pub(super) async fn closeup(client: &Client, phone: DeviceId) -> Done {
    let read = async { client.platform()?.closeup(&phone, Urgency::Reread).await }.await;
    let read = read.map_err(|error| Text::from(error.to_string()));
    Done::Closeup(phone, Box::new(read))
}

async fn read(client: &Client, phone: &DeviceId) -> Result<Survey, Error> {
    let phone = client.platform()?.softphone(phone, Urgency::Reread).await?;
    let mut stations = Vec::new();
    for line in phone.lines.iter().take(LINES) {
        stations.extend(
            client
                .platform()?
                .stations_of_line(line, Urgency::Reread)
                .await?,
        );
    }
    Ok(Survey { phone, stations })
}
