//! The demo fleet. The examples in the documentation rely on the names and ids in here.
//!
//! Everything is fixed but the dates on which KMS keys are to be deleted: those lie ahead of the moment of seeding.

mod huawei;
pub(crate) mod public_keys;
mod tencent;
mod volcengine;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::state::{State, Tag};

/// The state that an absent file starts from.
pub(crate) fn state(now: DateTime<Utc>) -> State {
    State {
        volcengine: volcengine::account(),
        tencent: tencent::account(),
        huawei: huawei::account(now),
    }
}

/// Lower-case letters and digits that look random but follow from the text.
fn letters(text: &str, length: usize) -> String {
    let digits = b"0123456789abcdefghijklmnopqrstuvwxyz";
    Sha256::digest(text)
        .iter()
        .map(|byte| char::from(digits[usize::from(*byte) % digits.len()]))
        .take(length)
        .collect()
}

fn tag(key: &str, value: &str) -> Vec<Tag> {
    vec![Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use super::super::clock;
    use super::*;

    #[test]
    fn has_what_the_documentation_promises() {
        let state = state(clock::now());
        let beijing = &state.volcengine.regions["cn-beijing"];
        assert_eq!(beijing.key_pairs.len(), 14);
        assert_eq!(state.volcengine.regions["cn-shanghai"].key_pairs.len(), 2);
        let (bound, unbound): (Vec<_>, Vec<_>) = beijing
            .instances
            .iter()
            .partition(|instance| !instance.key_pair_name.is_empty());
        assert_eq!((bound.len(), unbound.len()), (4, 2));
        for instance in bound {
            assert!(
                beijing.key_pair(&instance.key_pair_name).is_some(),
                "{}",
                instance.id
            );
        }
        let guangzhou = &state.tencent.regions["ap-guangzhou"];
        assert_eq!(guangzhou.key_pairs.len(), 24);
        assert_eq!(guangzhou.instances.len(), 6);
        let shanghai = &state.tencent.regions["ap-shanghai"];
        assert_eq!(shanghai.key_pairs.len(), 3);
        assert_eq!(shanghai.images[0].key_ids, [&*shanghai.key_pairs[2].id]);
        let lighthouse = &guangzhou.lighthouse;
        assert_eq!(lighthouse.key_pairs.len(), 3);
        assert_eq!(lighthouse.instances.len(), 3);
        for instance in &guangzhou.instances {
            for id in &instance.key_ids {
                assert!(
                    guangzhou.key_pairs.iter().any(|pair| pair.id == *id),
                    "{id}"
                );
            }
        }
        let huawei = &state.huawei;
        assert_eq!(huawei.code_arts_keys.len(), 4);
        assert_eq!(huawei.projects[0].kms_keys.len(), 6);
        assert_eq!(huawei.projects[0].servers.len(), 3);
        assert_eq!(huawei.projects[0].key_pairs.len(), 3);
        assert_eq!(huawei.projects[0].ecs_servers.len(), 5);
    }
}
