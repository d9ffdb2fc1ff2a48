//! The rules that judge a key by itself: each finds what it is for, and nothing else.

use super::{
    DSS, ED25519, Holding, KeyPair, RSA_2048, Rule, codearts, digest, found, good, inventory,
    judge, key, kms, pair, rsa, shown,
};
use crate::model::Usage;

const A: &str = "volcengine:prod/cn-beijing/key-pair/a";
const B: &str = "tencent:prod/ap-guangzhou/key-pair/b";

#[test]
fn weak_key() {
    let weak =
        |line: &str, options: &str| found(Rule::WeakKey, options, vec![pair(A, key(line), |_| {})]);
    assert_eq!(
        weak(&rsa(1_024), ""),
        [format!(
            "{A}: an RSA key of 1024 bits; at least 2048 are asked for"
        )]
    );
    assert_eq!(
        weak(RSA_2048, "min-rsa-bits = 3072"),
        [format!(
            "{A}: an RSA key of 2048 bits; at least 3072 are asked for"
        )]
    );
    assert_eq!(
        weak(DSS, ""),
        [format!("{A}: its type ssh-dss is not to be trusted")]
    );
    assert_eq!(
        weak(ED25519, "forbid = ['ssh-dss', 'ssh-ed25519']"),
        [format!("{A}: its type ssh-ed25519 is not to be trusted")]
    );
    for line in [ED25519, RSA_2048] {
        assert!(weak(line, "").is_empty(), "{line}");
    }
    // A digest that is known from elsewhere tells of the key.
    let weak = rsa(1_024);
    let fleet = vec![good(B, &weak), pair(A, digest(&weak), |_| {})];
    assert_eq!(found(Rule::WeakKey, "", fleet).len(), 2);
}

#[test]
fn old_key() {
    let old = |made: &str, options: &str| {
        let made = Some(made.to_owned());
        let change = |pair: &mut KeyPair| pair.created_at = made;
        found(Rule::OldKey, options, vec![pair(A, key(ED25519), change)])
    };
    assert_eq!(
        old("2025-11-25T00:00:00Z", ""),
        [format!(
            "{A}: made on 2025-11-25, 366 days ago; 365 days are allowed"
        )]
    );
    assert_eq!(old("2026-11-20T00:00:00Z", "max-age = '24h'").len(), 1);
    // Exactly as old as is allowed, younger, and of a clock that is ahead.
    for made in [
        "2025-11-26T12:00:00Z",
        "2026-11-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    ] {
        assert!(old(made, "").is_empty(), "{made}");
    }
    assert_eq!(
        found(
            Rule::OldKey,
            "max-age = '1d'",
            vec![codearts(
                "huawei:prod/cn-north-4/codearts-key/1",
                "a",
                ED25519
            )]
        )
        .len(),
        1
    );
}

fn without_holders(holding: Holding) -> Holding {
    Holding {
        usage: Some(Usage {
            holders: Vec::new(),
            is_complete: true,
        }),
        ..holding
    }
}

#[test]
fn unused_key() {
    let unused = || vec![without_holders(good(A, ED25519))];
    let audit = judge(Rule::UnusedKey, "", &inventory(unused()));
    assert_eq!(shown(&audit), [format!("{A}: nothing holds it")]);
    assert_eq!(
        audit.findings[0].fix.as_deref(),
        Some("kpctl volcengine key-pair delete volcengine:prod/cn-beijing/key-pair/a")
    );
    assert!(found(Rule::UnusedKey, "", vec![good(A, ED25519)]).is_empty());
    // It is 25 days old.
    assert!(found(Rule::UnusedKey, "min-age = '30d'", unused()).is_empty());
    assert_eq!(found(Rule::UnusedKey, "min-age = '20d'", unused()).len(), 1);
}

#[test]
fn no_owner() {
    let with = |tags: &[(&str, &str)], options: &str| {
        let tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let tags = Some(tags.collect());
        let change = |pair: &mut KeyPair| pair.tags = tags;
        found(Rule::NoOwner, options, vec![pair(A, key(ED25519), change)])
    };
    let none = [format!("{A}: it has none of the tags 'owner' and 'team'")];
    for tags in [&[][..], &[("env", "prod")], &[("owner", " ")]] {
        assert_eq!(with(tags, ""), none, "{tags:?}");
    }
    assert_eq!(
        with(&[("owner", "ann")], "tags = ['cost-centre']"),
        [format!("{A}: it has no tag 'cost-centre'")]
    );
    for tags in [&[("owner", "ann")], &[("Team", "infra")]] {
        assert!(with(tags, "").is_empty(), "{tags:?}");
    }
    let git = codearts("huawei:prod/cn-north-4/codearts-key/1", "laptop", ED25519);
    assert!(
        found(Rule::NoOwner, "", vec![git]).is_empty(),
        "its user owns it"
    );
}

#[test]
fn private_half_stored() {
    let with = |stored: bool| {
        let change = |pair: &mut KeyPair| pair.private_key_stored = Some(stored);
        let holding = pair("huawei:prod/cn-north-4/key-pair/a", key(ED25519), change);
        found(Rule::PrivateHalfStored, "", vec![holding])
    };
    assert_eq!(
        with(true),
        ["huawei:prod/cn-north-4/key-pair/a: the cloud keeps its private half"]
    );
    assert!(with(false).is_empty());
}

#[test]
fn kms_pending_deletion() {
    let address = "huawei:prod/cn-north-4/kms-key/0d0466b0-e727-4d9c-b35d-f84bb474a37f";
    let with = |state: &str, deadline: Option<&str>, options: &str| {
        let holding = kms(address, Some(state), deadline);
        let audit = judge(Rule::KmsPendingDeletion, options, &inventory(vec![holding]));
        assert!(audit.warnings.is_empty());
        if let Some(finding) = audit.findings.first() {
            let fix = format!("kpctl huawei kms-key cancel-deletion {address}");
            assert_eq!(finding.fix.as_deref(), Some(fix.as_str()));
        }
        shown(&audit)
    };
    let near = Some("2026-12-01T12:00:00Z");
    assert_eq!(
        with("pending-deletion", near, ""),
        [format!(
            "{address}: it is destroyed on 2026-12-01, in 5 days"
        )]
    );
    assert_eq!(
        with(
            "pending-deletion",
            Some("2026-11-26T14:00:00Z"),
            "within = '2h'"
        )
        .len(),
        1
    );
    assert_eq!(
        with("pending-deletion", None, ""),
        [format!(
            "{address}: it is to be destroyed; the cloud does not tell when"
        )]
    );
    assert_eq!(
        with("pending-deletion", Some("2026-11-25T00:00:00Z"), ""),
        [format!("{address}: it was to be destroyed on 2026-11-25")]
    );
    assert!(with("pending-deletion", near, "within = '4d'").is_empty());
    assert!(with("enabled", near, "").is_empty());
}

#[test]
fn one_thing_in_several_regions_is_one() {
    let regions = ["ap-guangzhou", "ap-shanghai"];
    let named = |region, name: &str| {
        let name = name.to_owned();
        let address = format!("tencent:prod/{region}/key-pair/skey-1");
        pair(&address, key(RSA_2048), |pair| pair.name = name)
    };
    let fleet = regions.map(|region| without_holders(named(region, "ci")));
    let audit = judge(Rule::UnusedKey, "", &inventory(fleet.into()));
    assert_eq!(audit.findings.len(), 1);
    let related: Vec<String> = audit.findings[0]
        .related
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(related, ["tencent:prod/ap-shanghai/key-pair/skey-1"]);
    // One of the regions knows of a holder.
    let fleet = vec![
        without_holders(named(regions[0], "ci")),
        named(regions[1], "ci"),
    ];
    assert!(found(Rule::UnusedKey, "", fleet).is_empty());
    // A name is only a name: two regions of Volcengine may each have a pair of that name.
    let fleet = ["cn-beijing", "cn-shanghai"].map(|region| {
        let address = format!("volcengine:prod/{region}/key-pair/ci");
        without_holders(pair(&address, key(RSA_2048), |pair| {
            pair.other_id = Some(format!("kp-{region}"));
        }))
    });
    assert_eq!(found(Rule::UnusedKey, "", fleet.into()).len(), 2);
}
