//! An audit says the same of the same fleet, in whichever order it was read.

use proptest::prelude::{Just, Strategy as _, prop, prop_assert, prop_assert_eq, proptest};

use super::{
    Audit, DSS, ED25519, Holding, Inventory, Material, OTHER, Policy, RSA_2048, Usage, audit,
    digest, inventory, key, kms, limits, now, pair,
};

const CLOUDS: [(&str, &str); 4] = [
    ("volcengine:prod", "cn-beijing"),
    ("volcengine:readonly", "cn-shanghai"),
    ("tencent:prod", "ap-guangzhou"),
    ("huawei:prod", "cn-north-4"),
];

fn holding(cloud: usize, name: usize, material: usize, facts: usize) -> Holding {
    let (scope, region) = CLOUDS[cloud];
    if facts == 7 {
        let address = format!("{scope}/{region}/kms-key/key-{name}");
        return kms(
            &address,
            Some("pending-deletion"),
            Some("2026-11-28T00:00:00Z"),
        );
    }
    let material = match material {
        0 => key(ED25519),
        1 => key(OTHER),
        2 => key(RSA_2048),
        3 => key(DSS),
        4 => digest(ED25519),
        5 => digest(DSS),
        _ => Material::Unknown,
    };
    let mut holding = pair(
        &format!("{scope}/{region}/key-pair/key-{name}"),
        material,
        |pair| {
            if facts & 1 == 1 {
                pair.created_at = Some("2020-01-01T00:00:00Z".to_owned());
            }
            if facts & 2 == 2 {
                pair.tags = None;
            }
        },
    );
    if facts & 4 == 4 {
        holding.usage = Some(Usage {
            holders: Vec::new(),
            is_complete: facts & 1 == 0,
        });
    }
    holding
}

fn said(audit: &Audit) -> String {
    format!("{audit:?}")
}

fn judged(inventory: &Inventory) -> Audit {
    let policy = "[[waivers]]\nrule = 'old-key'\naddress = 'volcengine:*'\nreason = 'a'\nexpires = '2027-01-01'\n\
                  [[waivers]]\nrule = '*'\naddress = '*key-1'\nreason = 'b'\nexpires = '2026-12-01'\n";
    let policy = Policy::parse(policy, "the test").expect("a policy");
    audit(inventory, &policy, &limits, now())
}

proptest! {
    #[test]
    fn order_does_not_matter(
        (parts, shuffled) in prop::collection::btree_map((0..4_usize, 0..4_usize), (0..7_usize, 0..8_usize), 0..16)
            .prop_flat_map(|parts| {
                let parts: Vec<_> = parts.into_iter().map(|((cloud, name), (material, facts))| (cloud, name, material, facts)).collect();
                (Just(parts.clone()), Just(parts).prop_shuffle())
            }),
    ) {
        let fleet = |parts: &[(usize, usize, usize, usize)]| {
            let each = parts.iter().map(|(cloud, name, material, facts)| holding(*cloud, *name, *material, *facts));
            inventory(each.collect())
        };
        let (one, other) = (judged(&fleet(&parts)), judged(&fleet(&shuffled)));
        prop_assert_eq!(said(&one), said(&other));
        // Each finding has a name of its own.
        let mut names: Vec<_> = one.findings.iter().map(|finding| (finding.rule, &finding.fingerprint)).collect();
        names.sort();
        names.dedup();
        prop_assert_eq!(names.len(), one.findings.len());
        for finding in &one.findings {
            prop_assert_eq!(finding.fingerprint.len(), 64);
            prop_assert!(!finding.subject.is_empty());
        }
    }

    #[test]
    fn any_text_is_a_policy_or_an_error_with_a_line(text in "(fail-level|level|rule|\\[rules\\.[a-z-]{0,9}\\]|\\[\\[waivers\\]\\]|=|'| |\n|[ -~]){0,24}") {
        if let Err(error) = Policy::parse(&text, "policy.toml") {
            prop_assert!(error.message.contains("line "), "{}", error);
            prop_assert_eq!(error.exit_code(), 2);
        }
    }
}
