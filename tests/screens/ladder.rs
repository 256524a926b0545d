//! The SIP ladder of a call: asked for where calls are listed, looked at as arrows and as messages, compared, copied, written.

use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::model::interaction::{Interaction, Standing};
use trunkline::model::sip::{Captured, Ladder, SipAsk, SipEnd};
use trunkline::text::Text;
use trunkline::vocabulary::news::News;

use super::quality;
use super::stage::{NOON, Stage};

const CONFIG: &str = r#"
[profiles.acme]
api = "platform"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
"#;

/// Who a message is from and for: the carrier, the edge, the telephone.
const ENDS: [(&str, &str); 3] = [
    ("Northwind Telecom", "203.0.113.20:5060"),
    ("EU West 1", "198.51.100.12:5060"),
    ("Ana Petrova webrtc-4711", "192.0.2.10:50001"),
];

/// A message, so many milliseconds after noon; its lines are separated as in this file.
fn message(ms: i64, (from, to): (usize, usize), text: &str) -> Captured {
    let end = |place: usize| SipEnd {
        alias: ENDS[place].0.into(),
        address: ENDS[place].1.into(),
    };
    Captured {
        micros: Some((NOON.0 + ms) * 1_000),
        source: end(from),
        destination: end(to),
        text: text.replace('\n', "\r\n").into(),
        ..Captured::default()
    }
}

/// A message of a leg, with the headers that every one has.
fn of_leg(
    ms: i64,
    ends: (usize, usize),
    leg: &str,
    first: &str,
    cseq: &str,
    sdp: bool,
) -> Captured {
    let body = if sdp {
        "v=0\nc=IN IP4 203.0.113.20\nm=audio 16384 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\n"
    } else {
        ""
    };
    let text = format!(
        "{first}\nVia: SIP/2.0/UDP {leg};branch=z9hG4bK{leg}\nFrom: <sip:+49301234@north.example>;tag=a{leg}\nTo: <sip:+18005550100@org.example>\nCall-ID: {leg}@203.0.113.20\nCSeq: {cseq}\nUser-Agent: one\u{1b}[2J\n\n{body}"
    );
    message(ms, ends, &text)
}

fn ladder(beyond: usize) -> Ladder {
    let invite = "INVITE sip:+18005550100@org.example SIP/2.0";
    let all = vec![
        of_leg(0, (0, 1), "1", invite, "1 INVITE", true),
        of_leg(500, (0, 1), "1", invite, "1 INVITE", true),
        of_leg(1_500, (0, 1), "1", invite, "1 INVITE", true),
        of_leg(1_508, (1, 0), "1", "SIP/2.0 100 Trying", "1 INVITE", false),
        of_leg(
            1_530,
            (1, 0),
            "1",
            "SIP/2.0 503 Service Unavailable",
            "1 INVITE",
            false,
        ),
        of_leg(
            1_548,
            (0, 1),
            "1",
            "ACK sip:+18005550100@org.example SIP/2.0",
            "1 ACK",
            false,
        ),
        of_leg(1_900, (0, 1), "2", invite, "1 INVITE", true),
        of_leg(
            1_910,
            (1, 2),
            "3",
            "INVITE sip:u-1@org.example SIP/2.0",
            "1 INVITE",
            true,
        ),
        of_leg(1_990, (2, 1), "3", "SIP/2.0 180 Ringing", "1 INVITE", false),
        of_leg(4_200, (2, 1), "3", "SIP/2.0 200 OK", "1 INVITE", true),
        of_leg(4_215, (1, 0), "2", "SIP/2.0 200 OK", "1 INVITE", true),
        of_leg(
            9_000,
            (0, 1),
            "2",
            "BYE sip:+18005550100@org.example SIP/2.0",
            "2 BYE",
            false,
        ),
    ];
    Ladder::of("c-2".into(), all, beyond)
}

type Read = Result<(Ladder, Vec<Text>), Text>;

fn tell(stage: &mut Stage, read: Read) {
    stage.happen(Event::Done(Done::Ladder("c-2".into(), Box::new(read))));
}

/// The calls of the last hour, the cursor on the worst.
fn calls(theme: &str) -> Stage {
    let mut stage = Stage::with(theme, Some(CONFIG));
    stage.populate();
    stage.happen(Event::Done(Done::Connected));
    stage.press(&[":"]);
    stage.type_in("quality");
    stage.press(&["Enter"]);
    quality::read(&mut stage);
    stage.take_effects();
    stage
}

fn asked(stage: &mut Stage) -> Option<SipAsk> {
    let effects = stage.take_effects().into_iter();
    let mut asked = effects.filter_map(|effect| match effect {
        Effect::Ladder(asked) => Some(asked),
        _ => None,
    });
    asked.next()
}

#[test]
fn the_ladder_of_a_call_is_read_and_shown_with_what_was_sent_again() {
    let mut stage = calls("mono");
    stage.press(&["L"]);
    let wanted = asked(&mut stage).unwrap();
    assert_eq!(wanted.id, "c-2".into());
    assert_eq!(
        (wanted.began, wanted.ended),
        (Some(NOON.plus(-240_000)), Some(NOON.plus(-180_000)))
    );
    assert!(stage.text((80, 24)).contains("Reading the SIP messages"));
    tell(&mut stage, Ok((ladder(0), Vec::new())));
    insta::assert_snapshot!("ladder_80x24", stage.text((80, 24)));
    stage.press(&["j", "j"]);
    insta::assert_snapshot!("ladder_again_80x24", stage.text((80, 24)));
    insta::assert_snapshot!("ladder_140x40", stage.text((140, 40)));
    // Nothing of a message acts on the terminal.
    assert!(stage.text((140, 40)).contains("\\u{1b}[2J"));
    stage.press(&["Enter"]);
    insta::assert_snapshot!("ladder_message_80x24", stage.text((80, 24)));
    stage.press(&["Esc"]);
    assert!(
        stage.text((80, 24)).contains("503 Servi"),
        "the ladder again"
    );
    stage.press(&["Esc"]);
    assert!(!stage.text((80, 24)).contains("SIP ladder: "));
    // On a screen that is too narrow for lanes each message names its two.
    stage.press(&["L"]);
    tell(&mut stage, Ok((ladder(0), Vec::new())));
    let narrow = stage.text((60, 15));
    assert!(narrow.contains("INVITE"), "{narrow}");
}

#[test]
fn trouble_has_its_colour_and_a_word() {
    for theme in ["dark", "light"] {
        let mut stage = calls(theme);
        stage.press(&["L"]);
        tell(&mut stage, Ok((ladder(3), vec!["entities[3]: odd".into()])));
        stage.press(&["j", "j", "j", "j"]);
        insta::assert_snapshot!(format!("ladder_{theme}_100x30"), stage.picture((100, 30)));
    }
}

#[test]
fn two_messages_are_compared_one_is_copied_and_all_are_written() {
    let mut stage = calls("mono");
    stage.press(&["L"]);
    tell(&mut stage, Ok((ladder(0), Vec::new())));
    stage.press(&["="]);
    assert!(
        stage
            .text((80, 24))
            .contains("mark a message with Space first")
    );
    stage.press(&["Space", "="]);
    assert!(stage.text((80, 24)).contains("this is the marked one"));
    stage.press(&["G", "="]);
    insta::assert_snapshot!("ladder_compared_80x24", stage.text((80, 24)));
    stage.press(&["Esc"]);
    assert!(
        stage.text((80, 24)).contains("12/12"),
        "the message, and no difference"
    );
    stage.take_effects();
    stage.press(&["y", "x", "X"]);
    let effects = stage.take_effects();
    let [
        Effect::Copy { text, .. },
        Effect::Export {
            ending: "txt",
            body,
            rows,
            ..
        },
        Effect::Export {
            ending: "json",
            body: json,
            ..
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?}");
    };
    assert!(
        text.starts_with("BYE sip:") && text.contains('\u{1b}'),
        "as it came"
    );
    assert_eq!(*rows, 12);
    insta::assert_snapshot!(
        "ladder_written",
        body.split("\n\n").take(2).collect::<Vec<_>>().join("\n\n")
    );
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["messages"][2]["resent"], 2);
    assert_eq!(json["messages"][0]["media"][0]["codecs"][0], "PCMA");
    assert!(!body.contains('\u{1b}'), "text is safe to show");
}

#[test]
fn what_is_not_known_is_said() {
    let mut stage = calls("mono");
    stage.press(&["L"]);
    tell(
        &mut stage,
        Ok((Ladder::of("c-2".into(), Vec::new(), 0), Vec::new())),
    );
    let text = stage.text((80, 24));
    assert!(
        text.contains("No SIP messages are known of this call"),
        "{text}"
    );
    stage.take_effects();
    stage.press(&["r", "r"]);
    assert!(asked(&mut stage).is_some(), "once");
    tell(
        &mut stage,
        Err("GET …: the OAuth client lacks telephony:pcap:view".into()),
    );
    let text = stage.text((80, 24));
    assert!(
        text.contains("cannot be read") && text.contains("telephony:pcap:view"),
        "{text}"
    );
    stage.press(&["r"]);
    tell(&mut stage, Ok((ladder(7), Vec::new())));
    assert!(stage.text((120, 30)).contains("7 more not shown"));
    // What could not be read again stays as it was, and says so.
    stage.press(&["r"]);
    tell(&mut stage, Err("it is away".into()));
    let text = stage.text((120, 30));
    assert!(text.contains("and not since"), "{text}");
    // An answer to what is looked at no more is nobody's.
    stage.press(&["Esc"]);
    tell(&mut stage, Ok((ladder(0), Vec::new())));
    assert!(!stage.text((80, 24)).contains("SIP ladder: "));
}

#[test]
fn a_conversation_is_named_by_its_id_and_an_api_without_messages_says_so() {
    let mut stage = calls("mono");
    stage.press(&[":"]);
    stage.type_in("sip c-9");
    stage.press(&["Enter"]);
    let wanted = asked(&mut stage).unwrap();
    assert_eq!((wanted.id, wanted.began), ("c-9".into(), None));
    let mut stage = Stage::new("mono");
    stage.populate();
    stage.press(&["3"]);
    let one = Interaction::bare("i-1".into(), Standing::Active);
    stage.feed(vec![News::Interaction(Box::new(one))]);
    stage.press(&["L"]);
    assert_eq!(asked(&mut stage), None);
    let text = stage.text((100, 24));
    assert!(
        text.contains("SIP messages are not available from the API"),
        "{text}"
    );
    let mut stage = Stage::without_profile();
    stage.press(&[":"]);
    stage.type_in("sip c-9");
    stage.press(&["Enter"]);
    assert_eq!(asked(&mut stage), None);
}
