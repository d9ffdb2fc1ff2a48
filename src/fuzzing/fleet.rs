//! What people write about many places, and what kpctl writes down of them: scopes, policies, snapshots,
//! plans.

use super::{check_error, with_text};
use crate::model::{ScopePattern, Whose};
use crate::ops::audit::Policy;
use crate::ops::plan;
use crate::snapshot;

/// What is a scope says so itself, and means the same when it is read again.
pub(super) fn scope(bytes: &[u8]) {
    with_text(bytes, |text| match text.parse::<ScopePattern>() {
        Ok(scope) => {
            assert_eq!(scope.to_string(), text);
            if let Whose::Clouds { clouds, .. } = &scope.whose {
                assert!(!clouds.is_empty());
            }
            assert!(scope.resources.is_none_or(|kinds| !kinds.is_empty()));
        }
        Err(error) => {
            assert_eq!(error.exit_code(), 2);
            check_error(&error);
        }
    });
}

/// What is a policy has waivers with reasons.
pub(super) fn policy(bytes: &[u8]) {
    with_text(bytes, |text| match Policy::parse(text, "policy.toml") {
        Ok(policy) => assert!(
            policy
                .waivers
                .iter()
                .all(|waiver| !waiver.reason.is_empty())
        ),
        Err(error) => {
            assert_eq!(error.exit_code(), 2);
            check_error(&error);
        }
    });
}

/// What was read is written as it was read.
pub(super) fn snapshot(bytes: &[u8]) {
    with_text(bytes, |text| match snapshot::parse(text, "now.json") {
        Ok(read) => {
            let written = snapshot::text(&read);
            let again = snapshot::parse(&written, "now.json").expect("its own form");
            assert_eq!(snapshot::text(&again), written);
        }
        Err(error) => {
            assert_eq!(error.exit_code(), 2);
            check_error(&error);
        }
    });
}

/// What is a plan has the digest of all that it says.
pub(super) fn plan(bytes: &[u8]) {
    with_text(bytes, |text| match plan::parse(text, "plan.json") {
        Ok((read, digest)) => {
            assert_eq!(plan::digest(&read).expect("it was read"), digest);
            let written = plan::text(&read).expect("it was read");
            let (_, again) = plan::parse(&written, "plan.json").expect("its own form");
            assert_eq!(again, digest);
        }
        Err(error) => {
            assert_eq!(error.exit_code(), 2);
            check_error(&error);
        }
    });
}
