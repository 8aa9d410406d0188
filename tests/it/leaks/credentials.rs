//! What cannot be a credential is refused before it is sent, with the name of where it came from.

use super::*;

#[test]
fn credentials_that_no_server_takes_are_refused_at_once() {
    let config = |builder: ClientBuilder| match builder.build() {
        Err(Error::Config(problem)) => problem,
        other => panic!("{other:?}"),
    };
    for (text, told) in [
        ("", "is empty"),
        ("secret\n", "begins or ends with white space"),
        (" secret", "begins or ends with white space"),
        ("\u{a0}secret", "begins or ends with white space"),
        ("sec\nret", "has a control character"),
        ("sec\u{0}ret", "has a control character"),
        ("sec\u{7f}ret", "has a control character"),
    ] {
        let user = config(Client::builder().credentials(text, "p"));
        assert!(
            user.contains(told) && user.contains("CONFIGCAT_API_USER"),
            "{user}"
        );
        let password = config(Client::builder().credentials("u", text));
        assert!(
            password.contains(told) && password.contains("CONFIGCAT_API_PASS"),
            "{password}"
        );
        assert!(!password.contains("sec"), "{password}");
    }
    assert!(
        Client::builder()
            .credentials("u", "two words")
            .build()
            .is_ok()
    );
}

#[tokio::test]
async fn an_sdk_key_with_the_end_of_a_line_is_not_sent() {
    let server = Server::start(crate::support::json("{}"));
    for (key, told) in [
        ("", "is empty"),
        ("key ", "begins or ends with white space"),
        ("a\nb", "cannot carry"),
    ] {
        let call = server.client().get_setting_value_by_sdkkey_v2("flag", key);
        let error = call.send().await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[cfg(feature = "webhook")]
#[test]
fn a_webhook_key_with_the_end_of_a_line_is_a_mistake_on_this_side() {
    use configcat_management::webhook::{Refused, Verifier};
    for key in ["key\n", " key", "k\u{0}ey"] {
        let verifier = Verifier::new(["good", key]);
        let now = configcat_management::chrono::Utc::now();
        let refused = verifier.verify(&Default::default(), b"", now).unwrap_err();
        assert_eq!(refused, Refused::UnusableKey);
    }
}
