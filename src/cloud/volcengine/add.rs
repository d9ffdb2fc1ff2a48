//! Making key pairs and importing public keys (spec volcengine 4.0 to 4.2).

use super::ecs::{CreateKeyPair, ImportKeyPair, Tag};
use super::wire::VolcengineWire;
use super::{look, names, records};
use crate::cloud::additions::{Added, Registry};
use crate::cloud::client::{Client, Preview};
use crate::error::Error;
use crate::http::Courier;
use crate::model::{NewKeyPair, Record, Resource, Scope};

/// The length of the names of projects, in characters.
const LONGEST_PROJECT: usize = 64;
const LONGEST_DESCRIPTION: usize = 255;
const MOST_TAGS: usize = 20;
const LONGEST_TAG_KEY: usize = 128;

/// The key pairs of one region.
pub(super) struct KeyPairs<'a> {
    pub(super) client: &'a Client<VolcengineWire>,
}

impl Registry for KeyPairs<'_> {
    const RESOURCE: Resource = Resource::KeyPair;
    const KEYS_ARE_UNIQUE: bool = false;

    fn scope(&self) -> &Scope {
        &self.client.scope
    }

    fn courier(&self) -> &Courier {
        self.client.courier()
    }

    fn check(&self, pair: &NewKeyPair) -> Result<Vec<String>, Error> {
        let mut warnings = Vec::new();
        warnings.extend(names::check_new(&pair.name)?);
        if let Some(text) = &pair.description {
            warnings.extend(check_description(text)?);
        }
        if let Some(project) = &pair.project {
            warnings.extend(check_project(project)?);
        }
        check_tags(&pair.tags, &mut warnings)?;
        warnings.extend(pair.public_key.as_ref().and_then(names::doubt));
        Ok(warnings)
    }

    async fn rivals(&self, pair: &NewKeyPair) -> Result<Vec<Record>, Error> {
        let pairs = look::named(self.client, std::slice::from_ref(&pair.name)).await?;
        let same_name = pairs
            .into_iter()
            .filter(|listed| listed.known.name == pair.name);
        Ok(same_name
            .map(|listed| records::key_pair(&self.client.scope, listed))
            .collect())
    }

    async fn add(&self, pair: &NewKeyPair, client_token: &str) -> Result<Added, Error> {
        let answer = match import(pair, client_token) {
            Some(operation) => self.client.call(&operation).await?,
            None => self.client.call(&create(pair, client_token)).await?,
        };
        let name = answer.value.key_pair_name.filter(|name| !name.is_empty());
        Ok(Added {
            id: Some(name.unwrap_or_else(|| pair.name.clone())),
            request_id: answer.request_id,
            private_key: answer.value.private_key,
        })
    }

    async fn preview(&self, pair: &NewKeyPair, client_token: &str) -> Result<Preview, Error> {
        match import(pair, client_token) {
            Some(operation) => self.client.preview(&operation).await,
            None => self.client.preview(&create(pair, client_token)).await,
        }
    }
}

fn create(pair: &NewKeyPair, client_token: &str) -> CreateKeyPair {
    let tag = |(key, value): &(String, String)| Tag {
        key: key.clone(),
        value: value.clone(),
    };
    CreateKeyPair {
        key_pair_name: pair.name.clone(),
        description: pair.description.clone(),
        project_name: pair.project.clone(),
        tags: pair.tags.iter().map(tag).collect(),
        client_token: client_token.to_owned(),
    }
}

/// `None` when the cloud is to make the pair.
fn import(pair: &NewKeyPair, client_token: &str) -> Option<ImportKeyPair> {
    let key = pair.public_key.as_ref()?;
    Some(ImportKeyPair {
        public_key: key.line().trim_end().to_owned(),
        pair: create(pair, client_token),
    })
}

/// Refuses a description that is too long; what may be refused is a warning.
pub(super) fn check_description(text: &str) -> Result<Option<String>, Error> {
    let length = text.chars().count();
    if length > LONGEST_DESCRIPTION {
        return Err(Error::usage(format!(
            "the description has {length} characters, and at most {LONGEST_DESCRIPTION} are taken"
        )));
    }
    let is_documented = |c: char| c.is_alphanumeric() || " ._-=,，。".contains(c);
    let follows_the_rule = text.is_empty()
        || (text.starts_with(char::is_alphabetic) && text.chars().all(is_documented));
    Ok((!follows_the_rule).then(|| {
        "the documents want descriptions that begin with a letter and hold letters, digits, blanks and . _ - = , only: whether this one is taken is left to the service"
            .to_owned()
    }))
}

fn check_project(name: &str) -> Result<Option<String>, Error> {
    if name.is_empty() || name.chars().count() > LONGEST_PROJECT {
        return Err(Error::usage(format!(
            "the name of a project has 1 to {LONGEST_PROJECT} characters"
        )));
    }
    let is_documented = |c: char| c.is_alphanumeric() || "_.-".contains(c);
    Ok((!name.chars().all(is_documented)).then(|| {
        format!(
            "the documents want names of projects of letters, digits and _ . - only: whether '{}' is taken is left to the service",
            name.escape_debug()
        )
    }))
}

fn check_tags(tags: &[(String, String)], warnings: &mut Vec<String>) -> Result<(), Error> {
    if tags.len() > MOST_TAGS {
        return Err(Error::usage(format!(
            "a key pair takes at most {MOST_TAGS} tags, and these are {}",
            tags.len()
        )));
    }
    for (at, (key, value)) in tags.iter().enumerate() {
        let shown = key.escape_debug();
        if key.is_empty() || key.chars().count() > LONGEST_TAG_KEY {
            return Err(Error::usage(format!(
                "the key of a tag has 1 to {LONGEST_TAG_KEY} characters: '{shown}'"
            )));
        }
        if tags[..at].iter().any(|(other, _)| other == key) {
            return Err(Error::usage(format!("the tag '{shown}' is given twice")));
        }
        let lower = key.to_lowercase();
        let is_documented = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
        if ["volc:", "sys:"].iter().any(|own| lower.starts_with(own))
            || !key.chars().chain(value.chars()).all(is_documented)
        {
            warnings.push(format!(
                "the documents want tags of letters, digits, blanks and _ . : / = + - @ that do not begin with volc: or sys:; whether '{shown}' is taken is left to the service"
            ));
        }
    }
    Ok(())
}
