//! What the fake can take: requests a second on loopback with 64 connections, also while it saves, and memory with 100 000
//! settings.
//!
//! `cargo bench -p configcat-fake --features bin --bench load -- [--seconds 3] [--settings 100000] [--docs]`; `--docs` writes the figures into
//! `docs/fake.md`.
//! The server is the program, in a process of its own; what asks it writes HTTP by hand, so that it takes little of the machine.

use configcat_management::types::{ConfigId, ProductId};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use configcat_management::Client;
use configcat_management::types::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CONNECTIONS: usize = 64;
/// Of each config in the large state.
const SETTINGS: usize = 1_000;
/// In the state that is saved while requests come.
const SAVED: usize = 10_000;
/// Where the part of the page begins that is written here.
const FIGURES: &str = "## Load";

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Ends with this value.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    /// The program and its URL.
    fn start(arguments: &[&str]) -> Result<(Self, String)> {
        let program = Command::new(env!("CARGO_BIN_EXE_configcat-fake"))
            .args(["--port", "0", "--quota", "4000000000/1d"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut program = Program(program);
        let output = program.0.stdout.take().ok_or("it has no output")?;
        let lines = BufReader::new(output).lines().map_while(|line| line.ok());
        let mut urls = lines.filter_map(|line| {
            let line = line.strip_prefix("CONFIGCAT_BASE_URL=")?.to_string();
            Some(line.split(' ').next().unwrap_or_default().to_string())
        });
        let url = urls.next().ok_or("it does not say where it is")?;
        Ok((program, url))
    }

    /// The memory that it holds, in MB; `None` where the machine has no `/proc`.
    fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes / 1024.0)
    }
}

/// A connection that asks one thing after the other.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn new(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let buffer = Vec::with_capacity(64 * 1024);
        Ok(Connection { stream, buffer })
    }

    /// Sends a request and reads the answer to its end; an error where it is no success.
    async fn ask(&mut self, request: &str) -> Result {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            self.read().await?;
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        if !text.starts_with("HTTP/1.1 2") {
            return Err(text.to_string().into());
        }
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap_or("0").parse()?;
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        Ok(())
    }

    async fn read(&mut self) -> Result {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the connection has ended".into()),
            _ => Ok(()),
        }
    }
}

fn request(method: &str, path: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: fake\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// How fast answers came.
struct Figures {
    a_second: f64,
    /// In milliseconds.
    median: f64,
    /// In milliseconds; 99 of 100 answers came faster.
    slow: f64,
}

/// Asks from all connections for some time. The numbers that `request` gets are never the same twice.
async fn ask(
    address: &str,
    time: Duration,
    request: impl Fn(usize) -> String + Send + Sync + 'static,
) -> Result<Figures> {
    let request = Arc::new(request);
    let number = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (request, number, address) = (request.clone(), number.clone(), address.to_string());
            tokio::spawn(async move {
                let mut connection = Connection::new(&address).await?;
                let mut took = Vec::new();
                while started.elapsed() < time {
                    let request = request(number.fetch_add(1, Ordering::Relaxed));
                    let asked = Instant::now();
                    connection.ask(&request).await?;
                    took.push(asked.elapsed().as_secs_f64() * 1000.0);
                }
                Ok::<_, Error>(took)
            })
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await??);
    }
    let elapsed = started.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied();
    Ok(Figures {
        a_second: took.len() as f64 / elapsed,
        median: at(0.5).unwrap_or_default(),
        slow: at(0.99).unwrap_or_default(),
    })
}

/// Fills configs with settings, and gives their ids.
async fn fill(
    client: &Client,
    address: &str,
    product: ProductId,
    settings: usize,
) -> Result<Vec<ConfigId>> {
    let mut configs = Vec::new();
    for number in 0..settings.div_ceil(SETTINGS) {
        let config = CreateConfigRequest::new(format!("Config {number}"));
        let config = config.with_evaluation_version(EvaluationVersion::V2);
        let config = client.create_config(product, config).send().await?;
        configs.push(config.config_id);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (next, address, configs) = (next.clone(), address.to_string(), configs.clone());
            tokio::spawn(async move {
                let mut connection = Connection::new(&address).await?;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= settings {
                        return Ok::<_, Error>(());
                    }
                    let path = format!("/v1/configs/{}/settings", configs[number / SETTINGS]);
                    connection
                        .ask(&request("POST", &path, &setting(number)))
                        .await?;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(configs)
}

fn setting(number: usize) -> String {
    format!(
        "{{\"key\":\"setting_{number}\",\"name\":\"Setting {number}\",\"settingType\":\"boolean\",\
         \"hint\":\"What a person would say about it.\"}}"
    )
}

/// A request that switches a flag with each number.
fn flip(value: String) -> impl Fn(usize) -> String + Send + Sync + 'static {
    move |number| {
        let on = number.is_multiple_of(2);
        let body =
            format!("[{{\"op\":\"replace\",\"path\":\"/defaultValue/boolValue\",\"value\":{on}}}]");
        request("PATCH", &value, &body)
    }
}

/// How fast flags are switched in a state of some size, and how large its file is, in MB, where it is saved.
async fn switch(time: Duration, arguments: &[&str], file: &Path) -> Result<(Figures, f64)> {
    let (_program, url) = Program::start(arguments)?;
    let address = url.strip_prefix("http://").ok_or("it is no address")?;
    let client = Client::builder()
        .base_url(&*url)
        .credentials("user", "pass");
    let client = client.build()?;
    let product = client.get_products().send().await?[0].product_id;
    let environment = client.get_environments(product).send().await?[0].environment_id;
    let configs = fill(&client, address, product, SAVED).await?;
    let last = *configs.last().ok_or("there are configs")?;
    let flag = client.get_settings(last).send().await?[0].setting_id;
    let value = format!("/v2/environments/{environment}/settings/{flag}/value");
    let figures = ask(address, time, flip(value)).await?;
    let size = std::fs::metadata(file).map_or(0, |file| file.len());
    Ok((figures, size as f64 / 1e6))
}

#[tokio::main]
async fn main() -> Result {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, default: usize| {
        let mut after = arguments
            .iter()
            .skip_while(|argument| *argument != name)
            .skip(1);
        after.next().map_or(Ok(default), |text| text.parse())
    };
    let time = Duration::from_secs(number("--seconds", 3)?.try_into()?);
    let settings = number("--settings", 100_000)?;
    let docs = arguments.iter().any(|argument| argument == "--docs");

    let machine = machine()?;
    let (program, url) = Program::start(&[])?;
    let address = url
        .strip_prefix("http://")
        .ok_or("it is no address")?
        .to_string();
    let client = Client::builder()
        .base_url(url)
        .credentials("user", "pass")
        .build()?;
    let product = client.get_products().send().await?[0].product_id;
    let environments = client.get_environments(product).send().await?.into_inner();
    let environment = environments[0].environment_id;
    let configs = client.get_configs(product).send().await?.into_inner();
    let config = configs.last().ok_or("the demo has configs")?.config_id;
    let flag = client.get_settings(config).send().await?[0].setting_id;

    let mut table = String::from(
        "| request | requests a second | median | 99 of 100 |\n| --- | ---: | ---: | ---: |\n",
    );
    let mut row = |name: &str, figures: Figures| -> Result {
        let Figures {
            a_second,
            median,
            slow,
        } = figures;
        let line = format!("| {name} | {a_second:.0} | {median:.2} ms | {slow:.2} ms |");
        println!("{line}");
        Ok(writeln!(table, "{line}")?)
    };
    let values = format!("/v2/configs/{config}/environments/{environment}/values");
    let value = format!("/v2/environments/{environment}/settings/{flag}/value");
    let me = request("GET", "/v1/me", "");
    row("`get-me`", ask(&address, time, move |_| me.clone()).await?)?;
    let read = request("GET", &value, "");
    row(
        "`get-setting-value-v2`",
        ask(&address, time, move |_| read.clone()).await?,
    )?;
    let list = request("GET", &values, "");
    let figures = ask(&address, time, move |_| list.clone()).await?;
    row("`get-setting-values-v2`, 5 settings", figures)?;
    row(
        "`update-setting-value-v2`",
        ask(&address, time, flip(value)).await?,
    )?;
    drop(program);

    let folder = tempfile::tempdir()?;
    let file = folder.path().join("state.json");
    let (figures, _) = switch(time, &[], &file).await?;
    row(
        &format!("`update-setting-value-v2`, {SAVED} settings in all"),
        figures,
    )?;
    let (figures, size) = switch(time, &["--state", &file.to_string_lossy()], &file).await?;
    row(
        &format!("the same with `--state`, a file of {size:.1} MB"),
        figures,
    )?;

    let (program, url) = Program::start(&[])?;
    let address = url
        .strip_prefix("http://")
        .ok_or("it is no address")?
        .to_string();
    let client = Client::builder()
        .base_url(url)
        .credentials("user", "pass")
        .build()?;
    let product = client.get_products().send().await?[0].product_id;
    let environments = client.get_environments(product).send().await?.into_inner();
    let environment = environments[0].environment_id;
    let before = program.memory();
    let started = Instant::now();
    let configs = fill(&client, &address, product, settings).await?;
    let took = started.elapsed().as_secs_f64();
    let after = program.memory();
    let last = *configs.last().ok_or("there are configs")?;
    let flag = client.get_settings(last).send().await?[0].setting_id;
    let value = format!("/v2/environments/{environment}/settings/{flag}/value");
    let read = request("GET", &value, "");
    let figures = ask(&address, time, move |_| read.clone()).await?;
    row(
        &format!("`get-setting-value-v2`, one of {SETTINGS} in its config, {settings} in all"),
        figures,
    )?;
    let read = request("GET", &format!("/v1/configs/{last}/settings"), "");
    let figures = ask(&address, time, move |_| read.clone()).await?;
    row(
        &format!("`get-settings`, a config of {SETTINGS}, {settings} in all"),
        figures,
    )?;
    let megabytes =
        |memory: Option<f64>| memory.map_or("?".to_string(), |memory| format!("{memory:.0} MB"));
    let memory = format!(
        "{settings} flags in {} configs, each with a value in two environments and an entry in the audit log:\n\
         created by {CONNECTIONS} connections in {took:.1} s ({:.0} a second); the program's memory grows from {} to {}.",
        configs.len(),
        settings as f64 / took,
        megabytes(before),
        megabytes(after),
    );
    println!("{memory}");
    if docs {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fake.md");
        let page = std::fs::read_to_string(&file)?;
        let (by_hand, _) = page.split_once(FIGURES).ok_or("the page has no figures")?;
        std::fs::write(
            file,
            by_hand.to_string() + &document(&table, &memory, &machine),
        )?;
    }
    Ok(())
}

/// What the figures are to be held against.
fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let load = std::fs::read_to_string("/proc/loadavg").ok();
    let load = load.and_then(|load| load.split(' ').next().map(str::to_string));
    Ok(match load {
        Some(load) => format!("{cores} cores, whose load average was {load} before"),
        None => format!("{cores} cores"),
    })
}

fn document(table: &str, memory: &str, machine: &str) -> String {
    format!(
        "{FIGURES}\n\n\
         `cargo bench -p configcat-fake --features bin --bench load -- --docs`\n\n\
         On loopback with {CONNECTIONS} connections; the server and what asks it share {machine}.\n\
         All requests are authenticated, counted, checked against the description, and recorded.\n\n{table}\n\
         ## Memory\n\n{memory}\n"
    )
}
