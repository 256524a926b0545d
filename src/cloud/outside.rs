//! Telling others than the organisation: over the same trust, without the token.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

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
        let none: [(&String, &String); 0] = [];
        self.post_outside_with(to, none, body, patience).await
    }

    /// The same with headers of the sender's own; one of them may say another type of content.
    pub async fn post_outside_with<'a>(
        &self,
        to: &Url,
        headers: impl IntoIterator<Item = (&'a String, &'a String)>,
        body: String,
        patience: Duration,
    ) -> Result<(), String> {
        let host = to.host_str().unwrap_or_default();
        let http = self.0.http().await.map_err(|error| error.to_string())?;
        let request = http
            .post(to.clone())
            .headers(own(headers)?)
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

/// The headers of a telling, as the wire has them.
fn own<'a>(
    headers: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Result<HeaderMap, String> {
    let mut made = HeaderMap::new();
    made.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    for (name, value) in headers {
        let read = HeaderName::try_from(name.as_str()).ok();
        let read = read.zip(HeaderValue::try_from(value.as_str()).ok());
        let (name, mut value) = read
            .ok_or_else(|| format!("{} cannot be sent as a header.", crate::text::fit(name, 40)))?;
        value.set_sensitive(true);
        made.insert(name, value);
    }
    Ok(made)
}
