//! A wrong or missing setting is an error at `build` that says which method or variable to use; `Debug` shows no secret.

use configcat_management::{Client, Error, Secret, types};

fn refused(builder: configcat_management::ClientBuilder) -> String {
    match builder.build() {
        Err(Error::Config(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

fn with_url(url: &str) -> configcat_management::ClientBuilder {
    Client::builder().credentials("u", "p").base_url(url)
}

#[test]
fn each_wrong_setting_is_named() {
    let problem = refused(Client::builder());
    assert!(
        problem.contains("no user name")
            && problem.contains("CONFIGCAT_API_USER")
            && problem.contains("credentials(user, password)")
    );
    for (url, problem) in [
        ("not a url", "neither `https://` nor `http://`"),
        ("localhost:8080", "neither `https://` nor `http://`"),
        ("api.configcat.com", "neither `https://` nor `http://`"),
        ("ftp://example.com", "neither `https://` nor `http://`"),
        (
            "http://example.com",
            "plain http would show the credentials",
        ),
        (
            "http://127.0.0.1.example.com",
            "plain http would show the credentials",
        ),
        (
            "http://localhost.example.com",
            "plain http would show the credentials",
        ),
        (
            "https://u:sesame@example.com",
            "credentials do not belong there",
        ),
        ("https://example.com/?a=b", "query or a fragment"),
        ("https://", "empty host"),
    ] {
        let text = refused(with_url(url));
        assert!(text.contains(problem), "{url}: {text}");
        assert!(
            text.contains("base_url(url)") && text.contains("CONFIGCAT_BASE_URL"),
            "{text}"
        );
        assert!(!text.contains("sesame"), "{text}");
    }
    assert!(refused(Client::builder().credentials("a:b", "p")).contains("colon"));
    assert!(refused(with_url("https://example.com").user_agent("a\nb")).contains("user_agent"));
    assert!(refused(with_url("https://example.com").caller_id("ä\u{0}")).contains("caller_id"));
}

#[test]
fn loopback_may_be_plain_and_so_may_others_where_it_is_said() {
    for url in [
        "http://127.0.0.1:8080",
        "http://127.1.2.3",
        "http://[::1]:80/",
        "http://localhost:1",
        "https://cc.example.com/base/",
    ] {
        assert!(with_url(url).build().is_ok(), "{url}");
    }
    assert!(
        with_url("http://configcat-fake:8080")
            .allow_plain_http()
            .build()
            .is_ok()
    );
    assert_eq!(
        with_url("https://cc.example.com/base/")
            .build()
            .unwrap()
            .base_url(),
        "https://cc.example.com/base"
    );
    let host = Client::builder()
        .credentials("u", "p")
        .host("cc.example.com:8443")
        .build()
        .unwrap();
    assert_eq!(host.base_url(), "https://cc.example.com:8443");
}

/// `.ci/run` runs it in a build without TLS.
#[cfg(not(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls")))]
#[test]
fn without_tls_https_is_refused_and_the_features_that_bring_it_are_named() {
    let problem = refused(with_url("https://example.com"));
    for word in ["https needs TLS", "`rustls`", "`native-tls`"] {
        assert!(problem.contains(word), "{problem}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let secret = "s3same-0pen";
    let builder = Client::builder()
        .credentials("u", secret)
        .base_url(format!("https://u:{secret}@x.example"));
    let client = Client::builder().credentials("u", secret).build().unwrap();
    let keys: types::SdkKeysModel = serde_json::from_str(&format!(
        r#"{{"primary":"{secret}","secondary":"{secret}"}}"#
    ))
    .unwrap();
    let header = types::WebhookHeaderModel::new("authorization", secret);
    let parameters = [("apiKey".to_string(), Secret::from(secret))];
    let integration = types::CreateIntegrationModel::new(
        Vec::new(),
        Vec::new(),
        types::IntegrationType::Amplitude,
        "name",
        std::collections::BTreeMap::from(parameters),
    );
    let patch = [
        types::JsonPatchOperation::new(types::OperationType::Add, "/webHookHeaders/-")
            .with_value(secret),
    ];
    let printed = [
        format!("{builder:?}"),
        format!("{client:?}"),
        format!("{keys:?}"),
        format!("{header:?}"),
        format!("{integration:?}"),
        format!("{:?}", client.get_setting_value_by_sdkkey("flag", secret)),
        format!("{:?}", client.update_webhook(1, patch.clone())),
        format!("{patch:?}"),
        format!("{:?}", client.get_me()),
    ];
    for text in printed {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(
        serde_json::to_value(&keys).unwrap()["primary"],
        secret,
        "the wire still gets it"
    );
}

#[test]
fn everything_can_go_to_another_thread() {
    fn check<T: Send + Sync + 'static>(_: &T) {}
    fn sent<T: Send + 'static>(_: &T) {}
    let client = Client::builder().credentials("u", "p").build().unwrap();
    let call = client.get_me();
    check(&client);
    check(&call);
    sent(&call.send());
    check(&Error::Config(String::new()));
    check(&Secret::from("x"));
}

/// Runs in a process of its own, because the environment is one for all tests.
#[test]
fn an_empty_variable_is_not_taken_for_none() {
    const TEST: &str = "settings::an_empty_variable_is_not_taken_for_none";
    if std::env::var_os("SETTINGS_INSIDE").is_some() {
        let builder = Client::builder().from_env();
        let built = match std::env::var_os("SETTINGS_LATER") {
            None => builder.build(),
            Some(_) => builder.base_url("http://127.0.0.1:1").build(),
        };
        println!("{:?}", built.map(|client| client.base_url().to_owned()));
        return;
    }
    let build = |variables: &[(&str, &str)]| {
        let program = std::env::current_exe().expect("tests are programs");
        let mut command = std::process::Command::new(program);
        for name in ["USER", "PASS", "HOST"] {
            command.env_remove(format!("CONFIGCAT_API_{name}"));
        }
        command.env_remove("CONFIGCAT_BASE_URL");
        command.args(["--exact", TEST, "--nocapture"]);
        command
            .env("SETTINGS_INSIDE", "1")
            .env("CONFIGCAT_API_USER", "u");
        command.env("CONFIGCAT_API_PASS", "pass-word-1");
        let output = command.envs(variables.iter().copied()).output();
        String::from_utf8(output.expect("it starts").stdout).expect("text")
    };
    assert!(build(&[]).contains("Ok(\"https://api.configcat.com\")"));
    let names = [
        "CONFIGCAT_API_USER",
        "CONFIGCAT_API_PASS",
        "CONFIGCAT_BASE_URL",
        "CONFIGCAT_API_HOST",
    ];
    for name in names {
        let text = build(&[(name, "")]);
        assert!(text.contains(&format!("{name} is empty")), "{text}");
    }
    let text = build(&[("CONFIGCAT_BASE_URL", ""), ("SETTINGS_LATER", "1")]);
    assert!(text.contains("Ok(\"http://127.0.0.1:1\")"), "{text}");
    let text = build(&[
        ("CONFIGCAT_BASE_URL", ""),
        ("CONFIGCAT_API_HOST", "cc.example"),
    ]);
    assert!(text.contains("Ok(\"https://cc.example\")"), "{text}");
}
