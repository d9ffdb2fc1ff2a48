//! Operations that CVM and Lighthouse have in the same form (spec tencent 2.3, 2.4, 2.9 and 3).

use std::marker::PhantomData;

use serde::Serialize;

use super::offsets::Offsets;
use super::product::Product;
use super::shapes::{Accepted, Instance, InstancePage, KeyPair, KeyPairPage, PAGE};
use super::wire::TencentWire;
use crate::cloud::operation::{Effect, Operation, Repeat};
use crate::cloud::pages::Paged;
use crate::cloud::reply::Listed;

/// Most instance ids, and most key ids, in one request (spec tencent 2.5, 2.9 and 3).
pub(super) const MOST_IDS: usize = 100;

/// Lists instances; what does not exist is left out (spec tencent 2.9).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeInstances<P> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    instance_ids: Vec<String>,
    offset: usize,
    limit: usize,
    #[serde(skip)]
    pages: Offsets,
    #[serde(skip)]
    product: PhantomData<P>,
}

impl<P> DescribeInstances<P> {
    /// Instances with these ids, at most [`MOST_IDS`]; without ids all instances.
    pub(super) fn with_ids(ids: &[String]) -> Self {
        Self {
            instance_ids: ids.to_vec(),
            offset: 0,
            limit: PAGE,
            pages: Offsets::default(),
            product: PhantomData,
        }
    }
}

impl<P: Product> Operation for DescribeInstances<P> {
    type Cloud = TencentWire;
    type Response = InstancePage;
    const SERVICE: &'static str = P::SERVICE;
    const NAME: &'static str = "DescribeInstances";
    const VERSION: &'static str = P::VERSION;
    const EFFECT: Effect = Effect::Read;
}

impl<P: Product> Paged for DescribeInstances<P> {
    type Item = Listed<Instance>;

    fn advance(&mut self, page: InstancePage, items: &mut Vec<Self::Item>) -> bool {
        let set = page.instance_set;
        let ids: Vec<String> = set.iter().map(|one| one.known.id.clone()).collect();
        let turn = self.pages.turn(&mut self.offset, &ids, page.total_count);
        items.extend(set.into_iter().skip(turn.skip));
        turn.more
    }

    fn moved(&mut self) -> bool {
        self.pages.moved(&mut self.offset)
    }
}

/// Lists key pairs. Unknown ids are presumably left out (spec tencent 2.3).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeKeyPairs<P> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    key_ids: Vec<String>,
    offset: usize,
    limit: usize,
    #[serde(skip)]
    pages: Offsets,
    #[serde(skip)]
    product: PhantomData<P>,
}

impl<P> DescribeKeyPairs<P> {
    /// Key pairs with these ids, at most [`MOST_IDS`]; without ids all key pairs.
    pub(super) fn with_ids(ids: &[String]) -> Self {
        Self {
            key_ids: ids.to_vec(),
            offset: 0,
            limit: PAGE,
            pages: Offsets::default(),
            product: PhantomData,
        }
    }
}

impl<P: Product> Operation for DescribeKeyPairs<P> {
    type Cloud = TencentWire;
    type Response = KeyPairPage;
    const SERVICE: &'static str = P::SERVICE;
    const NAME: &'static str = "DescribeKeyPairs";
    const VERSION: &'static str = P::VERSION;
    const EFFECT: Effect = Effect::Read;
}

impl<P: Product> Paged for DescribeKeyPairs<P> {
    type Item = Listed<KeyPair>;

    fn advance(&mut self, page: KeyPairPage, items: &mut Vec<Self::Item>) -> bool {
        let set = page.key_pair_set;
        let ids: Vec<String> = set.iter().map(|one| one.known.id.clone()).collect();
        let turn = self.pages.turn(&mut self.offset, &ids, page.total_count);
        items.extend(set.into_iter().skip(turn.skip));
        turn.more
    }

    fn moved(&mut self) -> bool {
        self.pages.moved(&mut self.offset)
    }
}

/// Deletes key pairs, at most [`Product::MOST_DELETED`]. One that is in use refuses the whole
/// request (spec tencent 2.4 and 3).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteKeyPairs<P> {
    key_ids: Vec<String>,
    #[serde(skip)]
    product: PhantomData<P>,
}

impl<P> DeleteKeyPairs<P> {
    pub(super) fn with_ids(ids: &[String]) -> Self {
        Self {
            key_ids: ids.to_vec(),
            product: PhantomData,
        }
    }
}

impl<P: Product> Operation for DeleteKeyPairs<P> {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = P::SERVICE;
    const NAME: &'static str = "DeleteKeyPairs";
    const VERSION: &'static str = P::VERSION;
    const EFFECT: Effect = Effect::Destroy;
    // Not found on the second try means done (spec tencent 2.9).
    const REPEAT: Repeat = Repeat::Always;
}
