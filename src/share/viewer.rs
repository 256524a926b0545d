//! The viewer's side: a source of news that is somebody else's reading, and what becomes of it when that ends.

mod link;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use self::link::{Link, Parted};
pub use self::link::{ShareStanding, look};
use super::desk::Desk;
use super::place::{Offer, SharePlace};
use super::server::{Ask, Server, ShareError};
use super::words::{Hello, ShareAsk};
use crate::cloud::supervisor::Reconnect;
use crate::feed::{Instruction, Mailbox, Organisation, Running, Source};
use crate::text::Text;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::{Broken, News, ShareNews};

/// What is to be asked of the reader, or of oneself, waits here; beyond that it is left out.
const WAITING: usize = 64;

/// Users who are asked for by name; beyond that everything known is.
const FEW: usize = 64;

/// A reading that others may share: attached where somebody reads, or read oneself where that is wanted.
pub struct Attachable {
    /// Where a reader is, or is to be.
    pub place: SharePlace,
    /// Of what, and who asks.
    pub hello: Hello,
    /// Who is at the console.
    pub operator: Text,
    /// Whether this one becomes the reader where there is none.
    pub take_over: bool,
    /// What is read then, or when a person says so.
    pub organisation: Organisation,
    /// Where the loop hands over what it is told, for when this one reads.
    pub desk: Desk,
    /// How the loop is asked, then.
    pub ask: Ask,
}

impl Source for Arc<Attachable> {
    fn start(&self, mailbox: Arc<Mailbox>) -> Box<dyn Running> {
        let (to, instructions) = mpsc::channel(WAITING);
        let itself: Itself = Arc::default();
        let keeper = Keeper {
            way: Arc::clone(self),
            mailbox,
            instructions,
            itself: Arc::clone(&itself),
            epoch: 0,
        };
        Box::new(Follows {
            to,
            itself,
            task: tokio::spawn(keeper.run()).abort_handle(),
        })
    }
}

/// The organisation's own feeds, once this console reads it.
type Itself = Arc<Mutex<Option<Box<dyn Running>>>>;

/// A running attachment. Dropping this ends it.
struct Follows {
    to: mpsc::Sender<Instruction>,
    itself: Itself,
    task: AbortHandle,
}

impl Running for Follows {
    fn instruct(&self, instruction: Instruction) {
        let itself = self.itself.lock().unwrap_or_else(PoisonError::into_inner);
        match itself.as_ref() {
            Some(feeds) => feeds.instruct(instruction),
            // What there is no room for is asked for again by whoever misses it.
            None => drop(self.to.try_send(instruction)),
        }
    }
}

impl Drop for Follows {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Keeps this console told.
struct Keeper {
    way: Arc<Attachable>,
    mailbox: Arc<Mailbox>,
    instructions: mpsc::Receiver<Instruction>,
    itself: Itself,
    /// The latest reader that was heard. One of before it has been replaced.
    epoch: u64,
}

impl Keeper {
    async fn run(mut self) {
        let reconnect = Reconnect {
            least: std::time::Duration::from_millis(250),
            most: std::time::Duration::from_secs(5),
            ..Reconnect::default()
        };
        let (mut attempt, mut broken) = (0, None);
        loop {
            let parted = self.follow(&mut broken).await;
            match parted {
                Parted::Directed => return self.read_alone(),
                Parted::Paused => {
                    if self.rest_until_resumed().await {
                        return self.read_alone();
                    }
                    continue;
                }
                Parted::Lost { why, lived } => {
                    if lived {
                        attempt = 0;
                    }
                    self.tell_broken(why, &mut broken);
                }
            }
            if self.way.take_over {
                match self.take_over().await {
                    // It shares as long as this console lives.
                    Ok(server) => return keep(server).await,
                    Err(ShareError::Taken(_)) => {}
                    Err(error) => self.tell_broken(error.to_string().into(), &mut broken),
                }
            }
            attempt += 1;
            if self.rest(reconnect.wait(attempt)).await {
                return self.read_alone();
            }
        }
    }

    /// Follows one connection to its end.
    async fn follow(&mut self, broken: &mut Option<Millis>) -> Parted {
        let mut link = match Link::open(&self.way, self.epoch).await {
            Ok(link) => link,
            Err(why) => return Parted::lost(why),
        };
        self.epoch = link.epoch();
        let mut following = true;
        loop {
            tokio::select! {
                biased;
                instruction = self.instructions.recv(), if following => match instruction {
                    Some(Instruction::Direct) => return Parted::Directed,
                    Some(Instruction::Pause(true)) => return Parted::Paused,
                    Some(instruction) => {
                        if let Some(asked) = asked(instruction) {
                            link.ask(&asked).await;
                        }
                    }
                    None => following = false,
                },
                heard = link.hear(&self.mailbox) => match heard {
                    Ok(true) => {
                        *broken = None;
                        if link.can_tell_more() {
                            link.ask(&ShareAsk::Keyframe).await;
                        }
                    }
                    Ok(false) => {}
                    Err(why) => return Parted::Lost { why, lived: link.is_live() },
                },
            }
        }
    }

    fn tell_broken(&self, link: Text, broken: &mut Option<Millis>) {
        let since = *broken.get_or_insert_with(|| Clock::Real.now());
        let told = ShareNews::Broken(Broken { link, since });
        self.mailbox.post(News::Share(Box::new(told)));
    }

    /// Waits between two attempts; true where a person wants to read alone.
    async fn rest(&mut self, wait: std::time::Duration) -> bool {
        let over = tokio::time::sleep(wait);
        let mut over = std::pin::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return false,
                Some(instruction) = self.instructions.recv() => {
                    if instruction == Instruction::Direct {
                        return true;
                    }
                }
            }
        }
    }

    /// Quiet is asked for: nothing is told until it is no longer. True where a person wants to read alone.
    async fn rest_until_resumed(&mut self) -> bool {
        use crate::vocabulary::news::{Link, Status};
        let status = Status {
            link: Link::Paused,
            ..Status::default()
        };
        let mut broken = None;
        self.tell_broken("this console is paused".into(), &mut broken);
        self.mailbox.post(News::Status(status));
        while let Some(instruction) = self.instructions.recv().await {
            match instruction {
                Instruction::Pause(false) => return false,
                Instruction::Direct => return true,
                _ => {}
            }
        }
        std::future::pending().await
    }

    /// Becomes the reader where nobody is. The lock decides which of many.
    async fn take_over(&self) -> Result<Server, ShareError> {
        let way = &self.way;
        let epoch = Clock::Real.now().0.cast_unsigned().max(self.epoch + 1);
        let hello = Hello {
            epoch,
            ..way.hello.clone()
        };
        let (desk, ask) = (way.desk.clone(), Arc::clone(&way.ask));
        let server = Server::start(&way.place, Offer::Own, hello, desk, ask).await?;
        self.begin(true);
        Ok(server)
    }

    fn read_alone(self) {
        self.begin(false);
    }

    /// Reads the organisation from now on.
    fn begin(&self, shared: bool) {
        let told = ShareNews::Reads { shared };
        self.mailbox.post(News::Share(Box::new(told)));
        let feeds = self.way.organisation.start(Arc::clone(&self.mailbox));
        *self.itself.lock().unwrap_or_else(PoisonError::into_inner) = Some(feeds);
    }
}

async fn keep(server: Server) {
    std::future::pending::<()>().await;
    drop(server);
}

/// What an instruction asks of the reader; none is nothing.
fn asked(instruction: Instruction) -> Option<ShareAsk> {
    Some(match instruction {
        Instruction::Reread(users) if users.len() > FEW => ShareAsk::Keyframe,
        Instruction::Reread(users) => ShareAsk::Reread(users),
        Instruction::RereadCarriers => ShareAsk::Carriers,
        Instruction::RereadCallbacks => ShareAsk::Callbacks,
        Instruction::RereadInteractions => ShareAsk::Interactions,
        Instruction::Alerts(ask) => ShareAsk::Alerts(ask),
        Instruction::Wrote(line) => ShareAsk::Wrote(line),
        Instruction::Pins(ask) => ShareAsk::Pins(ask),
        Instruction::Keyframe => ShareAsk::Keyframe,
        Instruction::Attend(_)
        | Instruction::Acknowledge(_)
        | Instruction::Pause(_)
        | Instruction::Direct => return None,
    })
}
