//! Telling others than the organisation: over the same trust, without the token.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::CONTENT_TYPE;

use super::request::JSON;
use super::{Client, Unreachable};

impl Client {
    /// Posts JSON to a place beside the organisation's API; anything but a 2xx within `patience` is an error. The sentence names
    /// the host alone: the rest of such an address often is its key.
    pub async fn post_outside(
        &self,
        to: &Url,
        body: String,
        patience: Duration,
    ) -> Result<(), String> {
        let host = to.host_str().unwrap_or_default();
        let http = self.0.http().await.map_err(|error| error.to_string())?;
        let request = http
            .post(to.clone())
            .header(CONTENT_TYPE, JSON)
            .timeout(patience)
            .body(body);
        match request.send().await {
            // The answer's body is of no interest: it is dropped unread.
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!(
                "{host} answered HTTP {}.",
                answer.status().as_u16()
            )),
            Err(error) if error.is_timeout() => {
                let seconds = patience.as_secs_f32();
                Err(format!("{host} did not answer within {seconds} s."))
            }
            Err(error) => {
                let cause = Unreachable::from_chain(&error.without_url());
                Err(format!("{host} could not be reached: {cause}"))
            }
        }
    }
}
