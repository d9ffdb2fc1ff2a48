//! The file's tables, but for `credentials`.

use std::collections::{BTreeMap, BTreeSet};

use super::key::{CONFIG, CREDENTIALS, GROUPS, PROFILE, PROFILES, PROTECT, PROTECT_RULE};
use super::{Config, CredentialSource, Profile, VendorFile, credentials};
use crate::error::Error;
use crate::model::{CloudId, Pattern, ProtectRule};
use crate::sshkey::Fingerprint;
use crate::toml::{Section, Source, Text};

/// Names that say where credentials come from without any profile.
const RESERVED: [&str; 3] = ["env", "sandbox", "instance-role"];

pub(super) fn config(source: &Source<'_>) -> Result<Config, Error> {
    let document = source.document()?;
    let root = Section::root(source, &document);
    root.only(&CONFIG)?;
    let profiles = profiles(&root)?;
    let config = Config {
        default: defaults(&root, &profiles)?,
        groups: groups(&root, &profiles)?,
        protect: protect(&root)?,
        profiles,
        ..Config::default()
    };
    check_bases(&root, &config.profiles)?;
    Ok(config)
}

fn profiles(root: &Section<'_>) -> Result<BTreeMap<String, Profile>, Error> {
    let mut profiles = BTreeMap::new();
    let Some(table) = root.table(PROFILES)? else {
        return Ok(profiles);
    };
    for name in table.keys() {
        if let Some(why) = wrong_name(name) {
            return Err(table.complain(name, why).hint(NAME_HINT));
        }
        if is_reserved(name) {
            return Err(table
                .complain(name, "is a name that kpctl gives itself")
                .hint("Give the profile another name."));
        }
        if let Some(section) = table.table(name)? {
            profiles.insert(name.to_owned(), profile(&section)?);
        }
    }
    Ok(profiles)
}

const NAME_HINT: &str = "A name has letters, digits, '.', '_' and '-'.";

fn wrong_name(name: &str) -> Option<&'static str> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    (name.is_empty() || !name.chars().all(fits)).then_some("has letters that no name may have")
}

/// Whether a name stands for a source of credentials: `env`, `ve`, `ve.prod`.
fn is_reserved(name: &str) -> bool {
    let head = name.split('.').next().unwrap_or(name);
    RESERVED.contains(&name) || VendorFile::ALL.iter().any(|file| file.name() == head)
}

fn profile(section: &Section<'_>) -> Result<Profile, Error> {
    section.only(&PROFILE)?;
    let cloud = cloud(section)?;
    let endpoints = section.table("endpoints")?;
    let credentials = section.table(CREDENTIALS)?;
    Ok(Profile {
        cloud,
        region: checked(section, "region", is_region)?,
        regions: regions(section)?,
        endpoint: endpoint(section, "endpoint")?,
        endpoints: match endpoints {
            Some(table) => self::endpoints(&table)?,
            None => BTreeMap::new(),
        },
        domain: checked(section, "domain", is_domain)?,
        project_id: project_id(section, cloud)?,
        expect_account: checked(section, "expect-account", is_plain)?,
        credentials: match credentials {
            Some(table) => credentials::source(&table, cloud)?,
            None => CredentialSource::Unsaid,
        },
        line: section.line(),
    })
}

fn cloud(section: &Section<'_>) -> Result<CloudId, Error> {
    let names = CloudId::ALL.map(CloudId::name).join(", ");
    let Some(text) = section.text("cloud")? else {
        return Err(section
            .complain_here("has no 'cloud'")
            .hint(format!("Add cloud = \"…\": {names}.")));
    };
    text.value.parse().map_err(|_| {
        let why = format!("is '{}', which is no cloud", text.value.escape_debug());
        section
            .complain("cloud", why)
            .hint(format!("Known are {names}."))
    })
}

fn project_id(section: &Section<'_>, cloud: CloudId) -> Result<Option<String>, Error> {
    if section.has("project-id") && cloud != CloudId::Huawei {
        let why = format!("is for huawei, and this profile is for {cloud}");
        return Err(section.complain("project-id", why));
    }
    checked(section, "project-id", is_plain)
}

fn regions(section: &Section<'_>) -> Result<Vec<String>, Error> {
    let texts = section.filled_texts("regions")?.into_iter();
    texts
        .map(|text| fitting(section, "regions", &text, is_region))
        .collect()
}

fn checked(
    section: &Section<'_>,
    key: &str,
    fits: fn(&str) -> bool,
) -> Result<Option<String>, Error> {
    let text = section.text(key)?;
    text.map(|text| fitting(section, key, &text, fits))
        .transpose()
}

fn fitting(
    section: &Section<'_>,
    key: &str,
    text: &Text<'_>,
    fits: fn(&str) -> bool,
) -> Result<String, Error> {
    if fits(text.value) {
        return Ok(text.value.to_owned());
    }
    Err(section.complain_in(text.line, key, "has letters that cannot be in it"))
}

fn is_plain(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.bytes().all(fits)
}

fn is_region(text: &str) -> bool {
    is_plain(text)
}

/// Names with dots between them, as in `myhuaweicloud.eu`.
fn is_domain(text: &str) -> bool {
    let label = |part: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(fits)
    };
    text.contains('.') && text.split('.').all(label)
}

fn endpoints(table: &Section<'_>) -> Result<BTreeMap<String, String>, Error> {
    let mut endpoints = BTreeMap::new();
    for service in table.keys() {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if service.is_empty() || !service.bytes().all(fits) {
            return Err(table
                .complain(service, "is no service")
                .hint("Services are written in small letters: ecs, cvm, iam, kms."));
        }
        if let Some(endpoint) = endpoint(table, service)? {
            endpoints.insert(service.to_owned(), endpoint);
        }
    }
    Ok(endpoints)
}

/// The form only: whether plain http is good enough, the command decides. The text is not shown: some
/// write a password into it.
fn endpoint(section: &Section<'_>, key: &str) -> Result<Option<String>, Error> {
    let Some(text) = section.text(key)? else {
        return Ok(None);
    };
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.value.strip_prefix(scheme));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if host.is_some_and(|host| !host.is_empty() && host.bytes().all(fits)) {
        return Ok(Some(text.value.to_owned()));
    }
    Err(section
        .complain(key, "is no endpoint")
        .hint("Write https://HOST or https://HOST:PORT, without path or query."))
}

fn defaults(
    root: &Section<'_>,
    profiles: &BTreeMap<String, Profile>,
) -> Result<BTreeMap<CloudId, String>, Error> {
    let mut defaults = BTreeMap::new();
    let Some(table) = root.table("default")? else {
        return Ok(defaults);
    };
    table.only(&CloudId::ALL.map(CloudId::name))?;
    for cloud in CloudId::ALL {
        if let Some(text) = table.text(cloud.name())? {
            named(&table, cloud.name(), &text, Some(cloud), profiles)?;
            defaults.insert(cloud, text.value.to_owned());
        }
    }
    Ok(defaults)
}

fn groups(
    root: &Section<'_>,
    profiles: &BTreeMap<String, Profile>,
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let mut groups = BTreeMap::new();
    let Some(table) = root.table(GROUPS)? else {
        return Ok(groups);
    };
    for name in table.keys() {
        if let Some(why) = wrong_name(name) {
            return Err(table.complain(name, why).hint(NAME_HINT));
        }
        let members = table.filled_texts(name)?;
        for member in &members {
            named(&table, name, member, None, profiles)?;
        }
        let members = members.iter().map(|member| member.value.to_owned());
        groups.insert(name.to_owned(), members.collect());
    }
    Ok(groups)
}

/// Refuses the name of a profile that is not there, or is another cloud's.
fn named(
    section: &Section<'_>,
    key: &str,
    text: &Text<'_>,
    cloud: Option<CloudId>,
    profiles: &BTreeMap<String, Profile>,
) -> Result<(), Error> {
    let name = text.value.escape_debug();
    let why = match (profiles.get(text.value), cloud) {
        (None, _) => format!("names the profile '{name}', which is not there"),
        (Some(profile), Some(cloud)) if profile.cloud != cloud => format!(
            "names the profile '{name}', which is for {}, not for {cloud}",
            profile.cloud
        ),
        _ => return Ok(()),
    };
    let error = section.complain_in(text.line, key, why);
    let fitting = profiles
        .iter()
        .filter(|(_, profile)| cloud.is_none_or(|cloud| profile.cloud == cloud));
    let fitting: Vec<&str> = fitting.map(|(name, _)| name.as_str()).take(20).collect();
    Err(if fitting.is_empty() {
        error.hint("Add it as [profiles.NAME] with cloud = \"…\" below it.")
    } else {
        crate::toml::suggest(error, text.value, &fitting)
    })
}

/// Each `from` must lead to an end.
fn check_bases(root: &Section<'_>, profiles: &BTreeMap<String, Profile>) -> Result<(), Error> {
    let mut good: BTreeSet<&str> = BTreeSet::new();
    for name in profiles.keys() {
        let mut way = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = Some(name.as_str());
        while let Some(name) = next.filter(|name| !good.contains(name)) {
            let Some(profile) = profiles.get(name) else {
                break;
            };
            way.push(name);
            seen.insert(name);
            next = match &profile.credentials {
                CredentialSource::Role(role) => role.from.as_deref(),
                _ => None,
            };
            if let Some(base) = next {
                let table = root
                    .table(PROFILES)?
                    .and_then(|table| table.table(name).transpose());
                let table = table
                    .transpose()?
                    .and_then(|table| table.table(CREDENTIALS).transpose());
                if let Some(table) = table.transpose()? {
                    let text = table.required("from")?;
                    named(&table, "from", &text, Some(profile.cloud), profiles)?;
                    if seen.contains(base) {
                        return Err(table
                            .complain("from", "goes in a circle")
                            .hint("Some profile must have credentials of its own."));
                    }
                }
            }
        }
        good.extend(way);
    }
    Ok(())
}

fn protect(root: &Section<'_>) -> Result<Vec<ProtectRule>, Error> {
    let sections = root.tables(PROTECT)?;
    sections.iter().map(protect_rule).collect()
}

fn protect_rule(section: &Section<'_>) -> Result<ProtectRule, Error> {
    section.only(&PROTECT_RULE)?;
    let mut fingerprints = Vec::new();
    for text in section.filled_texts("fingerprints")? {
        let fingerprint = text.value.parse::<Fingerprint>().map_err(|_| {
            let why = "has a text that is no fingerprint";
            section
                .complain_in(text.line, "fingerprints", why)
                .hint("Write SHA256:… as ssh-keygen -l prints it, or the 32 hex digits of an MD5.")
        })?;
        fingerprints.push(fingerprint);
    }
    let mut tags = Vec::new();
    for text in section.filled_texts("tags")? {
        let (key, value) = match text.value.split_once('=') {
            Some((key, value)) => (key, Some(value.to_owned())),
            // Whatever its value.
            None => (text.value, None),
        };
        if key.is_empty() {
            return Err(section
                .complain_in(text.line, "tags", "has a text that is no tag")
                .hint("Write \"KEY=VALUE\", or \"KEY\" for any value."));
        }
        tags.push((key.to_owned(), value));
    }
    let names = section.filled_texts("names")?;
    let rule = ProtectRule {
        names: names.iter().map(|text| Pattern::new(text.value)).collect(),
        fingerprints,
        tags,
        reason: section.text("reason")?.map(|text| text.value.to_owned()),
    };
    if rule.names.is_empty() && rule.fingerprints.is_empty() && rule.tags.is_empty() {
        return Err(section
            .complain_here("protects nothing")
            .hint("Add names, fingerprints or tags, or take the rule out."));
    }
    Ok(rule)
}
