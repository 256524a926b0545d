//! Who the console is, and how hard it asks, against the organisation.

use trunkline::cloud::{Urgency, Who};
use trunkline::model::person::Person;

use super::rig::{Rig, options, sign_in};

#[tokio::test]
async fn a_person_signs_in_beside_the_client_and_out_again() {
    let rig = Rig::start(options(3)).await;
    let person = sign_in(&rig.client, &rig.control, "u-1").await;
    let Person::SignedIn {
        id,
        name,
        until,
        renews,
    } = person
    else {
        panic!("{person:?}")
    };
    assert_eq!(id.raw(), "u-1");
    assert!(
        !renews,
        "a client without a secret is given nothing to renew with"
    );
    assert!(!name.raw().is_empty() && until.0 > 0);
    let holders: Vec<_> = rig
        .client
        .spending()
        .iter()
        .map(|spending| spending.holder)
        .collect();
    assert_eq!(holders, [Who::Client, Who::Person]);
    rig.client.logout().await.unwrap();
    assert_eq!(*rig.client.person().borrow(), Person::Nobody);
    // What has been revoked is no longer taken: signing in again is a new token.
    assert!(
        sign_in(&rig.client, &rig.control, "u-2")
            .await
            .is_signed_in()
    );
}

#[tokio::test]
async fn the_organisation_and_the_console_count_alike() {
    let rig = Rig::start(options(3)).await;
    for _ in 0..3 {
        rig.client.users_page(1, Urgency::Reread).await.unwrap();
    }
    let budget = rig.client.budget();
    assert_eq!(budget.others, 0, "{budget:?}");
    let said = budget.said.unwrap();
    assert!(
        said.count <= budget.used && said.allowed == 300,
        "{budget:?}"
    );
}
