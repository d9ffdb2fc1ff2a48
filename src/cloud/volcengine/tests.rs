//! What is sent for each verb on key pairs, and what is made of the answers.

mod additions;
mod descriptions;
mod golden;
mod reads;
mod regions;

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::testing::{Asked, Course, Rig, page, refusal};
use crate::cloud::Provider;
use crate::cloud::change::Change;
use crate::error::{Error, ErrorKind};
use crate::model::Status::{
    Changed, Conflict, Created, Exists, Failed, Imported, NotFound, Unchanged, Unverified,
};
use crate::model::{
    Amendment, ChangeRequest, Facts, Keeper, ListRequest, Material, NewKeyPair, Outcome, Record,
    Resource,
};
use crate::sshkey::PublicKey;

// spec huawei-codearts-cph 3.6
const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com";

fn key() -> PublicKey {
    PublicKey::parse(ED25519).expect("a key")
}

fn shown(name: &str, digest: &str) -> Value {
    json!({"KeyPairName": name, "KeyPairId": format!("kp-{name}"), "FingerPrint": digest,
           "Description": "d", "ProjectName": "default", "PrivateKey": "canary",
           "Tags": [{"Key": "team", "Value": "infra"}], "CreatedAt": "2026-01-15T16:30:00+08:00"})
}

/// The MD5 of the key in bare hex, as the console writes it.
fn digest() -> String {
    key().md5().to_string().replace("MD5", "").replace(':', "")
}

fn facts(record: &Record) -> &crate::model::KeyPair {
    match &record.facts {
        Facts::KeyPair(pair) => pair,
        _ => panic!("not a key pair"),
    }
}
