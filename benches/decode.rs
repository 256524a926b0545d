//! What comes from the wire to what the model holds: stream frames, listings and pages of users (contract §3).

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use trunkline::cloud::direct::{decode, listing, users_page};
use trunkline::model::UserId;

/// Different frames, so that neither the caches nor the branch predictor know them by heart.
const FRAMES: u32 = 100_000;

fn frames() -> Vec<Utf8Bytes> {
    (0..FRAMES)
        .map(|n| {
            let registered = n % 7 != 0;
            format!(
                r#"{{"eventType":"registration","payload":{{"userId":"user-{n:06}","deviceId":"webrtc-{n:06}","registered":{registered},"codec":"opus"}}}}"#
            )
            .into()
        })
        .collect()
}

fn stream(c: &mut Criterion) {
    let frames = frames();
    let mut group = c.benchmark_group("decode");
    group.throughput(Throughput::Elements(u64::from(FRAMES)));
    group.bench_function("100k frames", |b| {
        b.iter(|| {
            for frame in &frames {
                black_box(decode(frame));
            }
        });
    });
    group.finish();
}

fn reads(c: &mut Criterion) {
    let users: Vec<_> = (0..100)
        .map(|n| format!(r#"{{"id":"user-{n}","name":"Ana Petrova {n}","email":"a{n}@example.com","site":"Accra"}}"#))
        .collect();
    let page = format!(
        r#"{{"entities":[{}],"total":100,"pageCount":1}}"#,
        users.join(",")
    );
    let devices = r#"{"entities":[{"userId":"u-1","device":{"id":"d-1"},"registered":true,"activeCodecs":["opus","PCMU"]}]}"#;
    let user = UserId::from("u-1");
    c.bench_function("decode/page of 100 users", |b| {
        b.iter(|| users_page(black_box(page.as_bytes()), &"GET /api/v2/users"));
    });
    c.bench_function("decode/listing of one user", |b| {
        b.iter(|| listing(black_box(devices.as_bytes()), &user, &"GET registrations"));
    });
}

criterion_group!(benches, stream, reads);
criterion_main!(benches);
