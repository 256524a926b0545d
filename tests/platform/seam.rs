use super::rig::{Rig, options};
use trunkline::model::api::Api;

#[tokio::test]
async fn a_client_of_the_platform_api_knows_that_it_is_one() {
    let rig = Rig::start(options(2)).await;
    assert_eq!(rig.client.api(), Api::Platform);
    assert!(rig.control.state().await.is_object());
}
