//! What came already, remembered by hashes of 64 bits: a list of 100,000 entries costs a megabyte instead
//! of its ids. The hashes are keyed anew in every run, so that nobody can make two names fall together; by
//! chance two of 100,000 do once in billions of lists.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hash};

/// Which things have been seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    hashes: HashSet<u64>,
    state: RandomState,
}

impl Seen {
    /// Remembers a thing; whether it is new.
    pub(super) fn insert(&mut self, thing: &(impl Hash + ?Sized)) -> bool {
        self.hashes.insert(self.state.hash_one(thing))
    }

    /// How many different things there were.
    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Forgets them all.
    pub(super) fn clear(&mut self) {
        self.hashes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn things_are_new_once() {
        let mut seen = Seen::default();
        assert!((0..100_000).all(|n| seen.insert(&format!("skey-{n:08}"))));
        assert!(!(0..100_000).any(|n| seen.insert(&format!("skey-{n:08}"))));
        assert_eq!(seen.len(), 100_000);
        assert!(seen.insert(&("a", Some("user"))) && seen.insert(&("a", Some("domain"))));
        seen.clear();
        assert!(seen.insert("skey-00000001"));
    }
}
