//! Requests of KPS against what the official SDK sent, and what is shown of them.

use super::tests::{agrees, case};
use crate::cloud::huawei::kps::{
    AssociateKeypair, Auth, BatchAssociateKeypair, CreateKeypair, DeleteKeypair,
    DisassociateKeypair, Encryption, KeyProtection, ListKeypairDetail, ListKeypairs,
    NewDescription, NewKeypair, Server, UpdateKeypairDescription,
};
use crate::secret::Secret;

const SERVER: &str = "d76baba7-ef09-40a2-87ff-3eafec0696e7";
const OTHER: &str = "1f451932-74b8-4025-9852-c20c9cd6babb";

fn name() -> String {
    "KeyPair-dev_01".to_owned()
}

fn input(case_name: &str, pointer: &str) -> String {
    let case = case(case_name);
    let value = case["input"].pointer(pointer).expect(pointer);
    value.as_str().expect("a text").to_owned()
}

fn server(id: &str, auth: Option<Auth>) -> Server {
    Server {
        id: id.to_owned(),
        auth,
        ..Server::default()
    }
}

#[test]
fn key_pairs_are_read_and_written_as_the_sdk_does() {
    for case_name in [
        "kps-list-keypairs-marker-limit",
        "kps-list-keypairs-marker-nasty-sts",
    ] {
        let mut list = ListKeypairs::default();
        list.marker = Some(input(case_name, "/marker"));
        agrees(case_name, &list);
    }
    for case_name in [
        "kps-show-keypair-plain",
        "kps-show-keypair-chinese",
        "kps-show-keypair-space-plus",
        "kps-show-keypair-percent",
    ] {
        let name = input(case_name, "/keypair_name");
        agrees(case_name, &ListKeypairDetail { name });
    }
    for case_name in ["kps-delete-keypair", "kps-delete-keypair-chinese-sts"] {
        let name = input(case_name, "/keypair_name");
        agrees(case_name, &DeleteKeypair { name });
    }
    let case_name = "kps-update-description-unicode";
    let description = input(case_name, "/description");
    let keypair = NewDescription { description };
    let name = name();
    agrees(case_name, &UpdateKeypairDescription { name, keypair });
}

#[test]
fn new_key_pairs_are_those_of_the_sdk() {
    let keypair = NewKeypair {
        name: name(),
        kind: Some("ssh"),
        scope: Some("domain"),
        ..NewKeypair::default()
    };
    agrees("kps-create-keypair", &CreateKeypair { keypair });
    let keypair = NewKeypair {
        name: "KeyPair-import-02".to_owned(),
        public_key: Some(input("kps-import-public-key", "/public_key")),
        ..NewKeypair::default()
    };
    agrees("kps-import-public-key", &CreateKeypair { keypair });
    // The user id of this case is the caller's own by default.
    let encryption = Encryption {
        kind: "kms",
        kms_key_name: "kps/default".to_owned(),
    };
    let sent = serde_json::to_value(KeyProtection { encryption }).expect("JSON");
    let case = case("kps-create-keypair-managed");
    assert_eq!(sent, case["input"]["key_protection"]);
}

#[test]
fn bindings_are_those_of_the_sdk() {
    let binding = |id: &str, auth| AssociateKeypair {
        keypair_name: name(),
        server: server(id, auth),
    };
    agrees("kps-associate-reset", &binding(SERVER, None));
    let case_name = "kps-associate-with-auth";
    let auth = Auth {
        kind: "keypair",
        key: Secret::new(input(case_name, "/server/auth/key")),
    };
    let mut replacement = binding(SERVER, Some(auth));
    replacement.server.disable_password = true;
    replacement.server.port = Some(2222);
    agrees(case_name, &replacement);
    let batch_keypairs = vec![binding(SERVER, None), binding(OTHER, None)];
    agrees(
        "kps-batch-associate",
        &BatchAssociateKeypair { batch_keypairs },
    );
    let case_name = "kps-disassociate";
    let auth = Auth {
        kind: "password",
        key: Secret::new(input(case_name, "/server/auth/key")),
    };
    let server = server(SERVER, Some(auth));
    agrees(case_name, &DisassociateKeypair { server });
}
