//! Who there is to watch: named by the profile, or listed by the organisation page by page.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::sleep;

use super::complaints::ProblemKind;
use super::lock;
use super::roster::MOST_USERS;
use super::shared::Shared;
use crate::cloud::extent::Extent;
use crate::cloud::pages::Page;
use crate::cloud::{Error, Urgency};
use crate::model::UserId;
use crate::model::registration::User;
use crate::text::Text;
use crate::time::Clock;
use crate::vocabulary::news::News;

/// Pages asked for at a time, after the first.
const PAGES_AT_A_TIME: usize = 4;
/// Users on a page (contract §3).
const PAGE: u32 = 100;
/// Pages read at most, whatever the organisation says there are.
const MOST_PAGES: u32 = 10_000;
/// A list of which pages failed is read again so many times sooner than a whole one.
const SOONER: u32 = 10;

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
    let mut quiet = shared.quiet();
    let (mut round, mut attempt) = (0u32, 0u32);
    loop {
        quiet.over().await;
        round = round.wrapping_add(1);
        // The first list is awaited by a person and takes turns with the first reads: whoever is not listed yet has no
        // stream either. The later ones are awaited by nobody.
        let known = shared.tally.notes().enumerated;
        let urgency = if known {
            Urgency::Poll
        } else {
            Urgency::Resync
        };
        match list(&shared, round, urgency).await {
            Ok(Reach::Whole) => {
                attempt = 0;
                // Before the list is called whole: nothing more may come of those who left.
                shared.dismiss_absent(round);
                complete(&shared);
                tokio::select! {
                    () = sleep(shared.timing.reenumerate) => {}
                    () = someone_is_missing(&shared) => {}
                }
            }
            Ok(Reach::Part { again, why }) => {
                attempt = 0;
                // Whoever is not among these may still be there: nobody is let go.
                if let Some(why) = why {
                    partial(&shared, &why);
                }
                shared.tally.note(|notes| notes.enumerated = true);
                sleep(again).await;
            }
            Err(error) => {
                attempt = attempt.saturating_add(1);
                shared.tally.read_failed();
                shared.complain(ProblemKind::Users, &error);
                retry(&shared, attempt, error.retry_after().unwrap_or_default()).await;
            }
        }
    }
}

/// Waits until the list is old enough to be read again, and someone on it is not there.
async fn someone_is_missing(shared: &Shared) {
    sleep(shared.timing.relist).await;
    shared.relist.notified().await;
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

/// How much of the list was read.
enum Reach {
    /// All of it.
    Whole,
    /// Not all, or nobody can tell.
    Part {
        /// When it is read again.
        again: Duration,
        /// Why it is not whole; none where entries could not be read, which are told one by one.
        why: Option<String>,
    },
}

/// Reads all pages once. Each is told as it comes, so that rows show before the last page is in; one that cannot be read
/// costs only itself, unless it is the first.
async fn list(shared: &Arc<Shared>, round: u32, urgency: Urgency) -> Result<Reach, Error> {
    let mut extent = Extent::new(MOST_PAGES);
    let first = page(shared, 1, urgency).await?;
    let mut readable = first.faults.is_empty();
    let mut room = take(shared, (1, first), round, &mut extent);
    let mut reads = FuturesOrdered::new();
    let mut next = 2;
    while room {
        while reads.len() < PAGES_AT_A_TIME && next <= extent.last() {
            let number = next;
            reads.push_back(page(shared, number, urgency).map(move |page| (number, page)));
            next += 1;
        }
        match reads.next().await {
            Some((number, Ok(page))) => {
                readable &= page.faults.is_empty();
                room = take(shared, (number, page), round, &mut extent);
            }
            Some((_, Err(error))) => {
                shared.tally.read_failed();
                extent.failed(error);
            }
            None => break,
        }
    }
    let why = extent.shortfall().filter(|_| room);
    if why.is_none() && readable {
        return Ok(Reach::Whole);
    }
    let seldom = shared.timing.reenumerate;
    Ok(Reach::Part {
        // What failed may work soon; what the organisation has wrong stays so.
        again: extent.why().map_or(seldom, |_| seldom / SOONER),
        why,
    })
}

async fn page(shared: &Shared, number: u32, urgency: Urgency) -> Result<Page<User>, Error> {
    shared.mailbox.room().await;
    shared.client.users_page(number, urgency).await
}

/// Tells of a page and takes its users in. False when there is no room for more.
fn take(
    shared: &Arc<Shared>,
    (number, mut page): (u32, Page<User>),
    round: u32,
    extent: &mut Extent,
) -> bool {
    shared.tally.read_worked();
    shared.complain_of(&std::mem::take(&mut page.faults));
    let total = page.sheet.total;
    let users = page.into_fresh(number, extent);
    let ids: Vec<UserId> = users.iter().map(|user| user.id.clone()).collect();
    shared.mailbox.post(News::Users { users, total });
    shared.admit(ids.iter(), round);
    let full = lock(&shared.roster).is_full();
    if full {
        let text = format!(
            "The organisation lists more than {MOST_USERS} users; the first {MOST_USERS} are watched. Name those to watch in registrations.users."
        );
        partial(shared, &text);
    }
    !full
}

/// Not everyone is watched, or nobody can tell.
fn partial(shared: &Shared, why: &str) {
    shared.say(ProblemKind::Users, format!("Users: {why}"));
}
