//! Faults that need a test of their own: connections, outages, HTTP/2.

use super::*;
use crate::support::bare;

fn client(server: &Server) -> Client {
    builder(server).build().expect("a client")
}

#[tokio::test]
async fn a_deletion_that_was_lost_and_then_finds_nothing_is_a_success() {
    let gone = || Act::Then(reply(404, &[("x-request", "2")], "no such tag"));
    for lost in [Act::Close, Act::Reset, Act::Then(reply(503, &[], ""))] {
        let server = Server::start(vec![lost, gone()]);
        let answer = client(&server).delete_tag(7).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.attempts()), (404, 2));
        assert_eq!(answer.headers()["x-request"], "2");
    }
    // A page is a proxy's, and says nothing of the tag.
    let page = Act::Then(reply(404, &[], "<html><title>Not here</title></html>"));
    let server = Server::start(vec![Act::Then(reply(503, &[], "")), page]);
    let error = client(&server).delete_tag(7).send().await.unwrap_err();
    assert!(error.perhaps_processed(), "{error}");
    // Where nothing can have been deleted before, a 404 is what it says.
    let soon = [("retry-after", "0.01")];
    let server = Server::start(vec![Act::Then(reply(429, &soon, "")), gone()]);
    let error = client(&server).delete_tag(7).send().await.unwrap_err();
    assert_eq!(told(&error), "error 404");
    // Where the call should have given a value, there is none.
    let server = Server::start(vec![Act::Close, gone()]);
    let client = client(&server);
    let call = client.delete_integration_link(Uuid::nil(), 7, IntegrationLinkType::Jira, "K-1");
    let error = call.send().await.unwrap_err();
    assert_eq!(told(&error), "error 404, perhaps applied");
    assert!(
        matches!(&error, Error::Api(failure) if failure.headers["x-request"] == "2" && failure.path.ends_with("/jira/K-1")),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with("; an earlier attempt may have been processed"),
        "{error}"
    );
}

#[tokio::test]
async fn reqwest_resends_nothing_whatever_it_was_told() {
    let server = Server::start(Act::Then(reply(503, &[], "")));
    let eager = reqwest::retry::for_host("127.0.0.1")
        .max_retries_per_request(9)
        .no_budget()
        .classify_fn(|request| request.retryable());
    let client = builder(&server)
        .http(bare().retry(eager))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    for method in METHODS {
        let before = server.begun();
        call(&client, &method).await.unwrap_err();
        assert_eq!(server.begun() - before, 1, "{method}");
    }
}

#[tokio::test]
async fn a_post_without_a_body_tells_its_length_and_is_not_repeated() {
    let server = Server::start(Act::Close);
    let client = client(&server);
    let error = client.apply_change_request(1).send().await.unwrap_err();
    assert_eq!(told(&error), "no answer, perhaps applied");
    let got = server.got();
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].line(), "POST /v2/change-requests/1/apply");
    assert!(got[0].head.contains("content-length: 0"), "{}", got[0].head);
}

/// The classic: the server closes a connection at the very moment that the client takes it out of its pool.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_of_connections_that_close_at_any_moment_repeats_no_post() {
    let success = success(&Method::POST);
    let server = Server::start(Act::ThenClose(success));
    let client = client(&server);
    let mut unknown = 0;
    for round in 0..400_u32 {
        let before = server.got().len();
        let result = call(&client, &Method::POST).await;
        // A request that is on its way to a closed connection is never read, so that this is final.
        let sent = server.got().len() - before;
        match result {
            Ok(_) => assert_eq!(sent, 1),
            Err(error) => {
                assert!(error.perhaps_processed(), "{error}");
                assert!(sent <= 1);
                unknown += 1;
            }
        }
        // Let the end of the connection arrive earlier or later.
        for _ in 0..round % 8 {
            tokio::task::yield_now().await;
        }
    }
    println!("{unknown} of 400 came at that moment");
}

#[tokio::test]
async fn a_connection_that_is_reset_at_once_repeats_a_post_only_unseen() {
    let (listener, address) = crate::support::listen().await;
    let url = format!("http://{address}");
    let got = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = got.clone();
    tokio::spawn(async move {
        for index in 0_usize.. {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            match index % 2 {
                0 => stream.set_zero_linger().expect("a reset"),
                _ => {
                    let count = count.clone();
                    tokio::spawn(async move {
                        let read = crate::support::server::read(&mut stream, &mut Vec::new()).await;
                        if let Ok(Some(_)) = read {
                            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                            let last = [("connection", "close")];
                            let answer = reply(201, &last, TAG);
                            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &answer).await;
                        }
                    });
                }
            }
        }
    });
    let client = crate::support::builder(&url)
        .retry(policy())
        .build()
        .unwrap();
    for _ in 0..50 {
        let before = got.load(std::sync::atomic::Ordering::SeqCst);
        let result = call(&client, &Method::POST).await;
        let sent = got.load(std::sync::atomic::Ordering::SeqCst) - before;
        match result {
            Ok(_) => assert_eq!(sent, 1),
            Err(error) => assert_eq!((sent, error.perhaps_processed()), (0, true), "{error}"),
        }
    }
}

#[tokio::test]
async fn what_follows_an_answer_is_never_taken_for_the_next_one() {
    let smuggled = reply(200, &[], r#"{"email":"wrong","fullName":""}"#);
    let mut bytes = reply(200, &[], ME);
    bytes.extend(smuggled);
    let server = Server::start(Act::Then(bytes));
    let client = client(&server);
    for _ in 0..50 {
        let me = client.get_me().send().await.unwrap();
        assert_eq!(me.email, "jane@example.com");
    }
}

#[tokio::test]
async fn an_outage_does_not_become_a_storm() {
    let server = Server::start(Act::Then(reply(503, &[], "")));
    let quick = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO);
    let client = client(&server).with_retry(quick);
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_me().send().await.unwrap_err() })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    // Four attempts each would be 400. A hundred repetitions are for all, and each call beside the first brings one.
    assert_eq!(server.begun(), 100 + 100 + 99);
}

#[tokio::test]
async fn a_burst_that_meets_one_bad_moment_comes_through() {
    let mut acts = vec![Act::Then(reply(503, &[], "")); 500];
    acts.push(Act::Then(success(&Method::GET)));
    let server = Server::start(acts);
    let client = client(&server);
    let calls: Vec<_> = (0..500)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_me().send().await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }

    // One after the other has no such excuse, and is told why it is not tried again: 40 calls, and the hundred retries that there
    // are tokens for.
    let down = Act::Then(reply(503, &[], ""));
    let mut acts = vec![down.clone(); 140];
    acts.extend([Act::Then(success(&Method::GET)), down]);
    let server = Server::start(acts);
    let quick = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO);
    let client = builder(&server).retry(quick).build().unwrap();
    let mut last = String::new();
    for _ in 0..40 {
        last = client.get_me().send().await.unwrap_err().to_string();
    }
    assert!(
        last.ends_with("; not tried again, because too many calls failed lately"),
        "{last}"
    );
    // A success without a retry brings one token back, and a retry costs five.
    assert_eq!(client.get_me().send().await.unwrap().attempts(), 1);
    assert_eq!(client.get_me().send().await.unwrap_err().attempts(), 1);
}

/// TLS that never comes about: nothing of the call can have left.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn no_time_left_while_connecting_is_harmless() {
    let server = Server::start(Act::Close);
    let client = builder(&server)
        .base_url(server.url.replace("http:", "https:"))
        .timeout(Duration::from_millis(200))
        .retry(policy().with_attempts(2))
        .build()
        .unwrap();
    for method in [Method::POST, Method::PATCH, Method::PUT] {
        let error = call(&client, &method).await.unwrap_err();
        assert_eq!(told(&error), "not sent");
        assert_eq!(error.attempts(), 2, "{method}");
        let text = error.to_string();
        assert!(text.contains(": no connection within 200ms"), "{text}");
    }
    assert_eq!(client.rate_limiter().in_flight(), 0);
}

/// HTTP/2 can say that it did not take a request up, and then it is sent again; all else is as before.
#[cfg(feature = "http2")]
#[tokio::test]
async fn an_http2_stream_that_is_refused_is_harmless() {
    use h2::Reason;
    for (reason, expected, sent) in [
        (Reason::REFUSED_STREAM, Ok(2), 2),
        (Reason::CANCEL, Err("no answer, perhaps applied"), 1),
        (Reason::INTERNAL_ERROR, Err("no answer, perhaps applied"), 1),
    ] {
        let (listener, address) = crate::support::listen().await;
        let url = format!("http://{address}");
        let got = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = got.clone();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                    0 => respond.send_reset(reason),
                    _ => {
                        let head = http::Response::builder().status(201).body(()).unwrap();
                        let mut body = respond.send_response(head, false).unwrap();
                        body.send_data(bytes::Bytes::from_static(TAG.as_bytes()), true)
                            .unwrap();
                    }
                }
            }
        });
        let client = crate::support::builder(&url)
            .http(bare().http2_prior_knowledge())
            .retry(policy())
            .build()
            .unwrap();
        let result = call(&client, &Method::POST).await;
        let result = result
            .map(|given| given.attempts)
            .map_err(|error| told(&error));
        assert_eq!(result, expected.map_err(str::to_string), "{reason:?}");
        assert_eq!(got.load(std::sync::atomic::Ordering::SeqCst), sent);
    }
}

#[tokio::test]
async fn a_connection_is_not_kept_longer_than_servers_keep_it() {
    let server = Server::start(Act::Then(reply(200, &[], ME)));
    let brief = Duration::from_millis(400);
    // Also where somebody brings an HTTP client of their own, which keeps them for 90 seconds.
    let client = builder(&server).idle_timeout(brief).build().unwrap();
    for _ in 0..2 {
        client.get_me().send().await.unwrap();
        client.get_me().send().await.unwrap();
        tokio::time::sleep(brief * 4).await;
    }
    assert_eq!(server.connections(), 2);
    assert!(ClientBuilder::DEFAULT_IDLE_TIMEOUT < Duration::from_secs(5));
}
