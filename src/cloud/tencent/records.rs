//! Lists, and things as lists show them.

use std::collections::HashSet;

use serde_json::Value;

use super::common::{DescribeInstances, DescribeKeyPairs};
use super::cvm::Cvm;
use super::ids::{self, Kind};
use super::look;
use super::product::Product;
use super::shapes;
use super::wire::TencentWire;
use crate::cloud::client::Client;
use crate::cloud::reply::Listed;
use crate::cloud::seen::Seen;
use crate::cloud::{not_found, pages};
use crate::error::{Error, ErrorKind};
use crate::model::{Facts, Instance, KeyPair, Listing, Material, Record, Resource, Scope};

/// All key pairs of a product.
pub(super) async fn key_pairs<P: Product>(
    client: &Client<TencentWire>,
) -> Result<Vec<Record>, Error> {
    let pairs = pages::all(client, DescribeKeyPairs::<P>::with_ids(&[])).await?;
    once(
        pairs
            .into_iter()
            .map(|pair| key_pair::<P>(&client.scope, pair)),
    )
}

/// All key pairs of a product, page by page.
pub(super) async fn each_key_pair<P: Product>(
    client: &Client<TencentWire>,
    take: &dyn Fn(Vec<Record>),
) -> Result<(), Error> {
    let hand_out = |pairs: Vec<Listed<shapes::KeyPair>>| {
        let records = pairs.into_iter();
        let records = records.map(|pair| key_pair::<P>(&client.scope, pair));
        take(once(records)?);
        Ok(())
    };
    let list = DescribeKeyPairs::<P>::with_ids(&[]);
    let is_new = |pair: &Listed<shapes::KeyPair>, seen: &mut Seen| seen.insert(&pair.known.id);
    pages::each(client, list, is_new, hand_out).await
}

/// Those of these key pairs that exist.
pub(super) async fn key_pairs_of<P: Product>(
    client: &Client<TencentWire>,
    ids: &[String],
) -> Result<Vec<Record>, Error> {
    let pairs = look::key_pairs::<P>(client, ids).await?;
    once(
        pairs
            .into_iter()
            .map(|pair| key_pair::<P>(&client.scope, pair)),
    )
}

/// One key pair.
pub(super) async fn show<P: Product>(
    client: &Client<TencentWire>,
    id: &str,
) -> Result<Listing, Error> {
    let warning = ids::check::<P>(id, Kind::KeyPair)?;
    let pairs = key_pairs_of::<P>(client, &[id.to_owned()]).await?;
    let record = pairs.into_iter().find(|pair| pair.id == id);
    Ok(Listing {
        records: vec![record.ok_or_else(|| not_found(&client.scope, P::KEY_PAIR, id))?],
        warnings: warning.into_iter().collect(),
    })
}

/// All instances of CVM.
pub(super) async fn instances(client: &Client<TencentWire>) -> Result<Vec<Record>, Error> {
    let instances = pages::all(client, DescribeInstances::<Cvm>::with_ids(&[])).await?;
    once(
        instances
            .into_iter()
            .map(|found| instance(&client.scope, found)),
    )
}

/// Each thing once: pages that shift while they are read repeat things (spec tencent 2.3).
fn once(records: impl Iterator<Item = Record>) -> Result<Vec<Record>, Error> {
    let mut seen = HashSet::new();
    let records: Vec<Record> = records
        .filter(|record| seen.insert(record.id.clone()))
        .collect();
    if seen.contains("") {
        let message = "the list holds a thing without an id";
        return Err(Error::new(ErrorKind::Server, message));
    }
    Ok(records)
}

fn key_pair<P: Product>(scope: &Scope, listed: Listed<shapes::KeyPair>) -> Record {
    let Listed { known: pair, raw } = listed;
    let bound_to = pair.associated_instance_ids.map(|ids| {
        let address = |id| scope.address(Resource::Instance, id);
        ids.into_iter().map(address).collect()
    });
    let facts = KeyPair {
        material: Material::read(pair.public_key.as_deref(), None),
        name: pair.name,
        created_at: pair.created_time.filter(|time| !time.is_empty()),
        description: pair.description,
        tags: pair.tags.map(|tags| {
            let both = |tag: shapes::Tag| (tag.key, tag.value);
            tags.into_iter().map(both).collect()
        }),
        bound_to,
        visibility: None,
        private_key_stored: None,
        other_id: None,
    };
    Record {
        scope: scope.clone(),
        address: Some(scope.address(P::KEY_PAIR, &pair.id)),
        id: pair.id,
        facts: Facts::KeyPair(facts),
        raw,
    }
}

fn instance(scope: &Scope, listed: Listed<shapes::Instance>) -> Record {
    let Listed { known, raw } = listed;
    let key_pairs = known.key_ids().map(|ids| {
        let address = |id: &String| scope.address(Resource::KeyPair, id);
        ids.iter().map(address).collect()
    });
    let told = |text: String| (!text.is_empty()).then_some(text);
    let facts = Instance {
        name: known.name,
        state: told(known.state.to_ascii_lowercase()),
        os: told(known.os_name),
        key_pairs,
        hosts: hosts(&raw),
    };
    Record {
        scope: scope.clone(),
        address: Some(scope.address(Resource::Instance, &known.id)),
        id: known.id,
        facts: Facts::Instance(facts),
        raw,
    }
}

#[cfg(test)]
mod tests;

/// Where an instance can be reached.
fn hosts(raw: &Value) -> Vec<String> {
    let lists = [&raw["PublicIpAddresses"], &raw["PrivateIpAddresses"]];
    let all = lists.into_iter().filter_map(Value::as_array).flatten();
    let texts = all
        .filter_map(Value::as_str)
        .filter(|host| !host.is_empty());
    texts.map(str::to_owned).collect()
}
