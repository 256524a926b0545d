//! The record of every kind of write of the direct API, of what came of it later, and of every refusal before sending
//! (contract §11).

use std::time::Duration;

use serde_json::json;
use trunkline::app::App;
use trunkline::app::run::Runner;
use trunkline::environment::Environment;
use trunkline::flow::callback::{CallbackOrder, direct::Reschedule};
use trunkline::flow::route::{Deploy, Remove};
use trunkline::flow::transfer::{Move, Transfers};
use trunkline::flow::webhook::WebhookOrder;
use trunkline::flow::{self, Kit, Order};
use trunkline::listen;
use trunkline::model::audit::{LineStatus, Record};
use trunkline::model::callback::{Booking, Channels, Slot};
use trunkline::model::flow::FlowId;
use trunkline::model::hook::HookUrl;
use trunkline::model::route::{Aim, Kind, Route};
use trunkline::model::transfer::made::TransferId;
use trunkline::model::transfer::{Limits, Request};
use trunkline::model::webhook::{NewWebhook, WebhookKind};
use trunkline::time::Millis;

use crate::common::ran::run;
use crate::common::screen::Cells;
use crate::rig::Rig;

fn booking(id: &str, queue: &str) -> Booking {
    Booking {
        callback_id: id.to_owned(),
        callback_number: "+14155550199".into(),
        time_slot_matrix: vec![slot(14)],
        channel_preferences: Channels::default(),
        queue_id: queue.to_owned(),
        reason: "Router down".to_owned(),
        concurrency_limit: 1,
    }
}

fn slot(hour: u8) -> Slot {
    Slot {
        start: format!("2030-06-14T{hour}:00:00-04:00"),
        end: format!("2030-06-14T{hour}:15:00-04:00"),
    }
}

fn transfer(interaction: &str, to: &str) -> Order {
    let request = Request {
        interaction_id: interaction.into(),
        destination_uri: to.into(),
        ..Request::blank(&Limits::default())
    };
    Order::Transfer(Box::new(Transfers {
        moves: vec![Move::new(request, Millis(0))],
        stop_on_failure: false,
    }))
}

fn route(name: &str, uri: &str) -> Route {
    serde_json::from_value(json!({
        "name": name, "type": "webhook", "uri": uri, "uris": [],
        "retryPolicy": {"maxRetries": 1, "retryInterval": 1.0, "backoffFactor": 2.0},
        "eventFilters": [{"eventType": "routing.queue.entered", "fields": ["queueId"]}],
        "headers": {"X-Token": "hunter2"},
    }))
    .map(Route::Webhook)
    .unwrap()
}

fn deploy(aim: Aim, body: Route) -> Order {
    Order::Deploy(Box::new(Deploy {
        aim,
        base: None,
        body,
        dry: false,
        why: None,
        by: None,
    }))
}

/// The lines that `order` has added, after it has come to its end.
async fn lines(rig: &Rig, kit: &Kit, order: Order) -> Vec<Record> {
    let before = rig.audit().len();
    run(kit, order).await;
    rig.audit().split_off(before)
}

fn told(lines: &[Record]) -> Vec<(&str, &str)> {
    let told = lines.iter();
    told.map(|line| (line.action.raw(), line.status.word()))
        .collect()
}

fn extra<'a>(line: &'a Record, key: &str) -> &'a serde_json::Value {
    line.extra.get(key).unwrap_or(&serde_json::Value::Null)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_job_stands_under_the_id_of_its_submit_once() {
    let rig = Rig::with(&[]).await;
    let kit = rig.kit().await;
    let order = || Order::Provision {
        body: Box::new(rig.endpoint("edge-01")),
        follow: true,
    };
    let good = lines(&rig, &kit, order()).await;
    assert_eq!(
        told(&good),
        [
            ("provision", "intent"),
            ("provision", "ok"),
            ("provision.end", "ok")
        ]
    );
    let ids: Vec<_> = good.iter().map(|line| &line.id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(good[2].job_id.is_some() && good[2].job_id == good[1].job_id);
    assert!(good[2].latency_ms.is_some());
    assert_eq!(extra(&good[2], "results")[0]["name"], "edge-01");
    // The name is taken now: the submit is good, and its job is not.
    let bad = lines(&rig, &kit, order()).await;
    assert_eq!(
        told(&bad),
        [
            ("provision", "intent"),
            ("provision", "ok"),
            ("provision.end", "failed")
        ]
    );
    let why = bad[2].error.as_ref().unwrap().to_string();
    assert!(why.contains("duplicate.name"), "{why}");
    // Whoever hears of it as well, another console or the webhook, finds it there.
    let before = rig.audit().len();
    let word = trunkline::model::job::Word {
        id: bad[1].job_id.clone().map(trunkline::model::JobId),
        phase: Some(trunkline::model::job::Phase::Failed),
        ..Default::default()
    };
    let later = flow::Later::JobEnded {
        key: trunkline::model::job::JobKey(bad[0].id.clone()),
        name: "edge-01".into(),
        word: Box::new(word),
    };
    later.put(&kit).await.unwrap();
    assert_eq!(rig.audit().len(), before);
    assert!(rig.run(&["audit", "verify"]).status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_write_says_what_it_did_and_to_what() {
    let rig = Rig::with(&["callback-ms=0"]).await;
    let kit = rig.kit().await;
    let pair = |action: &'static str| [(action, "intent"), (action, "ok")];
    for kind in WebhookKind::ALL {
        webhook(&rig, &kit, kind).await;
    }
    let begun = json!({ "count": 1 });
    let begun = rig.control.post("/_org/interactions", &begun).await;
    let interaction = begun["ids"][0].as_str().unwrap();
    let moved = transfer(interaction, "genesys://queue/queue_night_us");
    let moved = lines(&rig, &kit, moved).await;
    let both = [pair("transfer"), pair("transfer.media-callback")].concat();
    assert_eq!(told(&moved), both);
    assert_eq!(
        extra(&moved[0], "destination"),
        "genesys://queue/queue_night_us"
    );

    routes(&rig, &kit).await;
    callbacks(&rig, &kit).await;
    let text = format!("{:?}", rig.audit());
    assert!(!text.contains("hunter2") && !text.contains("5550199"));
}

/// A webhook's lines name its receiver and the organisation's id of it.
async fn webhook(rig: &Rig, kit: &Kit, kind: WebhookKind) {
    let new = NewWebhook {
        kind,
        name: "tells".to_owned(),
        address: HookUrl::elsewhere(rig.destination("healthy")),
        ours: false,
    };
    let add = Order::Webhook(Box::new(WebhookOrder::Add(new)));
    let added = lines(rig, kit, add).await;
    let action = format!("webhook.{}", kind.word());
    assert_eq!(
        told(&added),
        [(action.as_str(), "intent"), (action.as_str(), "ok")]
    );
    assert_eq!(
        extra(&added[0], "to"),
        &json!(HookUrl::elsewhere(rig.destination("healthy")).host())
    );
    let listed = kit.client.webhooks(kind, trunkline::cloud::Urgency::Reread);
    let (all, _) = listed.await.unwrap();
    let one = all
        .into_iter()
        .find(|one| one.name.raw() == "tells")
        .unwrap();
    assert_eq!(extra(&added[1], "webhookId"), one.id.raw());
    let tried = Order::Webhook(Box::new(WebhookOrder::Try(one.clone())));
    let tried = lines(rig, kit, tried).await;
    assert_eq!(
        told(&tried),
        [("webhook.test", "intent"), ("webhook.test", "ok")]
    );
    let removed = Order::Webhook(Box::new(WebhookOrder::Remove(one)));
    let removed = lines(rig, kit, removed).await;
    let action = format!("{action}.remove");
    assert_eq!(
        told(&removed),
        [(action.as_str(), "intent"), (action.as_str(), "ok")]
    );
}

/// A route's lines name where its events go, and what of it has altered.
async fn routes(rig: &Rig, kit: &Kit) {
    let (uri, other) = (rig.destination("healthy"), rig.destination("slow"));
    let made = lines(rig, kit, deploy(Aim::New, route("r-1", &uri))).await;
    assert_eq!(
        told(&made),
        [
            ("route.create", "intent"),
            ("route.create", "ok"),
            ("route.sync", "intent"),
            ("route.sync", "ok")
        ]
    );
    assert_eq!(extra(&made[0], "uris"), &json!([uri]));
    let altered = lines(rig, kit, deploy(Aim::ByName, route("r-1", &other))).await;
    assert_eq!(
        told(&altered)[..2],
        [("route.update", "intent"), ("route.update", "ok")]
    );
    let changes = extra(&altered[0], "changes").to_string();
    assert!(
        changes.contains(&uri) && changes.contains(&other),
        "{changes}"
    );
    let known = flow::route::named(kit, Kind::Webhook, "r-1").await.unwrap();
    let known = known.unwrap();
    let gone = lines(rig, kit, Order::RemoveRoute(Box::new(Remove { known }))).await;
    assert_eq!(
        told(&gone)[..2],
        [("route.delete", "intent"), ("route.delete", "ok")]
    );
    assert_eq!(extra(&gone[0], "uris"), &json!([other]));
}

/// A booking's lines name the organisation's own id of it.
async fn callbacks(rig: &Rig, kit: &Kit) {
    let book = CallbackOrder::Book(Box::new(booking("cb_one", "queue_night_us")));
    let made = lines(rig, kit, Order::Callback(book)).await;
    assert_eq!(
        told(&made),
        [("callback.book", "intent"), ("callback.book", "ok")]
    );
    let id = extra(&made[1], "reservationId").as_str().unwrap();
    assert_eq!(extra(&made[0], "callbackId"), "cb_one");
    let change = CallbackOrder::Reschedule(Box::new(Reschedule {
        id: id.into(),
        queue: "queue_night_us".into(),
        slots: vec![slot(15)],
    }));
    let cancel = CallbackOrder::Cancel(vec![id.into()]);
    for (order, action) in [(change, "callback.reschedule"), (cancel, "callback.cancel")] {
        let changed = lines(rig, kit, Order::Callback(order)).await;
        assert_eq!(told(&changed), [(action, "intent"), (action, "ok")]);
        assert_eq!(extra(&changed[0], "reservationId"), id);
    }
    let unmask = lines(rig, kit, Order::Callback(CallbackOrder::Unmask)).await;
    assert_eq!(
        told(&unmask),
        [("callback.unmask", "intent"), ("callback.unmask", "ok")]
    );
}

/// What is begun while the past is on the screen: every kind of order ends at the gate, and nothing is sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_past_the_gate_refuses_every_kind_of_order() {
    let rig = Rig::with(&["callback-ms=0"]).await;
    let mut kit = rig.kit().await;
    let begun = json!({ "count": 1 });
    let begun = rig.control.post("/_org/interactions", &begun).await;
    let interaction = begun["ids"][0].as_str().unwrap();
    let uri = rig.destination("healthy");
    let hook = || NewWebhook {
        kind: WebhookKind::ALL[0],
        name: "tells".to_owned(),
        address: HookUrl::elsewhere(uri.clone()),
        ours: false,
    };
    run(&kit, deploy(Aim::New, route("r-1", &uri))).await;
    run(&kit, Order::Webhook(Box::new(WebhookOrder::Add(hook())))).await;
    let known = flow::route::named(&kit, Kind::Webhook, "r-1")
        .await
        .unwrap();
    let hooks = kit
        .client
        .webhooks(WebhookKind::ALL[0], trunkline::cloud::Urgency::Reread);
    let there = hooks.await.unwrap().0.pop().unwrap();
    let webhook = |order| Order::Webhook(Box::new(order));
    let slots = vec![slot(15)];
    let book = |id| CallbackOrder::Book(Box::new(booking(id, "queue_night_us")));
    let made = lines(&rig, &kit, Order::Callback(book("cb_one"))).await;
    let booked = extra(&made[1], "reservationId").as_str().unwrap();
    let reschedule = Reschedule {
        id: booked.into(),
        queue: "queue_night_us".into(),
        slots,
    };
    let orders = [
        Order::Provision {
            body: Box::new(rig.endpoint("edge-09")),
            follow: true,
        },
        webhook(WebhookOrder::Add(hook())),
        webhook(WebhookOrder::Try(there.clone())),
        webhook(WebhookOrder::Remove(there)),
        deploy(Aim::New, route("r-2", &uri)),
        deploy(Aim::ByName, route("r-1", &rig.destination("slow"))),
        Order::RemoveRoute(Box::new(Remove {
            known: known.unwrap(),
        })),
        transfer(interaction, "genesys://queue/queue_night_us"),
        Order::Retell {
            id: TransferId {
                flow: FlowId(1),
                number: 0,
            },
            interaction: interaction.into(),
            latency_ms: 1,
        },
        Order::Callback(book("cb_past")),
        Order::Callback(CallbackOrder::Reschedule(Box::new(reschedule))),
        Order::Callback(CallbackOrder::Cancel(vec![booked.into()])),
    ];
    // To see whole numbers sends nothing: the audit has it, in the past too.
    kit.gate = Some("the screen shows the past".into());
    let (sent, made) = (sent(&rig).await, rig.control.get("/_org/transfers").await);
    for order in orders {
        let title = order.title();
        let lines = lines(&rig, &kit, order).await;
        let refused = |line: &Record| {
            let why = line
                .error
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            line.status != LineStatus::Intent && why.contains("shows the past")
        };
        assert!(
            !lines.is_empty() && lines.iter().all(refused),
            "{title}: {lines:?}"
        );
    }
    assert_eq!(self::sent(&rig).await, sent);
    assert_eq!(rig.control.get("/_org/transfers").await, made);
}

/// How many requests have come that would change something.
async fn sent(rig: &Rig) -> usize {
    let seen = rig.control.requests().await;
    let writes = seen.iter().filter(|seen| {
        let path = seen["path"].as_str().unwrap();
        seen["verb"] != "GET" && !path.starts_with("/_org") && !path.contains("/oauth/")
    });
    writes.count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_before_sending_is_one_line_with_its_reason() {
    let rig = Rig::with(&["callback-ms=0"]).await;
    let kit = rig.kit().await;
    let mut broken = rig.endpoint("edge-01");
    broken.max_concurrent_sessions = 0;
    let mut mute = rig.endpoint("edge-02");
    mute.stun_servers = vec!["127.0.0.1:9".into()];
    let provision = |body| Order::Provision {
        body: Box::new(body),
        follow: true,
    };
    let begun = json!({ "count": 1 });
    let begun = rig.control.post("/_org/interactions", &begun).await;
    let live = begun["ids"][0].as_str().unwrap();
    let book = |queue: &str| CallbackOrder::Book(Box::new(booking("cb_two", queue)));
    for (order, action, word) in [
        (provision(broken), "provision", "maxConcurrentSessions"),
        (provision(mute), "provision", "did not prove itself"),
        (transfer(live, "nowhere"), "transfer", "destination_uri"),
        (transfer("i-none", "genesys://user/x"), "transfer", "i-none"),
        (
            deploy(Aim::New, route("r-1", "http://plain.example.com/")),
            "route.create",
            "https",
        ),
        (
            deploy(Aim::New, route("r-1", "https://no-such-host.invalid/")),
            "route.create",
            "no-such-host.invalid",
        ),
        (
            Order::Callback(book("queue_billing_apac")),
            "callback.book",
            "full",
        ),
        (Order::Callback(book("queue_x")), "callback.book", "queue_x"),
    ] {
        let lines = lines(&rig, &kit, order).await;
        assert_eq!(told(&lines), [(action, "refused")], "{word}");
        let why = lines[0].error.as_ref().unwrap().to_string();
        assert!(why.contains(word), "{why}");
        assert_eq!(lines[0].operator.raw(), kit.operator);
    }
    assert_eq!(rig.submits().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_command_refuses_is_on_record_and_a_rehearsal_is_not() {
    let rig = Rig::with(&[]).await;
    let mut endpoint = serde_json::to_value(rig.endpoint("edge-01")).unwrap();
    endpoint["codecPreferences"] = json!([]);
    let endpoint = rig.file("edge.json", &endpoint);
    let callback = rig.file("cb.json", &json!({"callback_id": "cb_x"}));
    let bad = rig.file("route.json", &json!({"name": "r"}));
    for (args, action) in [
        (&["provision", "-f", &endpoint][..], "provision"),
        (&["transfer", "i-1", "--to", "nowhere"], "transfer"),
        (&["callback", "book", "-f", &callback], "callback.book"),
        (&["route", "deploy", "-f", &bad], "route.create"),
    ] {
        let before = rig.audit().len();
        let out = rig.run(&[args, &["--dry-run"]].concat());
        assert_eq!(out.status.code(), Some(2), "{out:?}");
        assert_eq!(rig.audit().len(), before, "{action}: a rehearsal");
        let out = rig.run(&[args, &["--yes"]].concat());
        assert_eq!(out.status.code(), Some(2), "{out:?}");
        let lines = rig.audit().split_off(before);
        assert_eq!(told(&lines), [(action, "refused")]);
        assert_eq!(lines[0].operator.raw(), "noc");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_profile_refuses_and_that_is_on_record() {
    let rig = Rig::with(&[]).await;
    let mut profile = rig.profile();
    profile.read_only = true;
    let kit = crate::common::ground::kit(profile, &rig.state_dir()).await;
    let order = Order::Callback(CallbackOrder::Cancel(vec!["cb".into()]));
    let lines = lines(&rig, &kit, order).await;
    assert_eq!(told(&lines), [("callback.cancel", "refused")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_stream_tells_of_a_booking_stands_under_its_id_with_the_correlation() {
    let rig = Rig::with(&["callback-ms=200", "callback-dup=1"]).await;
    let app = App::new(rig.load());
    let runner = Runner::new(app, Cells::dark(), Environment::default(), listen::nobody());
    let mut runner = runner.keeping(rig.state_dir());
    let order = CallbackOrder::Book(Box::new(booking("cb_live", "queue_night_us")));
    let ready = runner.run(|app| !app.store.callbacks.stale());
    tokio::time::timeout(Duration::from_secs(40), ready)
        .await
        .expect("a live stream")
        .unwrap();
    let kit = rig.kit().await;
    run(&kit, Order::Callback(order)).await;
    drop(runner.run(|_| true).await);
    // Another console has booked it: this one learns of the booking from the audit when it reads that.
    runner.app.update(
        trunkline::app::event::Event::Done(trunkline::app::event::Done::AuditRead(
            rig.audit(),
            trunkline::model::audit::Chain::Empty,
        )),
        Millis(0),
    );
    let over = |app: &App| {
        let told = |row: &trunkline::store::audit::AuditRow| {
            extra(&row.record, "callbackStatus") == "completed"
        };
        app.store.audit.newest_first().any(told)
    };
    let run = runner.run(over);
    let told_all = tokio::time::timeout(Duration::from_secs(40), run).await;
    told_all
        .unwrap_or_else(|_| panic!("{:?}", rig.audit()))
        .unwrap();
    runner.performer.finish().await;
    let audit = rig.audit();
    let submit = audit
        .iter()
        .find(|line| line.action.raw() == "callback.book");
    let submit = &submit.unwrap().id;
    let updates: Vec<_> = audit
        .iter()
        .filter(|line| line.action.raw() == "callback.update")
        .collect();
    assert!(
        updates
            .iter()
            .all(|line| line.id == *submit && line.status == LineStatus::Ok)
    );
    let names: std::collections::BTreeSet<_> = updates
        .iter()
        .map(|line| extra(line, "correlationId").as_str().unwrap())
        .collect();
    assert_eq!(
        names.len(),
        updates.len(),
        "each once, however often it is delivered"
    );
}
