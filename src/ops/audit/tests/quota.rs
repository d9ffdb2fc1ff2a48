//! Quotas: of each region, of a whole account, and of what was not seen to its end.

use super::{ED25519, Holding, Rule, found, good, inventory, judge, shown, visit};
use crate::model::CloudId;

fn many(cloud: &str, region: &str, count: usize) -> Vec<Holding> {
    let address = |number| format!("{cloud}:prod/{region}/key-pair/key-{number}");
    (0..count)
        .map(|number| good(&address(number), ED25519))
        .collect()
}

#[test]
fn quota() {
    let rule = Rule::Quota;
    assert_eq!(
        found(rule, "", many("volcengine", "cn-beijing", 5)),
        [
            "volcengine:prod/cn-beijing/key-pair: volcengine profile prod in cn-beijing has 5 of 5 \
          key-pairs, more than 80 %"
        ]
    );
    // 80 % is not above 80 %.
    assert!(found(rule, "", many("volcengine", "cn-beijing", 4)).is_empty());
    assert_eq!(
        found(rule, "above = 79", many("volcengine", "cn-beijing", 4)).len(),
        1
    );
    let each = || {
        [
            many("volcengine", "cn-beijing", 3),
            many("volcengine", "cn-shanghai", 3),
        ]
        .concat()
    };
    assert!(
        found(rule, "", each()).is_empty(),
        "each region has its own"
    );
}

#[test]
fn a_quota_of_an_account_counts_each_thing_once() {
    let everywhere = |count| {
        let regions = ["ap-guangzhou", "ap-shanghai", "na-siliconvalley"];
        regions
            .map(|region| many("tencent", region, count))
            .concat()
    };
    // Each of the four shows in three regions.
    assert!(found(Rule::Quota, "", everywhere(4)).is_empty());
    assert_eq!(
        found(Rule::Quota, "", everywhere(5)),
        ["tencent:prod/*/key-pair: tencent profile prod has 5 of 5 key-pairs, more than 80 %"]
    );
    let mut inventory = inventory(everywhere(5));
    inventory.visits = vec![visit(CloudId::Tencent, "ap-beijing", false)];
    let audit = judge(Rule::Quota, "", &inventory);
    assert_eq!(
        shown(&audit),
        [
            "tencent:prod/*/key-pair: tencent profile prod has at least 5 of 5 key-pairs, more than 80 %"
        ]
    );
}
