//! `[profiles.NAME.credentials]`: exactly one source, and only what belongs to it.

use std::path::PathBuf;
use std::time::Duration;

use super::key::{CREDENTIAL_KEYS, SOURCE};
use super::{CredentialSource, Domain, RoleSource, VendorFile};
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::Secret;
use crate::time::parse_duration;
use crate::toml::{Section, suggest};

/// How long a program may take when the file does not say.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sources, the only cloud that has each, and the keys that belong to them.
const SOURCES: [(&str, Option<CloudId>, &[&str]); 14] = [
    (
        "keys",
        None,
        &["access-key-id", "secret-access-key", "session-token"],
    ),
    ("environment", None, &[]),
    ("ve", Some(CloudId::Volcengine), &["profile"]),
    ("volcengine-legacy", Some(CloudId::Volcengine), &["profile"]),
    ("tccli", Some(CloudId::Tencent), &["profile"]),
    ("tencent-sdk", Some(CloudId::Tencent), &["profile"]),
    ("huawei-sdk", Some(CloudId::Huawei), &["profile"]),
    ("koocli", Some(CloudId::Huawei), &["profile"]),
    ("process", None, &["command", "timeout"]),
    (
        "role",
        None,
        &[
            "role",
            "session-name",
            "duration",
            "external-id",
            "policy",
            "agency-domain-id",
            "agency-domain-name",
            "from",
        ],
    ),
    (
        "oidc",
        None,
        &["role", "provider", "token-file", "session-name", "duration"],
    ),
    ("instance-role", None, &["role"]),
    (
        "password",
        Some(CloudId::Huawei),
        &["user", "domain-name", "domain-id", "password-file"],
    ),
    ("token", Some(CloudId::Huawei), &["token-file"]),
];

pub(super) fn source(section: &Section<'_>, cloud: CloudId) -> Result<CredentialSource, Error> {
    section.only(&CREDENTIAL_KEYS)?;
    let word = word(section, cloud)?;
    let text = |key: &str| Ok::<_, Error>(section.text(key)?.map(|text| text.value.to_owned()));
    let required = |key: &str| Ok::<_, Error>(section.required(key)?.value.to_owned());
    let secret = |key: &str| Ok::<_, Error>(text(key)?.map(Secret::new));
    Ok(match word {
        "keys" => CredentialSource::Keys {
            access_key_id: required("access-key-id")?,
            secret_access_key: Secret::new(required("secret-access-key")?),
            session_token: secret("session-token")?,
        },
        "environment" => CredentialSource::Environment,
        "process" => CredentialSource::Process {
            command: command(section)?,
            timeout: duration(section, "timeout")?.unwrap_or(PATIENCE),
        },
        "role" => CredentialSource::Role(role(section, cloud)?),
        "oidc" => CredentialSource::Oidc {
            // Only Huawei Cloud has federations without a role.
            role: match cloud {
                CloudId::Huawei => text("role")?,
                CloudId::Volcengine | CloudId::Tencent => Some(required("role")?),
            },
            provider: text("provider")?,
            token_file: required_path(section, "token-file")?,
            session_name: text("session-name")?,
            duration: duration(section, "duration")?,
        },
        "instance-role" => CredentialSource::InstanceRole {
            role: text("role")?,
        },
        "password" => CredentialSource::Password {
            user: required("user")?,
            domain: domain(section, "domain-id", "domain-name")?.ok_or_else(|| {
                section.complain_here("has neither 'domain-name' nor 'domain-id'")
            })?,
            password_file: path(section, "password-file")?,
        },
        "token" => CredentialSource::Token {
            token_file: required_path(section, "token-file")?,
        },
        _ => match VendorFile::ALL.into_iter().find(|file| file.name() == word) {
            Some(file) => CredentialSource::Vendor {
                file,
                profile: text("profile")?,
            },
            None => CredentialSource::Unsaid,
        },
    })
}

/// The source, once it is sure that this cloud has it and that nothing stands beside it.
fn word(section: &Section<'_>, cloud: CloudId) -> Result<&'static str, Error> {
    let of_cloud = |only: Option<CloudId>| only.is_none_or(|only| only == cloud);
    let fitting = SOURCES.iter().filter(|(_, only, _)| of_cloud(*only));
    let fitting: Vec<&str> = fitting.map(|(name, ..)| *name).collect();
    let Some(given) = section.text(SOURCE)? else {
        return Err(section
            .complain_here(format!("has no '{SOURCE}'"))
            .hint(format!("Name one of {}.", fitting.join(", "))));
    };
    let Some((name, only, keys)) = SOURCES.iter().find(|(name, ..)| *name == given.value) else {
        // Whoever mistook the key may have written a secret here.
        let error = section.complain(SOURCE, "names no source of credentials");
        return Err(suggest(error, given.value, &fitting));
    };
    if let Some(only) = only.filter(|_| !of_cloud(*only)) {
        let why = format!("is '{name}', which is for {only}, and this profile is for {cloud}");
        let hint = format!("For {cloud} there are {}.", fitting.join(", "));
        return Err(section.complain(SOURCE, why).hint(hint));
    }
    match section
        .keys()
        .find(|key| *key != SOURCE && !keys.contains(key))
    {
        Some(stranger) => {
            let hint = match *keys {
                [] => format!("The source '{name}' takes no other keys."),
                keys => format!("The source '{name}' takes {}.", keys.join(", ")),
            };
            let why = format!("does not belong to the source '{name}'");
            Err(section.complain(stranger, why).hint(hint))
        }
        None => Ok(name),
    }
}

/// A program and its arguments, which may be empty, unlike the program.
fn command(section: &Section<'_>) -> Result<Vec<String>, Error> {
    let words = section.texts("command")?;
    match words.first() {
        None => Err(section.complain_here("has no 'command'")),
        Some(program) if program.value.trim().is_empty() => {
            Err(section.complain_in(program.line, "command", "names no program"))
        }
        Some(_) => Ok(words.iter().map(|word| word.value.to_owned()).collect()),
    }
}

fn role(section: &Section<'_>, cloud: CloudId) -> Result<RoleSource, Error> {
    let text = |key: &str| Ok::<_, Error>(section.text(key)?.map(|text| text.value.to_owned()));
    for key in ["agency-domain-id", "agency-domain-name"] {
        if section.has(key) && cloud != CloudId::Huawei {
            let why = format!("is for huawei, and this profile is for {cloud}");
            return Err(section.complain(key, why));
        }
    }
    let role = RoleSource {
        role: section.required("role")?.value.to_owned(),
        session_name: text("session-name")?,
        duration: duration(section, "duration")?,
        external_id: text("external-id")?,
        policy: text("policy")?,
        agency_domain: domain(section, "agency-domain-id", "agency-domain-name")?,
        from: text("from")?,
    };
    if cloud == CloudId::Huawei && role.agency_domain.is_none() && !role.role.contains(':') {
        return Err(section
            .complain(
                "role",
                "is the name of an agency, whose account is not named",
            )
            .hint("Add agency-domain-id or agency-domain-name, or write the whole URN."));
    }
    if let Some(policy) = &role.policy
        && serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(policy).is_err()
    {
        return Err(section.complain("policy", "is no JSON object"));
    }
    Ok(role)
}

/// An account, named in one way only.
fn domain(section: &Section<'_>, id: &str, name: &str) -> Result<Option<Domain>, Error> {
    match (section.text(id)?, section.text(name)?) {
        (Some(_), Some(_)) => {
            let why = format!("stands beside '{id}', and one says it all");
            Err(section.complain(name, why))
        }
        (Some(id), None) => Ok(Some(Domain::Id(id.value.to_owned()))),
        (None, Some(name)) => Ok(Some(Domain::Name(name.value.to_owned()))),
        (None, None) => Ok(None),
    }
}

fn duration(section: &Section<'_>, key: &str) -> Result<Option<Duration>, Error> {
    let Some(text) = section.text(key)? else {
        return Ok(None);
    };
    parse_duration(text.value).map(Some).map_err(|_| {
        section
            .complain(key, "is no duration")
            .hint("Write a whole number and a unit: 500ms, 30s, 10min, 2h, 7d.")
    })
}

fn required_path(section: &Section<'_>, key: &str) -> Result<PathBuf, Error> {
    section.required(key)?;
    path(section, key)?.ok_or_else(|| section.complain_here(format!("has no '{key}'")))
}

/// A whole path: what another part of it is in would depend on where the program is started.
fn path(section: &Section<'_>, key: &str) -> Result<Option<PathBuf>, Error> {
    let Some(text) = section.text(key)? else {
        return Ok(None);
    };
    if text.value.starts_with('/') || text.value.starts_with("~/") {
        return Ok(Some(PathBuf::from(text.value)));
    }
    Err(section
        .complain(key, "is no whole path")
        .hint("Start it with / or ~/."))
}
