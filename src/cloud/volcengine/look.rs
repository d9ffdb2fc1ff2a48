//! Reads of key pairs and instances that several verbs share. What the service does with texts that
//! name nothing is not documented (spec volcengine 4.3), so every way is understood.

use std::collections::HashMap;

use super::ecs::{self, DescribeKeyPairs, KeyPair};
use super::instances::{self, DescribeInstances, Instance};
use super::names::chunks;
use super::wire::VolcengineWire;
use crate::cloud::client::Client;
use crate::cloud::pages::{self, Paged};
use crate::cloud::reply::Listed;
use crate::error::{Error, ErrorKind};

/// Key pairs that were looked for by what somebody typed.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What each text names.
    pub(super) pairs: HashMap<String, Listed<KeyPair>>,
    /// Other names that the service showed.
    others: Vec<String>,
}

impl Found {
    /// A name that is this text but for the case of its letters.
    pub(super) fn alike(&self, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        let mut others = self.others.iter();
        let alike = others.find(|other| other.to_lowercase() == text);
        alike.map(String::as_str)
    }
}

/// Whether a text may be the id of a key pair, which is only known from samples.
pub(super) fn may_be_id(text: &str) -> bool {
    text.starts_with("kp-")
}

/// The key pairs that these texts name: a text is a name first, and an id only when nothing has
/// that name.
pub(super) async fn find(
    client: &Client<VolcengineWire>,
    texts: &[String],
) -> Result<Found, Error> {
    let mut found = Found::default();
    for pair in named(client, texts).await? {
        let name = pair.known.name.clone();
        if texts.contains(&name) {
            found.pairs.insert(name, pair);
        } else {
            found.others.push(name);
        }
    }
    let is_left = |text: &&String| may_be_id(text) && !found.pairs.contains_key(*text);
    let ids: Vec<String> = texts.iter().filter(is_left).cloned().collect();
    let is_no_id = |error: &Error| matches!(error.kind, ErrorKind::NotFound | ErrorKind::Usage);
    let chunks = ids.chunks(ecs::MOST_NAMES).collect();
    for pair in apart(client, chunks, DescribeKeyPairs::with_ids, is_no_id).await? {
        let id = pair.known.id.clone();
        if ids.contains(&id) {
            found.pairs.insert(id, pair);
        }
    }
    Ok(found)
}

/// The key pairs that the service shows for these names, and maybe others. A service that refuses
/// unknown names instead of leaving them out is asked for the whole list.
pub(super) async fn named(
    client: &Client<VolcengineWire>,
    names: &[String],
) -> Result<Vec<Listed<KeyPair>>, Error> {
    let mut pairs = Vec::new();
    for chunk in chunks(&(0..names.len()).collect::<Vec<_>>(), names) {
        let chunk: Vec<String> = chunk.iter().map(|&at| names[at].clone()).collect();
        match pages::all(client, DescribeKeyPairs::named(&chunk)).await {
            Ok(found) => pairs.extend(found),
            Err(error) if error.kind == ErrorKind::NotFound => {
                return pages::all(client, DescribeKeyPairs::all()).await;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(pairs)
}

/// Instances that hold a pair.
#[derive(Debug, Default)]
pub(super) struct Holders {
    /// Their ids.
    pub(super) ids: Vec<String>,
    /// The ids of those whose pair may be this one or not.
    pub(super) doubtful: Vec<String>,
}

/// The instances that hold a pair.
pub(super) async fn holders(
    client: &Client<VolcengineWire>,
    pair: &KeyPair,
) -> Result<Holders, Error> {
    let mut holders = Holders::default();
    for instance in pages::all(client, DescribeInstances::holding(&pair.name)).await? {
        let instance = instance.known;
        match instance.holds(pair) {
            Some(true) => holders.ids.push(instance.id),
            Some(false) => {}
            None => holders.doubtful.push(instance.id),
        }
    }
    Ok(holders)
}

/// The instances that exist among these, by id.
pub(super) async fn instances(
    client: &Client<VolcengineWire>,
    ids: &[String],
) -> Result<HashMap<String, Instance>, Error> {
    // Only a refusal of the id itself says that there is no such instance.
    let is_no_id = |error: &Error| match error.kind {
        ErrorKind::NotFound => true,
        ErrorKind::Usage => error
            .code
            .as_ref()
            .is_some_and(|code| code.starts_with("InvalidInstance")),
        _ => false,
    };
    let chunks = ids.chunks(instances::MOST_INSTANCES).collect();
    let found = apart(client, chunks, DescribeInstances::with_ids, is_no_id).await?;
    if found.iter().any(|found| found.known.id.is_empty()) {
        // What it is about cannot be told, and an instance that is not told of counts as gone.
        return Err(Error::new(
            ErrorKind::Server,
            "the answer holds an instance without an id",
        ));
    }
    let with_id = |found: Listed<Instance>| (found.known.id.clone(), found.known);
    Ok(found.into_iter().map(with_id).collect())
}

/// Reads a list by ids. Should one id get a whole request refused, the ids are halved until it
/// stands alone, and is then known to name nothing.
async fn apart<O: Paged<Cloud = VolcengineWire>>(
    client: &Client<VolcengineWire>,
    chunks: Vec<&[String]>,
    request: impl Fn(&[String]) -> O,
    is_no_id: impl Fn(&Error) -> bool,
) -> Result<Vec<O::Item>, Error> {
    let mut pending = chunks;
    pending.reverse();
    let mut items = Vec::new();
    while let Some(chunk) = pending.pop() {
        match pages::all(client, request(chunk)).await {
            Ok(found) => items.extend(found),
            Err(error) if is_no_id(&error) => {
                if chunk.len() > 1 {
                    let (left, right) = chunk.split_at(chunk.len() / 2);
                    pending.extend([right, left]);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(items)
}
