use std::time::{Duration, Instant};

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use trunkline::org::{Faults, Options};

use crate::client::{bench, close_code, next, next_json, options};

#[tokio::test]
async fn each_http_fault_answers_with_its_status() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    for status in [429, 503, 500] {
        let key = format!("http-{status}");
        bench.fault(&key, json!(1)).await;
        let mut waits = 0;
        for _ in 0..40 {
            let reply = bench.get("/api/v2/users", &token).await;
            assert_eq!(reply.status(), status);
            waits += u32::from(reply.headers().contains_key("retry-after"));
            assert_eq!(reply.json::<Value>().await.unwrap()["status"], status);
        }
        if status == 500 {
            assert_eq!(waits, 0);
        } else {
            assert!(
                (1..40).contains(&waits),
                "Retry-After most of the time, not always: {waits} of 40"
            );
        }
        assert_eq!(bench.sign_in(&[]).await.status(), status);
        bench.fault(&key, json!(0)).await;
    }
    assert_eq!(bench.get("/api/v2/users", &token).await.status(), 200);
    let requests = bench.control_get("/_org/requests").await;
    let by_fault = requests["requests"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|request| request["fault"] == "http-503");
    assert_eq!(by_fault.count(), 41);
}

#[tokio::test]
async fn the_time_to_come_back_may_be_a_date() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    bench.fault("http-429", json!(1)).await;
    bench.fault("retry-after", json!("date")).await;
    let mut dates = 0;
    for _ in 0..40 {
        let reply = bench.get("/api/v2/users", &token).await;
        if let Some(when) = reply.headers().get("retry-after") {
            let when = httpdate::parse_http_date(when.to_str().unwrap()).unwrap();
            assert!(when < std::time::SystemTime::now() + Duration::from_secs(3));
            dates += 1;
        }
    }
    assert!((1..40).contains(&dates), "{dates} of 40");
}

#[tokio::test]
async fn latency_holds_up_the_cloud_and_not_the_control_surface() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    bench.fault("latency", json!(120)).await;
    let began = Instant::now();
    bench.get_json("/api/v2/users", &token).await;
    assert!(began.elapsed() >= Duration::from_millis(120));
    bench.fault("latency", json!(3_600_000)).await;
    assert_eq!(
        bench.control_get("/_org/state").await["faults"]["latency"],
        3_600_000.0
    );
}

#[tokio::test]
async fn a_dropped_stream_ends_without_a_close_frame() {
    let bench = bench(options()).await;
    let mut stream = bench.stream("u-1", &bench.token().await).await;
    bench.fault("ws-drop", json!(0.05)).await;
    match next(&mut stream).await {
        Some(Err(_)) | None => {}
        other => panic!("cut without a word expected, not {other:?}"),
    }
}

#[tokio::test]
async fn garbage_comes_before_a_frame_that_is_good() {
    let bench = bench(Options {
        faults: "ws-garbage=1".parse().unwrap(),
        ..options()
    })
    .await;
    let mut stream = bench.stream("u-1", &bench.token().await).await;
    for _ in 0..20 {
        let state = bench.turn().await;
        match next(&mut stream).await.unwrap().unwrap() {
            Message::Text(text) => {
                let payload =
                    serde_json::from_str::<Value>(&text).unwrap_or_default()["payload"].clone();
                assert!(
                    !(payload["deviceId"].is_string() && payload["registered"].is_boolean()),
                    "{text}"
                );
            }
            Message::Binary(_) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(
            next_json(&mut stream).await["payload"]["registered"],
            state["registered"]
        );
    }
}

#[tokio::test]
async fn silence_falls_on_open_streams_and_new_ones_and_lasts() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let mut old = bench.stream("u-1", &token).await;
    bench.fault("ws-silent", json!(1)).await;
    let mut new = bench.stream("u-1", &token).await;
    // Long enough for a pong or a frame to arrive if one were sent; silence itself cannot be waited for.
    for stream in [&mut old, &mut new] {
        stream.send(Message::Ping("anyone?".into())).await.unwrap();
        bench.turn().await;
        assert!(
            tokio::time::timeout(Duration::from_millis(150), next(stream))
                .await
                .is_err()
        );
    }
    bench.fault("ws-silent", json!(0)).await;
    bench.turn().await;
    assert!(
        tokio::time::timeout(Duration::from_millis(150), next(&mut old))
            .await
            .is_err()
    );
    next_json(&mut {
        let stream = bench.stream("u-1", &token).await;
        bench.turn().await;
        stream
    })
    .await;
}

#[tokio::test]
async fn every_stream_that_opens_is_closed_with_the_code() {
    let bench = bench(Options {
        faults: "ws-close=1001".parse().unwrap(),
        ..options()
    })
    .await;
    let mut stream = bench.stream("u-1", &bench.token().await).await;
    assert_eq!(close_code(&mut stream).await, 1001);
    bench.fault("ws-close", json!(0)).await;
    let mut stream = bench.stream("u-1", &bench.token().await).await;
    bench.turn().await;
    next_json(&mut stream).await;
}

#[tokio::test]
async fn faults_are_merged_all_or_none() {
    let bench = bench(Options {
        faults: "latency=5,http-500=0".parse().unwrap(),
        ..options()
    })
    .await;
    let merged: Value = bench
        .control_put("/_org/faults", json!({"ws-close": 1012}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (merged["ws-close"].as_u64(), merged["latency"].as_f64()),
        (Some(1012), Some(5.0))
    );

    let refused = bench
        .control_put("/_org/faults", json!({"http-503": 1, "htpp-429": 0.5}))
        .await;
    assert_eq!(refused.status(), 400);
    assert!(
        refused.json::<Value>().await.unwrap()["message"]
            .as_str()
            .unwrap()
            .contains("did you mean http-429?")
    );
    assert_eq!(
        bench.control_get("/_org/state").await["faults"]["http-503"],
        0.0
    );
}

#[test]
fn a_fault_is_read_or_the_near_miss_is_told() {
    let faults: Faults = "http-503=0.25, latency=250,ws-silent=on".parse().unwrap();
    let shown = serde_json::to_value(faults).unwrap();
    assert_eq!(shown["http-503"], 0.25);
    assert_eq!(shown["latency"], 250.0);
    assert_eq!(shown["ws-silent"], true);
    assert_eq!("".parse(), Ok(Faults::default()));
    for (text, told) in [
        ("http-503", "KEY=VALUE"),
        ("ws-gargbage=1", "did you mean ws-garbage?"),
        ("zzzzzzzz=1", "the faults are http-429"),
        ("http-500=1.5", "from 0 to 1"),
        ("http-500=NaN", "from 0 to 1"),
        ("latency=-1", "milliseconds"),
        ("latency=inf", "milliseconds"),
        ("token-ttl=0", "from 1"),
        ("ws-close=1006", "may be sent"),
        ("ws-close=70000", "may be sent"),
        ("ws-silent=2", "1 for on"),
    ] {
        let error = text.parse::<Faults>().unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
}

#[tokio::test]
async fn reads_are_never_lost() {
    let bench = bench(Options {
        faults: "lose-request=1,lose-answer=1".parse().unwrap(),
        ..options()
    })
    .await;
    let token = bench.token().await;
    assert_eq!(bench.get("/api/v2/users", &token).await.status(), 200);
}
