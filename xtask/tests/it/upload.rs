//! An upload sends the client before the fake, and goes on where it broke in the middle.
//!
//! The registry is a real one, as cargo talks to it, in a folder of this machine behind a server on loopback.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::{Ended, Tree};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// What cargo calls the registry.
const NAME: &str = "loopback";

/// Packages by name: the line of the index, and the archive.
type Packages = BTreeMap<String, (Value, Vec<u8>)>;

/// A registry that takes packages, unless it is told to break.
#[derive(Clone)]
struct Registry {
    address: String,
    packages: Arc<Mutex<Packages>>,
    /// What was uploaded, in order; what was refused as well.
    uploads: Arc<Mutex<Vec<String>>>,
    /// From the second package on.
    breaks: Arc<AtomicBool>,
}

impl Registry {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let registry = Registry {
            address: format!("http://{}", listener.local_addr().expect("an address")),
            packages: Arc::default(),
            uploads: Arc::default(),
            breaks: Arc::default(),
        };
        let shared = registry.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let registry = shared.clone();
                thread::spawn(move || registry.serve(stream));
            }
        });
        registry
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let length = head.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        if head.contains("expect: 100-continue") {
            let _ = stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        if stream.read_exact(&mut body).is_err() {
            return;
        }
        let mut words = head.split_whitespace();
        let path = (words.next(), words.next());
        let (status, answer) = match path {
            (Some("put"), Some("/api/v1/crates/new")) => self.take(&head, &body),
            (Some("get"), Some("/index/config.json")) => {
                let download = format!("{}/download/{{crate}}", self.address);
                let config = json!({"dl": download, "api": self.address});
                (200, config.to_string().into_bytes())
            }
            (Some("get"), Some(path)) => {
                let packages = self.packages.lock().expect("packages");
                let found = path.rsplit('/').next().and_then(|name| packages.get(name));
                match found {
                    Some((line, _)) if path.starts_with("/index/") => {
                        (200, line.to_string().into_bytes())
                    }
                    Some((_, archive)) => (200, archive.clone()),
                    None => (404, Vec::new()),
                }
            }
            _ => (405, Vec::new()),
        };
        let head = format!(
            "HTTP/1.1 {status} .\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            answer.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&answer);
    }

    /// Takes an upload: two lengths, each with what it is the length of.
    fn take(&self, head: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let part = |at: usize| -> &[u8] {
            let length: [u8; 4] = body[at..at + 4].try_into().expect("a length");
            &body[at + 4..at + 4 + u32::from_le_bytes(length) as usize]
        };
        let metadata: Value = serde_json::from_slice(part(0)).expect("JSON");
        let archive = part(4 + part(0).len()).to_vec();
        let name = metadata["name"].as_str().expect("a name").to_owned();
        self.uploads.lock().expect("uploads").push(name.clone());
        let refuse = |why: &str| {
            json!({"errors": [{"detail": why}]})
                .to_string()
                .into_bytes()
        };
        if !head.contains("authorization: token-of-nobody\r\n") {
            return (403, refuse("who are you?"));
        }
        let mut packages = self.packages.lock().expect("packages");
        if packages.contains_key(&name) {
            return (400, refuse("is already uploaded"));
        }
        if self.breaks.load(Ordering::SeqCst) && !packages.is_empty() {
            return (500, refuse("the disk is full"));
        }
        let dependencies: Vec<_> = metadata["deps"]
            .as_array()
            .expect("dependencies")
            .iter()
            .map(|dependency| {
                let mut dependency = dependency.clone();
                dependency["req"] = dependency["version_req"].take();
                if let Some(explicit) = dependency["explicit_name_in_toml"].as_str() {
                    let explicit = explicit.to_owned();
                    dependency["package"] = dependency["name"].take();
                    dependency["name"] = explicit.into();
                }
                dependency
            })
            .collect();
        let sum: String = Sha256::digest(&archive)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let line = json!({
            "name": name, "vers": metadata["vers"], "deps": dependencies, "cksum": sum,
            "features": metadata["features"], "yanked": false,
        });
        packages.insert(name, (line, archive));
        (
            200,
            json!({"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}})
                .to_string()
                .into_bytes(),
        )
    }

    fn uploads(&self) -> Vec<String> {
        std::mem::take(&mut *self.uploads.lock().expect("uploads"))
    }

    fn publish(&self, tree: &Tree) -> Ended {
        let index = format!("sparse+{}/index/", self.address);
        let built = concat!(env!("CARGO_TARGET_TMPDIR"), "/upload");
        tree.run_with(
            &["publish", "--quick", "--allow-dirty", "--registry", NAME],
            &[
                ("CARGO_REGISTRIES_LOOPBACK_INDEX", &index),
                ("CARGO_REGISTRIES_LOOPBACK_TOKEN", "token-of-nobody"),
                ("CARGO_TARGET_DIR", built),
            ],
        )
    }
}

#[test]
#[ignore = "slow: builds the crate; .ci/run runs it"]
fn an_upload_goes_on_where_it_broke() {
    let (tree, registry) = (Tree::repository(), Registry::start());
    registry.breaks.store(true, Ordering::SeqCst);
    registry.publish(&tree).assert(
        2,
        &[
            "uploaded configcat-management 0.",
            "configcat-fake 0.",
            "was not uploaded; the same command goes on with it",
            "the disk is full",
        ],
    );
    assert_eq!(
        registry.uploads(),
        ["configcat-management", "configcat-fake"]
    );

    registry.breaks.store(false, Ordering::SeqCst);
    registry.publish(&tree).assert(
        0,
        &[
            "is in the registry already, with the same files",
            "uploaded configcat-fake 0.",
        ],
    );
    assert_eq!(registry.uploads(), ["configcat-fake"]);

    // What is all there is not sent again.
    registry
        .publish(&tree)
        .assert(0, &["configcat-fake 0.", "is in the registry already"]);
    assert_eq!(registry.uploads(), [""; 0]);

    // Other files under the same version are refused: who uses it has the old ones.
    tree.edit(
        "src/lib.rs",
        "//! A typed client",
        "//! Another typed client",
    );
    registry
        .publish(&tree)
        .assert(2, &["with another src/lib.rs; raise the version"]);
    assert_eq!(registry.uploads(), [""; 0]);
    builds_from(&registry);
}

/// Somebody else's program gets both packages from the registry.
fn builds_from(registry: &Registry) {
    let folder = TempDir::new().expect("a folder");
    let manifest = "[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                    configcat-fake = { version = \"0\", registry = \"loopback\", default-features = false }\n";
    std::fs::write(folder.path().join("Cargo.toml"), manifest).expect("a file");
    std::fs::create_dir(folder.path().join("src")).expect("a folder");
    std::fs::write(folder.path().join("src/lib.rs"), "").expect("a file");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    std::fs::copy(root, folder.path().join("Cargo.lock")).expect("a lock file");
    let tree = std::process::Command::new(env!("CARGO"))
        .current_dir(folder.path())
        .args([
            "tree", "--edges", "normal", "--depth", "2", "--prefix", "none",
        ])
        .env(
            "CARGO_REGISTRIES_LOOPBACK_INDEX",
            format!("sparse+{}/index/", registry.address),
        )
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .output()
        .expect("cargo");
    let printed = String::from_utf8_lossy(&tree.stdout);
    let is_there = |name: &str| {
        printed
            .lines()
            .any(|line| line.starts_with(name) && line.contains("loopback"))
    };
    assert!(
        is_there("configcat-fake v") && is_there("configcat-management v"),
        "{tree:?}"
    );
}
