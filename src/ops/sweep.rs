//! Reads many places at once. Each is read for itself: one that is slow, or cannot be read, never holds
//! the others back, and is part of the answer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use crate::cloud::Provider;
use crate::error::{Error, ErrorKind};
use crate::http::Courier;
use crate::model::{ListRequest, Place, Record, Sight, Visit};

/// How many places are read at the same time. Each has one request on its way; the rates of the clouds
/// may let fewer go.
const AT_ONCE: usize = 64;

/// One list to be read.
#[derive(Clone)]
pub struct Target {
    /// What it tells of.
    pub place: Place,
    /// Who reads it.
    pub provider: Rc<dyn Provider>,
    /// The list.
    pub request: ListRequest,
}

/// How far a sweep is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Places that were to be read.
    pub total: Cell<usize>,
    /// Places that came to their end.
    pub done: Cell<usize>,
    /// Things that were read.
    pub rows: Cell<usize>,
    /// Places that are being read, and since when.
    waiting: RefCell<Vec<(Place, Instant)>>,
}

impl Progress {
    /// The places that are waited for, the longest first, and for how long.
    pub fn waiting(&self) -> Vec<(Place, Duration)> {
        let waiting = self.waiting.borrow();
        let since = |(place, since): &(Place, Instant)| (place.clone(), since.elapsed());
        waiting.iter().map(since).collect()
    }

    fn begin(&self, place: &Place) {
        let entry = (place.clone(), Instant::now());
        self.waiting.borrow_mut().push(entry);
    }

    fn end(&self, place: &Place) {
        self.done.set(self.done.get() + 1);
        let mut waiting = self.waiting.borrow_mut();
        if let Some(at) = waiting.iter().position(|(other, _)| other == place) {
            waiting.remove(at);
        }
    }
}

/// Takes what was read, as it comes: the things of a place, page by page. An error ends the sweep: nobody
/// wants the rest.
pub type Take<'a> = dyn Fn(&Place, Vec<Record>) -> Result<(), Error> + 'a;

/// Reads all places; one visit for each, in their order, and what should be known beside.
pub async fn sweep(
    targets: &[Target],
    courier: &Courier,
    progress: &Progress,
    take: &Take<'_>,
) -> Result<(Vec<Visit>, Vec<String>), Error> {
    progress.total.set(progress.total.get() + targets.len());
    let broken: RefCell<Option<Error>> = RefCell::default();
    // Who does not answer is asked once: the others are not to wait for its sixth try.
    courier.asks_silent_ones_again.set(false);
    let visits = stream::iter(targets.iter().enumerate())
        .map(|(number, target)| {
            let broken = &broken;
            async move { (number, visit(target, courier, progress, take, broken).await) }
        })
        .buffer_unordered(AT_ONCE);
    let mut visits = std::pin::pin!(visits);
    let mut found = Vec::new();
    while let Some(visit) = visits.next().await {
        found.push(visit);
        if broken.borrow().is_some() {
            break;
        }
    }
    courier.asks_silent_ones_again.set(true);
    if let Some(error) = broken.borrow_mut().take() {
        return Err(error);
    }
    found.sort_by_key(|(number, _)| *number);
    let mut warnings = Vec::new();
    let visits = found.into_iter().map(|(_, (visit, said))| {
        let place = &visit.place;
        warnings.extend(said.into_iter().map(|text| format!("{place}: {text}")));
        visit
    });
    let visits = visits.collect();
    Ok((visits, warnings))
}

/// Reads one place.
async fn visit(
    target: &Target,
    courier: &Courier,
    progress: &Progress,
    take: &Take<'_>,
    broken: &RefCell<Option<Error>>,
) -> (Visit, Vec<String>) {
    let place = &target.place;
    progress.begin(place);
    let hand_out = |records: Vec<Record>| {
        progress.rows.set(progress.rows.get() + records.len());
        if let Err(error) = take(place, records) {
            *broken.borrow_mut() = Some(error);
        }
    };
    let read = async {
        if courier.stop.requested().is_some() {
            return Err(interrupted());
        }
        if courier.is_late() {
            return Err(Courier::out_of_time());
        }
        target
            .provider
            .stream(target.request.clone(), &hand_out)
            .await
    };
    let read = tokio::select! {
        read = read => read,
        () = courier.stop.asked_for() => Err(interrupted()),
    };
    progress.end(place);
    let (sight, warnings) = match read {
        Ok(warnings) => (Sight::Seen, warnings),
        Err(error) if target.provider.is_not_enabled(&error) => {
            (Sight::NotEnabled(error.message.clone()), Vec::new())
        }
        Err(error) => (Sight::Unseen(error), Vec::new()),
    };
    let place = place.clone();
    (Visit { place, sight }, warnings)
}

fn interrupted() -> Error {
    Error::new(
        ErrorKind::Interrupted,
        "interrupted before it was read to its end",
    )
}
