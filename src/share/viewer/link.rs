//! One connection to a reader, as far as it goes.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::Attachable;
use crate::feed::Mailbox;
use crate::record::frame::FrameSort;
use crate::record::{Moment, Told};
use crate::share::SILENCE;
use crate::share::wire::{self, Trust, WireFrame};
use crate::share::words::{Beat, Guest, Hello, Said, ShareAsk};
use crate::text::Text;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::{News, ShareNews, Sharing};

/// How long a reader may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(3);

/// Frames that wait to be taken in.
const AHEAD: usize = 16;

/// Why a connection is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parted {
    /// It is gone, and is opened again.
    Lost {
        /// Which link, and why.
        why: Text,
        /// Whether anything was told over it.
        lived: bool,
    },
    /// Quiet is asked for.
    Paused,
    /// A person wants to read the organisation directly.
    Directed,
}

impl Parted {
    pub(super) fn lost(why: Text) -> Self {
        Self::Lost { why, lived: false }
    }
}

/// A connection on which a reader has said who it is.
pub(super) struct Link {
    hello: Hello,
    frames: mpsc::Receiver<io::Result<WireFrame>>,
    write: OwnedWriteHalf,
    /// The number told last; none before the keyframe.
    number: Option<u64>,
    live: bool,
    /// Whether the reader had read everyone by its last beat.
    all_read: bool,
    /// Whether it had when it told everything that it knew; what it said nothing of may still be here.
    partial: bool,
    /// When it was heard last.
    heard: Instant,
}

impl Link {
    /// Connects, and hears who is there. The error says which link is broken, and why.
    pub(super) async fn open(way: &Attachable, heard: u64) -> Result<Self, Text> {
        let (hello, frames, write) = greeted(&way.place.path, way, false).await?;
        if let Some(why) = hello.differs(&way.hello.clone().versions()) {
            return Err(why.into());
        }
        if hello.epoch < heard {
            return Err("a reader that has been replaced still answers".into());
        }
        Ok(Self {
            hello,
            frames,
            write,
            number: None,
            live: false,
            all_read: false,
            partial: false,
            heard: Instant::now(),
        })
    }

    pub(super) fn epoch(&self) -> u64 {
        self.hello.epoch
    }

    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// Whether the reader has read everyone since it told what it knew: what it does not name then is gone, so that all of it is to
    /// be asked for, once.
    pub(super) fn can_tell_more(&mut self) -> bool {
        let more = self.partial && self.all_read;
        self.partial &= !more;
        more
    }

    /// Asks something of the reader; one that does not take it is noticed by its silence.
    pub(super) async fn ask(&mut self, asked: &ShareAsk) {
        if let Ok(frame) = wire::frame(FrameSort::News, Clock::Real.now(), 0, asked) {
            let _ = timeout(PATIENCE, self.write.write_all(&frame)).await;
        }
    }

    /// Takes in the next frame; true for a beat, after which everything is as fresh as the reader's. Cancel-safe.
    pub(super) async fn hear(&mut self, mailbox: &Mailbox) -> Result<bool, Text> {
        let host = self.hello.host.clone();
        // Answers are never dropped: what there is no room for waits at the reader, which drops who takes too little.
        let next = async {
            mailbox.room().await;
            self.frames.recv().await
        };
        let Ok(frame) = timeout_at(self.heard + SILENCE, next).await else {
            return Err(Text::from(format!(
                "the reader on {host} has said nothing for {} s",
                SILENCE.as_secs()
            )));
        };
        let ended = |why: String| Text::from(format!("reader on {host} to this console: {why}"));
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Err(ended(error.to_string())),
            None => return Err(Text::from(format!("the reader on {host} is gone"))),
        };
        self.heard = Instant::now();
        match frame.sort {
            FrameSort::Still => {
                // What is told goes on meanwhile, so that nothing is left out.
                if let Some(number) = self.number.filter(|number| *number != frame.number) {
                    let why = format!("all up to {} follows {number}", frame.number);
                    return Err(ended(why));
                }
                self.number = Some(frame.number);
                self.partial = !self.all_read;
                post(mailbox, keyframe(&frame, self.all_read));
                Ok(false)
            }
            FrameSort::News => self.told(&frame, mailbox).map_err(ended),
            FrameSort::End => {
                let why: Text = frame.read().unwrap_or_default();
                Err(ended(why.to_string()))
            }
            FrameSort::Head
            | FrameSort::Names
            | FrameSort::Sample
            | FrameSort::Delta
            | FrameSort::Figures => Err(ended("it says what is not expected".into())),
        }
    }

    fn told(&mut self, frame: &WireFrame, mailbox: &Mailbox) -> Result<bool, String> {
        let said: Said = frame.read().map_err(|error| error.to_string())?;
        if let Said::Beat(beat) = said {
            return self.beat(frame.number, &beat, mailbox);
        }
        // What was told before the keyframe is in it.
        let Some(number) = self.number else {
            return Ok(false);
        };
        if frame.number != number + 1 {
            return Err(format!("{} follows {number}", frame.number));
        }
        self.number = Some(frame.number);
        match said {
            Said::Told(moment) => post_all(mailbox, moment),
            Said::Problem(problem) => mailbox.post(News::Problem(problem)),
            Said::Notice(text) => mailbox.post(News::Notice(text)),
            Said::Wrote(line) => post(mailbox, ShareNews::Wrote(line)),
            Said::Pins(list, said) => post(mailbox, ShareNews::Pins(list, said)),
            Said::Beat(_) => {}
        }
        Ok(false)
    }

    fn beat(&mut self, last: u64, beat: &Beat, mailbox: &Mailbox) -> Result<bool, String> {
        let status = &beat.status;
        self.all_read = status.enumerated && status.read >= status.users;
        let Some(number) = self.number else {
            return Ok(false);
        };
        if beat.epoch != self.hello.epoch || last != number {
            return Err(format!("its beat says {last}, and {number} was heard last"));
        }
        self.live = true;
        let sharing = Sharing {
            host: self.hello.host.clone(),
            attached: beat.attached,
        };
        post(mailbox, ShareNews::Attached(sharing));
        mailbox.post(News::Status(beat.status));
        Ok(true)
    }
}

fn keyframe(frame: &WireFrame, whole: bool) -> ShareNews {
    ShareNews::Keyframe {
        at: frame.at,
        whole,
        packed: frame.block.clone(),
    }
}

fn post(mailbox: &Mailbox, told: ShareNews) {
    mailbox.post(News::Share(Box::new(told)));
}

fn post_all(mailbox: &Mailbox, moment: Moment) {
    for told in moment.told {
        match told {
            // What a reader says of itself and of its share is not for others to say.
            Told::News(news) if Told::concerns(&news) => mailbox.post(news),
            Told::News(_)
            | Told::Wrote(_)
            | Told::Hole
            | Told::Latency(_)
            | Told::Known { .. }
            | Told::Packed { .. } => {}
            Told::Alerts(book) => post(mailbox, ShareNews::Alerts(book)),
            Told::AlertsSince(news) => post(mailbox, ShareNews::AlertsSince(news)),
            Told::Interactions {
                interactions,
                faults,
            } => post(
                mailbox,
                ShareNews::Interactions {
                    interactions,
                    faults,
                },
            ),
        }
    }
}

type Greeted = (Hello, mpsc::Receiver<io::Result<WireFrame>>, OwnedWriteHalf);

async fn greeted(path: &Path, way: &Attachable, looks: bool) -> Result<Greeted, Text> {
    let guest = Guest {
        hello: way.hello.clone().versions(),
        operator: way.operator.clone(),
        looks,
    };
    greet(path, &guest).await
}

async fn greet(path: &Path, guest: &Guest) -> Result<Greeted, Text> {
    let shown = path.to_string_lossy().into_owned();
    let at = |why: String| Text::from(format!("the reader at {shown}: {why}"));
    let connected = timeout(PATIENCE, UnixStream::connect(path)).await;
    let stream = match connected {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            return Err(at("it is gone".to_owned()));
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            return Err(at("it has ended".to_owned()));
        }
        Ok(Err(error)) => return Err(at(error.to_string())),
        Err(_) => return Err(at("it does not answer".to_owned())),
    };
    let (read, mut write) = stream.into_split();
    let frame = wire::frame(FrameSort::Head, Clock::Real.now(), 0, guest);
    let frame = frame.map_err(|error| at(error.to_string()))?;
    let sent = timeout(PATIENCE, write.write_all(&frame)).await;
    if !matches!(sent, Ok(Ok(()))) {
        tracing::debug!("the reader did not take who this is");
    }
    let mut frames = ahead(read);
    let first = timeout(PATIENCE, frames.recv()).await;
    let first = match first {
        Ok(Some(Ok(first))) => first,
        Ok(Some(Err(error))) => return Err(at(error.to_string())),
        Ok(None) => return Err(at("it hung up".to_owned())),
        Err(_) => return Err(at("it does not answer".to_owned())),
    };
    match first.sort {
        FrameSort::Head => {
            let hello: Hello = first.read().map_err(|error| at(error.to_string()))?;
            Ok((hello, frames, write))
        }
        FrameSort::End => {
            let why: Text = first.read().unwrap_or_default();
            Err(at(why.to_string()))
        }
        _ => Err(at("it is no reader of a share".to_owned())),
    }
}

/// Reads ahead, so that waiting for a frame can be given up between two. It ends with whoever takes them.
fn ahead(mut read: tokio::net::unix::OwnedReadHalf) -> mpsc::Receiver<io::Result<WireFrame>> {
    let (to, frames) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        loop {
            let next = tokio::select! {
                next = wire::next(&mut read, Trust::Reader) => next,
                () = to.closed() => return,
            };
            let next = match next {
                Ok(Some(frame)) => Ok(frame),
                Ok(None) => return,
                Err(error) => Err(error),
            };
            let failed = next.is_err();
            if to.send(next).await.is_err() || failed {
                return;
            }
        }
    });
    frames
}

/// How a share stands, for whoever asks.
#[derive(Clone, Debug)]
pub struct ShareStanding {
    /// Who reads.
    pub hello: Hello,
    /// How it does.
    pub beat: Beat,
    /// When it said so.
    pub at: Millis,
}

/// Asks a reader how it does.
///
/// # Errors
/// Which link is broken, and why.
pub async fn look(path: &Path, operator: &Text) -> Result<ShareStanding, Text> {
    let guest = Guest {
        hello: Hello::default().versions(),
        operator: operator.clone(),
        looks: true,
    };
    let (hello, mut frames, _write) = greet(path, &guest).await?;
    let said = timeout(PATIENCE, frames.recv()).await;
    let Ok(Some(Ok(frame))) = said else {
        return Err("the reader does not say how it does".into());
    };
    match frame.read() {
        Ok(Said::Beat(beat)) => Ok(ShareStanding {
            hello,
            beat: *beat,
            at: frame.at,
        }),
        _ => Err("the reader says what is not expected".into()),
    }
}
