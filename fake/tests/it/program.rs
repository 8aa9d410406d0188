//! The program says where it listens and with what, and ends when it is told to.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

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
    let program = Command::new(env!("CARGO_BIN_EXE_configcat-fake"))
        .args(["--port", "0"])
        .args(arguments)
        .stdout(Stdio::piped())
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
    let told = Command::new("kill")
        .args(["-INT", &program.0.id().to_string()])
        .status();
    assert!(told.expect("there is a kill").success());
    assert!(program.0.wait().expect("it ends").success());
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
        let product = CreateProductRequest::new("Kept");
        client.create_product(organization, product).send().await?;
        stop(&mut program);
    }
    // The third program started with what the second left, and left the file alone.
    let expected: [&[&str]; 4] = [&[], &["Kept"], &["Kept", "Kept"], &["Web shop"]];
    assert_eq!(found, expected);
    Ok(())
}
