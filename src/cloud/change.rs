//! What every change of every cloud consists of; `ops::change` drives it by one set of rules.

use std::time::Duration;

use super::client::Preview;
use crate::error::Error;
use crate::http::BoxFuture;
use crate::model::{Address, Outcome, Status};

/// Positions in the list of outcomes that one request covers.
pub type Batch = Vec<usize>;

/// A danger that takes a flag of its own beside `--yes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// A running machine is powered off by the change itself.
    PowerCut,
    /// A running machine is powered off before the change.
    HardStop,
    /// A machine is left with no key pair bound.
    Lockout,
    /// A private key leaves this machine.
    PrivateKeySent,
}

impl Risk {
    /// The flag that accepts it.
    pub fn flag(self) -> &'static str {
        match self {
            Self::PowerCut => "--force-stop",
            Self::HardStop => "--stop hard",
            Self::Lockout => "--allow-lockout",
            Self::PrivateKeySent => "--send-private-key",
        }
    }
}

/// A danger for one machine.
#[derive(Clone, Debug)]
pub struct Danger {
    /// What may happen.
    pub risk: Risk,
    /// To which machine.
    pub machine: Address,
    /// What the user should know about it.
    pub reason: String,
}

/// What becomes of the key pairs that a machine holds when it gets another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Kept,
    /// They come off, and the look before says which they are.
    Dropped,
    /// They come off, and nobody can see them.
    DroppedUnseen,
}

/// What a look before a change found.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// One outcome for each item, in the order asked for. What the look decided is decided;
    /// the rest are drafts that are to be sent.
    pub outcomes: Vec<Outcome>,
    /// The severe consequences of sending the rest.
    pub dangers: Vec<Danger>,
    /// Machines that are powered off or restarted, however softly, when the rest is sent.
    pub stops: Vec<Address>,
    /// What the user should know before saying yes.
    pub notes: Vec<String>,
    /// What the look could not see.
    pub warnings: Vec<String>,
}

impl Survey {
    /// A danger or a stop counts as long as something is done to its machine.
    pub fn forget_spared(&mut self) {
        let outcomes = &self.outcomes;
        let is_left = |machine: &Address| {
            outcomes.iter().any(|outcome| {
                let own = outcome.target.as_ref().unwrap_or(&outcome.address);
                outcome.status == Status::Skipped && own == machine
            })
        };
        self.dangers.retain(|danger| is_left(&danger.machine));
        self.stops.retain(|machine| is_left(machine));
    }
}

/// A batch for each item.
fn singles(items: &[usize]) -> Vec<Batch> {
    items.iter().map(|&item| vec![item]).collect()
}

/// Each item of a batch by itself; none where that is what the batch is already.
pub(super) fn apart(batch: &Batch) -> Vec<Batch> {
    if batch.len() > 1 {
        singles(batch)
    } else {
        Vec::new()
    }
}

/// How to wait for work that goes on after the answer.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// The wait before the first look.
    pub first: Duration,
    /// The longest wait between two looks; the waits grow from the first to this.
    pub longest: Duration,
    /// When to stop waiting.
    pub limit: Duration,
}

/// One change in one scope, from the look before it to the proof after it.
///
/// The parts only map between the vendor's words and outcomes. Splitting, consent, waiting,
/// falling back to single items and the order of it all are in `ops::change`.
pub trait Change {
    /// What is about to be done, for the consent question: "delete 3 key pairs".
    fn purpose(&self) -> String;

    /// Whether it needs a yes (product contract, section 5).
    fn asks(&self) -> bool;

    /// What becomes of the key pairs that a machine holds when it gets another.
    fn others(&self) -> Others {
        Others::Kept
    }

    /// Looks at the items before anything is sent.
    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>>;

    /// Brings machines into the state that the change needs, after consent and before the first
    /// request: stops them where the user asked for that. An item whose machine does not get there
    /// is decided here. An error stands for all items, and nothing is sent then.
    fn prepare<'a>(
        &'a mut self,
        _ready: &'a [usize],
        _outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Groups the items that are to be sent into requests. The batches of one wave may be under
    /// way at the same time; the next wave starts when the one before has come to its end. Each
    /// item has a request of its own unless the service takes several.
    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        vec![singles(ready)]
    }

    /// The requests that [`Self::send`] would make for a batch.
    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>>;

    /// Sends one batch and writes down what the answer says of each item. An error stands for the
    /// whole batch.
    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Smaller batches for one that was refused as a whole; none when that cannot help.
    fn split(&self, _batch: &Batch) -> Vec<Batch> {
        Vec::new()
    }

    /// How to wait; `None` when the answer is the end of it.
    fn waiting(&self) -> Option<Waiting> {
        None
    }

    /// Looks at items that are under way and writes down what became of them.
    fn poll<'a>(
        &'a mut self,
        _open: &'a [usize],
        _outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    /// What follows when all is sent, waited for and read back: restarts or starts machines where
    /// the user asked for that; answers with warnings. It is called after an interruption, too, and
    /// then says which machines it leaves in which state.
    fn finish<'a>(
        &'a mut self,
        _ready: &'a [usize],
        _outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Vec<String>> {
        Box::pin(async { Vec::new() })
    }

    /// Reads the state back and confirms or corrects each of these outcomes; answers with
    /// warnings. An error means that nothing could be read.
    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>>;
}
