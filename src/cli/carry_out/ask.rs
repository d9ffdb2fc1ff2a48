//! What a person is asked before a change, and whose account it is.

use std::collections::HashSet;
use std::time::Duration;

use crate::auth::{Credential, SANDBOX_PROFILE};
use crate::cli::Run;
use crate::cloud::Provider;
use crate::config::env;
use crate::error::{Error, ErrorKind};
use crate::io::one_line;
use crate::model::Scope;
use crate::ops::consent::Question;

/// How long a question waits for the name of the account; the masked key does as well.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many items a question lists; the rest are counted.
const LISTED: usize = 20;

/// The first provider of each login: whose it is need not be asked in every region.
pub(in crate::cli) fn one_of_each_login<'a>(
    providers: &[&'a dyn Provider],
) -> Vec<&'a dyn Provider> {
    let mut seen = HashSet::new();
    let is_first = |provider: &&&dyn Provider| {
        let scope = provider.scope();
        seen.insert((scope.cloud, scope.profile.clone()))
    };
    providers.iter().filter(is_first).copied().collect()
}

/// Where a change is about to be made, one text for each login.
pub(super) async fn places(
    providers: &[&dyn Provider],
    endpoint: Option<&str>,
) -> Result<Vec<String>, Error> {
    let mut places = Vec::new();
    for provider in one_of_each_login(providers) {
        let same_login = |other: &&&dyn Provider| {
            let (one, other) = (provider.scope(), other.scope());
            (one.cloud, &one.profile) == (other.cloud, &other.profile)
        };
        let mut regions: Vec<&str> = Vec::new();
        for other in providers.iter().filter(same_login) {
            let region = other.scope().region.as_str();
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        places.push(place_in(provider, &regions.join(", "), endpoint).await?);
    }
    Ok(places)
}

/// `KPCTL_EXPECT_ACCOUNT_<CLOUD>` and the profile's `expect-account`: another account ends the command
/// before anything is sent.
pub(in crate::cli) async fn check_account(
    run: &Run<'_>,
    provider: &dyn Provider,
) -> Result<(), Error> {
    let cloud = provider.scope().cloud;
    let login = provider.login();
    let variable = format!("{}_{}", env::EXPECT_ACCOUNT, cloud.name().to_uppercase());
    let by_variable = run.context.env.get(&variable).map(str::trim);
    let by_profile = login.expect_account.as_deref();
    let expected = [
        (by_variable, variable),
        (
            by_profile,
            format!("expect-account of the profile '{}'", login.profile),
        ),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .filter_map(|(account, place)| Some((account?, place)))
        .collect();
    if expected.is_empty() {
        return Ok(());
    }
    let unexpected = |why: String, hint: String| {
        Err(Error::credentials(why)
            .code("UnexpectedAccount")
            .hint(hint)
            .cloud(cloud))
    };
    if let Some((_, place)) = expected.iter().find(|(account, _)| account.is_empty()) {
        return unexpected(
            format!("{place} is set but empty"),
            format!("Fill {place}, or unset it to work with any account."),
        );
    }
    let account = provider.account().await?;
    match expected.iter().find(|(expected, _)| *expected != account) {
        None => Ok(()),
        Some((expected, place)) => unexpected(
            format!("the credentials belong to account {account}, not to {expected}"),
            format!("Use other credentials, or correct {place}."),
        ),
    }
}

/// Cloud, account, region, and the endpoint when it is not the vendor's.
pub(in crate::cli) async fn place(
    provider: &dyn Provider,
    endpoint: Option<&str>,
) -> Result<String, Error> {
    place_in(provider, &provider.scope().region, endpoint).await
}

/// Cloud, account, these regions.
async fn place_in(
    provider: &dyn Provider,
    regions: &str,
    endpoint: Option<&str>,
) -> Result<String, Error> {
    let account = whose(provider).await?;
    let scope = provider.scope();
    let endpoint = endpoint
        .map(|url| format!(", at {url}"))
        .unwrap_or_default();
    let sandbox = if scope.profile == SANDBOX_PROFILE {
        "the sandbox's "
    } else {
        ""
    };
    Ok(format!(
        "{sandbox}{} {regions}, {account}{endpoint}",
        scope.cloud
    ))
}

/// The account that a change is made in, or the masked key where its cloud does not tell.
pub(super) async fn whose(provider: &dyn Provider) -> Result<String, Error> {
    let held = provider.keys().current().await?;
    let account = match &held.credential {
        // A token is good for some services only; asking another one about it proves nothing.
        Credential::Token(_) | Credential::Anonymous => None,
        Credential::AccessKey { .. } => {
            match tokio::time::timeout(PATIENCE, provider.account()).await {
                Ok(Ok(account)) => Some(account),
                // Nobody is asked about a change that a refused key cannot make.
                Ok(Err(error)) if error.kind == ErrorKind::Credentials => return Err(error),
                Ok(Err(_)) | Err(_) => None,
            }
        }
    };
    Ok(match account {
        Some(account) => format!("account {account}"),
        None => held.credential.to_string(),
    })
}

pub(in crate::cli) fn question_text(question: &Question, places: &[String]) -> String {
    let is_several = |part: fn(&Scope) -> &str| {
        let mut parts = question.items.iter().map(|(item, _)| part(&item.scope));
        let first = parts.next();
        parts.any(|other| Some(other) != first)
    };
    let mut lines = vec![format!("In {}:", one_line(&places.join("; ")))];
    for (item, target) in question.items.iter().take(LISTED) {
        let target = target
            .as_ref()
            .map(|target| format!(" on {}", one_line(&target.id)))
            .unwrap_or_default();
        // In several places the same name may stand for several things.
        let place = match (
            is_several(|scope| scope.cloud.name()),
            is_several(|scope| &scope.region),
        ) {
            (true, _) => format!(" in {} {}", item.scope.cloud, item.scope.region),
            (false, true) => format!(" in {}", item.scope.region),
            (false, false) => String::new(),
        };
        lines.push(format!("  {}{target}{place}", one_line(&item.id)));
    }
    if question.items.len() > LISTED {
        lines.push(format!("  … {} in all", question.items.len()));
    }
    lines.extend(question.notes.iter().map(|note| one_line(note)));
    lines.push(format!("{}?", one_line(&question.purpose)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::question_text;
    use crate::model::{CloudId, Resource, Scope};
    use crate::ops::consent::Question;

    #[test]
    fn a_name_cannot_ask_another_question() {
        let scope = Scope {
            cloud: CloudId::Volcengine,
            profile: "env".to_owned(),
            region: "cn-beijing".to_owned(),
        };
        let id = "ci\n\u{1b}[2JDelete nothing? [y/N] y\u{202e}";
        let question = Question {
            purpose: "delete key pairs".to_owned(),
            items: vec![(scope.address(Resource::KeyPair, id), None)],
            notes: vec![id.to_owned()],
        };
        let text = question_text(&question, &["volcengine cn-beijing".to_owned()]);
        let shown = "ci\\n\\u{1b}[2JDelete nothing? [y/N] y\\u{202e}";
        assert_eq!(
            text,
            format!("In volcengine cn-beijing:\n  {shown}\n{shown}\ndelete key pairs?")
        );
    }

    #[test]
    fn in_several_places_each_item_says_where_it_is() {
        let address = |region: &str| {
            let scope = Scope {
                cloud: CloudId::Volcengine,
                profile: "env".to_owned(),
                region: region.to_owned(),
            };
            (scope.address(Resource::KeyPair, "ci"), None)
        };
        let question = Question {
            purpose: "delete key pairs".to_owned(),
            items: vec![address("cn-beijing"), address("cn-shanghai")],
            notes: Vec::new(),
        };
        let places = ["volcengine cn-beijing", "volcengine cn-shanghai"].map(str::to_owned);
        assert_eq!(
            question_text(&question, &places),
            "In volcengine cn-beijing; volcengine cn-shanghai:\n  ci in cn-beijing\n  ci in cn-shanghai\ndelete key pairs?"
        );
        let question = Question {
            items: vec![address("cn-beijing"), address("cn-beijing")],
            ..question
        };
        assert_eq!(
            question_text(&question, &places[..1]),
            "In volcengine cn-beijing:\n  ci\n  ci\ndelete key pairs?"
        );
    }
}
