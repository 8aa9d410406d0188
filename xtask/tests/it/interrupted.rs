//! A refresh that is interrupted leaves a tree that builds: the old one, or the new one whole.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::support::{PETS, Tree};

const FILE: &str = "spec/pets/openapi.json";

fn grown() -> String {
    PETS.replace("[cat, dog]", "[cat, dog, bird]")
}

/// A server on loopback that answers each connection in its own way.
fn server(answer: impl Fn(&mut TcpStream, &str) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n")
                && stream.read(&mut byte).is_ok_and(|read| read == 1)
            {
                request.push(byte[0]);
            }
            answer(
                &mut stream,
                &String::from_utf8_lossy(&request).to_lowercase(),
            );
        }
    });
    format!("http://{address}/openapi.yaml")
}

fn whole(stream: &mut TcpStream, body: &str, headers: &str) {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    );
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body.as_bytes()));
}

/// Refreshing from there fails, says each of these, and leaves every file as it was.
#[track_caller]
fn assert_kept(url: &str, variables: &[(&str, &str)], said: &[&str]) {
    let tree = Tree::pets();
    let before = tree.spec();
    let ended = tree.run_with(&["refresh", "pets", "--from", url], variables);
    ended.assert(2, said);
    assert!(tree.spec() == before, "spec/ was touched");
    tree.run(&["check"]).assert(0, &["no problem"]);
}

#[test]
fn a_url_is_fetched() {
    let url = server(|stream, _| whole(stream, &grown(), ""));
    let tree = Tree::pets();
    tree.run(&["refresh", "pets", "--from", &url])
        .assert(0, &["written"]);
    assert!(tree.read(FILE).contains("bird"));
    tree.run(&["refresh", "pets", "--from", &url, "--check"])
        .assert(0, &["up to date"]);
}

#[test]
fn the_url_of_sources_toml_is_the_default() {
    let url = server(|stream, _| whole(stream, &grown(), ""));
    let tree = Tree::pets();
    tree.run(&["refresh", "pets"])
        .assert(2, &["does not say where `pets` is published"]);
    tree.edit(
        "spec/sources.toml",
        "title = \"Pets\"",
        &format!("title = \"Pets\"\npublished = \"{url}\""),
    );
    tree.run(&["refresh", "pets", "--check"])
        .assert(1, &["differs", "value bird is new", "Bump: minor"]);
    let host = url.trim_end_matches("/openapi.yaml");
    tree.edit(
        "spec/sources.toml",
        &format!("published = \"{url}\""),
        &format!("server = \"{host}\"\npublished = \"/openapi.yaml\""),
    );
    tree.run(&["refresh", "pets"]).assert(0, &["written"]);
}

#[test]
fn a_download_is_asked_for_again_on_condition() {
    let (asked, requests) = mpsc::channel();
    let url = server(move |stream, request| {
        let _ = asked.send(request.to_owned());
        match request.contains("if-none-match: \"v1\"") {
            true => {
                let _ = stream.write_all(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
            }
            false => whole(
                stream,
                &grown(),
                "ETag: \"v1\"\r\nLast-Modified: Sun, 22 Nov 2026 04:00:00 GMT\r\n",
            ),
        }
    });
    let tree = Tree::pets();
    tree.run(&["refresh", "pets", "--from", &url, "--check"])
        .assert(1, &["differs"]);
    tree.run(&["refresh", "pets", "--from", &url])
        .assert(0, &["written"]);
    let requests: Vec<_> = requests.try_iter().collect();
    assert_eq!(requests.len(), 2);
    assert!(!requests[0].contains("if-none-match"), "{}", requests[0]);
    assert!(
        requests[1].contains("if-modified-since: sun, 22 nov 2026"),
        "{}",
        requests[1]
    );
}

#[test]
fn no_network() {
    let free = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    assert_kept(&format!("http://{free}/"), &[], &["no answer"]);
}

#[test]
fn an_error_page() {
    let url = server(|stream, _| {
        let _ = stream.write_all(
            b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        );
    });
    assert_kept(&url, &[], &["the server answers 503"]);
    let url = server(|stream, _| whole(stream, "<html>Sorry</html>", ""));
    assert_kept(&url, &[], &["error page"]);
}

#[test]
fn a_download_that_breaks_off() {
    let url = server(|stream, _| {
        let body = grown();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&body.as_bytes()[..body.len() / 2]);
    });
    assert_kept(&url, &[], &["breaks off"]);
}

#[test]
fn a_server_that_trickles() {
    let url = server(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(std::time::Duration::from_millis(50));
        }
    });
    assert_kept(
        &url,
        &[("XTASK_DOWNLOAD_SECONDS", "1")],
        &["bytes came within 1 seconds", "XTASK_DOWNLOAD_SECONDS"],
    );
}

#[test]
fn a_server_that_says_nothing() {
    let (keep, kept) = mpsc::channel::<TcpStream>();
    let url = server(move |stream, _| {
        let _ = keep.send(stream.try_clone().expect("a socket"));
    });
    assert_kept(&url, &[("XTASK_DOWNLOAD_SECONDS", "1")], &["no answer"]);
    drop(kept);
}

/// No file may grow beyond a block, as on a disk that is full: the kernel ends the process in the middle of a write.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let tree = Tree::pets();
    let before = tree.spec();
    tree.write("downloaded", grown());
    let ended = Command::new("bash")
        .args([
            "-c",
            "ulimit -f 1; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_xtask"),
            "--root",
        ])
        .arg(tree.path(""))
        .args(["refresh", "pets", "--from"])
        .arg(tree.path("downloaded"))
        .output()
        .expect("bash");
    assert!(!ended.status.success(), "{ended:?}");
    let names = |spec: &std::collections::BTreeMap<PathBuf, Vec<u8>>| -> Vec<_> {
        spec.iter()
            .filter(|(name, _)| !name.starts_with(".refresh"))
            .map(|(n, b)| (n.clone(), b.clone()))
            .collect()
    };
    assert!(names(&tree.spec()) == names(&before), "spec/ was touched");
    tree.run(&["check"]).assert(0, &["no problem"]);
    assert!(tree.spec() == before, "what was left over is cleared away");
    tree.refresh(grown(), &[]).assert(0, &["written"]);
}

/// Killed at any moment: what is there afterwards is the old description or the new one, and the next command goes on.
#[test]
fn kill_9_in_the_middle() {
    let tree = Tree::pets();
    let old = tree.read(FILE);
    tree.refresh(grown(), &[]).assert(0, &["written"]);
    let new = tree.read(FILE);
    let from = tree.path("downloaded");
    let mut finished = 0;
    for step in 0..40 {
        tree.write(FILE, &old);
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("--root")
            .arg(tree.path(""))
            .args(["refresh", "pets", "--from"])
            .arg(&from)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        thread::sleep(std::time::Duration::from_millis(step));
        child.kill().expect("killed");
        finished += u32::from(child.wait().expect("ended").success());
        let found = tree.read(FILE);
        assert!(found == old || found == new, "half a file after {step} ms");
        tree.run(&["check"]).assert(0, &["no problem"]);
        let found = tree.read(FILE);
        assert!(
            found == old || found == new,
            "half a file after {step} ms and a check"
        );
        assert!(!tree.path("spec/.refresh").exists());
    }
    println!("{finished} of 40 were done before they were killed");
}

/// The moments that no sleep hits: between the journal and the renames, and in the middle of them.
#[test]
fn the_next_command_finishes_or_forgets() {
    let tree = Tree::pets();
    let before = tree.spec();
    // Killed while the new texts were written.
    tree.write("spec/.refresh/0", "half");
    tree.run(&["check"]).assert(0, &["no problem"]);
    assert!(tree.spec() == before);

    // Killed when the journal was there: one file has its place already.
    tree.write("spec/.refresh/1", "# new\n");
    tree.write(
        "spec/.refresh/journal.json",
        r#"["CHANGELOG.md", "NEWS.md"]"#,
    );
    tree.write("CHANGELOG.md", "# renamed before\n");
    tree.run(&["check"])
        .assert(0, &["finished what was interrupted", "no problem"]);
    assert_eq!(tree.read("NEWS.md"), "# new\n");
    assert_eq!(tree.read("CHANGELOG.md"), "# renamed before\n");
    assert!(tree.spec() == before);

    // A journal that leads out of the tree is not followed.
    tree.write("spec/.refresh/0", "bad");
    tree.write("spec/.refresh/journal.json", r#"["../escaped"]"#);
    tree.run(&["check"]).assert(2, &["which is outside"]);
}
