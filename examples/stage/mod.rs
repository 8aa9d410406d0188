//! Where an example plays: the service if credentials are set, the embedded fake otherwise.

use std::error::Error;
use std::io::IsTerminal;
use std::str::FromStr;
use std::{env, fmt, io};

use configcat_fake::{Demo, Fake, FakeBuilder};
use configcat_management::names::{Environment, Product};
use configcat_management::{Client, ClientBuilder};

/// What a program ends with.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a program ends. What `main` gives back is printed by `Debug`; this one prints what people read.
pub struct Failure(Box<dyn Error>);

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure(error.into())
    }
}

/// A client, and the fake that it talks to.
pub struct Stage {
    /// Talks to the service or the fake.
    pub client: Client,
    /// `None` on the service.
    pub fake: Option<Fake>,
}

/// On the fake as it is, with a client as it is.
pub async fn open() -> Result<Stage> {
    open_with(Fake::builder(), |client| client).await
}

/// `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` lead to the service.
pub async fn open_with(
    fake: FakeBuilder,
    set_up: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Stage> {
    let set = |variable| env::var(variable).is_ok_and(|text| !text.is_empty());
    if set("CONFIGCAT_API_USER") && set("CONFIGCAT_API_PASS") {
        let client = set_up(Client::builder().from_env()).build()?;
        say(&format!("Connected to {}.\n", client.base_url()));
        return Ok(Stage { client, fake: None });
    }
    let fake = fake.try_start().await?;
    let client = set_up(fake.client_builder()).build()?;
    say(&format!(
        "No credentials are set, so this runs on the embedded fake at {}.\n",
        fake.base_url()
    ));
    Ok(Stage {
        client,
        fake: Some(fake),
    })
}

/// Whether the command has this option, such as `--json`.
pub fn has(option: &str) -> bool {
    env::args().any(|argument| argument == option)
}

/// The command's argument with this number, from 1, options not counted.
pub fn word(number: usize) -> Option<String> {
    let mut words = env::args().filter(|argument| !argument.starts_with("--"));
    words.nth(number)
}

/// Tells people something. With `--json`, what is printed is for programs, and this goes to the other output.
pub fn say(text: &str) {
    match has("--json") {
        true => eprintln!("{text}"),
        false => println!("{text}"),
    }
}

/// The text in a colour of the terminal, such as `32` for green; as it is if the output is none, or `NO_COLOR` is set.
pub fn paint(colour: u8, text: &str) -> String {
    let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    match wanted && io::stdout().is_terminal() {
        true => format!("\x1b[{colour}m{text}\x1b[0m"),
        false => text.to_string(),
    }
}

impl Stage {
    /// A name: the command's [`word`] with this number; on the fake, if there is none, the demo's.
    pub fn name(&self, number: usize, what: &str, of_demo: &str) -> Result<String> {
        match word(number) {
            Some(name) => Ok(name),
            None if self.is_fake() => Ok(of_demo.to_string()),
            None => Err(format!("argument {number} has to be the name of {what}").into()),
        }
    }

    /// The product that the first argument names.
    pub fn product(&self) -> Result<Product> {
        let name = self.name(1, "a product", "Web shop")?;
        Ok(self.client.product(name))
    }

    /// Two environments of a config: the first four arguments name product, config and both of them.
    pub fn environments(&self, what: [&str; 2]) -> Result<[Environment; 2]> {
        let config = self
            .product()?
            .config(self.name(2, "a config", "Frontend")?);
        let one = config.environment(self.name(3, what[0], "Test")?);
        Ok([
            one,
            config.environment(self.name(4, what[1], "Production")?),
        ])
    }

    /// An id: of the demo on the fake, and on the service the command's argument with this number, from 1.
    pub fn id<T: FromStr>(
        &self,
        number: usize,
        name: &str,
        of_demo: impl FnOnce(&Demo) -> T,
    ) -> Result<T> {
        if let Some(demo) = self.fake.as_ref().and_then(Fake::demo) {
            return Ok(of_demo(demo));
        }
        let text = env::args().nth(number);
        let text = text.ok_or_else(|| {
            format!("argument {number} has to be the {name}; the quickstart lists what you have")
        })?;
        text.parse()
            .map_err(|_| format!("`{text}` is no {name}").into())
    }

    /// Whether this is the embedded fake.
    pub fn is_fake(&self) -> bool {
        self.fake.is_some()
    }
}
