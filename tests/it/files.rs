//! More tasks than the system allows a process of open files lose no call.

use std::process::{Command, Stdio};
use std::time::Duration;

use configcat_fake::{Fake, Fault};
use configcat_management::Client;
use tokio::task::JoinSet;

/// Where the process with few files finds its server.
const SERVER: &str = "SERVER_FOR_FEW_FILES";

const TASKS: usize = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_with_few_files_loses_no_call() {
    let fake = Fake::builder().start().await;
    // So many are in flight at once that each wants a connection of its own.
    fake.fail_next(TASKS, Fault::Delay(Duration::from_millis(100)));
    let mut child = Command::new("bash");
    child
        .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "files::many_tasks", "--ignored", "--nocapture"])
        .env(SERVER, fake.base_url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || child.output());
    let output = output.await.expect("a thread").expect("bash");
    let [told, errors] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{told}\n{errors}");
    assert!(told.contains("1 passed"), "it ran: {told}");
    assert_eq!(fake.requests().len(), TASKS);
}

/// The process with few files.
#[tokio::test]
#[ignore = "started by the test above"]
async fn many_tasks() {
    let Ok(server) = std::env::var(SERVER) else {
        return;
    };
    let client = Client::builder()
        .base_url(server)
        .credentials("user", "pass");
    let client = client.build().expect("a client");
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let client = client.clone();
        tasks.spawn(async move { client.get_me().send().await.map(drop) });
    }
    let lost: Vec<_> = tasks
        .join_all()
        .await
        .into_iter()
        .filter_map(Result::err)
        .collect();
    assert!(lost.is_empty(), "{} lost: {:?}", lost.len(), lost.first());
}
