//! A close look at one phone: what is asked for it, and what it tells.

use trunkline::cloud::Urgency;

use super::rig::{Rig, options};

#[tokio::test]
async fn a_phone_tells_its_edges_its_line_and_its_station() {
    let rig = Rig::start(options(20)).await;
    let state = rig.control.state().await;
    let rows = state["registrations"].as_array().unwrap().iter();
    let mut rows = rows.filter(|row| row["deviceId"].as_str().unwrap().starts_with("webrtc"));
    let up = rows.find(|row| row["registered"] == true).unwrap();
    let (user, device) = (&up["userId"], up["deviceId"].as_str().unwrap());

    let read = rig
        .client
        .platform()
        .unwrap()
        .closeup(&device.into(), Urgency::Reread)
        .await;
    let closeup = read.unwrap().unwrap();
    let edges: Vec<_> = closeup.sides().collect();
    assert_eq!((edges[0].0, edges[1].0), ("primary", "secondary"));
    assert!(edges[0].1.edge.is_some() && edges[0].1.edge != edges[1].1.edge);
    assert!(edges.iter().all(|(_, side)| side.fault.is_none()));
    let line = closeup.line().unwrap();
    // A browser registers nowhere: it has no contact and no address of record.
    assert_eq!((line.reachable, line.contacts.len()), (Some(true), 0));
    assert!(line.address.is_none() && line.since.is_some());
    assert_eq!(closeup.keeps_s, Some(600));
    assert!(closeup.agent.is_some());

    let [station] = closeup.stations.as_slice() else {
        panic!("{:?}", closeup.stations)
    };
    assert_eq!(
        station.owner.as_ref().unwrap().raw(),
        user.as_str().unwrap()
    );
    let told = (station.persistent, station.force_turn, station.media_helper);
    assert_eq!(told, (Some(true), Some(false), Some(false)));

    let none = rig
        .client
        .platform()
        .unwrap()
        .closeup(&"no-such".into(), Urgency::Reread)
        .await;
    assert_eq!(none.unwrap(), None);
}
