//! The fake's demo product, by its names, and what was asked of the fake.

use configcat_fake::Fake;
use configcat_management::names::Environment;
use configcat_management::types::{CreateSegmentModel, RolloutRuleComparator, SegmentId};
use configcat_management::{Client, Result};

/// An environment of a config.
pub fn place(client: &Client, config: &str, environment: &str) -> Environment {
    let config = client.product("Web shop").config(config);
    config.environment(environment)
}

/// A new segment with the name `Staff`.
pub async fn staff(fake: &Fake) -> Result<SegmentId> {
    let product = fake.demo().expect("the fake starts with it").product_id;
    let contains = RolloutRuleComparator::Contains;
    let staff = CreateSegmentModel::new(contains, "Email", "@example.com", "Staff");
    let staff = fake.client().create_segment(product, staff).send().await?;
    Ok(staff.segment_id)
}

/// The operations that were called.
pub fn calls(fake: &Fake) -> Vec<&'static str> {
    let requests = fake.requests().into_iter();
    requests.filter_map(|request| request.operation).collect()
}

/// Those of them that write.
pub fn written(fake: &Fake) -> Vec<&'static str> {
    let requests = fake.requests().into_iter();
    let writes = requests.filter(|request| request.method != "GET");
    writes.filter_map(|request| request.operation).collect()
}
