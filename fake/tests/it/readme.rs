//! The test that the README shows passes, as it stands there.

#[tokio::test]
async fn a_flag_is_turned_on() -> configcat_management::Result<()> {
    let fake = configcat_fake::Fake::start().await;
    let client = fake.client(); // for what is to be tested
    let flag = client
        .product("Web shop")
        .config("Backend")
        .environment("Production")
        .flag("new_checkout");
    flag.turn_on().send().await?;
    assert_eq!(flag.served().await?.to_string(), "new_checkout: true");
    Ok(())
}

#[test]
fn the_readme_has_the_test_above() {
    let without_spaces = |text: &str| text.split_whitespace().collect::<String>();
    let (_, test) = include_str!("readme.rs").split_once("\n\n").expect("docs");
    let (test, _) = test.split_once("\n\n").expect("the test above");
    let readme = without_spaces(include_str!("../../../README.md"));
    assert!(readme.contains(&without_spaces(test)));
}
