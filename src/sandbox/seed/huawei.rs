//! Huawei Cloud: one project with KMS keys in every state, three cloud phone servers, three pairs with five servers that
//! they can be bound to, and four `CodeArts` keys.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::credentials::{HUAWEI_PROJECT_ID, HUAWEI_REGION};
use super::super::state::huawei::{
    Account, CodeArtsKey, EcsServer, KeyPair, KmsKey, Project, Server, Task,
};
use super::public_keys;

/// 2025-03-04T05:06:07Z.
const CREATED_AT: i64 = 1_741_064_767_000;

/// The account.
pub(crate) fn account(now: DateTime<Utc>) -> Account {
    let in_days = |days| (now + TimeDelta::days(days)).timestamp_millis();
    let project = Project {
        id: HUAWEI_PROJECT_ID.to_owned(),
        name: HUAWEI_REGION.to_owned(),
        kms_keys: vec![
            KmsKey {
                deletion_at: in_days(7),
                ..kms_key("0d0466b0-e727-4d9c-b35d-f84bb474a37f", "team/app", "4")
            },
            KmsKey {
                deletion_at: in_days(30),
                ..kms_key("1f3b5d7c-2a4e-4c6f-8b0d-9e1a3c5e7f90", "team/archive", "4")
            },
            KmsKey {
                origin: "external".to_owned(),
                without_material: true,
                deletion_at: in_days(90),
                ..kms_key("2b6c8d0e-4f1a-4b3c-9d5e-7f8091a2b3c4", "team/imported", "4")
            },
            kms_key("3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5", "team/backup", "2"),
            KmsKey {
                spec: "RSA_2048".to_owned(),
                usage: "SIGN_VERIFY".to_owned(),
                ..kms_key("4d8e0f2a-6b3c-4d5e-9f70-91a2b3c4d5e6", "team/signing", "3")
            },
            KmsKey {
                is_default: true,
                description: "Default Master Key".to_owned(),
                ..kms_key("5e9f1a3b-7c4d-4e6f-8a81-a2b3c4d5e6f7", "evs/default", "2")
            },
        ],
        kms_aliases: Vec::new(),
        key_pairs: vec![
            key_pair(1, "KeyPair-ops_1", public_keys::OPS),
            key_pair(2, "KeyPair-ops_2", public_keys::PRACTICE),
            key_pair(3, "KeyPair-dev_01", public_keys::LAPTOP),
        ],
        servers: vec![
            server("a550ac820fd7768dd2468569ef985411", "cph-test-1", 5, 1),
            server("b661bd931fe8879ee3579670fa096522", "cph-test-2", 5, 2),
            Server {
                network_version: "v1".to_owned(),
                phone_model_name: "rs1.xlarge".to_owned(),
                ..server("c772ce042af9980ff4680781ab1a7633", "cph-prod-1", 8, 3)
            },
        ],
        jobs: Vec::new(),
        ecs_servers: ecs_servers(),
        tasks: vec![failed_task()],
    };
    Account {
        id: "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf".to_owned(),
        user_id: "6c2a33b1b8474d0dbac0a24297127525".to_owned(),
        user_name: "sandbox".to_owned(),
        projects: vec![project],
        code_arts_keys: vec![
            // The two of spec huawei-codearts-cph 3.6.
            code_arts_key(
                31001,
                "laptop",
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com",
                "2025-03-04T13:06:07.000+08:00",
            ),
            code_arts_key(
                2_112_483_901,
                "构建机",
                "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDkFDCt77upvNzjmoHeLulNJOFThFOk+WBnAEw5BvtupPFKJYQolsWY3Hyp2y3u3MbTEl5uJAZRLnBlBSzvyLrg= ci@example.com",
                "2025-06-16T03:05:58.000+08:00",
            ),
            // Two keys with one title.
            code_arts_key(
                31002,
                "ci",
                public_keys::CI,
                "2023-11-20T10:30:00.000+08:00",
            ),
            code_arts_key(
                31003,
                "ci",
                public_keys::DEV,
                "2024-08-12T15:00:00.000+08:00",
            ),
        ],
        foreign_code_arts_keys: vec![code_arts_key(
            1_208_114_007,
            "colleague",
            public_keys::COLLEAGUE,
            "2025-01-09T09:00:00.000+08:00",
        )],
        access_keys: BTreeMap::new(),
    }
}

fn kms_key(id: &str, alias: &str, state: &str) -> KmsKey {
    KmsKey {
        id: id.to_owned(),
        alias: alias.to_owned(),
        state: state.to_owned(),
        spec: "AES_256".to_owned(),
        usage: "ENCRYPT_DECRYPT".to_owned(),
        origin: "kms".to_owned(),
        created_at: CREATED_AT,
        ..KmsKey::default()
    }
}

fn key_pair(id: u64, name: &str, public_key: &str) -> KeyPair {
    KeyPair {
        id,
        name: name.to_owned(),
        scope: "user".to_owned(),
        public_key: public_key.to_owned(),
        created_at: CREATED_AT,
        ..KeyPair::default()
    }
}

fn server(id: &str, name: &str, status: i64, number: u8) -> Server {
    Server {
        id: id.to_owned(),
        name: name.to_owned(),
        key_pair_name: "KeyPair-ops_1".to_owned(),
        status,
        network_version: "v2".to_owned(),
        phone_model_name: "rs2.plus".to_owned(),
        private_ip: format!("192.168.0.{}", 9 + number),
        public_ip: format!("203.0.113.{}", 6 + number),
        availability_zone: "cn-north-4a".to_owned(),
        create_time: format!("2026-01-0{number}T03:04:05Z"),
        update_time: format!("2026-01-0{number}T03:10:00Z"),
    }
}

/// One for each way that binding a pair can go.
fn ecs_servers() -> Vec<EcsServer> {
    let server = |id: &str, name: &str, status: &str| EcsServer {
        id: id.to_owned(),
        name: name.to_owned(),
        status: status.to_owned(),
        os: "Ubuntu 22.04".to_owned(),
        ssh_open: true,
        password: "Sandbox-2026".to_owned(),
        password_login: true,
        ..EcsServer::default()
    };
    let bound = |server: EcsServer, key_pair_name: &str, authorized_key: &str| EcsServer {
        key_pair_name: key_pair_name.to_owned(),
        authorized_key: authorized_key.to_owned(),
        password_login: false,
        ..server
    };
    vec![
        server(
            "d76b2a11-1c1f-4f0e-9a51-0c6f2b7e1001",
            "ecs-stopped-free",
            "SHUTOFF",
        ),
        bound(
            server(
                "1f45c0de-2d2f-4a1e-8b62-1d7f3c8e2002",
                "ecs-stopped-bound",
                "SHUTOFF",
            ),
            "KeyPair-ops_1",
            public_keys::OPS,
        ),
        server(
            "3c9a7e55-3e3f-4b2e-9c73-2e8f4d9e3003",
            "ecs-running-free",
            "ACTIVE",
        ),
        bound(
            server(
                "5e1b8f66-4f4f-4c3e-ad84-3f9f5eae4004",
                "ecs-running-bound",
                "ACTIVE",
            ),
            "KeyPair-ops_2",
            public_keys::PRACTICE,
        ),
        EcsServer {
            ssh_open: false,
            ..server(
                "c9aa197b-a6b6-4c33-b3a6-fa0b4ec50006",
                "ecs-closed",
                "ACTIVE",
            )
        },
    ]
}

/// Left over from an attempt on the server that nobody can reach.
fn failed_task() -> Task {
    Task {
        id: "aee8d2fe-5484-4753-9177-5a38dc15546c".to_owned(),
        operation: "RESET".to_owned(),
        status: "FAILED".to_owned(),
        server_id: "c9aa197b-a6b6-4c33-b3a6-fa0b4ec50006".to_owned(),
        server_name: "ecs-closed".to_owned(),
        key_pair_name: "KeyPair-dev_01".to_owned(),
        public_key: public_keys::LAPTOP.to_owned(),
        looks: 3,
        created_at: CREATED_AT,
        error_message: "Update public key error".to_owned(),
        ..Task::default()
    }
}

fn code_arts_key(id: i64, title: &str, key: &str, created_at: &str) -> CodeArtsKey {
    CodeArtsKey {
        id,
        title: title.to_owned(),
        key: key.to_owned(),
        created_at: created_at.to_owned(),
    }
}
