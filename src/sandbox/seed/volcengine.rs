//! Volcengine: fourteen pairs in Beijing, three of them in use, and two in Shanghai.
//!
//! Two instances in Beijing can be bound to none: one runs Windows, the other is starting and stays so.

use std::collections::BTreeMap;

use super::super::state::volcengine::{Account, Instance, KeyPair, Region};
use super::{letters, public_keys, tag};

/// The account.
pub(crate) fn account() -> Account {
    let mut beijing = Region {
        key_pairs: vec![
            key_pair(
                "cn-beijing",
                "ci-deploy",
                "deploys from CI",
                public_keys::CI,
                "2023-11-20T10:15:00+08:00",
            ),
            key_pair(
                "cn-beijing",
                "old-laptop",
                "",
                public_keys::LAPTOP,
                "2022-03-07T09:00:00+08:00",
            ),
            invented(
                "cn-beijing",
                "backup-2024",
                "nightly backups",
                "2024-01-02T08:30:00+08:00",
            ),
        ],
        instances: vec![
            instance(
                "i-ycweb00001",
                "web-1",
                "RUNNING",
                "prod-web",
                "203.0.113.11",
            ),
            instance(
                "i-ycweb00002",
                "web-2",
                "RUNNING",
                "prod-web",
                "203.0.113.12",
            ),
            instance(
                "i-ycbastion01",
                "bastion",
                "RUNNING",
                "bastion",
                "203.0.113.10",
            ),
            instance("i-ycstage0001", "staging-1", "STOPPED", "staging", ""),
            Instance {
                os_type: "Windows".to_owned(),
                os_name: "Windows Server 2022 Datacenter 64 bit".to_owned(),
                ..instance("i-ycwindows01", "reports", "RUNNING", "", "203.0.113.13")
            },
            instance("i-ycbuild0001", "build-1", "STARTING", "", ""),
        ],
        ..Region::default()
    };
    for number in 1..=8 {
        let name = format!("build-agent-{number}");
        let created_at = format!("2025-02-{number:02}T12:00:00+08:00");
        beijing
            .key_pairs
            .push(invented("cn-beijing", &name, "build agents", &created_at));
    }
    beijing.key_pairs.extend([
        KeyPair {
            tags: tag("env", "prod"),
            ..invented(
                "cn-beijing",
                "prod-web",
                "web servers",
                "2024-06-18T16:20:00+08:00",
            )
        },
        key_pair(
            "cn-beijing",
            "bastion",
            "way in",
            public_keys::OPS,
            "2023-05-09T11:45:00+08:00",
        ),
        KeyPair {
            tags: tag("env", "staging"),
            ..invented("cn-beijing", "staging", "", "2024-09-30T17:05:00+08:00")
        },
    ]);
    let shanghai = Region {
        key_pairs: vec![
            key_pair(
                "cn-shanghai",
                "ci-deploy",
                "deploys from CI",
                public_keys::CI,
                "2023-11-20T10:20:00+08:00",
            ),
            invented(
                "cn-shanghai",
                "dr-site",
                "disaster recovery",
                "2024-07-01T09:30:00+08:00",
            ),
        ],
        instances: vec![Instance {
            zone_id: "cn-shanghai-a".to_owned(),
            ..instance("i-ycdr000001", "dr-1", "RUNNING", "dr-site", "203.0.113.21")
        }],
        ..Region::default()
    };
    Account {
        account_id: 2_100_000_000,
        regions: BTreeMap::from([
            ("cn-beijing".to_owned(), beijing),
            ("cn-shanghai".to_owned(), shanghai),
        ]),
    }
}

fn invented(region: &str, name: &str, description: &str, created_at: &str) -> KeyPair {
    let public_key = public_keys::invented(&format!("volcengine/{region}/{name}"));
    key_pair(region, name, description, &public_key, created_at)
}

fn key_pair(
    region: &str,
    name: &str,
    description: &str,
    public_key: &str,
    created_at: &str,
) -> KeyPair {
    KeyPair {
        id: format!("kp-yc{}", letters(&format!("{region}/{name}"), 18)),
        name: name.to_owned(),
        description: description.to_owned(),
        public_key: public_key.to_owned(),
        project_name: "default".to_owned(),
        created_at: created_at.to_owned(),
        updated_at: created_at.to_owned(),
        ..KeyPair::default()
    }
}

fn instance(id: &str, name: &str, status: &str, key_pair_name: &str, public_ip: &str) -> Instance {
    Instance {
        id: id.to_owned(),
        name: name.to_owned(),
        status: status.to_owned(),
        key_pair_name: key_pair_name.to_owned(),
        os_type: "Linux".to_owned(),
        os_name: "veLinux 2.0 CentOS Compatible 64 bit".to_owned(),
        host_name: name.to_owned(),
        public_ip: public_ip.to_owned(),
        zone_id: "cn-beijing-a".to_owned(),
        vpc_id: "vpc-yc0001".to_owned(),
        project_name: "default".to_owned(),
        created_at: "2024-06-18T16:30:00+08:00".to_owned(),
        updated_at: "2025-03-04T10:00:00+08:00".to_owned(),
        ..Instance::default()
    }
}
