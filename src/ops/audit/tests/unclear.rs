//! What a rule cannot judge is counted, and never called good.

use super::{
    CloudId, ED25519, Holding, Judged, KeyPair, Material, OTHER, Rule, UNKNOWN_TYPE, Usage,
    codearts, digest, good, inventory, judge, key, kms, pair, visit,
};

const A: &str = "volcengine:prod/cn-beijing/key-pair/a";
const B: &str = "tencent:prod/ap-guangzhou/key-pair/b";

/// The rule finds nothing, and says why.
fn unclear(rule: Rule, options: &str, holdings: Vec<Holding>, why: &str) {
    let audit = judge(rule, options, &inventory(holdings));
    assert!(audit.findings.is_empty(), "{rule}");
    assert_eq!(audit.warnings, [format!("{rule}: {why}")]);
    assert_eq!(audit.judged[&rule].not_judged, 1, "{rule}");
}

fn one(material: Material, change: impl FnOnce(&mut KeyPair)) -> Vec<Holding> {
    vec![pair(A, material, change)]
}

const ONE: &str = "1 key pair of volcengine was not judged";

#[test]
fn what_the_cloud_does_not_tell_is_not_good() {
    let nothing = |_: &mut KeyPair| {};
    let said = |why: &str| format!("{ONE}: {why}");
    let rule = Rule::WeakKey;
    let only_digest = said("the cloud shows a digest of the key only");
    unclear(rule, "", one(digest(ED25519), nothing), &only_digest);
    let no_key = said("the cloud does not show the key");
    unclear(rule, "", one(Material::Unknown, nothing), &no_key);
    let no_type = said("the type of the key is not known");
    unclear(rule, "", one(key(UNKNOWN_TYPE), nothing), &no_type);

    let undated = |pair: &mut KeyPair| pair.created_at = None;
    let no_date = said("the cloud does not tell when it was made");
    unclear(Rule::OldKey, "", one(key(ED25519), undated), &no_date);
    let odd = |pair: &mut KeyPair| pair.created_at = Some("last week".to_owned());
    let odd_date = said("the date when it was made cannot be read");
    unclear(Rule::OldKey, "", one(key(ED25519), odd), &odd_date);

    let untagged = |pair: &mut KeyPair| pair.tags = None;
    let no_tags = said("the cloud does not tell its tags");
    unclear(Rule::NoOwner, "", one(key(ED25519), untagged), &no_tags);

    let untold = |pair: &mut KeyPair| pair.private_key_stored = None;
    let not_told = said("the cloud does not tell whether it keeps the private half");
    unclear(
        Rule::PrivateHalfStored,
        "",
        one(key(ED25519), untold),
        &not_told,
    );

    let address = "huawei:prod/cn-north-4/kms-key/0d0466b0-e727-4d9c-b35d-f84bb474a37f";
    let no_state = "1 KMS key of huawei was not judged: the cloud does not tell its state";
    unclear(
        Rule::KmsPendingDeletion,
        "",
        vec![kms(address, None, None)],
        no_state,
    );
}

#[test]
fn a_key_is_unused_only_where_everything_was_seen() {
    let why = format!("{ONE}: not all that may hold it is known");
    let with = |usage| {
        vec![Holding {
            usage,
            ..good(A, ED25519)
        }]
    };
    unclear(Rule::UnusedKey, "", with(Some(Usage::default())), &why);
    unclear(Rule::UnusedKey, "", with(None), &why);
    let git = codearts("huawei:prod/cn-north-4/codearts-key/1", "laptop", ED25519);
    let why = "1 CodeArts key of huawei was not judged: not all that may hold it is known";
    unclear(Rule::UnusedKey, "", vec![git], why);

    let mut undated = pair(A, key(ED25519), |pair| pair.created_at = None);
    undated.usage = Some(Usage {
        holders: Vec::new(),
        is_complete: true,
    });
    let why = format!("{ONE}: the cloud does not tell when it was made");
    unclear(Rule::UnusedKey, "min-age = '7d'", vec![undated], &why);
}

#[test]
fn a_thing_of_several_regions_is_unused_only_when_all_of_them_were_seen() {
    let sight = |region: &str, is_complete| Holding {
        usage: Some(Usage {
            holders: Vec::new(),
            is_complete,
        }),
        ..pair(
            &format!("tencent:prod/{region}/key-pair/skey-1"),
            key(ED25519),
            |pair| {
                pair.name = "ci".to_owned();
            },
        )
    };
    let why = "1 key pair of tencent was not judged: not all that may hold it is known";
    for (first, second) in [(true, false), (false, true)] {
        let fleet = vec![sight("ap-beijing", first), sight("ap-guangzhou", second)];
        unclear(Rule::UnusedKey, "", fleet, why);
    }
}

#[test]
fn a_digest_that_fits_no_key_may_be_any_key() {
    let why = format!("{ONE}: the cloud shows a digest of the key only");
    let fleet = || vec![pair(A, digest(ED25519), |_| {}), good(B, OTHER)];
    unclear(Rule::SharedBetweenAccounts, "", fleet(), &why);
    unclear(Rule::DifferentNamesOneKey, "", fleet(), &why);
    let same_name = "tencent:prod/ap-guangzhou/key-pair/a";
    let fleet = vec![pair(A, digest(ED25519), |_| {}), good(same_name, OTHER)];
    unclear(Rule::SameNameDifferentKeys, "", fleet, &why);
    // Alone, or beside digests that its own cloud made, it is what it seems.
    let other = "volcengine:prod/cn-beijing/key-pair/c";
    let fleet = vec![
        pair(A, digest(ED25519), |_| {}),
        pair(other, digest(OTHER), |_| {}),
    ];
    let audit = judge(Rule::DifferentNamesOneKey, "", &inventory(fleet));
    assert!(audit.findings.is_empty() && audit.warnings.is_empty());
    let judged = Judged {
        judged: 2,
        not_judged: 0,
    };
    assert_eq!(audit.judged[&Rule::DifferentNamesOneKey], judged);
}

#[test]
fn a_quota_is_not_kept_where_nobody_looked() {
    let mut unseen = inventory(Vec::new());
    unseen.visits = vec![visit(CloudId::Volcengine, "cn-beijing", false)];
    let audit = judge(Rule::Quota, "", &unseen);
    assert!(audit.findings.is_empty());
    assert_eq!(
        audit.warnings,
        ["quota: 1 place of volcengine was not judged: it could not be read to its end"]
    );
    unseen.visits = vec![visit(CloudId::Volcengine, "cn-beijing", true)];
    assert!(judge(Rule::Quota, "", &unseen).warnings.is_empty());
    unseen.visits = vec![visit(CloudId::Huawei, "cn-north-4", true)];
    assert_eq!(
        judge(Rule::Quota, "", &unseen).warnings,
        ["quota: 1 place of huawei was not judged: no limit of key-pairs is known"]
    );
}
