//! The rules of changes against a made-up cloud: order, partial failure, claims.

mod steps;

use std::collections::VecDeque;

use super::change::{Extent, Limits, Report, Step, Terms, run};
use super::consent::Consent;
use crate::cloud::change::{Batch, Change, Survey, Waiting};
use crate::cloud::client::Preview;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::{BoxFuture, Courier, NO_TIME_LEFT, Reply, Request, Transport, TransportError};
use crate::model::{CloudId, Outcome, Resource, Scope, Status};
use crate::time::Pace;

const ALL: Extent = Extent {
    dry_run: false,
    wait: true,
    verify: true,
};

/// Nothing is sent by these tests.
struct Nowhere;

impl Transport for Nowhere {
    fn send<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        Box::pin(std::future::pending())
    }
}

fn courier() -> Courier {
    let courier = Courier::new(Box::new(Nowhere));
    courier.pace.set(Pace::SANDBOX);
    courier
}

/// What the made-up cloud answers to one request.
type Answer = Result<Vec<Status>, Error>;

/// A change of some items in batches of two, with a script for each of its parts.
#[derive(Default)]
struct Made {
    items: usize,
    answers: VecDeque<Answer>,
    polls: VecDeque<Vec<Status>>,
    proof: Option<Result<Vec<Status>, Error>>,
    splits: bool,
    /// Items in a wave, when they do not go in one.
    wave: Option<usize>,
    /// How long each request takes.
    takes: std::time::Duration,
    sent: Vec<Batch>,
}

fn write(items: &[usize], statuses: &[Status], outcomes: &mut [Outcome]) {
    for (&item, &status) in items.iter().zip(statuses) {
        outcomes[item].status = status;
        outcomes[item].error =
            (status == Status::Throttled).then(|| failure(ErrorKind::Throttled, Fate::NotDone));
    }
}

fn failure(kind: ErrorKind, fate: Fate) -> Error {
    Error::new(kind, "made up").fate(fate)
}

impl Change for &mut Made {
    fn purpose(&self) -> String {
        "try".to_owned()
    }

    fn asks(&self) -> bool {
        true
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        let scope = Scope {
            cloud: CloudId::Volcengine,
            profile: "env".to_owned(),
            region: "here".to_owned(),
        };
        let draft =
            |item: usize| Outcome::draft(scope.address(Resource::KeyPair, item.to_string()), None);
        let outcomes = (0..self.items).map(draft).collect();
        Box::pin(async {
            Ok(Survey {
                outcomes,
                ..Survey::default()
            })
        })
    }

    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        let waves = ready.chunks(self.wave.unwrap_or(usize::MAX));
        waves
            .map(|wave| wave.chunks(2).map(<[usize]>::to_vec).collect())
            .collect()
    }

    fn preview<'a>(&'a self, _: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            self.sent.push(batch.clone());
            tokio::time::sleep(self.takes).await;
            let statuses = self
                .answers
                .pop_front()
                .expect("an answer for each request")?;
            write(batch, &statuses, outcomes);
            Ok(())
        })
    }

    fn split(&self, batch: &Batch) -> Vec<Batch> {
        let singles = batch.iter().map(|&item| vec![item]);
        if self.splits && batch.len() > 1 {
            singles.collect()
        } else {
            Vec::new()
        }
    }

    fn waiting(&self) -> Option<Waiting> {
        let second = std::time::Duration::from_secs(1);
        Some(Waiting {
            first: second,
            longest: second,
            limit: second * 5,
        })
    }

    fn poll<'a>(
        &'a mut self,
        open: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let statuses = self.polls.pop_front().unwrap_or_default();
            write(open, &statuses, outcomes);
            Ok(())
        })
    }

    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async {
            match self.proof.take() {
                None => sent.iter().for_each(|&item| outcomes[item].verified = true),
                Some(result) => write(sent, &result?, outcomes),
            }
            Ok(Vec::new())
        })
    }
}

fn yes() -> Terms<'static> {
    Terms {
        consent: Consent {
            yes: true,
            accepted: Vec::new(),
            ask: None,
        },
        limits: Limits::default(),
        purpose: None,
        key: None,
        recheck: None,
    }
}

async fn carry_out(made: &mut Made, courier: &Courier, extent: Extent) -> Report {
    run(only(made), courier, &yes(), extent, &|_| {})
        .await
        .expect("a report")
}

fn only(made: &mut Made) -> Step<'_> {
    Step {
        changes: vec![Box::new(made)],
        guard: None,
    }
}

fn statuses(report: &Report) -> Vec<Status> {
    report
        .outcomes
        .iter()
        .map(|outcome| outcome.status)
        .collect()
}

fn reasons(report: &Report) -> Vec<Option<ErrorKind>> {
    let errors = report.outcomes.iter().map(|outcome| &outcome.error);
    errors
        .map(|error| error.as_ref().map(|error| error.kind))
        .collect()
}

fn made(items: usize, answers: impl IntoIterator<Item = Answer>) -> Made {
    Made {
        items,
        answers: answers.into_iter().collect(),
        ..Made::default()
    }
}

use Status::{Absent, Deleted, Denied, InUse, Running, Skipped, Submitted, Throttled, Unverified};

#[tokio::test(start_paused = true)]
async fn batches_are_sent_in_order_and_merged() {
    let mut change = made(3, [Ok(vec![Deleted, InUse]), Ok(vec![Absent])]);
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!(statuses(&report), [Deleted, InUse, Absent]);
    assert_eq!(report.exit_code, 3);
    assert_eq!(change.sent, [vec![0, 1], vec![2]]);
}

#[tokio::test(start_paused = true)]
async fn throttled_items_go_again_alone_until_patience_ends() {
    let mut change = made(2, [Ok(vec![Deleted, Throttled]), Ok(vec![Deleted])]);
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!(
        (statuses(&report), report.exit_code),
        (vec![Deleted, Deleted], 0)
    );
    assert_eq!(change.sent, [vec![0, 1], vec![1]]);

    let mut change = made(1, std::iter::repeat_n(Ok(vec![Throttled]), 10));
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!((statuses(&report), report.exit_code), (vec![Throttled], 7));
    assert_eq!(change.sent.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_the_rate_leaves_no_time_for_is_not_sent_and_nothing_after_it() {
    let no_time = failure(ErrorKind::Timeout, Fate::NotDone).code(NO_TIME_LEFT);
    let mut change = made(5, [Ok(vec![Deleted, Deleted]), Err(no_time)]);
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!(
        statuses(&report),
        [Deleted, Deleted, Skipped, Skipped, Skipped]
    );
    assert_eq!(reasons(&report)[2..], [Some(ErrorKind::Timeout); 3]);
    assert_eq!(change.sent.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_ends_everything_else() {
    let refused = Err(failure(ErrorKind::Credentials, Fate::NotDone));
    let mut change = made(5, [refused]);
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!(
        statuses(&report),
        [Denied, Denied, Skipped, Skipped, Skipped]
    );
    assert_eq!((report.exit_code, change.sent.len()), (4, 1));
    assert_eq!(reasons(&report)[2..], [Some(ErrorKind::Credentials); 3]);
}

#[tokio::test(start_paused = true)]
async fn a_wave_that_is_not_sent_says_why() {
    let mut change = made(3, [Ok(vec![Running, Running])]);
    change.wave = Some(2);
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!(statuses(&report), [Running, Running, Skipped]);
    assert_eq!(report.exit_code, 7);
    assert_eq!(reasons(&report)[2], Some(ErrorKind::Busy));

    // The time is over before the second wave.
    let mut courier = courier();
    courier.deadline = Some(tokio::time::Instant::now() + std::time::Duration::from_secs(1));
    let mut change = made(3, [Ok(vec![Deleted, Deleted])]);
    change.wave = Some(2);
    change.takes = std::time::Duration::from_secs(2);
    let report = carry_out(&mut change, &courier, ALL).await;
    assert_eq!(statuses(&report), [Deleted, Deleted, Skipped]);
    assert_eq!(reasons(&report), [None, None, Some(ErrorKind::Timeout)]);
}

#[tokio::test(start_paused = true)]
async fn time_that_is_over_before_anything_was_sent_is_an_error() {
    let mut courier = courier();
    courier.deadline = Some(tokio::time::Instant::now());
    let mut change = made(2, []);
    let late = run(only(&mut change), &courier, &yes(), ALL, &|_| {}).await;
    assert_eq!(late.expect_err("late").kind, ErrorKind::Timeout);
    assert!(change.sent.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_unverified_until_a_look_tells() {
    let lost = || Err(failure(ErrorKind::Network, Fate::Unknown));
    let mut change = made(2, [lost()]);
    change.proof = Some(Ok(vec![Deleted, Deleted]));
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!(statuses(&report), [Deleted, Deleted]);

    let mut change = made(2, [lost()]);
    change.proof = Some(Err(failure(ErrorKind::Permission, Fate::NotDone)));
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!(
        (statuses(&report), report.exit_code),
        (vec![Unverified, Unverified], 10)
    );
    assert_eq!(change.sent.len(), 1, "never repeated blindly");
}

#[tokio::test(start_paused = true)]
async fn a_refused_batch_is_looked_at_and_then_sent_one_by_one() {
    let refusal = || Err(failure(ErrorKind::State, Fate::NotDone));
    let mut change = made(2, [refusal(), refusal()]);
    change.splits = true;
    // The look shows that the first one happened in spite of the refusal.
    change.polls = VecDeque::from([vec![Deleted, Unverified]]);
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!(statuses(&report), [Deleted, Status::Refused]);
    assert_eq!(change.sent, [vec![0, 1], vec![1]]);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_the_work_or_with_the_limit() {
    let mut change = made(1, [Ok(vec![Running])]);
    change.polls = VecDeque::from([vec![Running], vec![Running], vec![Deleted]]);
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!((statuses(&report), report.exit_code), (vec![Deleted], 0));

    let mut change = made(1, [Ok(vec![Running])]);
    let report = carry_out(&mut change, &courier(), ALL).await;
    assert_eq!((statuses(&report), report.exit_code), (vec![Running], 7));
}

#[tokio::test(start_paused = true)]
async fn claims_are_lowered_to_what_was_asked_for() {
    let mut change = made(2, [Ok(vec![Deleted, Absent])]);
    let unproven = Extent {
        verify: false,
        ..ALL
    };
    let report = carry_out(&mut change, &courier(), unproven).await;
    assert_eq!(
        (statuses(&report), report.exit_code),
        (vec![Submitted, Absent], 0)
    );

    let mut change = made(1, [Ok(vec![Running])]);
    let unawaited = Extent { wait: false, ..ALL };
    let report = carry_out(&mut change, &courier(), unawaited).await;
    assert_eq!((statuses(&report), report.exit_code), (vec![Submitted], 0));
}

#[tokio::test(start_paused = true)]
async fn after_a_stop_nothing_more_is_sent() {
    let courier = courier();
    courier.stop.request(130);
    let mut change = made(2, []);
    let error = run(only(&mut change), &courier, &yes(), ALL, &|_| {})
        .await
        .expect_err("stopped");
    assert_eq!(error.exit_code(), 130);
    assert!(change.sent.is_empty());
}
