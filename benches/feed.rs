//! The mailbox under load: how many updates a second one thread can hand in and take out.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use trunkline::feed::Mailbox;
use trunkline::feed::mailbox::CAPACITY;
use trunkline::model::registration::Update;

/// Frames that a socket hands over at a time, and news that the application takes at a time.
const BATCH: usize = 256;
const TAKE: usize = 512;

fn updates(count: usize, keys: usize) -> Vec<Update> {
    let update = |n: usize| Update {
        user: format!("u-{}", n % keys).as_str().into(),
        device: format!("d-{}", n % keys).as_str().into(),
        registered: Some(n.is_multiple_of(2)),
        codec: Some("opus".into()),
        raw: Bytes::new(),
    };
    (0..count).map(update).collect()
}

fn mailbox(c: &mut Criterion) {
    let mut group = c.benchmark_group("mailbox");
    let count = 65_536;
    group.throughput(Throughput::Elements(count as u64));
    for (name, keys, taken_at_once) in [
        ("calm: taken as it comes", 100_000, true),
        ("flood: 65,536 devices, taken at the end", 65_536, false),
        ("flood: 1,000 devices, merged", 1_000, false),
    ] {
        let source = updates(count, keys);
        group.bench_function(name, |b| {
            b.iter_batched(
                || {
                    source
                        .chunks(BATCH)
                        .map(<[Update]>::to_vec)
                        .collect::<Vec<_>>()
                },
                |batches| {
                    let mailbox = Mailbox::new(CAPACITY);
                    let mut taken = Vec::with_capacity(TAKE);
                    for mut batch in batches {
                        mailbox.post_updates(&mut batch);
                        if taken_at_once {
                            mailbox.drain(TAKE, &mut taken);
                            black_box(&taken);
                            taken.clear();
                        }
                    }
                    while mailbox.drain(TAKE, &mut taken).more {
                        black_box(&taken);
                        taken.clear();
                    }
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, mailbox);
criterion_main!(benches);
