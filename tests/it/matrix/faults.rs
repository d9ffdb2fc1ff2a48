//! The columns of the matrix.

use kpctl::sandbox::Fault as Rule;

use super::table::Row;

/// What a request comes to that a fault befell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// The right answer.
    Right,
    /// An answer from which it is plain that nothing happened.
    NothingHappened,
    /// None, or one from which nobody can tell. It did not happen.
    LostBefore,
    /// The same, and it happened.
    LostAfter,
}

/// One column.
#[derive(Debug)]
pub(super) struct Fault {
    /// Which requests, and what becomes of them: the second half of a rule.
    pub(super) rule: &'static str,
    /// What the command is given: `--timeout`.
    pub(super) timeout: &'static str,
    /// What a request comes to.
    pub(super) word: Word,
}

const fn fault(rule: &'static str, word: Word) -> Fault {
    Fault {
        rule,
        timeout: "60s",
        word,
    }
}

/// A fault that lasts until the time for it is over.
const fn until_late(rule: &'static str, timeout: &'static str, word: Word) -> Fault {
    Fault {
        rule,
        timeout,
        word,
    }
}

/// Enough to get to the change in, on a machine that has other work.
const SHORT: &str = "10s";
/// kpctl's own patience with a busy service is shorter in a sandbox, so it is what ends.
const LONG: &str = "2min";

use Word::{LostAfter, LostBefore, NothingHappened, Right};

/// All columns: each kind once, where the command may come through, and for good.
pub(super) const FAULTS: &[Fault] = &[
    fault("1=throttled", NothingHappened),
    fault("*=throttled", NothingHappened),
    fault("1=throttled-item", NothingHappened),
    fault("*=throttled-item", NothingHappened),
    fault("1=busy", NothingHappened),
    until_late("*=busy", LONG, NothingHappened),
    fault("*=denied", NothingHappened),
    fault("*=region-disabled", NothingHappened),
    fault("1=412", NothingHappened),
    fault("*=412", NothingHappened),
    fault("1=internal", LostBefore),
    fault("*=internal", LostBefore),
    fault("1=500", LostBefore),
    fault("*=500", LostBefore),
    fault("1=502-html", LostBefore),
    fault("*=502-html", LostBefore),
    fault("1=503", LostBefore),
    fault("*=503", LostBefore),
    fault("1=reset-before", LostBefore),
    fault("*=reset-before", LostBefore),
    fault("1=reset-after", LostAfter),
    fault("*=reset-after", LostAfter),
    fault("1=truncated", LostAfter),
    fault("*=truncated", LostAfter),
    fault("1=broken-json", LostAfter),
    fault("*=broken-json", LostAfter),
    fault("1=empty", LostAfter),
    fault("*=empty", LostAfter),
    fault("1=redirect", NothingHappened),
    fault("*=redirect", NothingHappened),
    fault("1=slow:300", Right),
    until_late("*=slow:60000", SHORT, LostAfter),
    until_late("*=hang", SHORT, LostBefore),
    fault("*=dribble", Right),
    fault("1=endless", LostAfter),
    fault("*=endless", LostAfter),
    fault("1=skew", NothingHappened),
    fault("1=expired-token", NothingHappened),
    fault("1=expires", NothingHappened),
];

impl Fault {
    /// Whether the sandbox knows this for the row's operation.
    pub(super) fn fits(&self, row: &Row) -> bool {
        self.rule_for(row).parse::<Rule>().is_ok()
    }

    /// The whole rule.
    pub(super) fn rule_for(&self, row: &Row) -> String {
        format!("{}.{}@{}", row.cloud, row.operation, self.rule)
    }

    /// Whether it goes on until some time is over.
    pub(super) fn is_until_late(&self) -> bool {
        self.timeout != "60s"
    }

    /// Whether no request of the operation is ever answered by the cloud itself.
    pub(super) fn is_deaf(&self) -> bool {
        let is_lost = matches!(self.word, Word::LostBefore | Word::LostAfter);
        is_lost && self.rule.starts_with('*')
    }

    /// Whether the command works with a role's keys, which it can get anew.
    pub(super) fn takes_a_role(&self) -> bool {
        self.rule.ends_with("=expires")
    }
}

/// A kind that the sandbox gets is a column here, too.
#[test]
fn every_kind_of_the_sandbox_is_a_column() {
    for kind in Rule::kinds() {
        let is_kind = |fault: &Fault| {
            let (_, own) = fault.rule.split_once('=').expect("N=KIND");
            own.split(':').next() == Some(kind)
        };
        assert!(FAULTS.iter().any(is_kind), "{kind}");
    }
}
