//! The regions of Tencent Cloud: the list of the region product and CVM's older one (spec tencent 1.6).

use serde_json::{Map, Value, json};

use super::{Call, Effect, Operation, Quirk, Refusal, members};

/// A region that the account cannot use, under [`Quirk::TencentRegionUnavailable`].
const UNAVAILABLE: (&str, &str) = ("na-toronto", "North America(Toronto)");

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "cvm",
        version: super::key_pairs::VERSION,
        name: "DescribeRegions",
        effect: Effect::Read,
        parameters: &[],
        items: &[],
        is_regional: false,
        run: describe_regions,
    },
    Operation {
        product: "region",
        version: "2022-06-27",
        name: "DescribeRegions",
        effect: Effect::Read,
        parameters: &["Product", "Scene"],
        items: &[],
        is_regional: false,
        run: describe_regions_of_product,
    },
];

fn describe_regions_of_product(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    if call.parameters.string("Product")?.is_none_or(str::is_empty) {
        return Err(Refusal::missing_parameter("Product"));
    }
    describe_regions(call)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all operations have one signature"
)]
fn describe_regions(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let mut regions: Vec<Value> = call
        .state
        .tencent
        .regions
        .iter()
        .map(|(id, region)| {
            json!({ "Region": id, "RegionName": region.name, "RegionState": "AVAILABLE" })
        })
        .collect();
    if call.ctx.has(Quirk::TencentRegionUnavailable) {
        let (id, name) = UNAVAILABLE;
        regions.push(json!({ "Region": id, "RegionName": name, "RegionState": "UNAVAILABLE" }));
    }
    Ok(members([
        ("TotalCount", regions.len().into()),
        ("RegionSet", regions.into()),
    ]))
}
