//! Where an example plays: the service where credentials are set, the embedded fake otherwise.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use configcat_fake::{Demo, Fake, FakeBuilder};
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
    let set = |variable| std::env::var(variable).is_ok_and(|text| !text.is_empty());
    if set("CONFIGCAT_API_USER") && set("CONFIGCAT_API_PASS") {
        let client = set_up(Client::builder().from_env()).build()?;
        println!("Connected to {}.\n", client.base_url());
        return Ok(Stage { client, fake: None });
    }
    let fake = fake.try_start().await?;
    let client = set_up(fake.client_builder()).build()?;
    println!(
        "No credentials are set, so this runs on the embedded fake at {}.\n",
        fake.base_url()
    );
    Ok(Stage {
        client,
        fake: Some(fake),
    })
}

impl Stage {
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
        let text = std::env::args().nth(number);
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
