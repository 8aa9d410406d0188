//! A program without async uses a client by `block_on`, from one thread or several, with pauses between the calls.

use std::thread;

use configcat_fake::Fake;
use configcat_management::{Client, Result};
use tokio::runtime::{Builder, Runtime};

/// A fake that goes on by itself while the program is not within `block_on`, as a server does.
struct Server {
    _runtime: Runtime,
    fake: Fake,
}

impl Server {
    fn start() -> Self {
        let mut runtime = Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let fake = runtime.block_on(Fake::start());
        Server {
            _runtime: runtime,
            fake,
        }
    }

    /// Made outside of any runtime.
    fn client(&self) -> Client {
        self.fake.client()
    }
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

#[test]
fn several_calls_one_after_the_other() -> Result<()> {
    let (server, runtime) = (Server::start(), runtime());
    let client = server.client();
    let products = runtime.block_on(client.get_products().send())?;
    assert!(!products.is_empty());
    for product in products.iter() {
        runtime.block_on(client.get_configs(product.product_id).send())?;
    }
    let flag = client.product("Web shop").config("Frontend");
    let flag = flag.environment("Test").flag("new_checkout");
    let changed = runtime.block_on(flag.turn_on().reason("Launch").send())?;
    assert_eq!(changed.rounds, 1);
    Ok(())
}

#[test]
fn threads_share_client_and_runtime() -> Result<()> {
    let (server, runtime) = (Server::start(), runtime());
    let client = server.client();
    thread::scope(|scope| {
        let call = || runtime.block_on(client.get_me().send()).map(drop);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(call)).collect();
        let mut results = threads.into_iter().map(|thread| thread.join());
        results.try_for_each(|result| result.expect("no panic"))
    })
}

#[test]
fn a_stream_ends_though_nothing_moves_between_its_pages() -> Result<()> {
    let (server, runtime) = (Server::start(), runtime());
    let client = server.client();
    let products = runtime.block_on(client.get_products().send())?;
    let product = products.first().expect("the demo has a product");
    let call = client.get_auditlogs_v2(product.product_id).page_size(1);
    let (mut entries, mut count) = (call.entries().read_ahead(), 0);
    while let Some(entry) = runtime.block_on(entries.next()) {
        entry?;
        count += 1;
    }
    assert!(count > 0);
    Ok(())
}
