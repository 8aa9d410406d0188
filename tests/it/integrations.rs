//! Parameters of integrations: the map that each set makes and is read from, and what is told before the call.

use crate::support::{Server, json};
use configcat_management::integration::{
    Amplitude, DataDog, DataDogSite, IntegrationParameters, Map, MixPanel, MixPanelServer, PubNub,
    Segment, SegmentServer, Slack, check_map,
};
use configcat_management::types::{
    CreateIntegrationModel, IntegrationModel, IntegrationType, ModifyIntegrationRequest,
};
use configcat_management::uuid::Uuid;
use configcat_management::{Error, Secret};

fn map(parameters: &[(&str, &str)]) -> Map {
    let pairs = parameters.iter();
    pairs
        .map(|(name, value)| (name.to_string(), Secret::from(*value)))
        .collect()
}

fn told(parameters: impl Into<IntegrationParameters>) -> String {
    match parameters.into().check() {
        Err(error @ Error::Invalid(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn model(integration_type: &str, parameters: serde_json::Value) -> IntegrationModel {
    serde_json::from_value(serde_json::json!({
        "integrationId": Uuid::nil(), "integrationType": integration_type, "name": "n", "parameters": parameters,
        "configIds": [Uuid::max()], "environmentIds": [],
        "product": {
            "productId": Uuid::nil(), "name": "p", "description": null, "order": 0, "reasonRequired": false,
            "approveRequired": true,
            "organization": {"organizationId": Uuid::nil(), "name": "o"},
        },
    }))
    .expect("what the API would send")
}

#[test]
fn each_set_makes_its_map_and_is_read_from_it() {
    let sets: Vec<(IntegrationParameters, IntegrationType, Map)> = vec![
        (
            DataDog::new("k").into(),
            IntegrationType::DataDog,
            map(&[("apikey", "k")]),
        ),
        (
            DataDog::new("k").with_site(DataDogSite::Us1Fed).into(),
            IntegrationType::DataDog,
            map(&[("apikey", "k"), ("site", "Us1Fed")]),
        ),
        (
            Slack::new("https://hooks.example/1")
                .with_include_sensitive_data(true)
                .into(),
            IntegrationType::Slack,
            map(&[
                ("incoming_webhook.url", "https://hooks.example/1"),
                ("includeSensitiveData", "true"),
            ]),
        ),
        (
            Amplitude::new("a", "s").into(),
            IntegrationType::Amplitude,
            map(&[("apiKey", "a"), ("secretKey", "s")]),
        ),
        (
            MixPanel::new("u", "s", "7")
                .with_server(MixPanelServer::EuResidency)
                .into(),
            IntegrationType::MixPanel,
            map(&[
                ("serviceAccountUserName", "u"),
                ("serviceAccountSecret", "s"),
                ("projectId", "7"),
                ("server", "EUResidencyServer"),
            ]),
        ),
        (
            Segment::new("w").with_server(SegmentServer::Eu).into(),
            IntegrationType::Segment,
            map(&[("writeKey", "w"), ("server", "Eu")]),
        ),
        (
            PubNub::new("pub-c-1", "sub-c-1", "flags")
                .with_other("anything", "x")
                .into(),
            IntegrationType::PubNub,
            map(&[
                ("pubKey", "pub-c-1"),
                ("subKey", "sub-c-1"),
                ("channel", "flags"),
                ("anything", "x"),
            ]),
        ),
    ];
    for (set, integration_type, map) in sets {
        assert_eq!(Map::from(set.clone()), map);
        assert_eq!(
            IntegrationParameters::read(integration_type.clone(), map),
            set
        );
        assert_eq!(set.integration_type(), integration_type);
        set.check().expect("a complete set");
    }
    let masked = Slack::new("u").with_include_sensitive_data(false);
    assert_eq!(Map::from(masked), map(&[("incoming_webhook.url", "u")]));
}

#[test]
fn what_is_unknown_is_kept() {
    let later = map(&[("apikey", "k"), ("site", "Ap1"), ("region", "north")]);
    let read = IntegrationParameters::read(IntegrationType::DataDog, later.clone());
    let IntegrationParameters::DataDog(set) = &read else {
        panic!("{read:?}")
    };
    assert_eq!(set.site.as_ref().map(DataDogSite::as_str), Some("Ap1"));
    assert_eq!(set.other, map(&[("region", "north")]));
    read.check()
        .expect("neither looks like something that is known");
    assert_eq!(Map::from(read), later);

    let odd = map(&[
        ("incoming_webhook.url", "u"),
        ("includeSensitiveData", "perhaps"),
    ]);
    let read = IntegrationParameters::read(IntegrationType::Slack, odd.clone());
    assert_eq!(Map::from(read), odd);

    // A type from the future, and an answer without secrets.
    for (integration_type, parameters) in [
        ("newTool", map(&[("a", "b")])),
        ("amplitude", map(&[("apiKey", "a")])),
    ] {
        let integration_type = IntegrationType::from(integration_type);
        let read = IntegrationParameters::read(integration_type.clone(), parameters.clone());
        assert_eq!(
            read,
            IntegrationParameters::Other(integration_type, parameters)
        );
    }
    let hidden = IntegrationParameters::from(&model("dataDog", serde_json::Value::Null));
    assert_eq!(
        hidden,
        IntegrationParameters::Other(IntegrationType::DataDog, Map::new())
    );
}

#[test]
fn a_missing_or_misspelt_parameter_is_told_and_no_value_is() {
    let of = |integration_type, parameters: &[(&str, &str)]| {
        let error = check_map(&integration_type, &map(parameters)).expect_err("something is wrong");
        let text = error.to_string();
        let (_, problem) = text.split_once("was not sent: ").expect("which call");
        assert!(!format!("{error:?} {text}").contains("sesame"), "{text}");
        problem.to_string()
    };
    assert_eq!(
        of(IntegrationType::DataDog, &[]),
        "`body.parameters.apikey` is missing; `dataDog` needs `apikey`"
    );
    for misspelt in ["apiKey", "api_key", "API-KEY", "apikay", "akpiey"] {
        let problem = of(IntegrationType::DataDog, &[(misspelt, "sesame")]);
        let expected = format!(
            "`body.parameters.{misspelt}` is no parameter of `dataDog`; did you mean `apikey`?"
        );
        assert_eq!(problem, expected);
    }
    assert_eq!(
        of(
            IntegrationType::Slack,
            &[("incomingWebhookUrl", "https://sesame.example")]
        ),
        "`body.parameters.incomingWebhookUrl` is no parameter of `slack`; did you mean `incoming_webhook.url`?"
    );
    assert_eq!(
        of(IntegrationType::Amplitude, &[("apiKey", "sesame")]),
        "`body.parameters.secretKey` is missing; `amplitude` needs `apiKey`, `secretKey`"
    );
    assert_eq!(
        of(
            IntegrationType::Segment,
            &[("writeKey", "sesame"), ("server", "EU")]
        ),
        "`body.parameters.server` is none of `Us`, `Eu`; did you mean `Eu`?"
    );
    let mixpanel = [
        ("serviceAccountUserName", "sesame"),
        ("serviceAccountSecret", "sesame"),
        ("projectId", "1"),
        ("server", "StandardSever"),
    ];
    assert_eq!(
        of(IntegrationType::MixPanel, &mixpanel),
        "`body.parameters.server` is none of `StandardServer`, `EUResidencyServer`; did you mean `StandardServer`?"
    );
    let slack = [
        ("incoming_webhook.url", "sesame"),
        ("includeSensitiveData", "True"),
    ];
    assert_eq!(
        of(IntegrationType::Slack, &slack),
        "`body.parameters.includeSensitiveData` is none of `true`; did you mean `true`?"
    );

    assert!(
        told(DataDog::new(" "))
            .ends_with("`body.parameters.apikey` is empty; `dataDog` needs `apikey`")
    );
    assert!(
        told(Amplitude::new("a", "s").with_other("secretkey", "x"))
            .ends_with("did you mean `secretKey`?")
    );
}

#[test]
fn debug_shows_no_value() {
    let sets: [IntegrationParameters; 3] = [
        Slack::new("sesame").with_other("more", "sesame").into(),
        MixPanel::new("sesame", "sesame", "sesame").into(),
        IntegrationParameters::Other(IntegrationType::from("new"), map(&[("a", "sesame")])),
    ];
    for set in sets {
        assert!(!format!("{set:?}").contains("sesame"), "{set:?}");
    }
}

#[tokio::test]
async fn sets_go_straight_into_the_calls() {
    let answer = serde_json::to_string(&model(
        "slack",
        serde_json::json!({"incoming_webhook.url": "u"}),
    ));
    let server = Server::start(json(&answer.expect("JSON")));
    let client = server.client();
    let body = |request: &str| -> serde_json::Value {
        let (_, body) = request.split_once("\r\n\r\n").expect("a head and a body");
        serde_json::from_str(body).expect("JSON")
    };

    let create = Slack::new("https://hooks.example/1")
        .create("Chat")
        .expect("a complete set");
    let integration = client
        .create_integration(Uuid::nil(), create)
        .send()
        .await
        .expect("an answer")
        .into_inner();
    let sent = server.requests().pop().expect("one request");
    assert_eq!(
        body(&sent),
        serde_json::json!({
            "name": "Chat", "integrationType": "slack", "configIds": [], "environmentIds": [],
            "parameters": {"incoming_webhook.url": "https://hooks.example/1"},
        })
    );

    let IntegrationParameters::Slack(set) = IntegrationParameters::from(&integration) else {
        panic!("{integration:?}")
    };
    let change = set
        .with_include_sensitive_data(true)
        .modify(&integration)
        .expect("a complete set");
    client
        .update_integration(integration.integration_id, change)
        .send()
        .await
        .expect("an answer");
    let sent = server.requests().pop().expect("one request");
    assert_eq!(
        body(&sent),
        serde_json::json!({
            "name": "n", "configIds": [Uuid::max()], "environmentIds": [],
            "parameters": {"incoming_webhook.url": "u", "includeSensitiveData": "true"},
        })
    );

    let error = DataDog::new("k").modify(&integration).unwrap_err();
    assert_eq!(
        error.to_string(),
        "update-integration (PUT /v1/integrations/{integrationId}) was not sent: `body.parameters` are for `dataDog`, and the \
         integration is of type `slack`"
    );

    // And into the generated types.
    let set = Segment::new("w");
    let model =
        CreateIntegrationModel::new([], [], IntegrationType::Segment, "Segment", set.clone());
    assert_eq!(model.parameters, map(&[("writeKey", "w")]));
    assert_eq!(
        ModifyIntegrationRequest::new([], [], "Segment", set).parameters,
        model.parameters
    );
}
