//! Copies with handles whose lists were read before the target was changed.

use super::*;

/// A list that was read before still has what was deleted; neither its id nor its being there counts.
#[tokio::test]
async fn what_was_deleted_in_the_target_is_created_again_and_changed() -> Result<()> {
    for (name, version) in [
        ("Backend", EvaluationVersion::V1),
        ("Frontend", EvaluationVersion::V2),
    ] {
        let fake = Fake::start().await;
        let client = fake.client();
        let live = elsewhere(&fake, version).await?;
        let test = both(&client, name).0;
        let split = percentages([(50, 10), (50, 20)])?;
        test.flag("page_size").split(split).send().await?;
        let whole = || copy(&test, &live).create_missing();
        whole().preview().await?.apply().await?;

        let id = live.flag("page_size").setting_id().await?;
        client.delete_setting(id).send().await?;
        let wrong = copy(&test, &live).preview().await.unwrap_err().to_string();
        assert!(wrong.contains("no setting `page_size`;"), "{wrong}");
        let mut plan = whole().preview().await?;
        let refusal = Fault::Status(403, "Not now.".to_string());
        fake.fail_next_of("create-setting", 1, refusal);
        let error = plan.apply().await.unwrap_err().to_string();
        assert!(error.contains("Not now."), "{error}");
        assert_eq!(done(&plan), [false, false]);
        plan.apply().await?;
        assert_eq!(compare(&test, &live).await?.differences, [], "{name}");
    }
    Ok(())
}
