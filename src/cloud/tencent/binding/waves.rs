//! Which items share a request, and which requests must wait for others (spec tencent 2.10).

use crate::cloud::change::Batch;
use crate::cloud::tencent::common::MOST_IDS;

/// An instance and what is to be done about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Errand {
    /// It is running and will be powered off for it.
    pub(super) cut: bool,
    /// The key pairs that a request for it names.
    pub(super) keys: Vec<String>,
    /// Its items, in ascending order.
    pub(super) items: Vec<usize>,
}

/// Groups instances that are sent the same key pairs: every key pair of a request is bound to, or
/// taken off, every instance of it, and what the service does about one that is not bound is not
/// documented.
/// An instance that is powered off goes alone: a request for several that is refused because of
/// one and sent again could cut the power of the others twice, since nothing says that a refusal
/// leaves them untouched (spec tencent 2.6). Key pairs to be taken off beyond the limit of
/// a request go into the next wave, because two requests must not work on one instance at once;
/// those to be bound are never that many.
pub(super) fn waves(errands: &[Errand]) -> Vec<Vec<Batch>> {
    let mut groups: Vec<Vec<&Errand>> = Vec::new();
    for errand in errands {
        let same =
            |group: &&mut Vec<&Errand>| group[0].cut == errand.cut && group[0].keys == errand.keys;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(errand),
            None => groups.push(vec![errand]),
        }
    }
    let mut waves: Vec<Vec<Batch>> = Vec::new();
    for group in &groups {
        let most = if group[0].cut { 1 } else { MOST_IDS };
        for instances in group.chunks(most) {
            let longest = instances.iter().map(|errand| errand.items.len()).max();
            let rounds = longest.unwrap_or_default().div_ceil(MOST_IDS);
            for wave in 0..rounds {
                let parts = instances
                    .iter()
                    .filter_map(|errand| errand.items.chunks(MOST_IDS).nth(wave));
                if waves.len() == wave {
                    waves.push(Vec::new());
                }
                waves[wave].push(parts.flatten().copied().collect());
            }
        }
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::{Errand, waves};

    /// Errands for a made-up table of `width` key pairs; item = instance * width + key.
    fn errand(instance: usize, width: usize, keys: &[usize], cut: bool) -> Errand {
        Errand {
            cut,
            keys: keys.iter().map(ToString::to_string).collect(),
            items: keys.iter().map(|key| instance * width + key).collect(),
        }
    }

    #[test]
    fn only_instances_that_lose_the_same_keys_and_no_power_share_a_request() {
        let errands = [
            errand(0, 2, &[0, 1], false),
            errand(1, 2, &[0], false),
            errand(2, 2, &[0, 1], true),
            errand(3, 2, &[0, 1], false),
            errand(4, 2, &[0, 1], true),
        ];
        assert_eq!(
            waves(&errands),
            [vec![vec![0, 1, 6, 7], vec![2], vec![4, 5], vec![8, 9]]]
        );
        assert!(waves(&[]).is_empty());
    }

    #[test]
    fn instances_are_chunked_within_a_wave_and_keys_across_waves() {
        let keys: Vec<usize> = (0..150).collect();
        let mut errands: Vec<_> = (0..250).map(|n| errand(n, 150, &keys, false)).collect();
        errands.push(errand(250, 150, &[149], true));
        let waves = waves(&errands);
        let sizes: Vec<Vec<usize>> = waves
            .iter()
            .map(|wave| wave.iter().map(Vec::len).collect())
            .collect();
        assert_eq!(
            sizes,
            [vec![10_000, 10_000, 5_000, 1], vec![5_000, 5_000, 2_500]]
        );
        let mut all: Vec<usize> = waves.concat().concat();
        all.sort_unstable();
        assert_eq!(all.len(), 250 * 150 + 1);
        all.dedup();
        assert_eq!(all.len(), 250 * 150 + 1);
        // No instance is in two requests of one wave.
        for wave in &waves {
            let mut seen = std::collections::HashSet::new();
            for batch in wave {
                let instances: std::collections::HashSet<_> =
                    batch.iter().map(|item| item / 150).collect();
                assert!(instances.into_iter().all(|instance| seen.insert(instance)));
            }
        }
    }
}
