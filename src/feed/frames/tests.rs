use proptest::prelude::*;
use rmp::Marker;
use rmp::encode::{write_bin, write_map_len, write_nil, write_sint, write_str, write_uint};

use super::*;

/// The contract's own examples, length included.
const ACKNOWLEDGEMENT: &str = "0000004f83a454797065d200000002a75061796c6f6164c4277b22737461747573223a2261636b222c22636f7272656c6174696f6e5f6964223a22632d31227da954696d657374616d70d3000001901c32a700";
const UPDATE: &str = "000000fe83a454797065d200000001a75061796c6f6164c4d67b226964223a2263625f39663865376436632d3561346233633264222c22737461747573223a227363686564756c6564222c2263616c6c6261636b5f6e756d626572223a222b3134313535353530313939222c2263616c6c6261636b5f74696d65223a22323032342d30362d31355431343a30303a30302e3030305a222c2271756575655f6964223a2271756575655f3132333435222c22726561736f6e223a22546563686e6963616c20737570706f727420657363616c6174696f6e222c22636f7272656c6174696f6e5f6964223a22632d31227da954696d657374616d70d3000001901c32a77b";
const EMPTY: &str =
    "0000002883a454797065d200000001a75061796c6f6164c400a954696d657374616d70d30000000000000000";

const RESERVATION: &str = r#"{"id":"cb_9f8e7d6c-5a4b3c2d","status":"scheduled","callback_number":"+14155550199","callback_time":"2024-06-15T14:00:00.000Z","queue_id":"queue_12345","reason":"Technical support escalation","correlation_id":"c-1"}"#;

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// The frames in a stream of bytes that came in pieces that end at these places.
fn joined(stream: &[u8], cuts: &[usize]) -> Vec<Bytes> {
    let mut joiner = Joiner::default();
    let mut frames = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([stream.len()]) {
        let to = to.clamp(from, stream.len());
        joiner.push(&stream[from..to]);
        while let Some(frame) = joiner.cut().unwrap() {
            frames.push(frame);
        }
        from = to;
    }
    assert_eq!(joiner.pending(), 0);
    frames
}

fn only(hex: &str) -> Frame {
    let frames = joined(&bytes(hex), &[]);
    assert_eq!(frames.len(), 1);
    Frame::read(&frames[0]).unwrap()
}

/// A frame of one's own making, with its length.
fn framed(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[..], body].concat()
}

#[test]
fn the_contract_s_acknowledgement_is_written_byte_for_byte() {
    let ours = Frame::acknowledgement("c-1", 1_718_460_000_000);
    assert_eq!(ours, bytes(ACKNOWLEDGEMENT));
    let read = only(ACKNOWLEDGEMENT);
    assert_eq!(read.kind, FrameKind::Acknowledgement);
    assert_eq!(
        &read.payload[..],
        br#"{"status":"ack","correlation_id":"c-1"}"#
    );
    assert_eq!(read.timestamp, 1_718_460_000_000);
}

#[test]
fn the_contract_s_update_and_its_empty_payload_are_read() {
    let update = only(UPDATE);
    assert_eq!(update.kind, FrameKind::Update);
    assert_eq!(update.payload, RESERVATION.as_bytes());
    assert_eq!(update.timestamp, 1_718_460_000_123);
    let empty = only(EMPTY);
    assert_eq!(
        (empty.kind, empty.payload.len(), empty.timestamp),
        (FrameKind::Update, 0, 0)
    );
}

#[test]
fn every_cut_of_the_three_examples_gives_the_same_frames() {
    let stream = [bytes(UPDATE), bytes(EMPTY), bytes(ACKNOWLEDGEMENT)].concat();
    let whole = joined(&stream, &[]);
    assert_eq!(whole.len(), 3);
    for cut in 0..=stream.len() {
        assert_eq!(joined(&stream, &[cut]), whole, "cut at {cut}");
    }
    let bytewise: Vec<usize> = (0..stream.len()).collect();
    assert_eq!(joined(&stream, &bytewise), whole);
}

#[test]
fn a_length_over_a_mebibyte_ends_the_stream_and_says_so() {
    let mut joiner = Joiner::default();
    joiner.push(&bytes(UPDATE));
    joiner.push(&[0, 16, 0, 1, 0x80]);
    assert!(joiner.cut().unwrap().is_some());
    let error = joiner.cut().unwrap_err();
    assert_eq!(error.length, 1_048_577);
    assert!(error.to_string().contains("1048577 bytes"), "{error}");
    joiner.push(&bytes(UPDATE));
    assert_eq!(
        joiner.cut(),
        Err(error),
        "what follows is not a frame, whatever it looks like"
    );
    assert_eq!(joiner.pending(), 0);
    let mut joiner = Joiner::default();
    joiner.push(&[0, 16, 0, 0]);
    assert_eq!(joiner.cut(), Ok(None), "a mebibyte is allowed");
}

#[test]
fn integers_of_any_width_keys_in_any_order_and_keys_of_others_are_read() {
    let wide = |marker: Marker, be: &[u8]| [&[marker.to_u8()], be].concat();
    let ones = [
        vec![1],
        wide(Marker::U8, &[1]),
        wide(Marker::U16, &[0, 1]),
        wide(Marker::U32, &[0, 0, 0, 1]),
        wide(Marker::U64, &[0, 0, 0, 0, 0, 0, 0, 1]),
        wide(Marker::I8, &[1]),
        wide(Marker::I16, &[0, 1]),
        wide(Marker::I32, &[0, 0, 0, 1]),
        wide(Marker::I64, &[0, 0, 0, 0, 0, 0, 0, 1]),
    ];
    for one in &ones {
        let mut body = Vec::new();
        write_map_len(&mut body, 5).unwrap();
        write_str(&mut body, "Timestamp").unwrap();
        body.extend(one);
        write_str(&mut body, "extra").unwrap();
        body.extend([0x92, 0xc3, 0x81, 0xa1, b'k', 0xcb, 0, 0, 0, 0, 0, 0, 0, 0]); // [true, {"k": 0.0}]
        write_str(&mut body, "Payload").unwrap();
        write_bin(&mut body, b"{}").unwrap();
        write_str(&mut body, "Nil").unwrap();
        write_nil(&mut body).unwrap();
        write_str(&mut body, "Type").unwrap();
        body.extend(one);
        let frame = Frame::read(&body.into()).unwrap();
        assert_eq!(
            (frame.kind, &frame.payload[..], frame.timestamp),
            (FrameKind::Update, &b"{}"[..], 1)
        );
    }
}

#[test]
fn a_nil_payload_is_an_empty_one_and_a_type_beyond_the_contract_is_kept_apart() {
    let mut body = Vec::new();
    write_map_len(&mut body, 3).unwrap();
    write_str(&mut body, "Type").unwrap();
    write_uint(&mut body, 7).unwrap();
    write_str(&mut body, "Payload").unwrap();
    write_nil(&mut body).unwrap();
    write_str(&mut body, "Timestamp").unwrap();
    write_sint(&mut body, -5).unwrap();
    let frame = Frame::read(&body.into()).unwrap();
    assert_eq!(
        (frame.kind, frame.payload.len(), frame.timestamp),
        (FrameKind::Other(7), 0, -5)
    );
}

#[test]
fn what_is_no_frame_says_why() {
    let reason = |body: &[u8]| Frame::read(&Bytes::copy_from_slice(body)).unwrap_err();
    assert!(reason(&[0x80]).raw().contains("Type"), "a map without keys");
    for body in [
        &b""[..],
        &[0xc0],
        &[0xa3, b'a'],
        &[0xc1],
        &[0x83],
        b"{\"Type\":1}",
    ] {
        assert!(!reason(body).is_empty(), "{body:?}");
    }
    // A bin that says it is 4 GiB long is not believed.
    let mut body = bytes(EMPTY)[4..].to_vec();
    let bin = body.iter().position(|byte| *byte == 0xc4).unwrap();
    body.splice(bin..bin + 2, [0xc6, 0xff, 0xff, 0xff, 0xff]);
    assert!(!reason(&body).is_empty());
    // A number beyond 64 bits of sign is no moment.
    let mut body = bytes(EMPTY)[4..].to_vec();
    let at = body.len() - 9;
    body.splice(at.., [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    assert!(!reason(&body).is_empty());
    // Nesting without end is not followed to its end.
    let mut body = vec![0x81, 0xa1, b'x'];
    body.extend(std::iter::repeat_n(0x91, 100_000));
    assert!(!reason(&body).is_empty());
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_are_survived(
        stream in proptest::collection::vec(any::<u8>(), 0..600),
        cuts in proptest::collection::vec(0usize..600, 0..8),
    ) {
        let mut joiner = Joiner::default();
        let mut from = 0;
        for to in cuts.into_iter().chain([stream.len()]) {
            let to = to.clamp(from, stream.len());
            joiner.push(&stream[from..to]);
            while let Ok(Some(frame)) = joiner.cut() {
                let _ = Frame::read(&frame);
            }
            from = to;
        }
    }

    #[test]
    fn a_frame_with_one_byte_changed_is_survived(at in 4usize..258, to: u8) {
        let mut stream = bytes(UPDATE);
        stream[at] = to;
        let _ = Frame::read(&Bytes::from(stream.split_off(4)));
    }

    #[test]
    fn frames_come_out_as_they_went_in_however_they_are_cut(
        bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..20),
        mut cuts in proptest::collection::vec(0usize..2_000, 0..20),
    ) {
        cuts.sort_unstable();
        let stream: Vec<u8> = bodies.iter().flat_map(|body| framed(body)).collect();
        prop_assert_eq!(joined(&stream, &cuts), bodies);
    }

    #[test]
    fn what_is_acknowledged_is_what_was_said(id in ".{0,40}", at: i64) {
        let frames = joined(&Frame::acknowledgement(&id, at), &[]);
        let frame = Frame::read(&frames[0]).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&frame.payload).unwrap();
        prop_assert_eq!(frame.timestamp, at);
        prop_assert_eq!(body["correlation_id"].as_str(), Some(id.as_str()));
        prop_assert_eq!(body["status"].as_str(), Some("ack"));
    }
}
