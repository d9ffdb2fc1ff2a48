//! A change as JSON and back. What needs a secret has no such form.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::needs_secret;
use crate::error::{Error, ErrorKind};
use crate::model::{
    Amendment, Binding, ChangeRequest, FailedTasks, KeyStateChange, NewKeyPair, Power,
    RepositoryKeys, Resource, Visibility,
};
use crate::sshkey::PublicKey;

/// The form of every change that can be planned.
#[derive(Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
enum Form {
    AddKeyPairs {
        resource: String,
        pairs: Vec<Pair>,
    },
    DeleteKeyPairs {
        resource: String,
        ids: Vec<String>,
        client_token: Option<String>,
    },
    UpdateKeyPair {
        resource: String,
        id: String,
        name: Option<String>,
        description: Option<String>,
    },
    AttachKeyPairs(Ends),
    DetachKeyPairs(Ends),
    AddRepositoryKeys {
        keys: Vec<Pair>,
    },
    DeleteRepositoryKeys {
        ids: Option<Vec<u32>>,
        title: Option<String>,
        fingerprint: Option<String>,
    },
    CancelKeyDeletion {
        ids: Vec<String>,
        sequence: Option<String>,
        enable: bool,
    },
    ChangeKeyState {
        ids: Vec<String>,
        state: String,
        days: Option<u32>,
    },
    ReplaceServerKeyPairs {
        assignments: Vec<(String, String)>,
    },
    ClearFailedTasks {
        ids: Option<Vec<String>>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    name: String,
    spare_name: Option<String>,
    public_key: String,
    description: Option<String>,
    tags: Vec<(String, String)>,
    project: Option<String>,
    visibility: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Ends {
    resource: String,
    key_pairs: Vec<String>,
    instances: Vec<String>,
    replace: bool,
    power: String,
    start_again: bool,
    reboot: bool,
    user: Option<String>,
    disable_password: bool,
    port: Option<u16>,
}

/// The change as a plan holds it.
pub fn to_json(request: &ChangeRequest) -> Result<Value, Error> {
    let form = form_of(request)?;
    serde_json::to_value(form).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
}

/// The change that a plan holds.
pub fn from_json(value: &Value) -> Result<ChangeRequest, Error> {
    let form: Form = serde_json::from_value(value.clone())
        .map_err(|_| Error::usage("a change in it has a form that this kpctl does not know"))?;
    request_of(form)
}

fn form_of(request: &ChangeRequest) -> Result<Form, Error> {
    Ok(match request {
        ChangeRequest::AddKeyPairs { resource, pairs } => Form::AddKeyPairs {
            resource: resource.to_string(),
            pairs: pairs.iter().map(pair_form).collect::<Result<_, _>>()?,
        },
        ChangeRequest::DeleteKeyPairs {
            resource,
            ids,
            client_token,
        } => Form::DeleteKeyPairs {
            resource: resource.to_string(),
            ids: ids.clone(),
            client_token: client_token.clone(),
        },
        ChangeRequest::UpdateKeyPair {
            resource,
            id,
            amendment,
        } => Form::UpdateKeyPair {
            resource: resource.to_string(),
            id: id.clone(),
            name: amendment.name.clone(),
            description: amendment.description.clone(),
        },
        ChangeRequest::AttachKeyPairs(binding) => Form::AttachKeyPairs(ends_form(binding)?),
        ChangeRequest::DetachKeyPairs(binding) => Form::DetachKeyPairs(ends_form(binding)?),
        ChangeRequest::AddRepositoryKeys(keys) => Form::AddRepositoryKeys {
            keys: keys.iter().map(pair_form).collect::<Result<_, _>>()?,
        },
        ChangeRequest::DeleteRepositoryKeys(keys) => {
            let (mut ids, mut title, mut fingerprint) = (None, None, None);
            match keys {
                RepositoryKeys::Ids(list) => ids = Some(list.clone()),
                RepositoryKeys::Title(text) => title = Some(text.clone()),
                RepositoryKeys::Fingerprint(text) => fingerprint = Some(text.clone()),
            }
            Form::DeleteRepositoryKeys {
                ids,
                title,
                fingerprint,
            }
        }
        ChangeRequest::CancelKeyDeletion {
            ids,
            sequence,
            enable,
        } => Form::CancelKeyDeletion {
            ids: ids.clone(),
            sequence: sequence.clone(),
            enable: *enable,
        },
        ChangeRequest::ChangeKeyState { ids, wanted } => {
            let (state, days) = match wanted {
                KeyStateChange::Enable => ("enable", None),
                KeyStateChange::Disable => ("disable", None),
                KeyStateChange::ScheduleDeletion { days } => ("schedule-deletion", Some(*days)),
            };
            Form::ChangeKeyState {
                ids: ids.clone(),
                state: state.to_owned(),
                days,
            }
        }
        ChangeRequest::ReplaceServerKeyPairs { assignments } => Form::ReplaceServerKeyPairs {
            assignments: assignments.clone(),
        },
        ChangeRequest::ClearFailedTasks(tasks) => Form::ClearFailedTasks {
            ids: match tasks {
                FailedTasks::All => None,
                FailedTasks::Ids(ids) => Some(ids.clone()),
            },
        },
    })
}

fn request_of(form: Form) -> Result<ChangeRequest, Error> {
    let odd = || Error::usage("a change in it says what this kpctl does not know");
    Ok(match form {
        Form::AddKeyPairs { resource, pairs } => ChangeRequest::AddKeyPairs {
            resource: kind(&resource)?,
            pairs: pairs.into_iter().map(pair_of).collect::<Result<_, _>>()?,
        },
        Form::DeleteKeyPairs {
            resource,
            ids,
            client_token,
        } => ChangeRequest::DeleteKeyPairs {
            resource: kind(&resource)?,
            ids,
            client_token,
        },
        Form::UpdateKeyPair {
            resource,
            id,
            name,
            description,
        } => ChangeRequest::UpdateKeyPair {
            resource: kind(&resource)?,
            id,
            amendment: Amendment { name, description },
        },
        Form::AttachKeyPairs(ends) => ChangeRequest::AttachKeyPairs(binding_of(ends)?),
        Form::DetachKeyPairs(ends) => ChangeRequest::DetachKeyPairs(binding_of(ends)?),
        Form::AddRepositoryKeys { keys } => ChangeRequest::AddRepositoryKeys(
            keys.into_iter().map(pair_of).collect::<Result<_, _>>()?,
        ),
        Form::DeleteRepositoryKeys {
            ids,
            title,
            fingerprint,
        } => ChangeRequest::DeleteRepositoryKeys(match (ids, title, fingerprint) {
            (Some(ids), None, None) => RepositoryKeys::Ids(ids),
            (None, Some(title), None) => RepositoryKeys::Title(title),
            (None, None, Some(fingerprint)) => RepositoryKeys::Fingerprint(fingerprint),
            _ => return Err(odd()),
        }),
        Form::CancelKeyDeletion {
            ids,
            sequence,
            enable,
        } => ChangeRequest::CancelKeyDeletion {
            ids,
            sequence,
            enable,
        },
        Form::ChangeKeyState { ids, state, days } => ChangeRequest::ChangeKeyState {
            ids,
            wanted: match (state.as_str(), days) {
                ("enable", None) => KeyStateChange::Enable,
                ("disable", None) => KeyStateChange::Disable,
                ("schedule-deletion", Some(days)) => KeyStateChange::ScheduleDeletion { days },
                _ => return Err(odd()),
            },
        },
        Form::ReplaceServerKeyPairs { assignments } => {
            ChangeRequest::ReplaceServerKeyPairs { assignments }
        }
        Form::ClearFailedTasks { ids } => ChangeRequest::ClearFailedTasks(match ids {
            None => FailedTasks::All,
            Some(ids) => FailedTasks::Ids(ids),
        }),
    })
}

fn kind(text: &str) -> Result<Resource, Error> {
    text.parse()
}

fn pair_form(pair: &NewKeyPair) -> Result<Pair, Error> {
    let public_key = match (&pair.public_key, pair.is_fresh, &pair.keeper) {
        (Some(key), false, None) => key.line(),
        _ => return Err(needs_secret("a key pair that is made anew")),
    };
    if pair.protection.is_some() {
        return Err(needs_secret("a private key that the cloud is to keep"));
    }
    Ok(Pair {
        name: pair.name.clone(),
        spare_name: pair.spare_name.clone(),
        public_key,
        description: pair.description.clone(),
        tags: pair.tags.clone(),
        project: pair.project.clone(),
        visibility: pair
            .visibility
            .map(|visibility| visibility.name().to_owned()),
    })
}

fn pair_of(pair: Pair) -> Result<NewKeyPair, Error> {
    Ok(NewKeyPair {
        name: pair.name,
        spare_name: pair.spare_name,
        public_key: Some(PublicKey::parse(&pair.public_key)?),
        description: pair.description,
        tags: pair.tags,
        project: pair.project,
        visibility: match pair.visibility.as_deref() {
            None => None,
            Some("user") => Some(Visibility::User),
            Some("account") => Some(Visibility::Account),
            Some(_) => return Err(Error::usage("a change in it has an unknown visibility")),
        },
        ..NewKeyPair::default()
    })
}

const POWERS: [(Power, &str); 4] = [
    (Power::Untouched, "untouched"),
    (Power::Cut, "cut"),
    (Power::StopSoftly, "stop-softly"),
    (Power::StopHard, "stop-hard"),
];

fn ends_form(binding: &Binding) -> Result<Ends, Error> {
    if binding.access.is_some() {
        return Err(needs_secret(
            "a change that logs in to a machine with a password or a private key",
        ));
    }
    let power = POWERS.iter().find(|(power, _)| *power == binding.power);
    Ok(Ends {
        resource: binding.resource.to_string(),
        key_pairs: binding.key_pairs.clone(),
        instances: binding.instances.clone(),
        replace: binding.replace,
        power: power.map_or("untouched", |(_, word)| word).to_owned(),
        start_again: binding.start_again,
        reboot: binding.reboot,
        user: binding.user.clone(),
        disable_password: binding.disable_password,
        port: binding.port,
    })
}

fn binding_of(ends: Ends) -> Result<Binding, Error> {
    let power = POWERS.iter().find(|(_, word)| *word == ends.power);
    let (power, _) =
        power.ok_or_else(|| Error::usage("a change in it has an unknown way with machines"))?;
    Ok(Binding {
        replace: ends.replace,
        power: *power,
        start_again: ends.start_again,
        reboot: ends.reboot,
        user: ends.user,
        disable_password: ends.disable_password,
        port: ends.port,
        ..Binding::new(kind(&ends.resource)?, ends.key_pairs, ends.instances)
    })
}
