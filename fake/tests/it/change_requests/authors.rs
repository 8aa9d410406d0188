//! Who did something in a change request.

use super::*;

#[tokio::test]
async fn who_did_something_is_told_by_id_as_long_as_it_is_known() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let (config, production, flag) = (demo.v2.config_id, demo.production_id, demo.v2.new_checkout);
    let members = client.get_product_members(demo.product_id).send().await?;
    let me = members[0].user_id.clone();
    assert!(me.is_some());
    for applied in [true, false] {
        let created = client.create_change_request(config, production, titled("Launch", flag));
        let id = created.send().await?.change_request_id;
        match applied {
            true => client.apply_change_request(id).send().await?,
            false => client.close_change_request(id).send().await?,
        };
        let request = client.get_change_request(id).send().await?.into_inner();
        let (by_one, by_other) = (request.applied_by_user_id, request.closed_by_user_id);
        let ended = if applied {
            [me.clone(), None]
        } else {
            [None, me.clone()]
        };
        assert_eq!([by_one, by_other], ended);
        assert_eq!(request.creator_user_id, me);
        assert_eq!(request.activities[0].user_id, me);
    }
    let list = client.get_change_requests(demo.product_id).send().await?;
    let listed = list.change_requests.data.iter().flatten();
    assert!(listed.clone().all(|request| request.creator_user_id == me));
    assert_eq!(
        listed
            .filter(|request| request.applied_by_user_id == me)
            .count(),
        1
    );
    Ok(())
}
