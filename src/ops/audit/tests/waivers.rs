//! Waivers: what they cover, for how long, and what becomes of those that cover nothing.

use super::{Audit, ED25519, Holding, Policy, audit, good, inventory, key, limits, now, pair, rsa};

const A: &str = "volcengine:prod/cn-beijing/key-pair/bastion";
const B: &str = "tencent:prod/ap-guangzhou/key-pair/bastion";

fn waiver(rule: &str, address: &str, expires: &str) -> String {
    format!(
        "[[waivers]]\nrule = '{rule}'\naddress = '{address}'\nreason = 'known'\nexpires = '{expires}'\n"
    )
}

fn weak() -> Vec<Holding> {
    vec![pair(A, key(&rsa(1_024)), |_| {})]
}

fn judged(policy: &str, holdings: Vec<Holding>) -> (Audit, bool) {
    let policy = Policy::parse(policy, "the test").expect("a policy");
    let audit = audit(&inventory(holdings), &policy, &limits, now());
    let fails = audit.fails(&policy);
    (audit, fails)
}

#[test]
fn a_waived_finding_stays_and_does_not_count() {
    for (rule, address, expires) in [
        ("weak-key", A, "2027-01-31"),
        (
            "*",
            "volcengine:*/cn-beijing/key-pair/bastion",
            "2026-11-27T00:00:00Z",
        ),
        // The last day counts to its end.
        ("weak-key", "*", "2026-11-26"),
    ] {
        let (audit, fails) = judged(&waiver(rule, address, expires), weak());
        let waived = audit.findings[0].waived.as_ref().expect("waived");
        assert_eq!(
            (waived.reason.as_str(), waived.expires.as_str()),
            ("known", expires)
        );
        assert!(!fails);
        assert!(audit.warnings.is_empty());
    }
}

#[test]
fn an_expired_waiver_is_told_and_does_not_count() {
    for expires in ["2026-11-25", "2026-11-26T12:00:00Z"] {
        let (audit, fails) = judged(&waiver("weak-key", A, expires), weak());
        assert!(audit.findings[0].waived.is_none() && fails);
        assert_eq!(
            audit.warnings,
            [format!(
                "the waiver of line 1 for weak-key at {A} expired ({expires}) and does not count: known"
            )]
        );
    }
}

#[test]
fn a_waiver_that_fits_nothing_is_told() {
    for (rule, address) in [("old-key", A), ("weak-key", B), ("weak-key", "bastion")] {
        let (audit, fails) = judged(&waiver(rule, address, "2027-01-31"), weak());
        assert!(fails);
        let said =
            format!("the waiver of line 1 for {rule} at {address} fits nothing that was found");
        assert_eq!(audit.warnings, [said]);
    }
    let policy = format!(
        "{}[rules.weak-key]\nlevel = 'off'\n",
        waiver("weak-key", A, "2027-01-31")
    );
    let (audit, fails) = judged(&policy, weak());
    assert!(!fails && audit.findings.is_empty());
    let said = format!("the waiver of line 1 for weak-key at {A} fits nothing: the rule is off");
    assert_eq!(audit.warnings, [said]);
}

#[test]
fn a_finding_about_several_is_waived_when_each_is() {
    let shared = || vec![good(A, ED25519), good(B, ED25519)];
    let rule = "shared-between-accounts";
    let one = waiver(rule, A, "2027-01-31");
    let (audit, fails) = judged(&one, shared());
    assert!(fails && audit.findings[0].waived.is_none());
    assert!(
        audit.warnings.is_empty(),
        "it fits, though it is not enough"
    );
    let both = one + &waiver(rule, "tencent:*", "2026-12-31");
    let (audit, fails) = judged(&both, shared());
    assert!(!fails);
    let waived = audit.findings[0].waived.as_ref().expect("waived");
    assert_eq!(waived.expires, "2026-12-31", "the one that ends first");
}

#[test]
fn a_waiver_covers_a_thing_wherever_it_is_seen() {
    let fleet = ["ap-beijing", "ap-guangzhou"].map(|region| {
        let address = format!("tencent:prod/{region}/key-pair/skey-1");
        pair(&address, key(&rsa(1_024)), |pair| {
            pair.name = "ci".to_owned();
        })
    });
    let (_, fails) = judged(
        &waiver("weak-key", "*/ap-guangzhou/*", "2027-01-31"),
        fleet.into(),
    );
    assert!(!fails);
}

#[test]
fn a_place_is_waived_by_its_own_name() {
    let many = (0..5).map(|number| {
        good(
            &format!("volcengine:prod/cn-beijing/key-pair/key-{number}"),
            ED25519,
        )
    });
    let policy = "[rules.different-names-one-key]\nlevel = 'off'\n".to_owned()
        + &waiver("quota", "volcengine:*/cn-beijing/key-pair", "2027-01-31");
    let (audit, fails) = judged(&policy, many.collect());
    assert!(!fails && audit.findings.len() == 1);
}
