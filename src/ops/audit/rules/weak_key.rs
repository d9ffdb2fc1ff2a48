//! `weak-key`: keys that are too short, or of a type that is not to be trusted.

use super::{Case, why_unknown};
use crate::ops::audit::report::Report;
use crate::ops::audit::rule::Rule;

const RULE: Rule = Rule::WeakKey;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    let policy = case.policy;
    for thing in case.keys() {
        let Some(key) = thing.identity.as_ref().and_then(|identity| identity.key) else {
            report.not_judged(RULE, thing, why_unknown(thing).unwrap_or_default());
            continue;
        };
        let kind = key.kind();
        let weakness = if policy
            .forbidden_types
            .iter()
            .any(|forbidden| forbidden == kind)
        {
            Some(format!("its type {kind} is not to be trusted"))
        } else {
            match key.bits() {
                Some(bits) if kind == "ssh-rsa" && bits < policy.min_rsa_bits => {
                    let least = policy.min_rsa_bits;
                    Some(format!(
                        "an RSA key of {bits} bits; at least {least} are asked for"
                    ))
                }
                Some(_) => None,
                None => {
                    report.not_judged(RULE, thing, "the type of the key is not known");
                    continue;
                }
            }
        };
        report.judged(RULE);
        if let Some(message) = weakness {
            report.find(RULE, thing, message);
        }
    }
}
