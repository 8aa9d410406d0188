//! The program says where it listens and with what, and ends when it is told to.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use configcat_management::{Client, Result};

/// Ends with the test, however that ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_program_prints_what_a_client_needs_and_stops_when_told() -> Result<()> {
    let program = Command::new(env!("CARGO_BIN_EXE_configcat-fake"))
        .args([
            "--port", "0", "--user", "alice", "--pass", "it's", "--quota", "5/1m", "--empty",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut program = Program(program);
    let output = BufReader::new(program.0.stdout.take().expect("it has an output"));
    let line = output.lines().map_while(std::result::Result::ok);
    let line = line
        .into_iter()
        .find(|line| line.starts_with("CONFIGCAT_BASE_URL="));
    let line = line.expect("it says where it is");
    assert!(
        line.ends_with(r"CONFIGCAT_API_USER=alice CONFIGCAT_API_PASS='it'\''s'"),
        "{line}"
    );
    let url = line.split(['=', ' ']).nth(1).expect("there is a URL");

    let client = Client::builder()
        .base_url(url)
        .credentials("alice", "it's")
        .build()?;
    let products = client.get_products().send().await?;
    assert!(products.is_empty());
    assert_eq!(products.headers()["x-rate-limit-remaining"], "4");

    let told = Command::new("kill")
        .args(["-INT", &program.0.id().to_string()])
        .status();
    assert!(told.expect("there is a kill").success());
    assert!(program.0.wait().expect("it ends").success());
    Ok(())
}
