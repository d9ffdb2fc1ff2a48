//! The rules that compare keys with each other.

use super::{ED25519, OTHER, Rule, digest, found, good, inventory, judge, key, pair, shown};
use crate::model::CloudId;

const A: &str = "volcengine:prod/cn-beijing/key-pair/a";
const B: &str = "tencent:prod/ap-guangzhou/key-pair/b";

#[test]
fn shared_between_accounts() {
    let fleet = |line: &str| vec![good(A, ED25519), good(B, line)];
    let audit = judge(Rule::SharedBetweenAccounts, "", &inventory(fleet(ED25519)));
    assert_eq!(
        shown(&audit),
        [format!(
            "{B}: volcengine profile prod and tencent profile prod trust one key, {}",
            key(ED25519).fingerprints().sha256.expect("a fingerprint")
        )]
    );
    let related: Vec<String> = audit.findings[0]
        .related
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(related, [A]);
    assert!(found(Rule::SharedBetweenAccounts, "", fleet(OTHER)).is_empty());
}

#[test]
fn profiles_of_one_account_share_nothing() {
    let other = "volcengine:readonly/cn-shanghai/key-pair/c";
    let with_accounts = |ids: &[(&str, &str)]| {
        let mut inventory = inventory(vec![good(A, ED25519), good(other, ED25519)]);
        for (profile, id) in ids {
            let profile = (CloudId::Volcengine, (*profile).to_owned());
            inventory.accounts.insert(profile, (*id).to_owned());
        }
        judge(Rule::SharedBetweenAccounts, "", &inventory)
    };
    let audit = with_accounts(&[("prod", "2100000001"), ("readonly", "2100000001")]);
    assert!(audit.findings.is_empty() && audit.warnings.is_empty());
    let audit = with_accounts(&[("prod", "2100000001"), ("readonly", "2100000002")]);
    assert_eq!(audit.findings.len(), 1);
    for ids in [&[][..], &[("prod", "2100000001")]] {
        let audit = with_accounts(ids);
        assert!(audit.findings.is_empty(), "nobody can tell");
        assert_eq!(
            audit.warnings,
            [
                "shared-between-accounts: 2 key pairs of volcengine were not judged: their profiles \
              have the same key, and may belong to one account"
            ]
        );
    }
}

#[test]
fn same_name_different_keys() {
    let (one, two) = (
        "volcengine:prod/cn-beijing/key-pair/bastion",
        "volcengine:prod/cn-shanghai/key-pair/bastion",
    );
    let fleet = |first, second| vec![pair(one, first, |_| {}), pair(two, second, |_| {})];
    let rule = Rule::SameNameDifferentKeys;
    assert_eq!(
        found(rule, "", fleet(key(ED25519), key(OTHER))),
        [format!("{one}: 2 different keys are called 'bastion'")]
    );
    assert_eq!(
        found(rule, "", fleet(digest(ED25519), digest(OTHER))),
        [format!(
            "{one}: 2 different keys are called 'bastion', as far as a digest tells"
        )]
    );
    assert!(found(rule, "", fleet(key(ED25519), key(ED25519))).is_empty());
    assert!(found(rule, "", fleet(key(ED25519), digest(ED25519))).is_empty());
    assert!(found(rule, "", vec![good(A, ED25519), good(B, OTHER)]).is_empty());
}

#[test]
fn different_names_one_key() {
    let rule = Rule::DifferentNamesOneKey;
    let sha256 = key(ED25519).fingerprints().sha256.expect("a fingerprint");
    assert_eq!(
        found(rule, "", vec![good(A, ED25519), good(B, ED25519)]),
        [format!("{B}: one key, {sha256}, is called 'a' and 'b'")]
    );
    assert_eq!(
        found(
            rule,
            "",
            vec![pair(A, digest(ED25519), |_| {}), good(B, ED25519)]
        ),
        [format!(
            "{B}: one key, {sha256}, is called 'a' and 'b', as far as a digest tells"
        )]
    );
    // Nobody shows the key, and both digests are one.
    let other = "volcengine:prod/cn-beijing/key-pair/c";
    let digests = vec![
        pair(A, digest(ED25519), |_| {}),
        pair(other, digest(ED25519), |_| {}),
    ];
    assert_eq!(found(rule, "", digests).len(), 1);
    assert!(found(rule, "", vec![good(A, ED25519), good(B, OTHER)]).is_empty());
    // What a cloud makes of a name.
    let (one, two) = (
        "volcengine:prod/cn-beijing/key-pair/ops-2026",
        "tencent:prod/ap-guangzhou/key-pair/ops_2026",
    );
    assert!(found(rule, "", vec![good(one, ED25519), good(two, ED25519)]).is_empty());
}
