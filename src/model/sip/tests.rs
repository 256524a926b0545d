use proptest::prelude::*;

use super::*;

fn text(first: &str, rest: &str) -> Text {
    let lines = format!("{first}\n{rest}\n").replace('\n', "\r\n");
    Text::from(lines)
}

fn end(alias: &str, address: &str) -> SipEnd {
    SipEnd {
        alias: alias.into(),
        address: address.into(),
    }
}

/// A message of one call, at a millisecond, from the carrier to the edge or back.
fn message(ms: i64, first: &str, cseq: &str, inbound: bool) -> Captured {
    let (carrier, edge) = (
        end("Northwind", "192.0.2.10:5061"),
        end("EU West 1", "198.51.100.12:5061"),
    );
    let (source, destination) = if inbound {
        (carrier, edge)
    } else {
        (edge, carrier)
    };
    let head = format!(
        "Via: SIP/2.0/TLS 192.0.2.10:5061;branch=z9hG4bK-1\nFrom: \"A\" <sip:+49301234@north.example;user=phone>;tag=a\nTo: <sip:+18005550100@org.example>\nCall-ID: c-1\nCSeq: {cseq}\nContent-Length: 0\n"
    );
    Captured {
        micros: Some(ms * 1_000),
        source,
        destination,
        text: text(first, &head),
        ..Captured::default()
    }
}

fn ladder(captured: Vec<Captured>) -> Ladder {
    Ladder::of("conversation".into(), captured, 0)
}

#[test]
fn messages_go_between_parties_in_the_order_of_time() {
    let ladder = ladder(vec![
        message(30, "SIP/2.0 180 Ringing", "1 INVITE", false),
        message(
            0,
            "INVITE sip:+18005550100@org.example SIP/2.0",
            "1 INVITE",
            true,
        ),
        message(10, "SIP/2.0 100 Trying", "1 INVITE", false),
    ]);
    let said: Vec<String> = ladder
        .messages
        .iter()
        .map(|one| one.first.words())
        .collect();
    assert_eq!(said, ["INVITE", "100 Trying", "180 Ringing"]);
    let names: Vec<&str> = ladder.parties.iter().map(|one| one.name.raw()).collect();
    assert_eq!(names, ["Northwind", "EU West 1"]);
    assert_eq!(ladder.ends(&ladder.messages[1]), ["EU West 1", "Northwind"]);
    assert_eq!(
        ladder.who,
        Some(("+49301234".into(), "+18005550100".into()))
    );
    assert_eq!(ladder.messages[0].branch.raw(), "z9hG4bK-1");
    assert_eq!((ladder.resent(), ladder.refusals()), (0, 0));
}

#[test]
fn what_is_said_again_by_the_same_one_is_told_with_how_long_after() {
    let invite = "INVITE sip:+18005550100@org.example SIP/2.0";
    let mut other = message(700, invite, "1 INVITE", true);
    other.text = other.text.raw().replace("z9hG4bK-1", "z9hG4bK-2").into();
    let ladder = ladder(vec![
        message(0, invite, "1 INVITE", true),
        message(500, invite, "1  INVITE", true),
        other,
        message(1_500, invite, "1 INVITE", true),
        message(1_510, "SIP/2.0 503 Service Unavailable", "1 INVITE", false),
    ]);
    let resent: Vec<Option<(u32, i64)>> = ladder
        .messages
        .iter()
        .map(|one| one.resent.map(|again| (again.nth, again.after.unwrap())))
        .collect();
    assert_eq!(
        resent,
        [None, Some((1, 500_000)), None, Some((2, 1_500_000)), None],
        "another branch is another request"
    );
    assert_eq!((ladder.resent(), ladder.refusals()), (2, 1));
}

#[test]
fn a_party_without_a_name_is_called_by_its_address_or_by_whom_it_names() {
    let mut one = message(0, "BYE sip:a SIP/2.0", "2 BYE", true);
    one.source.alias = Text::default();
    let mut two = message(1, "SIP/2.0 200 OK", "2 BYE", false);
    two.source = SipEnd::default();
    two.destination = SipEnd::default();
    let ladder = ladder(vec![one, two]);
    let names: Vec<&str> = ladder.parties.iter().map(|one| one.name.raw()).collect();
    assert_eq!(
        names,
        [
            "192.0.2.10:5061",
            "EU West 1",
            "+18005550100@org.example",
            "+49301234@north.example"
        ]
    );
    // A response comes from whom its request was for.
    assert_eq!((ladder.messages[1].from, ladder.messages[1].to), (2, 3));
    // An address that has a name somewhere has it everywhere.
    let mut nameless = message(0, "BYE sip:a SIP/2.0", "2 BYE", false);
    nameless.source.alias = Text::default();
    let ladder = super::Ladder::of(
        "c".into(),
        vec![message(1, "ACK sip:a SIP/2.0", "1 ACK", true), nameless],
        0,
    );
    assert_eq!(ladder.parties.len(), 2, "{:?}", ladder.parties);
}

#[test]
fn what_is_not_kept_of_a_message_is_told_by_who_recorded_it() {
    let one = Captured {
        method: "487".into(),
        reason: "Request Terminated".into(),
        call_id: "c".into(),
        cseq: "1 INVITE".into(),
        ..Captured::default()
    };
    let two = Captured {
        method: "ACK".into(),
        ..Captured::default()
    };
    let ladder = ladder(vec![one, two]);
    assert_eq!(ladder.messages[0].first.words(), "487 Request Terminated");
    assert!(ladder.messages[0].first.refuses());
    assert!(ladder.messages[1].first.is("ACK"));
    assert_eq!(ladder.parties.len(), 1, "nobody is told of");
}

#[test]
fn compact_names_folded_lines_and_bare_line_ends_are_read() {
    let lines = "SIP/2.0 200 OK\nv: SIP/2.0/UDP 192.0.2.1\n ;rport;BRANCH=z9-7 , SIP/2.0/UDP 192.0.2.2;branch=no\ni: call-7\nCSeq:  7   INVITE\n\nv=0\nc=IN IP4 192.0.2.33\nm=audio 20004 RTP/AVP 96 8 101\na=rtpmap:96 opus/48000/2\na=rtpmap:101 telephone-event/8000\nm=video 0 RTP/AVP 34\nc=IN IP6 2001:db8::1\n";
    let one = Captured {
        text: lines.into(),
        ..Captured::default()
    };
    let ladder = ladder(vec![one]);
    let message = &ladder.messages[0];
    assert_eq!(
        (
            message.call_id.raw(),
            message.cseq.raw(),
            message.branch.raw()
        ),
        ("call-7", "7 INVITE", "z9-7")
    );
    let media: Vec<String> = message.media.iter().map(SdpMedia::words).collect();
    assert_eq!(
        media,
        [
            "audio 192.0.2.33:20004 opus PCMA telephone-event",
            "video [2001:db8::1]:0 34"
        ]
    );
}

#[test]
fn a_ladder_is_bounded_and_says_how_much_is_left_out() {
    let many = (0..MOST + 7).map(|n| {
        let ms = i64::try_from(n).unwrap();
        message(ms, "OPTIONS sip:a SIP/2.0", &format!("{n} OPTIONS"), true)
    });
    let ladder = Ladder::of("c".into(), many.collect(), 3);
    assert_eq!((ladder.messages.len(), ladder.left_out), (MOST, 10));
}

#[test]
fn a_challenge_is_no_refusal() {
    let first = SipFirst::read("SIP/2.0 407 Proxy Authentication Required");
    assert!(first.challenges() && !first.refuses());
    assert_eq!(
        SipFirst::read("SIP/2.0 99 Odd"),
        SipFirst::Other("SIP/2.0 99 Odd".into())
    );
    assert_eq!(SipFirst::read("hello"), SipFirst::Other("hello".into()));
}

proptest! {
    #[test]
    fn any_text_is_read_or_left(
        lines in prop::collection::vec("(INVITE |SIP/2.0 |Via|v|m|c|a|=|:|;|,|<|>|branch=|[0-9]{1,3}|\\PC|\u{1b}| |\t|\r|\n){0,24}", 0..12),
        micros in prop::option::of(any::<i64>()),
    ) {
        let captured = lines.iter().map(|line| Captured {
            micros,
            text: line.as_str().into(),
            ..Captured::default()
        });
        let ladder = Ladder::of("c".into(), captured.collect(), 0);
        prop_assert_eq!(ladder.messages.len(), lines.len());
        for message in &ladder.messages {
            prop_assert!(message.from < ladder.parties.len() && message.to < ladder.parties.len());
            let _ = (message.at(), message.first.line());
        }
    }
}
