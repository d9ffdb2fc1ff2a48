//! Without a fuzzer: its kept inputs, and some changes of them.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;

use super::TARGETS;

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    names.sort();
    names
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

/// Whatever a fuzzer once found is fed to the same code with every run of the tests.
#[test]
fn the_kept_inputs_are_survived() {
    let folders = names(&corpus());
    let listed: Vec<_> = TARGETS
        .iter()
        .map(|(name, _)| corpus().join(name))
        .collect();
    assert_eq!(folders, listed, "a folder for each target");
    for (name, target) in TARGETS {
        let inputs = names(&corpus().join(name));
        assert!(!inputs.is_empty(), "{name}");
        for input in inputs {
            let bytes = std::fs::read(&input).expect("readable");
            let run = std::panic::catch_unwind(|| target(&bytes));
            assert!(run.is_ok(), "{}", input.display());
        }
    }
}

/// A change of some bytes: where, how many go, and what comes instead.
type Edit = (Index, usize, Vec<u8>);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        "[ -~\\n]{0,6}".prop_map(String::into_bytes),
        Just("\u{202e}".as_bytes().to_vec()),
        Just(b"99999999999999999999".to_vec()),
    ];
    proptest::collection::vec((any::<Index>(), 0..6_usize, piece), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn changes_of_kept_inputs_are_survived(seed in any::<Index>(), edits in edits()) {
        for (name, target) in TARGETS {
            let inputs = names(&corpus().join(name));
            let mut bytes = std::fs::read(seed.get(&inputs)).expect("readable");
            for (place, count, piece) in &edits {
                let start = place.index(bytes.len() + 1);
                let end = (start + count).min(bytes.len());
                bytes.splice(start..end, piece.iter().copied());
            }
            target(&bytes);
        }
    }
}
