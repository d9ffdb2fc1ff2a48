//! The documents in `docs/` say what is there.

use kpctl::sandbox::{Fault, Quirk};

#[test]
fn the_sandbox_page_lists_every_quirk() {
    let page = include_str!("../../docs/sandbox.md");
    for quirk in Quirk::ALL {
        assert!(
            page.contains(&format!("`{}`", quirk.name())),
            "{quirk} is missing"
        );
    }
}

#[test]
fn the_sandbox_page_lists_every_kind_of_fault() {
    let page = include_str!("../../docs/sandbox.md");
    for kind in Fault::kinds() {
        assert!(page.contains(&format!("`{kind}`")), "{kind} is missing");
    }
}

#[test]
fn the_reference_lists_every_status() {
    let page = include_str!("../../docs/reference.md");
    let source = include_str!("../../src/model/outcome.rs");
    let words = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""));
    let words: Vec<_> = words
        .filter_map(|(_, word)| word.split('"').next())
        .collect();
    assert!(words.len() > 20, "statuses and results: {words:?}");
    for word in words {
        assert!(
            page.contains(&format!("`{word}`")) || page.contains(&format!("| {word} |")),
            "{word} is missing"
        );
    }
}
