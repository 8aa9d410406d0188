//! A headless Chromium, told what to do over its DevTools protocol.

use std::process::Stdio;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Result<T = (), E = Error> = std::result::Result<T, E>;

/// The programs that may be there.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Long enough for the slowest machine; only who waits in vain waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A tab of a browser, which ends with this value.
pub(crate) struct Browser {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    calls: u64,
    _program: Child,
    _profile: TempDir,
}

impl Browser {
    /// `None` where there is no Chromium on this machine.
    pub(crate) async fn start() -> Result<Option<Self>> {
        let profile = tempfile::tempdir()?;
        let Some(mut program) = NAMES.iter().find_map(|name| spawn(name, &profile)) else {
            return Ok(None);
        };
        let output = program.stderr.take().ok_or("it has no output")?;
        let mut lines = BufReader::new(output).lines();
        let address = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix("DevTools listening on ") {
                    return Ok::<_, Error>(address.to_string());
                }
            }
            Err("Chromium ended without a word".into())
        };
        let address = tokio::time::timeout(PATIENCE, address).await??;
        // Who is not read does not run for ever.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let (socket, _) = connect_async(address).await?;
        let mut browser = Browser {
            socket,
            session: None,
            calls: 0,
            _program: program,
            _profile: profile,
        };
        let tab = browser
            .call("Target.createTarget", json!({ "url": "about:blank" }))
            .await?;
        let attach = json!({ "targetId": tab["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach).await?;
        browser.session = attached["sessionId"].as_str().map(str::to_string);
        let size = json!({ "width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        browser
            .call("Emulation.setDeviceMetricsOverride", size)
            .await?;
        Ok(Some(browser))
    }

    async fn call(&mut self, method: &str, parameters: Value) -> Result<Value> {
        self.calls += 1;
        let mut request = json!({ "id": self.calls, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            request["sessionId"] = session.as_str().into();
        }
        self.socket.send(Message::text(request.to_string())).await?;
        loop {
            let answer = tokio::time::timeout(PATIENCE, self.socket.next()).await?;
            let Message::Text(answer) = answer.ok_or("Chromium has gone")?? else {
                continue;
            };
            let mut answer: Value = serde_json::from_str(&answer)?;
            if answer["id"] == self.calls {
                return match answer["error"].is_null() {
                    true => Ok(answer["result"].take()),
                    false => Err(format!("{method}: {}", answer["error"]).into()),
                };
            }
        }
    }

    /// Opens a page, and waits until it is there.
    pub(crate) async fn open(&mut self, url: &str) -> Result {
        self.call("Page.navigate", json!({ "url": url })).await?;
        let here = format!(
            "location.href.startsWith({}) && document.readyState === 'complete'",
            json!(url)
        );
        self.wait_for(&here).await
    }

    /// What an expression, or the promise that it makes, comes to.
    pub(crate) async fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let parameters =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", parameters).await?;
        match answer["exceptionDetails"].is_null() {
            true => Ok(answer["result"]["value"].take()),
            false => Err(format!("{expression}: {}", answer["exceptionDetails"]).into()),
        }
    }

    /// Waits until a condition holds in the page.
    pub(crate) async fn wait_for(&mut self, condition: &str) -> Result {
        let look = format!(
            "new Promise((yes, no) => {{ \
               const end = Date.now() + 30000; \
               const look = () => ({condition}) ? yes() : Date.now() > end \
                 ? no(new Error('never: ' + document.body.innerText)) : setTimeout(look, 20); \
               look(); \
             }})"
        );
        // A page that is replaced while it is looked at takes the look along.
        let mut result = self.evaluate(&look).await;
        for _ in 0..20 {
            match &result {
                Err(error) if error.to_string().contains("context was destroyed") => {
                    result = self.evaluate(&look).await;
                }
                _ => break,
            }
        }
        result.map(|_| ())
    }

    /// Clicks into the middle of an element, as a mouse does.
    pub(crate) async fn click(&mut self, selector: &str) -> Result {
        let middle = format!(
            "(() => {{ const found = document.querySelector({}); found.scrollIntoView({{ block: 'center' }}); \
               const box = found.getBoundingClientRect(); \
               return [box.x + box.width / 2, box.y + box.height / 2]; }})()",
            json!(selector)
        );
        let middle = self.evaluate(&middle).await?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// Presses the space bar.
    pub(crate) async fn press_space(&mut self) -> Result {
        for kind in ["keyDown", "keyUp"] {
            let event = json!({
                "type": kind, "key": " ", "code": "Space", "text": " ", "windowsVirtualKeyCode": 32,
            });
            self.call("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// Role and name of everything, as assistive technology sees it.
    pub(crate) async fn accessible(&mut self) -> Result<Vec<(String, String)>> {
        let tree = self.call("Accessibility.getFullAXTree", json!({})).await?;
        let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_string();
        let nodes = tree["nodes"].as_array().into_iter().flatten();
        let nodes = nodes.filter(|node| node["ignored"] != true);
        Ok(nodes
            .map(|node| (text(&node["role"]), text(&node["name"])))
            .collect())
    }

    /// Prefers light or dark colors.
    pub(crate) async fn prefer(&mut self, scheme: &str) -> Result {
        let scheme = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": scheme }))
            .await?;
        Ok(())
    }

    /// What is to be seen, as PNG in base64.
    pub(crate) async fn screenshot(&mut self) -> Result<String> {
        let shot = self
            .call("Page.captureScreenshot", json!({ "format": "png" }))
            .await?;
        Ok(shot["data"]
            .as_str()
            .ok_or("there is no picture")?
            .to_string())
    }
}

fn spawn(name: &str, profile: &TempDir) -> Option<Child> {
    let mut command = Command::new(name);
    command
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .args([
            "--no-first-run",
            "--hide-scrollbars",
            "--remote-debugging-port=0",
        ])
        // Names that are nobody's, for pages of strangers.
        .arg("--host-resolver-rules=MAP *.test 127.0.0.1")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("about:blank")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command.spawn().ok()
}
