use super::*;
use crate::model::payload;

const EXAMPLE: &str = r#"{"interaction_id":"interaction-12345-abcde","destination_uri":"genesys://user/agent-id-98765","media_matrix":{"audio":{"codec":"opus","bandwidth_kbps":64,"bit_depth":16},"video":{"codec":"h264","resolution":"1280x720","fps":30}},"triggers":{"codec_negotiation":true,"format_verification":true}}"#;

fn example() -> Request {
    payload::read(EXAMPLE).unwrap()
}

fn faults(change: impl FnOnce(&mut Request)) -> Vec<String> {
    let mut request = example();
    change(&mut request);
    let faults = request.faults(&Limits::default());
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn the_contract_s_own_example_is_fine_and_keeps_its_order() {
    let request = example();
    assert_eq!(request.faults(&Limits::default()), []);
    let frame = serde_json::to_string(&request.frame("f-1", Millis(0))).unwrap();
    assert_eq!(
        frame,
        r#"{"type":"interaction.transfer","id":"f-1","interaction_id":"interaction-12345-abcde","destination_uri":"genesys://user/agent-id-98765","media_matrix":{"audio":{"codec":"opus","bandwidth_kbps":64,"bit_depth":16},"video":{"codec":"h264","resolution":"1280x720","fps":30}},"timestamp":"1970-01-01T00:00:00.000Z","triggers":{"codec_negotiation":true,"format_verification":true}}"#
    );
}

#[test]
fn video_and_triggers_may_be_left_out() {
    let request: Request = payload::read(
        r#"{"interaction_id":"i","destination_uri":"sip:a@b.example","media_matrix":{"audio":{"codec":"pcmu","bandwidth_kbps":64,"bit_depth":8}}}"#,
    )
    .unwrap();
    assert_eq!(request.triggers, Triggers::default());
    assert_eq!(request.faults(&Limits::default()), []);
    assert!(!serde_json::to_string(&request).unwrap().contains("video"));
}

fn video(request: &mut Request) -> &mut Video {
    request.media_matrix.video.as_mut().unwrap()
}

#[test]
fn every_limit_has_its_own_message() {
    let one = |change: fn(&mut Request), words: &str| {
        let told = faults(change);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(words), "{told:?}");
    };
    one(
        |r| r.interaction_id.clear(),
        "interaction_id: name the interaction",
    );
    one(|r| r.interaction_id = "a b".into(), "no spaces");
    one(|r| r.interaction_id = "..".into(), "URL");
    one(|r| r.interaction_id = "x".repeat(300), "at most 256");
    one(
        |r| r.destination_uri = "ftp://x".into(),
        "destination_uri: ",
    );
    one(
        |r| r.media_matrix.audio.codec = "g729".into(),
        "audio.codec: this profile does not support the audio codec \"g729\": opus, g722, pcmu",
    );
    one(
        |r| r.media_matrix.audio.codec.clear(),
        "choose the audio codec",
    );
    one(
        |r| r.media_matrix.audio.bandwidth_kbps = 129,
        "129 kbit/s is over this profile's limit of 128",
    );
    one(
        |r| r.media_matrix.audio.bandwidth_kbps = 0,
        "at least 1 kbit/s",
    );
    one(|r| r.media_matrix.audio.bit_depth = 17, "17 bits a sample");
    one(
        |r| video(r).codec = "av1".into(),
        "video.codec: this profile does not support the video codec \"av1\"",
    );
    one(
        |r| video(r).fps = 31,
        "31 pictures a second is over this profile's limit of 30",
    );
    one(|r| video(r).fps = 0, "at least 1 picture");
    for size in [
        "1280",
        "x",
        "1280x",
        "+1280x720",
        "1280x720p",
        "8x720",
        "1280x9000",
    ] {
        let told = faults(|r| video(r).resolution = size.into());
        assert!(
            told.len() == 1 && told[0].contains("no picture size"),
            "{told:?}"
        );
    }
}

#[test]
fn audio_and_video_are_each_checked() {
    let told = faults(|request| {
        request.media_matrix.audio.bandwidth_kbps = 500;
        request.media_matrix.video.as_mut().unwrap().fps = 500;
    });
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn what_does_not_fit_names_its_field() {
    let fault = payload::read::<Request>(&EXAMPLE.replace("64", "\"64\"")).unwrap_err();
    assert_eq!(fault.path, "media_matrix.audio.bandwidth_kbps");
    let fault = payload::read::<Request>(&EXAMPLE.replace("triggers", "trigers")).unwrap_err();
    assert!(fault.to_string().contains("trigers"), "{fault}");
}

#[test]
fn a_fallback_goes_by_the_operator_s_order_and_never_back_to_what_was_refused() {
    let limits = Limits::default();
    assert_eq!(limits.fallback("opus", &["PCMU", "G722"]), Some("g722"));
    assert_eq!(limits.fallback("opus", &["pcmu", "opus"]), Some("pcmu"));
    assert_eq!(limits.fallback("pcmu", &["pcmu"]), None);
    assert_eq!(limits.fallback("opus", &["g729"]), None);
    assert_eq!(
        limits.fallback("opus", &[""; 0]),
        Some("g722"),
        "it does not say what it has"
    );
    assert_eq!(limits.fallback("pcmu", &[""; 0]), None);
}

#[test]
fn a_blank_request_lacks_only_what_nobody_can_guess() {
    let limits = Limits {
        max_bandwidth_kbps: 32,
        ..Limits::default()
    };
    let blank = Request::blank(&limits);
    let paths: Vec<_> = blank.faults(&limits).into_iter().map(|f| f.path).collect();
    assert_eq!(paths, ["interaction_id", "destination_uri"]);
    assert_eq!(blank.media_matrix.audio.bandwidth_kbps, 32);
}
