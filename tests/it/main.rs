//! The only integration-test binary: one link instead of many.

mod fixture;

mod api;
mod attacks;
mod auth_commands;
mod concurrency;
mod config;
mod config_disk;
mod conformance;
mod consent;
mod credentials;
mod documents;
mod endpoints;
mod examples;
mod five;
mod fleet_accounts;
mod fleet_audit;
mod fleet_audit_policy;
mod fleet_delete;
mod fleet_faults;
mod fleet_find;
mod fleet_gaps;
mod fleet_import;
mod fleet_interrupt;
mod fleet_ls;
mod fleet_progress;
mod fleet_refusals;
mod fleet_scopes;
mod fleet_served;
mod fleet_snapshot;
mod fleet_world;
mod gateway;
mod hostile;
mod hostile_replies;
mod hostile_texts;
mod identity;
mod identity_chain;
mod identity_copies;
mod identity_files;
mod identity_metadata;
mod identity_process;
mod identity_protect;
mod identity_refresh;
mod identity_roles;
mod input;
mod journal;
mod key;
mod layering;
mod lists;
mod lives;
mod lookalikes;
mod matrix;
mod network;
mod pages;
mod plan_changes;
mod plan_file;
mod plan_refusals;
mod plan_resumed;
mod proxies;
mod rates;
mod restore;
mod revoke_fleet;
mod revoke_guards;
mod revoke_hosts;
mod revoke_identity;
mod scale;
mod schemas;
mod sent_bytes;
mod terminal;
mod trouble;
mod variables;
mod vectors;

/// A file that nobody lists would never run.
#[test]
fn every_file_is_listed() {
    let listed = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    for entry in std::fs::read_dir(folder).expect("the folder of this file") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("plain names");
        if let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") {
            assert!(
                listed.contains(&format!("\nmod {module};")),
                "{name} is not listed in main.rs"
            );
        }
    }
}
