//! The regions that the compute service is in, by its own list (spec volcengine 3, inferred).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::endpoints::check_region;
use super::wire::VolcengineWire;
use crate::cloud::client::Client;
use crate::cloud::operation::{Effect, Operation};
use crate::cloud::pages::{self, Paged};
use crate::cloud::reply::{lenient_text, null_is_default};
use crate::cloud::{Regions, no_regions, odd_region};
use crate::error::Error;

/// Lists the regions.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRegions {
    pub(super) max_results: u32,
    pub(super) next_token: Option<String>,
}

impl DescribeRegions {
    /// The family's usual maximum; the real one is not documented.
    const PAGE: u32 = 100;

    /// All regions.
    pub(super) fn all() -> Self {
        Self {
            max_results: Self::PAGE,
            next_token: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RegionPage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    regions: Vec<Region>,
    #[serde(default, deserialize_with = "null_is_default")]
    next_token: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Region {
    #[serde(default, deserialize_with = "lenient_text")]
    region_id: Option<String>,
}

impl Operation for DescribeRegions {
    type Cloud = VolcengineWire;
    type Response = RegionPage;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeRegions";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Read;
}

impl Paged for DescribeRegions {
    type Item = Region;

    fn advance(&mut self, page: RegionPage, items: &mut Vec<Region>) -> bool {
        items.extend(page.regions);
        let more = !page.next_token.is_empty();
        self.next_token = Some(page.next_token);
        more
    }
}

/// All regions. The list says nothing of regions that the account cannot use.
pub(super) async fn regions(client: &Client<VolcengineWire>) -> Result<Regions, Error> {
    let found = pages::all(client, DescribeRegions::all()).await?;
    let told = found.into_iter().filter_map(|region| region.region_id);
    let enabled: BTreeSet<String> = told.filter(|id| !id.is_empty()).collect();
    if enabled.is_empty() {
        return Err(no_regions(&client.scope));
    }
    if let Some(odd) = enabled.iter().find(|id| check_region(id).is_err()) {
        return Err(odd_region(&client.scope, odd));
    }
    Ok(Regions {
        enabled: enabled.into_iter().collect(),
        ..Regions::default()
    })
}
