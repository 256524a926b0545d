//! The vendor's status page: read rarely, and for itself. What goes wrong here says nothing of the organisation, so it goes into
//! none of the counters and costs one line.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::time::sleep;

use super::shared::Shared;
use crate::cloud::supervisor::jitter;
use crate::vocabulary::news::{News, VendorNews};

/// Between two reads while nothing is wrong.
const CALM: Duration = Duration::from_secs(60);
/// Between two reads while something is.
const ILL: Duration = Duration::from_secs(30);
/// Consoles that were started together do not ask together for long.
const SPREAD: Duration = Duration::from_secs(10);

/// Reads the page until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, page: Url) {
    let mut quiet = shared.quiet();
    shared.mailbox.post(News::Vendor(VendorNews::Asked));
    loop {
        quiet.over().await;
        let wait = tokio::select! {
            biased;
            () = quiet.wished() => continue,
            wait = read(&shared, &page) => wait,
        };
        tokio::select! {
            () = quiet.wished() => {}
            () = sleep(wait + jitter(SPREAD)) => {}
        }
    }
}

/// Reads once and tells of it; says how long to wait for the next time.
async fn read(shared: &Shared, page: &Url) -> Duration {
    shared.mailbox.room().await;
    match shared.client.vendor_status(page).await {
        Ok(report) => {
            let wait = if report.state.is_well() { CALM } else { ILL };
            shared.mailbox.post(News::Vendor(VendorNews::Told(report)));
            wait
        }
        Err(error) => {
            let why = error.problem().text;
            shared.mailbox.post(News::Vendor(VendorNews::Failed(why)));
            shared.patience(&error, CALM)
        }
    }
}
