//! A Redis of the test's own, on a unix socket.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(crate) struct Redis {
    folder: PathBuf,
    server: Child,
}

impl Redis {
    pub(crate) fn is_installed() -> bool {
        let mut version = Command::new("redis-server");
        version.arg("--version").stdout(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    }

    pub(crate) fn start() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = format!("configcat-fleet-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let server = Self::serve(&folder);
        let redis = Redis { folder, server };
        redis.wait();
        redis
    }

    fn serve(folder: &PathBuf) -> Child {
        Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no"])
            .args(["--unixsocket", "redis.sock"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.folder.join("redis.sock").display())
    }

    fn wait(&self) {
        let client = redis::Client::open(self.url()).unwrap();
        let start = Instant::now();
        while client.get_connection().is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(10),
                "redis-server does not start"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn connection(&self) -> redis::Connection {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_connection().unwrap()
    }

    pub(crate) fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// It takes connections and commands, and answers nothing.
    pub(crate) fn suspend(&self) {
        let mut kill = Command::new("kill");
        kill.arg("-STOP").arg(self.server.id().to_string());
        assert!(kill.status().unwrap().success());
    }

    /// With nothing in it.
    pub(crate) fn revive(&mut self) {
        self.server = Self::serve(&self.folder);
        self.wait();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
