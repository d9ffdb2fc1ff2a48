//! The README and the files of `tests/cmd` are run, and their output is compared.

use std::path::Path;

/// Each file gets a sandbox of its own: the commands in it build on each other.
fn run_examples_of(file: &str) {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let cases = trycmd::TestCases::new();
    cases
        .case(&path)
        .default_bin_path(assert_cmd::cargo::cargo_bin!("kpctl"))
        .env("COLUMNS", "100")
        .env("HOME", folder.path().display().to_string())
        .env(
            "KPCTL_STATE_DIR",
            folder.path().join("state").display().to_string(),
        )
        .env(
            "KPCTL_CACHE_DIR",
            folder.path().join("cache").display().to_string(),
        );
    cases.run();
}

#[test]
fn readme() {
    run_examples_of("README.md");
}

#[test]
fn volcengine_delete_key_pairs() {
    run_examples_of("tests/cmd/volcengine-delete-key-pairs.md");
}

#[test]
fn tencent_detach_key_pairs() {
    run_examples_of("tests/cmd/tencent-detach-key-pairs.md");
}

#[test]
fn huawei_codearts_delete_keys() {
    run_examples_of("tests/cmd/huawei-codearts-delete-keys.md");
}

#[test]
fn huawei_kms_cancel_deletion() {
    run_examples_of("tests/cmd/huawei-kms-cancel-deletion.md");
}

#[test]
fn huawei_cph_change_key_pair() {
    run_examples_of("tests/cmd/huawei-cph-change-key-pair.md");
}

#[test]
fn api() {
    run_examples_of("tests/cmd/api.md");
}

#[test]
fn help() {
    run_examples_of("tests/cmd/help.md");
}

#[test]
fn every_example_file_is_run() {
    let listed = include_str!("examples.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        let name = entry.file_name().into_string().expect("plain names");
        assert!(
            listed.contains(&format!("tests/cmd/{name}")),
            "{name} is not run"
        );
    }
}
