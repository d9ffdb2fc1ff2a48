//! Several steps of one change: what a later one rests on, and the bounds that a user sets to all of them.

use std::cell::RefCell;
use std::rc::Rc;

use super::{ALL, courier, failure, yes};
use crate::cloud::change::{Batch, Change, Danger, Risk, Survey};
use crate::cloud::client::Preview;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::BoxFuture;
use crate::model::{Address, CloudId, ItemState, Outcome, Resource, Scope, Status};
use crate::ops::change::{self, Extent, Limits, Report, Step, Terms};

/// A step of a made-up cloud: which items a look finds, and what becomes of those that are sent.
struct Part {
    /// What the first look, and each one after it, says of the items.
    looks: Vec<Result<Vec<Outcome>, Error>>,
    becomes: Result<Status, Error>,
    stops: Vec<Address>,
    dangers: Vec<Danger>,
    sent: Rc<RefCell<Vec<String>>>,
}

impl Part {
    fn new(items: Vec<Outcome>, becomes: Status, sent: &Rc<RefCell<Vec<String>>>) -> Self {
        Self {
            looks: vec![Ok(items)],
            becomes: Ok(becomes),
            stops: Vec::new(),
            dangers: Vec::new(),
            sent: Rc::clone(sent),
        }
    }
}

impl Change for Part {
    fn purpose(&self) -> String {
        "try".to_owned()
    }

    fn asks(&self) -> bool {
        true
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        let look = if self.looks.len() > 1 {
            self.looks.remove(0)
        } else {
            self.looks[0].clone()
        };
        let (stops, dangers) = (self.stops.clone(), self.dangers.clone());
        Box::pin(async move {
            Ok(Survey {
                outcomes: look?,
                stops,
                dangers,
                warnings: vec!["seen".to_owned()],
                ..Survey::default()
            })
        })
    }

    fn preview<'a>(&'a self, _: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for &item in batch {
                let id = outcomes[item].address.id.clone();
                self.sent.borrow_mut().push(id);
                outcomes[item].status = self.becomes.clone()?;
            }
            Ok(())
        })
    }

    fn prove<'a>(
        &'a mut self,
        _: &'a [usize],
        _: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

fn at(resource: Resource, id: &str) -> Address {
    let scope = Scope {
        cloud: CloudId::Huawei,
        profile: "env".to_owned(),
        region: "here".to_owned(),
    };
    scope.address(resource, id)
}

fn pair(id: &str) -> Outcome {
    Outcome::draft(at(Resource::KeyPair, id), None)
}

fn on_machine(id: &str, machine: &str) -> Outcome {
    let machine = at(Resource::Instance, machine);
    Outcome::draft(at(Resource::KeyPair, id), Some(machine))
}

fn on_phones(server: &str, held: &str) -> Outcome {
    let mut outcome = Outcome::draft(at(Resource::CphServer, server), None);
    outcome.before = Some(ItemState {
        key_pair: Some(held.to_owned()),
        ..ItemState::default()
    });
    outcome
}

fn step(part: Part) -> Step<'static> {
    Step {
        changes: vec![Box::new(part)],
        guard: None,
    }
}

async fn run(parts: Vec<Part>, terms: &Terms<'_>, extent: Extent) -> Result<Report, Error> {
    let mut steps: Vec<Step<'_>> = parts.into_iter().map(step).collect();
    let courier = courier();
    let surveys = change::look(&mut steps, &courier).await?;
    change::go_on(&mut steps, surveys, &courier, terms, extent, &|_| {}).await
}

fn statuses(report: &Report) -> Vec<Status> {
    let outcomes = report.outcomes.iter();
    outcomes.map(|outcome| outcome.status).collect()
}

#[tokio::test(start_paused = true)]
async fn records_go_after_machines_have_given_them_up() {
    let sent = Rc::default();
    let first = vec![on_machine("web", "i-1"), on_phones("s-1", "phone")];
    let parts = vec![
        Part::new(first, Status::Detached, &sent),
        Part::new(vec![pair("web"), pair("phone")], Status::Deleted, &sent),
    ];
    let report = run(parts, &yes(), ALL).await.expect("a report");
    assert_eq!(report.exit_code, 0);
    assert_eq!(*sent.borrow(), ["web", "s-1", "web", "phone"]);
    // However many looks say it.
    assert_eq!(report.warnings, ["seen"]);
}

#[tokio::test(start_paused = true)]
async fn a_record_stays_where_its_machine_has_not_given_it_up() {
    for failed in [
        Status::Refused,
        Status::Denied,
        Status::Running,
        Status::Unverified,
    ] {
        let sent = Rc::default();
        let first = vec![on_machine("web", "i-1"), on_phones("s-1", "phone")];
        let records = vec![pair("web"), pair("phone"), pair("free")];
        let parts = vec![
            Part::new(first, failed, &sent),
            Part::new(records, Status::Deleted, &sent),
        ];
        let report = run(parts, &yes(), ALL).await.expect("a report");
        assert_eq!(*sent.borrow(), ["web", "s-1", "free"], "{failed}");
        for (item, holder) in [(2, "i-1"), (3, "s-1")] {
            let outcome = &report.outcomes[item];
            assert_eq!(outcome.status, Status::InUse, "{failed}");
            let error = outcome.error.as_ref().expect("an error");
            assert_eq!(error.code.as_deref(), Some("StillHeld"));
            let held_by = outcome.held_by.as_ref().expect("known");
            assert_eq!(held_by[0].id, holder);
        }
        assert_ne!(report.exit_code, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_server_or_region_holds_keeps_nothing_here() {
    let sent = Rc::default();
    let mut elsewhere = on_phones("s-1", "phone");
    elsewhere.address.scope.region = "there".to_owned();
    let first = vec![elsewhere, on_phones("s-2", "other")];
    let parts = vec![
        Part::new(first, Status::Refused, &sent),
        Part::new(vec![pair("phone")], Status::Deleted, &sent),
    ];
    let report = run(parts, &yes(), ALL).await.expect("a report");
    assert_eq!(statuses(&report)[2], Status::Deleted);
}

#[tokio::test(start_paused = true)]
async fn a_later_step_goes_by_what_is_there_then() {
    let sent = Rc::default();
    let mut gone = pair("web");
    gone.seen(Status::Absent);
    let mut second = Part::new(Vec::new(), Status::Deleted, &sent);
    second.looks = vec![Ok(vec![pair("web")]), Ok(vec![gone])];
    let first = Part::new(vec![on_machine("web", "i-1")], Status::Detached, &sent);
    let report = run(vec![first, second], &yes(), ALL).await;
    assert_eq!(statuses(&report.expect("a report"))[1], Status::Absent);
    assert_eq!(*sent.borrow(), ["web"]);
}

#[tokio::test(start_paused = true)]
async fn a_later_step_that_cannot_be_looked_at_is_not_sent() {
    let sent = Rc::default();
    let mut decided = pair("old");
    decided.seen(Status::Absent);
    let mut second = Part::new(Vec::new(), Status::Deleted, &sent);
    second.looks = vec![
        Ok(vec![pair("web"), decided]),
        Err(failure(ErrorKind::Permission, Fate::NotDone)),
    ];
    let first = Part::new(vec![on_machine("web", "i-1")], Status::Detached, &sent);
    let report = run(vec![first, second], &yes(), ALL).await;
    let report = report.expect("a report");
    let expected = [Status::Detached, Status::Denied, Status::Absent];
    assert_eq!(statuses(&report), expected);
    assert_eq!((report.exit_code, sent.borrow().len()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_ends_all_steps() {
    let sent = Rc::default();
    let mut first = Part::new(vec![on_machine("web", "i-1")], Status::Detached, &sent);
    first.becomes = Err(failure(ErrorKind::Credentials, Fate::NotDone));
    let second = Part::new(vec![pair("free")], Status::Deleted, &sent);
    let report = run(vec![first, second], &yes(), ALL).await;
    let report = report.expect("a report");
    assert_eq!(statuses(&report)[1], Status::Skipped);
    assert_eq!((report.exit_code, sent.borrow().len()), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn bounds_hold_for_all_steps_together() {
    let machine = |id: &str| at(Resource::Instance, id);
    let limited = |changes, stops| Terms {
        limits: Limits { changes, stops },
        ..yes()
    };
    let sent = Rc::default();
    let parts = || {
        let items = vec![on_machine("a", "i-1"), on_machine("b", "i-1")];
        let mut first = Part::new(items, Status::Detached, &sent);
        // The same machine twice is one machine.
        first.stops = vec![machine("i-1"), machine("i-1"), machine("i-2")];
        let mut absent = pair("gone");
        absent.seen(Status::Absent);
        let second = Part::new(vec![pair("a"), absent], Status::Deleted, &sent);
        vec![first, second]
    };
    for (changes, stops, flag) in [
        (Some(2), None, "--max-changes 3"),
        (Some(0), Some(9), "--max-changes 3"),
        (None, Some(1), "--max-stops 2"),
        (Some(3), Some(0), "--max-stops 2"),
    ] {
        let terms = limited(changes, stops);
        let error = run(parts(), &terms, ALL).await.expect_err(flag);
        assert_eq!(error.exit_code(), 9);
        assert_eq!(error.code.as_deref(), Some("OverLimit"));
        assert!(error.hints[0].contains(flag), "{:?}", error.hints);
    }
    assert!(sent.borrow().is_empty());
    // A rehearsal may be larger than what is allowed.
    let rehearsal = Extent {
        dry_run: true,
        ..ALL
    };
    let terms = limited(Some(0), Some(0));
    run(parts(), &terms, rehearsal).await.expect("a rehearsal");
    let report = run(parts(), &limited(Some(3), Some(2)), ALL).await;
    assert_eq!(report.expect("a report").exit_code, 0);
}

#[tokio::test(start_paused = true)]
async fn dangers_of_a_later_step_are_asked_for_at_the_beginning() {
    let sent = Rc::default();
    let first = Part::new(vec![on_machine("a", "i-1")], Status::Detached, &sent);
    let mut second = Part::new(vec![pair("a")], Status::Deleted, &sent);
    second.dangers = vec![Danger {
        risk: Risk::Lockout,
        machine: at(Resource::Instance, "i-1"),
        reason: "because".to_owned(),
    }];
    let error = run(vec![first, second], &yes(), ALL).await;
    assert_eq!(error.expect_err("asked").exit_code(), 9);
    assert!(sent.borrow().is_empty());
}
