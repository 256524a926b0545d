//! Who there is to watch: named by the profile, or listed by the organisation page by page.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use super::complaints::Topic;
use super::lock;
use super::news::{News, Problem, Trouble};
use super::roster::MOST_USERS;
use super::shared::Shared;
use crate::cloud::{Error, Urgency, UsersPage};
use crate::model::UserId;
use crate::model::registration::User;
use crate::text::Text;
use crate::time::Clock;

/// Pages asked for at a time, after the first.
const PAGES_AT_A_TIME: usize = 4;
/// Users on a page (contract §3).
const PAGE: u32 = 100;
/// Pages read at most, whatever the organisation says there are.
const MOST_PAGES: u32 = 10_000;

/// Takes in the users whom the profile names; nobody else is watched.
pub(super) async fn given(shared: Arc<Shared>, users: Vec<UserId>) {
    let total = Some(users.len() as u64);
    for chunk in users.chunks(PAGE as usize) {
        let unnamed = |id: &UserId| User {
            id: id.clone(),
            name: Text::default(),
            site: None,
        };
        shared.mailbox.room().await;
        shared.mailbox.post(News::Users {
            users: chunk.iter().map(unnamed).collect(),
            total,
        });
        shared.admit(chunk.iter(), 0);
    }
    complete(&shared);
}

/// Lists the organisation's users, and again from time to time, until the task is ended from outside.
pub(super) async fn listed(shared: Arc<Shared>) {
    let mut paused = shared.paused.subscribe();
    let (mut round, mut attempt) = (0u32, 0u32);
    loop {
        if paused.wait_for(|paused| !paused).await.is_err() {
            return;
        }
        round = round.wrapping_add(1);
        // The first list is awaited by a person, the later ones by nobody.
        let known = shared.tally.notes().enumerated;
        let urgency = if known {
            Urgency::Poll
        } else {
            Urgency::Enumerate
        };
        match list(&shared, round, urgency).await {
            Ok(()) => {
                attempt = 0;
                // Before the list is called whole: nothing more may come of those who left.
                shared.dismiss_absent(round);
                complete(&shared);
                sleep(shared.timing.reenumerate).await;
            }
            Err(error) => {
                attempt = attempt.saturating_add(1);
                shared.tally.read_failed();
                shared.complain(Topic::Users, &error);
                retry(&shared, attempt, error.retry_after().unwrap_or_default()).await;
            }
        }
    }
}

async fn retry(shared: &Shared, attempt: u32, asked: Duration) {
    let wait = shared.timing.backoff(attempt).max(asked);
    let at = Clock::Real
        .now()
        .plus(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
    let _told = shared.tally.attempt(at, attempt);
    sleep(wait).await;
}

fn complete(shared: &Shared) {
    shared.mailbox.post(News::UsersComplete);
    shared.tally.note(|notes| notes.enumerated = true);
}

/// Reads all pages once. Each is told as it comes, so that rows show before the last page is in.
async fn list(shared: &Arc<Shared>, round: u32, urgency: Urgency) -> Result<(), Error> {
    let first = page(shared, 1, urgency).await?;
    let (last, at_a_time) = match pages(&first) {
        Some(last) => (last, PAGES_AT_A_TIME),
        // Nobody says how many there are: one after the other, to the first empty one.
        None => (MOST_PAGES, 1),
    };
    let rest = stream::iter(2..=last)
        .map(|number| page(shared, number, urgency))
        .buffered(at_a_time);
    let mut pages = std::pin::pin!(stream::iter([Ok(first)]).chain(rest));
    while let Some(page) = pages.next().await {
        let page = page?;
        shared.tally.read_worked();
        if page.users.is_empty() && page.faults.is_empty() {
            break;
        }
        if !take(shared, page, round) {
            break;
        }
    }
    Ok(())
}

async fn page(shared: &Shared, number: u32, urgency: Urgency) -> Result<UsersPage, Error> {
    shared.mailbox.room().await;
    shared.client.users_page(number, urgency).await
}

/// How many pages there are, if the organisation says; never more than we would read.
fn pages(first: &UsersPage) -> Option<u32> {
    let from_total = || {
        first
            .total
            .map(|total| u32::try_from(total.div_ceil(PAGE.into())).unwrap_or(u32::MAX))
    };
    first
        .page_count
        .or_else(from_total)
        .map(|pages| pages.min(MOST_PAGES))
}

/// Tells of a page and takes its users in. False when there is no room for more.
fn take(shared: &Arc<Shared>, page: UsersPage, round: u32) -> bool {
    shared.complain_of(&page.faults);
    let ids: Vec<UserId> = page.users.iter().map(|user| user.id.clone()).collect();
    shared.mailbox.post(News::Users {
        users: page.users,
        total: page.total,
    });
    shared.admit(ids.iter(), round);
    let full = lock(&shared.roster).is_full();
    if full {
        let text = format!(
            "The organisation lists more than {MOST_USERS} users; the first {MOST_USERS} are watched. Name those to watch in registrations.users."
        );
        shared.mailbox.post(News::Problem(Problem {
            trouble: Trouble::Partial,
            text: text.into(),
        }));
    }
    !full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absurd_count_of_pages_is_bounded() {
        let said = |page_count, total| {
            pages(&UsersPage {
                total,
                page_count,
                ..UsersPage::default()
            })
        };
        assert_eq!(said(Some(3), Some(9_999)), Some(3));
        assert_eq!(said(None, Some(201)), Some(3));
        assert_eq!(said(Some(u32::MAX), None), Some(MOST_PAGES));
        assert_eq!(said(None, Some(u64::MAX)), Some(MOST_PAGES));
        assert_eq!(said(None, None), None);
    }
}
