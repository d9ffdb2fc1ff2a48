//! The README and the files of `tests/cmd` are run, and their output is compared.

use std::path::Path;

use clap::{Command, CommandFactory as _};
use kpctl::cli::Cli;

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
fn fleet() {
    run_examples_of("tests/cmd/fleet.md");
}

#[test]
fn revoke() {
    run_examples_of("tests/cmd/revoke.md");
}

#[test]
fn help() {
    run_examples_of("tests/cmd/help.md");
}

/// A command whose help nobody has read is not in the golden file.
#[test]
fn every_command_is_in_the_help_file() {
    let page = include_str!("../cmd/help.md");
    let mut missing = Vec::new();
    visit(&Cli::command(), &mut Vec::new(), &mut |words| {
        let line = format!("\n$ kpctl {}--help\n", words.concat());
        if !page.contains(&line) {
            missing.push(line);
        }
    });
    assert!(missing.is_empty(), "{missing:#?}");
}

fn visit(command: &Command, words: &mut Vec<String>, see: &mut impl FnMut(&[String])) {
    see(words);
    for next in command.get_subcommands() {
        words.push(format!("{} ", next.get_name()));
        visit(next, words, see);
        words.pop();
    }
}

#[test]
fn every_example_file_is_run() {
    let listed = include_str!("examples.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        let name = entry.file_name().into_string().expect("plain names");
        // Folders hold what examples work with.
        assert!(
            entry.path().is_dir() || listed.contains(&format!("tests/cmd/{name}")),
            "{name} is not run"
        );
    }
}
