//! The program says where it listens and with what, and ends when it is told to.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};

use configcat_management::integration::DataDog;
use configcat_management::types::{CreateProductRequest, CreateTagModel};
use configcat_management::{Client, Result, reqwest};
use serde_json::Value;

/// Ends with the test, however that ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program, and reads what it prints as far as the line for clients, which comes last.
fn start(arguments: &[&str]) -> (Program, Vec<String>) {
    start_with(arguments, &[])
}

/// The same, with variables of the environment.
fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> (Program, Vec<String>) {
    let program = Command::new(env!("CARGO_BIN_EXE_configcat-fake"))
        .args(["--port", "0"])
        .args(arguments)
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut program = Program(program);
    let output = BufReader::new(program.0.stdout.take().expect("it has an output"));
    let mut lines = Vec::new();
    for line in output.lines() {
        let line = line.expect("it is text");
        let last = line.starts_with("CONFIGCAT_BASE_URL=");
        lines.push(line);
        if last {
            return (program, lines);
        }
    }
    panic!("it does not say where it is: {lines:?}");
}

/// The address in the line for clients.
fn url(lines: &[String]) -> &str {
    let line = lines.last().expect("there is a line");
    line.split(['=', ' ']).nth(1).expect("there is a URL")
}

/// Tells the program to stop as Ctrl-C does, and waits until it has.
fn stop(program: &mut Program) {
    assert!(signal(program, "-INT").success());
}

/// Sends a signal that ends the program, and waits until it has.
fn signal(program: &mut Program, signal: &str) -> ExitStatus {
    let told = Command::new("kill")
        .args([signal, &program.0.id().to_string()])
        .status();
    assert!(told.expect("there is a kill").success());
    program.0.wait().expect("it ends")
}

#[tokio::test]
async fn the_program_prints_what_a_client_needs_and_stops_when_told() -> Result<()> {
    let (mut program, lines) = start(&[
        "--user", "alice", "--pass", "it's", "--quota", "5/1m", "--empty",
    ]);
    let line = lines.last().expect("there is a line");
    assert!(
        line.ends_with(r"CONFIGCAT_API_USER=alice CONFIGCAT_API_PASS='it'\''s'"),
        "{line}"
    );
    let url = url(&lines);
    let call = format!(r"curl --user 'alice:it'\''s' {url}/v1/products");
    assert!(lines.contains(&call), "{lines:?}");

    let client = Client::builder()
        .base_url(url)
        .credentials("alice", "it's")
        .build()?;
    let products = client.get_products().send().await?;
    assert!(products.is_empty());
    assert_eq!(products.headers()["x-rate-limit-remaining"], "4");

    stop(&mut program);
    Ok(())
}

#[tokio::test]
async fn requests_are_recorded_while_it_runs() -> Result<()> {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("requests.jsonl");
    std::fs::write(&file, "{}\n").expect("it can be written");
    let (_program, lines) = start(&["--record", &file.to_string_lossy()]);
    let client = Client::builder()
        .base_url(url(&lines))
        .credentials("user", "pass")
        .build()?;
    let product = client.get_products().send().await?[0].product_id;
    let tag = CreateTagModel::new("api");
    client.create_tag(product, tag).send().await?;
    // A line is written before its answer goes out.
    let text = std::fs::read_to_string(&file).expect("it is there");
    let read = |line: &str| serde_json::from_str::<Value>(line).expect("it is JSON");
    let lines: Vec<Value> = text.lines().map(read).collect();
    assert_eq!(lines.len(), 3, "what was there stays: {text}");
    assert_eq!(lines[1]["operation"], "get-products");
    assert_eq!(lines[2]["method"], "POST");
    assert_eq!(lines[2]["path"], format!("/v1/products/{product}/tags"));
    assert_eq!(lines[2]["status"], 201);
    assert_eq!(lines[2]["body"], r#"{"name":"api"}"#);
    assert!(!text.contains("pass") && !text.contains("Basic"), "{text}");
    Ok(())
}

#[tokio::test]
async fn it_speaks_tls_with_a_certificate_of_its_own() -> Result<()> {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("fake.pem");
    let path = file.to_string_lossy();
    let (_program, lines) = start(&["--tls-self-signed", "--tls-certificate", &path]);
    let url = url(&lines);
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let pem = std::fs::read(&file).expect("it is written");
    let pem = reqwest::Certificate::from_pem(&pem).expect("it is a certificate");
    let client = || Client::builder().base_url(url).credentials("user", "pass");
    let trusting = reqwest::Client::builder().tls_certs_only([pem]);
    let trusting = client().http(trusting).build()?;
    assert_eq!(trusting.get_me().send().await?.full_name, "Jane Doe");
    let doubting = client().build()?.get_me().send().await;
    let error = doubting.expect_err("nobody else vouches for it");
    assert_eq!(error.attempts(), 1, "the next one would end the same way");
    assert!(error.to_string().contains("certificate"), "{error}");

    let fake = configcat_fake::Fake::builder()
        .tls_self_signed()
        .start()
        .await;
    let me = fake.client().get_me().send().await?;
    assert_eq!(me.full_name, "Jane Doe", "the ready-made client trusts it");
    Ok(())
}

#[tokio::test]
async fn the_state_outlives_the_program() -> Result<()> {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("state.json");
    let file = file.to_string_lossy();
    let mut found = Vec::new();
    for arguments in [
        ["--empty", "--state", &file].as_slice(),
        &["--state", &file],
        &["--seed", &file],
        &["--seed", "demo"],
    ] {
        let (mut program, lines) = start(arguments);
        let client = Client::builder()
            .base_url(url(&lines))
            .credentials("user", "pass")
            .build()?;
        let products = client.get_products().send().await?;
        found.push(
            products
                .iter()
                .map(|product| product.name.clone())
                .collect::<Vec<_>>(),
        );
        let organization = client.get_organizations().send().await?[0].organization_id;
        let product = CreateProductRequest::new(format!("Kept {}", found.len()));
        client.create_product(organization, product).send().await?;
        stop(&mut program);
    }
    // The third program started with what the second left, and left the file alone.
    let expected: [&[&str]; 4] = [&[], &["Kept 1"], &["Kept 1", "Kept 2"], &["Web shop"]];
    assert_eq!(found, expected);
    Ok(())
}

/// Runs the program where it cannot start, and gives what it says.
fn refused(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_configcat-fake"))
        .args(["--port", "0"])
        .args(arguments)
        .output()
        .expect("it starts");
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the program said on its standard error output until it ended.
fn errors(program: &mut Program) -> String {
    let mut text = String::new();
    let mut errors = program.0.stderr.take().expect("it has one");
    errors.read_to_string(&mut text).expect("it is text");
    text
}

#[tokio::test]
async fn variables_say_what_options_do_and_options_come_first() -> Result<()> {
    let variables = [
        ("CONFIGCAT_FAKE_USER", "alice"),
        ("CONFIGCAT_FAKE_PASS", "hidden"),
        ("CONFIGCAT_FAKE_QUOTA", "7/1m,100/1h"),
        ("CONFIGCAT_FAKE_SEED", "empty"),
        ("CONFIGCAT_FAKE_NO_PAGE", "1"),
        ("CONFIGCAT_FAKE_LOG", "yes"),
        ("CONFIGCAT_FAKE_ADDRESS", "nowhere.invalid"),
    ];
    let arguments = ["--address", "localhost", "--no-control"];
    let (mut program, lines) = start_with(&arguments, &variables);
    let url = url(&lines);
    let client = Client::builder()
        .base_url(url)
        .credentials("alice", "hidden");
    let client = client.build()?;
    let products = client.get_products().send().await?;
    assert!(products.is_empty());
    assert_eq!(products.headers()["x-rate-limit-remaining"], "99");
    for path in ["/", "/_fake/health"] {
        let answer = reqwest::get(format!("{url}{path}?secret=hidden")).await;
        let status = answer.expect("it answers").status();
        assert_eq!(status, 401, "{path} is left out");
    }
    assert!(
        signal(&mut program, "-HUP").success(),
        "a terminal that closes ends it"
    );
    let said = errors(&mut program);
    assert!(
        said.contains(" GET /v1/products get-products 200 "),
        "{said}"
    );
    assert!(said.contains(" GET / - 401 "), "{said}");
    assert!(!said.contains("hidden"), "{said}");
    Ok(())
}

/// Whoever starts it finds in `--help` that a test can drive it, in whatever language.
#[test]
fn help_says_how_it_is_driven() {
    let output = Command::new(env!("CARGO_BIN_EXE_configcat-fake"))
        .arg("--help")
        .output()
        .expect("it starts");
    let help = String::from_utf8_lossy(&output.stdout);
    for told in [
        "/_fake/",
        "--no-control",
        "--quota",
        "unlimited",
        "--cors",
        "--log",
    ] {
        assert!(help.contains(told), "{told}: {help}");
    }
}

/// What an account may have, and how the older audit logs are answered, can be chosen at the start.
#[tokio::test]
async fn a_plan_and_the_form_of_the_older_audit_logs_are_options() -> Result<()> {
    let (_program, lines) = start(&["--plan", "free", "--v1-audit-logs", "page"]);
    let url = url(&lines);
    let client = Client::builder().base_url(url).credentials("user", "pass");
    let client = client.build()?;
    let organization = client.get_organizations().send().await?[0].organization_id;
    let limits = client
        .get_organization_limitations(organization)
        .send()
        .await?;
    assert_eq!(limits.max_comparison_value_list_length, 100);
    let logs = reqwest::Client::new()
        .get(format!("{url}/v1/organizations/{organization}/auditlogs"))
        .basic_auth("user", Some("pass"));
    let logs = logs.send().await.expect("it answers");
    assert_eq!(logs.status(), 200);
    let text = logs.text().await.expect("it ends");
    assert!(text.starts_with('{'), "a page, not a list: {text}");
    Ok(())
}

#[tokio::test]
async fn without_a_quota_nothing_is_counted() -> Result<()> {
    let (_program, lines) = start(&["--quota", "unlimited"]);
    let client = Client::builder()
        .base_url(url(&lines))
        .credentials("user", "pass");
    let me = client.build()?.get_me().send().await?;
    assert!(!me.headers().contains_key("x-rate-limit-remaining"));
    Ok(())
}

#[tokio::test]
async fn a_state_that_cannot_be_saved_ends_it_with_1_and_words() -> Result<()> {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("state.json");
    let (mut program, lines) = start(&["--state", &file.to_string_lossy()]);
    let second = refused(&["--state", &file.to_string_lossy()]);
    assert!(second.contains("state.json: another server"), "{second}");
    folder.close().expect("it can be removed");
    let client = Client::builder()
        .base_url(url(&lines))
        .credentials("user", "pass");
    let client = client.build()?;
    let organization = client.get_organizations().send().await?[0].organization_id;
    let product = CreateProductRequest::new("Lost");
    client.create_product(organization, product).send().await?;
    assert_eq!(signal(&mut program, "-TERM").code(), Some(1));
    let said = errors(&mut program);
    let last = said.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("configcat-fake: the state could not be saved: "),
        "{said}"
    );
    assert!(last.contains("state.json: "), "{said}");
    Ok(())
}

#[test]
fn what_it_cannot_do_is_refused_by_name() {
    for (arguments, says) in [
        (
            ["--record", "/nowhere/requests.jsonl"],
            "/nowhere/requests.jsonl: ",
        ),
        (["--state", "/nowhere/state.json"], "/nowhere/state.json: "),
        (["--seed", "/nowhere/seed.json"], "/nowhere/seed.json: "),
        (["--address", "nowhere.invalid"], "nowhere.invalid: "),
        (["--cors", "app.example.com"], "`app.example.com`"),
        (["--quota", "many"], "`unlimited`"),
    ] {
        let said = refused(&arguments);
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    let said = refused(&[
        "--tls-own-certificate",
        "/nowhere/c.pem",
        "--tls-own-key",
        "/nowhere/k.pem",
    ]);
    assert!(said.contains("/nowhere/c.pem: "), "{said}");
}

/// What a record holds is nobody else's.
#[tokio::test]
async fn a_record_has_no_secrets_and_is_its_owners() -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("requests.jsonl");
    // One that was there already, and that everybody could read.
    std::fs::write(&file, "").expect("there is room");
    let everybody = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&file, everybody).expect("it is ours");
    let (_program, lines) = start(&["--record", &file.to_string_lossy()]);
    let client = Client::builder()
        .base_url(url(&lines))
        .credentials("user", "pass");
    let client = client.build()?;
    let product = client.get_products().send().await?[0].product_id;
    let data_dog = DataDog::new("s3cret").create("Metrics")?;
    client.create_integration(product, data_dog).send().await?;
    let text = std::fs::read_to_string(&file).expect("it is there");
    assert!(
        text.contains("Metrics") && text.contains("(left out)"),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
    let mode = std::fs::metadata(&file)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    Ok(())
}

#[tokio::test]
async fn a_certificate_is_kept_with_the_state_and_has_the_names_it_is_told() -> Result<()> {
    let folder = tempfile::tempdir().expect("there is room");
    let state = folder.path().join("state.json");
    let state = state.to_string_lossy();
    let pem = folder.path().join("fake.pem");
    let written = pem.to_string_lossy();
    let tls = [
        "--state",
        &state,
        "--tls-self-signed",
        "--tls-certificate",
        &written,
    ];
    let mut pems = Vec::new();
    for name in [None, None, Some("fake.test")] {
        let named = name.map(|name| ["--tls-name", name]);
        let arguments: Vec<&str> = tls.into_iter().chain(named.into_iter().flatten()).collect();
        let (mut program, lines) = start(&arguments);
        pems.push(std::fs::read_to_string(&pem).expect("it is written"));
        if let Some(name) = name {
            let port = url(&lines).rsplit(':').next().expect("there is a port");
            let port: u16 = port.parse().expect("it is a number");
            let pem = reqwest::Certificate::from_pem(pems[2].as_bytes()).expect("it is one");
            let http = reqwest::Client::builder()
                .tls_certs_only([pem])
                .resolve(name, ([127, 0, 0, 1], port).into());
            let client = Client::builder().base_url(format!("https://{name}:{port}"));
            let client = client.http(http).credentials("user", "pass").build()?;
            assert_eq!(client.get_me().send().await?.full_name, "Jane Doe");
        }
        stop(&mut program);
    }
    assert_eq!(pems[0], pems[1], "kept");
    assert_ne!(pems[1], pems[2], "made anew for another name");

    // What is kept is a certificate and a key, and so one of one's own.
    let own = folder.path().join("state.json.tls.pem");
    let own = own.to_string_lossy();
    let (_program, lines) = start(&["--tls-own-certificate", &own, "--tls-own-key", &own]);
    let pem = reqwest::Certificate::from_pem(pems[2].as_bytes()).expect("it is one");
    let http = reqwest::Client::builder().tls_certs_only([pem]);
    let client = Client::builder()
        .base_url(url(&lines))
        .credentials("user", "pass");
    assert_eq!(
        client.http(http).build()?.get_me().send().await?.full_name,
        "Jane Doe"
    );
    let unreadable = refused(&["--tls-own-certificate", &state, "--tls-own-key", &own]);
    assert!(unreadable.contains("state.json and "), "{unreadable}");
    Ok(())
}
