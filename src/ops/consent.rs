//! Who must say yes to what, before anything is sent (product contract, section 5).

use crate::cloud::change::{Danger, Risk};
use crate::error::{Error, ErrorKind};
use crate::model::Address;

/// Asks a person; `false` is no.
pub type Ask<'a> = dyn Fn(&Question) -> Result<bool, Error> + 'a;

/// What the user allowed on the command line, and how to ask for the rest.
pub struct Consent<'a> {
    /// `--yes`.
    pub yes: bool,
    /// The severe flags that were given.
    pub accepted: Vec<Risk>,
    /// Asks on the terminal; `None` where nobody can answer, which never means yes.
    pub ask: Option<&'a Ask<'a>>,
}

/// What a person is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is about to be done.
    pub purpose: String,
    /// To which items, on which machines.
    pub items: Vec<(Address, Option<Address>)>,
    /// What to know about it.
    pub notes: Vec<String>,
}

impl Consent<'_> {
    /// Whether the change may be made. All missing flags are named in one message.
    pub fn gate(&self, asks: bool, dangers: &[Danger], question: &Question) -> Result<(), Error> {
        let mut missing: Vec<Risk> = dangers.iter().map(|danger| danger.risk).collect();
        missing.sort_unstable();
        missing.dedup();
        missing.retain(|risk| !self.accepted.contains(risk));
        let needs_yes = !self.yes && (!dangers.is_empty() || (asks && self.ask.is_none()));
        if needs_yes || !missing.is_empty() {
            return Err(refusal(question, dangers, needs_yes, &missing));
        }
        match self.ask {
            Some(ask) if asks && !self.yes => {
                if ask(question)? {
                    return Ok(());
                }
                Err(
                    Error::new(ErrorKind::Consent, "not confirmed: nothing was changed")
                        .code("NotConfirmed"),
                )
            }
            _ => Ok(()),
        }
    }
}

fn refusal(question: &Question, dangers: &[Danger], needs_yes: bool, missing: &[Risk]) -> Error {
    let mut flags: Vec<&str> = missing.iter().map(|risk| risk.flag()).collect();
    if needs_yes {
        flags.insert(0, "--yes");
    }
    let error = Error::new(
        ErrorKind::Consent,
        format!(
            "consent is missing to {}: nothing was changed",
            question.purpose
        ),
    )
    .code("ConsentMissing")
    .hint(format!(
        "Look at it with --dry-run; then add {}.",
        flags.join(" and ")
    ));
    dangers.iter().fold(error, |error, danger| {
        error.hint(format!(
            "{}: {} ({})",
            danger.machine,
            danger.reason,
            danger.risk.flag()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::{Consent, Question};
    use crate::cloud::change::{Danger, Risk};
    use crate::error::Error;
    use crate::model::{CloudId, Resource, Scope};

    fn danger(risk: Risk) -> Danger {
        let scope = Scope {
            cloud: CloudId::Tencent,
            profile: "env".to_owned(),
            region: "ap-guangzhou".to_owned(),
        };
        Danger {
            risk,
            machine: scope.address(Resource::Instance, "ins-1"),
            reason: "because".to_owned(),
        }
    }

    fn question() -> Question {
        Question {
            purpose: "delete key pairs".to_owned(),
            items: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn off_terminal_never_means_yes() {
        let nobody = Consent {
            yes: false,
            accepted: Vec::new(),
            ask: None,
        };
        let error = nobody.gate(true, &[], &question()).expect_err("no yes");
        assert_eq!(error.exit_code(), 9);
        assert!(
            nobody.gate(false, &[], &question()).is_ok(),
            "nothing to ask for"
        );
    }

    #[test]
    fn a_person_may_answer_but_a_danger_wants_its_flags() {
        let (yes, no) = (
            |_: &Question| Ok::<_, Error>(true),
            |_: &Question| Ok::<_, Error>(false),
        );
        let asked = |ask| Consent {
            yes: false,
            accepted: Vec::new(),
            ask: Some(ask),
        };
        assert!(asked(&yes).gate(true, &[], &question()).is_ok());
        assert!(asked(&no).gate(true, &[], &question()).is_err());
        assert!(
            asked(&yes)
                .gate(true, &[danger(Risk::Lockout)], &question())
                .is_err()
        );
    }

    #[test]
    fn all_missing_flags_are_in_one_message() {
        let dangers = [
            danger(Risk::Lockout),
            danger(Risk::PowerCut),
            danger(Risk::Lockout),
        ];
        let nobody = Consent {
            yes: false,
            accepted: vec![Risk::PowerCut],
            ask: None,
        };
        let error = nobody
            .gate(true, &dangers, &question())
            .expect_err("two missing");
        assert!(
            error.hints[0].contains("--yes and --allow-lockout"),
            "{:?}",
            error.hints
        );
        let with_yes = Consent {
            yes: true,
            accepted: vec![Risk::PowerCut],
            ask: None,
        };
        assert!(with_yes.gate(true, &dangers, &question()).is_err());
        let with_all = Consent {
            yes: true,
            accepted: vec![Risk::PowerCut, Risk::Lockout],
            ask: None,
        };
        assert!(with_all.gate(true, &dangers, &question()).is_ok());
    }
}
