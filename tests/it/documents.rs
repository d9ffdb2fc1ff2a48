//! The documents in `docs/` say what is there.

use kpctl::sandbox::Quirk;

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
fn the_reference_lists_every_variable_of_kpctl() {
    let page = include_str!("../../docs/reference.md");
    let source = include_str!("../../src/config/env.rs");
    for name in source.split('"').filter(|text| text.starts_with("KPCTL_")) {
        assert!(page.contains(name), "{name} is missing");
    }
    let vendors = [
        include_str!("../../src/auth/env/mod.rs"),
        include_str!("../../src/auth/env/volcengine.rs"),
        include_str!("../../src/auth/env/tencent.rs"),
        include_str!("../../src/auth/env/huawei.rs"),
    ];
    let names = vendors.iter().flat_map(|source| source.split('"'));
    let names = names.filter(|text| {
        text.len() > 8
            && text.contains('_')
            && text.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    });
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "{name} is missing");
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
