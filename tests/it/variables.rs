//! `docs/environment.md` names every environment variable that is read, and no other.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kpctl::config::variables::{Owner, VARIABLES};
use kpctl::model::CloudId;

const START: &str = "<!-- made from src/config/variables.rs: TRYCMD=overwrite cargo test the_page_of_variables -->\n";
const END: &str = "<!-- end -->\n";
/// How names begin that mean something to kpctl or to a vendor's tools.
const PREFIXES: [&str; 12] = [
    "KPCTL_",
    "VOLC_",
    "VOLCENGINE_",
    "VOLCSTACK_",
    "TENCENTCLOUD_",
    "TCCLI_",
    "TKE_",
    "HW_",
    "HUAWEICLOUD_",
    "OS_",
    "HC_",
    "XDG_",
];
const SYSTEM: [&str; 8] = [
    "ALL_PROXY",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_COLOR",
    "NO_PROXY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
];
/// What kpctl gives to a program that it runs, and reads nowhere.
const GIVEN: [&str; 2] = ["KPCTL_ADDRESS", "KPCTL_HOST"];

#[test]
fn the_page_of_variables_is_made_from_the_table() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/environment.md");
    let page = fs::read_to_string(&file).expect("the page");
    let (head, rest) = page.split_once(START).expect("where the tables start");
    let (_, tail) = rest.split_once(END).expect("where the tables end");
    let made = format!("{head}{START}{}{END}{tail}", tables());
    #[expect(
        clippy::disallowed_methods,
        reason = "the switch that rewrites files, as for tests/cmd"
    )]
    let rewrite = std::env::var("TRYCMD").is_ok_and(|value| value == "overwrite");
    if rewrite && made != page {
        fs::write(&file, &made).expect("written");
    } else {
        assert_eq!(page, made, "run this test with TRYCMD=overwrite");
    }
}

fn tables() -> String {
    let vendor = |cloud| move |owner| owner == Owner::Vendor(cloud);
    let system = |owner| matches!(owner, Owner::System | Owner::Library);
    let sections: [(&str, &dyn Fn(Owner) -> bool); 5] = [
        ("kpctl", &|owner| owner == Owner::Kpctl),
        ("Volcengine", &vendor(CloudId::Volcengine)),
        ("Tencent Cloud", &vendor(CloudId::Tencent)),
        ("Huawei Cloud", &vendor(CloudId::Huawei)),
        ("System", &system),
    ];
    let mut text = String::new();
    for (title, fits) in sections {
        write!(text, "\n## {title}\n\n| variable | meaning |\n|---|---|\n").expect("to memory");
        for variable in VARIABLES.iter().filter(|variable| fits(variable.owner)) {
            writeln!(text, "| `{}` | {} |", variable.name, variable.meaning).expect("to memory");
        }
    }
    text.push('\n');
    text
}

#[test]
fn no_variable_is_listed_twice() {
    let mut seen = BTreeSet::new();
    for variable in VARIABLES {
        assert!(seen.insert(variable.name), "{} twice", variable.name);
        assert!(!variable.meaning.contains(['|', '\n']), "{}", variable.name);
    }
}

#[test]
fn every_variable_in_the_source_is_listed_and_every_listed_one_is_there() {
    let stems = |fits: &dyn Fn(Owner) -> bool| -> BTreeSet<&str> {
        let fitting = VARIABLES.iter().filter(|variable| fits(variable.owner));
        fitting.map(|variable| stem(variable.name)).collect()
    };
    let mut found = BTreeSet::new();
    visit(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    assert!(found.len() > 40, "the source is searched: {found:?}");
    let page = include_str!("../../docs/environment.md");
    for name in GIVEN {
        assert!(found.contains(name), "{name} is not in the source");
        assert!(page.contains(&format!("`{name}`")), "{name} is not told");
    }
    let mut all = stems(&|_| true);
    all.extend(GIVEN);
    let missing: Vec<_> = found.difference(&all).collect();
    assert!(
        missing.is_empty(),
        "not in src/config/variables.rs: {missing:?}"
    );
    let own = stems(&|owner| owner != Owner::Library);
    let dead: Vec<_> = own.difference(&found).collect();
    assert!(dead.is_empty(), "listed, and not in the source: {dead:?}");
}

/// The part of a name that does not vary.
fn stem(name: &str) -> &str {
    let fixed = name.split('<').next().unwrap_or(name);
    fixed.trim_end_matches('_')
}

fn visit(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().into_string().expect("plain names");
        if path.is_dir() {
            // The sandbox has names of its own, and tests have made-up ones.
            if !matches!(name.as_str(), "sandbox" | "tests") {
                visit(&path, found);
            }
        } else if !name.ends_with("tests.rs") && !matches!(&*name, "testing.rs" | "variables.rs") {
            let text = fs::read_to_string(&path).expect("readable");
            for literal in literals(without_tests(&text)) {
                found.extend(names_in(&literal));
            }
        }
    }
}

/// The file up to its own module of tests.
fn without_tests(text: &str) -> &str {
    let mut at = 0;
    let mut is_test_only = false;
    for line in text.split_inclusive('\n') {
        if is_test_only && line.starts_with("mod ") && line.trim_end().ends_with('{') {
            return &text[..at];
        }
        is_test_only = line.starts_with("#[cfg(") && line.contains("test");
        at += line.len();
    }
    text
}

/// The texts in quotes; what stands in comments is none.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let raw = rest[..at].ends_with('r');
        let tail = &rest[at..];
        if tail.starts_with("//") {
            rest = tail.split_once('\n').map_or("", |(_, next)| next);
        } else if let Some(next) = tail.strip_prefix("'\"'") {
            rest = next;
        } else if let Some(body) = tail.strip_prefix('"') {
            let end = end_of(body, raw);
            found.push(body[..end].to_owned());
            rest = body.get(end + 1..).unwrap_or_default();
        } else {
            rest = &tail[1..];
        }
    }
    found
}

/// Where a text in quotes ends. Quotes inside `r#"…"#` end a text early here, which shifts nothing
/// as long as they come in pairs.
fn end_of(body: &str, raw: bool) -> usize {
    let mut escaped = false;
    for (at, letter) in body.char_indices() {
        match letter {
            '"' if !escaped => return at,
            '\\' if !raw => escaped = !escaped,
            _ => escaped = false,
        }
    }
    body.len()
}

fn names_in(literal: &str) -> impl Iterator<Item = String> {
    let words = literal.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_name = |word: &&str| {
        let known = PREFIXES
            .iter()
            .any(|prefix| word.len() > prefix.len() && word.starts_with(prefix));
        let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        (known && word.chars().all(capital)) || SYSTEM.contains(word)
    };
    words
        .filter(is_name)
        .map(|word| stem(word).to_owned())
        .collect::<Vec<_>>()
        .into_iter()
}

#[test]
fn names_are_found_in_texts_only() {
    let text = r#"
        // "HW_IN_A_COMMENT" and '"'
        let quote = '"'; let name = "HW_A"; // "HW_B"
        let message = format!("Set \"HW_C\" or OS_D_{place}, not HW_e or XHW_F");
    "#;
    let found: Vec<String> = literals(text)
        .iter()
        .flat_map(|one| names_in(one))
        .collect();
    assert_eq!(found, ["HW_A", "HW_C", "OS_D"]);
    let source = "a\n#[cfg(test)]\nmod tests;\nb\n#[cfg(all(test, unix))]\nmod tests {\n c";
    assert!(without_tests(source).ends_with("b\n#[cfg(all(test, unix))]\n"));
}
