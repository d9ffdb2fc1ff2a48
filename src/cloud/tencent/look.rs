//! Reads instances and key pairs by id: what does not exist is left out.

use std::collections::HashMap;

use super::common::{DescribeInstances, DescribeKeyPairs, MOST_IDS};
use super::product::Product;
use super::shapes::{Instance, KeyPair};
use super::wire::TencentWire;
use crate::cloud::client::Client;
use crate::cloud::pages::{self, Paged};
use crate::cloud::reply::Listed;
use crate::error::{Error, ErrorKind};

/// The instances that exist among these.
pub(super) async fn instances<P: Product>(
    client: &Client<TencentWire>,
    ids: &[String],
) -> Result<HashMap<String, Instance>, Error> {
    let found = by_ids(client, ids, DescribeInstances::<P>::with_ids).await?;
    if found.iter().any(|instance| instance.known.id.is_empty()) {
        // What it is about cannot be told, and an instance that is not told of counts as gone.
        return Err(Error::new(
            ErrorKind::Server,
            "the answer holds an instance without an id",
        ));
    }
    let with_id = |instance: Listed<Instance>| (instance.known.id.clone(), instance.known);
    Ok(found.into_iter().map(with_id).collect())
}

/// The key pairs that exist among these.
pub(super) async fn key_pairs<P: Product>(
    client: &Client<TencentWire>,
    ids: &[String],
) -> Result<Vec<Listed<KeyPair>>, Error> {
    by_ids(client, ids, DescribeKeyPairs::<P>::with_ids).await
}

/// Reads a list in as many requests as the limit on ids asks for. Missing ids are said to be left
/// out of the answer (spec tencent 2.3 and 2.9); should one get the request refused instead, the
/// ids are halved until it stands alone.
async fn by_ids<O: Paged<Cloud = TencentWire>>(
    client: &Client<TencentWire>,
    ids: &[String],
    request: impl Fn(&[String]) -> O,
) -> Result<Vec<O::Item>, Error> {
    let mut pending: Vec<&[String]> = ids.chunks(MOST_IDS).rev().collect();
    let mut items = Vec::new();
    while let Some(chunk) = pending.pop() {
        match pages::all(client, request(chunk)).await {
            Ok(found) => items.extend(found),
            Err(error) if error.kind == ErrorKind::NotFound => {
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
