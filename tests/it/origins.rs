//! No request carries credentials or an SDK key to another origin, redirects included.

use crate::support::{Act, Server, answer, assert_contains, json};
use configcat_management::Error;

#[tokio::test]
async fn a_redirect_is_not_followed_and_says_where_it_leads() {
    let other = Server::start(json("{}"));
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/v2/settings/flag/value?token=abc", other.url);
        let server = Server::start(answer(status, &[("location", &location)], ""));
        let error = server
            .client()
            .get_setting_value_by_sdkkey_v2("flag", "configcat-sdk-1/secret")
            .send()
            .await
            .unwrap_err();
        let Error::Api(failure) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(failure.status, status);
        assert!(
            failure
                .message
                .contains(&format!("leads to {}/v2/settings/flag/value", other.url)),
            "{error}"
        );
        assert!(
            !failure.message.contains("token=abc"),
            "a query may hold a secret"
        );

        // The first server did get both; the second was not even asked.
        let sent = server.requests().concat().to_lowercase();
        assert!(
            sent.contains("authorization: basic")
                && sent.contains("x-configcat-sdkkey: configcat-sdk-1/secret")
        );
        assert_eq!(other.requests(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn own_http_settings_cannot_turn_redirects_on() {
    let other = Server::start(json("{}"));
    let server = Server::start(answer(307, &[("location", &other.url)], ""));
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::limited(10));
    let client = crate::support::builder(&server.url)
        .http(http)
        .build()
        .unwrap();
    client.get_me().send().await.unwrap_err();
    assert_eq!((server.requests().len(), other.requests().len()), (1, 0));
}

#[tokio::test]
async fn no_argument_changes_where_a_request_goes() {
    let server = Server::start(Act::Close);
    let client = server.client();
    for hairy in [
        "@evil.example",
        "//evil.example/",
        "..%2f..",
        "/../../x",
        "\\\\evil.example",
        "a/b?c#d",
        "%2e%2e",
        "ä ö",
    ] {
        client
            .get_setting_value_by_sdkkey_v2(hairy, "key")
            .send()
            .await
            .unwrap_err();
        let sent = server.requests().pop().expect("one request");
        let target = sent.split(' ').nth(1).unwrap_or_default();
        assert!(
            target.starts_with("/v2/settings/") && target.ends_with("/value"),
            "{target}"
        );
        assert_eq!(target.matches('/').count(), 4, "{target}");
    }
    for climbing in ["", ".", ".."] {
        let error = client
            .get_setting_value_by_sdkkey_v2(climbing, "key")
            .send()
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::Invalid(refused) if refused.field == "settingKeyOrId"),
            "{error}"
        );
    }
    let error = client
        .get_setting_value_by_sdkkey_v2("flag", "a\r\nb: c")
        .send()
        .await
        .unwrap_err();
    assert_contains(
        &error,
        "`X-CONFIGCAT-SDKKEY` has characters that a header cannot carry",
    );
}
