//! Frames that cannot be decoded, each in a way of its own, for `ws-garbage`.

use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Bodies that are wrong in themselves: wrong types, missing fields, no object, unknown event, nothing.
const BODIES: [&str; 6] = [
    r#"{"eventType":"registration","payload":{"userId":7,"deviceId":null,"registered":"yes","codec":[]}}"#,
    r#"{"eventType":"registration","payload":{"registered":true}}"#,
    r#"{"eventType":"registration"}"#,
    "[1,2,3]",
    "not json at all",
    "",
];

/// One undecodable frame; `draw` from 0 up to 1 picks the way, `good` is the frame it comes before.
pub(super) fn frame(draw: f64, good: &Utf8Bytes) -> Message {
    let ways = BODIES.len() + 2;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 8, and a cast saturates: a draw out of range lands on the last way"
    )]
    let way = (draw * ways as f64) as usize;
    match BODIES.get(way) {
        Some(body) => Message::text(*body),
        None if way == BODIES.len() => Message::binary(vec![0xff, 0xfe, 0x00, 0x80]),
        None => Message::text(torn(good)),
    }
}

/// The first half of a good frame.
fn torn(good: &str) -> &str {
    let middle = (0..=good.len() / 2)
        .rev()
        .find(|at| good.is_char_boundary(*at))
        .unwrap_or(0);
    &good[..middle]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_wrong() {
        let good = Utf8Bytes::from_static(r#"{"eventType":"codec","payload":{"userId":"ü"}}"#);
        for step in 0..64 {
            match frame(f64::from(step) / 64.0, &good) {
                Message::Text(text) => assert_ne!(text, good),
                Message::Binary(bytes) => assert!(std::str::from_utf8(&bytes).is_err()),
                other => panic!("{other:?}"),
            }
        }
    }
}
