//! The conditions of a command: its time, its wish to stop, its rates, its budget.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

use super::{Courier, NO_TIME_LEFT};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::limit::{Place, Rate};
use crate::http::retry::Retry;
use crate::http::{BoxFuture, Reply, Request, Transport, TransportError};

/// Nothing is sent by these tests.
struct Nowhere;

impl Transport for Nowhere {
    fn send<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        Box::pin(std::future::pending())
    }
}

fn courier() -> Courier {
    Courier::new(Box::new(Nowhere))
}

async fn slow_answer() -> Result<bool, Error> {
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    Ok(true)
}

#[tokio::test(start_paused = true)]
async fn a_question_outlives_neither_the_timeout_nor_a_signal() {
    let mut late = courier();
    late.deadline = Some(Instant::now() + Duration::from_secs(5));
    let error = late.while_asking(slow_answer()).await.expect_err("late");
    assert_eq!((error.kind, error.exit_code()), (ErrorKind::Timeout, 7));
    assert!(late.is_late());

    let stopped = courier();
    let signal = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stopped.stop.request(143);
        std::future::pending::<()>().await;
    };
    let error = tokio::select! {
        answer = stopped.while_asking(slow_answer()) => answer.expect_err("stopped"),
        () = signal => unreachable!("it never ends"),
    };
    assert_eq!(error.kind, ErrorKind::Interrupted);
    assert_eq!(stopped.stop.requested(), Some(143));
}

#[tokio::test(start_paused = true)]
async fn after_a_signal_nobody_is_asked() {
    // It came while the account was looked up: the answer is there, and does not count.
    let stopped = courier();
    stopped.stop.request(130);
    let yes = stopped.while_asking(async { Ok(true) }).await;
    assert_eq!(yes.expect_err("stopped").exit_code(), 130);
    let in_time = courier().while_asking(async { Ok(true) }).await;
    assert!(in_time.is_ok_and(|yes| yes));
}

fn place() -> Place {
    Place {
        account: "tencent AK".to_owned(),
        region: "ap-guangzhou".to_owned(),
        service: "cvm",
        operation: "DeleteKeyPairs",
    }
}

/// A rate that lets one request go and none for a second.
fn one() -> Option<Rate> {
    NonZeroU32::new(1).map(Rate::of)
}

#[tokio::test(start_paused = true)]
async fn a_turn_is_waited_for_no_longer_than_the_timeout() {
    let mut courier = courier();
    courier.deadline = Some(Instant::now() + Duration::from_millis(2_500));
    for _ in 0..3 {
        courier.admit(&place(), one()).await.expect("in time");
    }
    let error = courier.admit(&place(), one()).await.expect_err("too late");
    assert_eq!(error.code.as_deref(), Some(NO_TIME_LEFT));
    assert_eq!(
        (error.kind, error.fate),
        (ErrorKind::Timeout, Fate::NotDone)
    );
    assert!(!courier.is_late(), "what is left is for a look back");
    let other = Place {
        operation: "DescribeKeyPairs",
        ..place()
    };
    courier.admit(&other, one()).await.expect("another lane");
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_the_wait_for_a_turn_and_the_second_one_that_of_a_look_back() {
    let stopped = courier();
    drop(stopped.admit(&place(), one()).await.expect("the first"));
    let start = Instant::now();
    let signal = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        stopped.stop.request(130);
    };
    let place = place();
    let (admitted, ()) = tokio::join!(stopped.admit(&place, one()), signal);
    assert_eq!(admitted.expect_err("stopped").kind, ErrorKind::Interrupted);
    assert_eq!(start.elapsed(), Duration::from_millis(10));

    drop(stopped.admit(&place, one()).await.expect("a look back"));
    stopped.stop.hurry();
    let admitted = stopped.admit(&place, one()).await;
    assert_eq!(admitted.expect_err("hurried").kind, ErrorKind::Interrupted);
}

#[tokio::test(start_paused = true)]
async fn a_cloud_that_fails_is_not_asked_six_times_for_each_item() {
    let courier = courier();
    let mut tries = 0;
    let mut last = None;
    for _ in 0..1_000 {
        let mut retry = Retry::default();
        loop {
            tries += 1;
            let error = Error::new(ErrorKind::Network, "gone");
            if let Err(error) = courier.before_retry(&mut retry, error, true, 0.5).await {
                last = Some(error);
                break;
            }
        }
    }
    assert_eq!(tries, 1_100);
    let hints = last.expect("one").hints.concat();
    assert!(hints.contains("used up its retries"), "{hints}");
}
