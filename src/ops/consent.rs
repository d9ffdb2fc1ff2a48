//! Who must say yes to what, before anything is sent (product contract, section 5).

use crate::cloud::change::{Danger, Risk};
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::Address;

/// Asks a person; `false` is no.
pub type Ask<'a> = dyn Fn(Question) -> BoxFuture<'a, Result<bool, Error>> + 'a;

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
    pub async fn gate(
        &self,
        asks: bool,
        dangers: &[Danger],
        question: &Question,
    ) -> Result<(), Error> {
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
                if ask(question.clone()).await? {
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
    use super::{Ask, Consent, Question};
    use crate::cloud::change::{Danger, Risk};
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

    fn consent<'a>(yes: bool, accepted: &[Risk], ask: Option<&'a Ask<'a>>) -> Consent<'a> {
        Consent {
            yes,
            accepted: accepted.to_vec(),
            ask,
        }
    }

    #[tokio::test]
    async fn off_terminal_never_means_yes() {
        let nobody = consent(false, &[], None);
        let refused = nobody.gate(true, &[], &question()).await;
        assert_eq!(refused.expect_err("no yes").exit_code(), 9);
        let nothing_to_ask = nobody.gate(false, &[], &question()).await;
        assert!(nothing_to_ask.is_ok());
    }

    #[tokio::test]
    async fn a_person_may_answer_but_a_danger_wants_its_flags() {
        let yes: &Ask<'_> = &|_| Box::pin(async { Ok(true) });
        let no: &Ask<'_> = &|_| Box::pin(async { Ok(false) });
        let gate = async |ask, dangers: &[Danger]| {
            consent(false, &[], Some(ask))
                .gate(true, dangers, &question())
                .await
        };
        assert!(gate(yes, &[]).await.is_ok());
        assert!(gate(no, &[]).await.is_err());
        assert!(gate(yes, &[danger(Risk::Lockout)]).await.is_err());
    }

    #[tokio::test]
    async fn all_missing_flags_are_in_one_message() {
        let dangers = [
            danger(Risk::Lockout),
            danger(Risk::PowerCut),
            danger(Risk::Lockout),
        ];
        let gate = async |yes, accepted: &[Risk]| {
            consent(yes, accepted, None)
                .gate(true, &dangers, &question())
                .await
        };
        let error = gate(false, &[Risk::PowerCut])
            .await
            .expect_err("two missing");
        assert!(
            error.hints[0].contains("--yes and --allow-lockout"),
            "{:?}",
            error.hints
        );
        assert!(gate(true, &[Risk::PowerCut]).await.is_err());
        assert!(gate(true, &[Risk::PowerCut, Risk::Lockout]).await.is_ok());
    }
}
