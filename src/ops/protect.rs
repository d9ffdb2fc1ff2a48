//! Protect rules: what they keep is refused before anybody is asked.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::cloud::change::{Others, Survey};
use crate::cloud::{Provider, keys_of};
use crate::error::{Error, ErrorKind};
use crate::model::{
    Address, ChangeRequest, Cover, KeyStateChange, ListRequest, Outcome, ProtectRule, Record,
    Resource, Status,
};

/// The code of what a rule keeps.
const PROTECTED: &str = "Protected";

/// What a change can take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing: it adds, or gives back.
    Nothing,
    /// The items themselves.
    Items,
    /// What the items' machines hold now.
    Targets,
}

impl Reach {
    /// What this request can take away.
    pub fn of(request: &ChangeRequest) -> Self {
        match request {
            ChangeRequest::DeleteKeyPairs { .. }
            | ChangeRequest::UpdateKeyPair { .. }
            | ChangeRequest::DetachKeyPairs(_)
            | ChangeRequest::DeleteRepositoryKeys(_)
            | ChangeRequest::ChangeKeyState {
                wanted: KeyStateChange::Disable | KeyStateChange::ScheduleDeletion { .. },
                ..
            } => Self::Items,
            ChangeRequest::AttachKeyPairs(_) | ChangeRequest::ReplaceServerKeyPairs { .. } => {
                Self::Targets
            }
            ChangeRequest::AddKeyPairs { .. }
            | ChangeRequest::AddRepositoryKeys(_)
            | ChangeRequest::CancelKeyDeletion { .. }
            | ChangeRequest::ChangeKeyState { .. }
            | ChangeRequest::ClearFailedTasks(_) => Self::Nothing,
        }
    }
}

/// Refuses the items that a rule keeps, among those that a look left to be sent.
///
/// `others`: what becomes of the key pairs that a machine holds when it gets another.
pub async fn protect(
    rules: &[ProtectRule],
    provider: &dyn Provider,
    reach: Reach,
    others: Others,
    survey: &mut Survey,
) -> Result<(), Error> {
    if rules.is_empty()
        || reach == Reach::Nothing
        || (reach == Reach::Targets && others == Others::Kept)
    {
        return Ok(());
    }
    let mut known: HashMap<Resource, Vec<Record>> = HashMap::new();
    // What a machine is given stays on it, or comes anew.
    let given: Vec<(Option<Address>, String)> = survey
        .outcomes
        .iter()
        .map(|outcome| (outcome.target.clone(), outcome.address.id.clone()))
        .collect();
    for outcome in &mut survey.outcomes {
        if outcome.status != Status::Skipped {
            continue;
        }
        let (resource, ids) = match reach {
            Reach::Items => (outcome.address.resource, vec![outcome.address.id.clone()]),
            Reach::Targets | Reach::Nothing => held_before(outcome, &given),
        };
        let records = match known.entry(resource) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(room) => room.insert(read(provider, resource).await?),
        };
        if reach == Reach::Targets && others == Others::DroppedUnseen {
            if let Some(error) = unseen(rules, outcome, records) {
                outcome.fail(Status::Refused, error);
            }
            continue;
        }
        for id in ids {
            // A rule of repository keys is met by the key that a title or fingerprint was resolved to.
            let record = records
                .iter()
                .find(|record| record.id == id || record.name() == id);
            if let Some(error) = refusal(rules, &id, record) {
                outcome.fail(Status::Refused, error);
                outcome.verified = true;
                break;
            }
        }
    }
    survey.forget_spared();
    Ok(())
}

/// The machine may hold any of the account's key pairs. Unless none of the others is kept by a rule,
/// nobody can tell whether it loses one.
fn unseen(rules: &[ProtectRule], outcome: &Outcome, records: &[Record]) -> Option<Error> {
    let others = records
        .iter()
        .filter(|record| record.id != outcome.address.id);
    let mut kept =
        others.filter(|record| rules.iter().any(|rule| rule.covers(record) != Cover::No));
    let kept = kept.next()?.name();
    Some(
        Error::new(
            ErrorKind::State,
            format!("nobody can tell whether the server holds {kept}, which a rule of the config file protects and which it would lose"),
        )
        .code(PROTECTED)
        .hint("The service shows no bindings: change the rule first, if you know that the server holds another pair."),
    )
}

/// Refuses a call of any operation that names what a rule keeps. What such a call does is not known,
/// so that whatever it names counts.
pub async fn protect_words(
    rules: &[ProtectRule],
    provider: &dyn Provider,
    service: &str,
    words: &[String],
) -> Result<(), Error> {
    if rules.is_empty() {
        return Ok(());
    }
    for request in keys_of(provider.scope().cloud, service) {
        for record in list(provider, request).await? {
            let other_id = record.other_id();
            let is_named = |word: &&String| {
                **word == record.id || **word == record.name() || Some(word.as_str()) == other_id
            };
            if let Some(word) = words.iter().find(is_named)
                && let Some(error) = refusal(rules, word, Some(&record))
            {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// The key pairs that the item's machine holds now and would lose.
fn held_before(outcome: &Outcome, given: &[(Option<Address>, String)]) -> (Resource, Vec<String>) {
    let resource = match outcome.address.resource {
        Resource::LighthouseKeyPair => Resource::LighthouseKeyPair,
        _ => Resource::KeyPair,
    };
    let held = outcome.before.as_ref();
    let held = held.and_then(|state| state.key_pair.as_deref());
    let gets = |id: &str| {
        let mut given = given.iter();
        outcome.target.is_some()
            && given.any(|(target, own)| *target == outcome.target && own == id)
    };
    let ids = held.unwrap_or_default().split(',').map(str::trim);
    let lost = ids.filter(|id| !id.is_empty() && !gets(id));
    (resource, lost.map(str::to_owned).collect())
}

async fn read(provider: &dyn Provider, resource: Resource) -> Result<Vec<Record>, Error> {
    let request = match resource {
        Resource::KeyPair | Resource::LighthouseKeyPair => ListRequest::KeyPairs(resource),
        Resource::KmsKey => ListRequest::KmsKeys,
        Resource::CodeartsKey => ListRequest::CodeartsKeys,
        Resource::Instance | Resource::CphServer | Resource::Task => return Ok(Vec::new()),
    };
    list(provider, request).await
}

async fn list(provider: &dyn Provider, request: ListRequest) -> Result<Vec<Record>, Error> {
    let listing = provider.list(request).await.map_err(|error| {
        error.hint("The config file has protect rules, and without this list nobody can tell what they keep.")
    })?;
    Ok(listing.records)
}

fn refusal(rules: &[ProtectRule], id: &str, record: Option<&Record>) -> Option<Error> {
    let state = |message: String| Error::new(ErrorKind::State, message).code(PROTECTED);
    for rule in rules {
        let cover = match record {
            Some(record) => rule.covers(record),
            None if rule.covers_name(id) => Cover::Yes,
            None => Cover::No,
        };
        let reason = rule.reason.as_deref();
        let reason = reason.map(|text| format!(": {text}")).unwrap_or_default();
        match cover {
            Cover::No => {}
            Cover::Yes => {
                return Some(
                    state(format!("{id} is protected by a rule of the config file{reason}"))
                        .hint("Change the rule first, if this key is to go: kpctl config path names the file."),
                );
            }
            Cover::Unknown => {
                return Some(
                    state(format!(
                        "nobody can tell whether {id} is protected: the cloud shows no fingerprint of the form that the rule names{reason}"
                    ))
                    .hint("Add the key's MD5 form to the rule; kpctl key fingerprint prints all forms."),
                );
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{held_before, refusal};
    use crate::model::{
        CloudId, Facts, ItemState, KeyPair, Material, Outcome, Pattern, ProtectRule, Record,
        Resource, Scope,
    };

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com";
    const SHA256: &str = "SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc";
    const OTHER: &str = "SHA256:AAAAjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc";
    const MD5: &str = "41:58:f4:0d:bc:08:14:eb:04:f0:dc:ac:4e:00:00:00";

    fn scope() -> Scope {
        Scope {
            cloud: CloudId::Tencent,
            profile: "env".to_owned(),
            region: "ap-guangzhou".to_owned(),
        }
    }

    fn record(material: Material) -> Record {
        Record {
            scope: scope(),
            address: None,
            id: "skey-1".to_owned(),
            facts: Facts::KeyPair(KeyPair {
                name: "bastion".to_owned(),
                material,
                tags: Some(vec![("keep".to_owned(), "true".to_owned())]),
                ..KeyPair::default()
            }),
            raw: Value::Null,
        }
    }

    fn rule(
        name: Option<&str>,
        fingerprint: Option<&str>,
        tag: Option<(&str, Option<&str>)>,
    ) -> ProtectRule {
        ProtectRule {
            names: name.into_iter().map(Pattern::new).collect(),
            fingerprints: fingerprint
                .into_iter()
                .map(|text| text.parse().expect(text))
                .collect(),
            tags: tag
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
                .collect(),
            reason: Some("the way in".to_owned()),
        }
    }

    #[test]
    fn names_ids_tags_and_fingerprints_keep() {
        let seen = || record(Material::read(Some(KEY), None));
        let digest = || record(Material::read(None, Some(MD5)));
        for (rule, record, kept) in [
            (rule(Some("bast*"), None, None), seen(), true),
            (rule(Some("skey-1"), None, None), seen(), true),
            (rule(Some("other"), None, None), seen(), false),
            (rule(None, Some(SHA256), None), seen(), true),
            (rule(None, Some(OTHER), None), seen(), false),
            (rule(None, Some(MD5), None), digest(), true),
            // Nobody can tell, so it stays.
            (rule(None, Some(SHA256), None), digest(), true),
            (
                rule(None, Some(SHA256), None),
                record(Material::Unknown),
                true,
            ),
            (rule(None, None, Some(("keep", Some("true")))), seen(), true),
            (rule(None, None, Some(("keep", None))), seen(), true),
            (rule(None, None, Some(("keep", Some("no")))), seen(), false),
        ] {
            let error = refusal(std::slice::from_ref(&rule), "skey-1", Some(&record));
            assert_eq!(error.is_some(), kept, "{rule:?}");
            assert!(
                error.is_none_or(
                    |error| error.exit_code() == 6 && error.message.contains("the way in")
                )
            );
        }
        let by_name = [rule(Some("web-*"), None, None)];
        assert!(
            refusal(&by_name, "web-1", None).is_some(),
            "not in the list, and named all the same"
        );
    }

    #[test]
    fn a_machine_loses_what_it_holds_but_not_what_it_gets() {
        let scope = scope();
        let machine = scope.address(Resource::Instance, "ins-1");
        let mut outcome = Outcome::draft(
            scope.address(Resource::KeyPair, "skey-2"),
            Some(machine.clone()),
        );
        outcome.before = Some(ItemState {
            key_pair: Some("skey-1,skey-2".to_owned()),
            ..ItemState::default()
        });
        let given = [(Some(machine), "skey-2".to_owned())];
        let lost = held_before(&outcome, &given);
        assert_eq!(lost, (Resource::KeyPair, vec!["skey-1".to_owned()]));
    }
}
