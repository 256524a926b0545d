use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use super::words::Guest;
use super::*;
use crate::record::frame::FrameSort;
use crate::store::Store;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::Status;

fn place(folder: &tempfile::TempDir) -> SharePlace {
    SharePlace {
        path: folder.path().join("s"),
        group: None,
    }
}

/// A reader without a loop: it turns when it is asked to.
async fn reader(place: &SharePlace) -> (Server, Desk) {
    let desk = Desk::default();
    let turning = desk.clone();
    let ask: Ask = Arc::new(move |asked| {
        if asked == ShareAsk::Turn {
            turning.look(&Store::default(), &Status::default(), Clock::Real.now());
        }
    });
    let hello = Hello {
        epoch: 7,
        ..Hello::default()
    };
    let server = Server::start(place, Offer::Own, hello, desk.clone(), ask).await;
    (server.unwrap(), desk)
}

async fn guest(place: &SharePlace, hello: Hello) -> UnixStream {
    let mut stream = UnixStream::connect(&place.path).await.unwrap();
    let guest = Guest {
        hello,
        operator: "ana".into(),
        looks: false,
    };
    let frame = wire::frame(FrameSort::Head, Millis(0), 0, &guest).unwrap();
    stream.write_all(&frame).await.unwrap();
    stream
}

#[tokio::test]
async fn who_takes_nothing_is_dropped_and_nobody_waits_for_him() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(&folder);
    let (server, desk) = reader(&place).await;
    let mut idle = guest(&place, Hello::default().versions()).await;
    while wire::next(&mut idle, wire::Trust::Reader)
        .await
        .unwrap()
        .unwrap()
        .sort
        != FrameSort::Still
    {}
    // What cannot be squeezed, handed over as fast as it is taken; made once, since that takes longer than to send it.
    let mut random = fastrand::Rng::with_seed(1);
    let words = |_| -> String { (0..50_000).map(|_| random.alphanumeric()).collect() };
    let words: Vec<crate::text::Text> = (0..64).map(words).map(Into::into).collect();
    let dropped = async {
        loop {
            for words in &words {
                desk.say(Millis(1), Said::Notice(words.clone()));
            }
            let standing = look(&place.path, &"ben".into()).await.unwrap();
            if standing.beat.dropped == 1 {
                return standing;
            }
        }
    };
    let standing = tokio::time::timeout(Duration::from_secs(180), dropped).await;
    assert_eq!(standing.unwrap().beat.attached, 0);
    // What it was told before is whole, and then it is told why there is no more.
    let last = async {
        let mut last = None;
        while let Ok(Some(frame)) = wire::next(&mut idle, wire::Trust::Reader).await {
            last = Some(frame);
        }
        last.unwrap()
    };
    let last = tokio::time::timeout(Duration::from_secs(60), last)
        .await
        .unwrap();
    assert_eq!(last.sort, FrameSort::End);
    let why: crate::text::Text = last.read().unwrap();
    assert!(why.to_string().contains("read too slowly"), "{why}");
    server.stop().await;
    assert!(!place.path.exists(), "the socket goes with its reader");
}

#[tokio::test]
async fn another_version_is_told_so_and_the_end_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(&folder);
    let (server, _desk) = reader(&place).await;
    let other = Hello {
        schema: 99,
        ..Hello::default().versions()
    };
    let mut refused = guest(&place, other).await;
    let hello = wire::next(&mut refused, wire::Trust::Reader)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(hello.read::<Hello>().unwrap().epoch, 7);
    let end = wire::next(&mut refused, wire::Trust::Reader)
        .await
        .unwrap()
        .unwrap();
    let why: crate::text::Text = end.read().unwrap();
    assert!(why.to_string().contains("another version"), "{why}");

    let mut followed = guest(&place, Hello::default().versions()).await;
    while wire::next(&mut followed, wire::Trust::Reader)
        .await
        .unwrap()
        .unwrap()
        .sort
        != FrameSort::Still
    {}
    server.stop().await;
    let mut last = None;
    while let Ok(Some(frame)) = wire::next(&mut followed, wire::Trust::Reader).await {
        last = Some(frame);
    }
    let why: crate::text::Text = last.unwrap().read().unwrap();
    assert_eq!(why.to_string(), "the reader was ended");
    let mut rest = Vec::new();
    let _ = followed.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
}

#[test]
fn nothing_that_comes_is_more_than_it_may_be() {
    let most = crate::record::frame::SMALL;
    let large = vec![0_u8; usize::try_from(most).unwrap() + 1];
    let squeezed = zstd::bulk::compress(&large, 3).unwrap();
    assert!(squeezed.len() < 1_000);
    let opened = crate::record::frame::opened::<ShareAsk>(&squeezed, most);
    assert!(
        opened.is_err(),
        "by its content, or by the window that it asks for"
    );
    let mut random = fastrand::Rng::with_seed(3);
    for length in 0..400 {
        let bytes: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
        assert!(keyframe(&bytes).is_err());
        let packed = zstd::bulk::compress(&bytes, 3).unwrap();
        assert!(keyframe(&packed).is_err());
    }
}
