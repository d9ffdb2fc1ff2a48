//! Tencent Cloud: 24 pairs in Guangzhou, so that a listing has two pages, and one instance for every refusal; a pair in
//! Shanghai that an image holds on to; and a small fleet of Lighthouse in Guangzhou.

use std::collections::BTreeMap;

use super::super::state::tencent::{
    Account, Image, Instance, KeyPair, Lighthouse, Operation, Region,
};
use super::{letters, public_keys, tag};

const LINUX: &str = "Ubuntu Server 22.04 LTS 64bit";
const WINDOWS: &str = "Windows Server 2022 DataCenter 64bitCN";

const BASTION: &str = "skey-9p0o8i7u";
const CI_RUNNER: &str = "skey-3x8v1n6t";
const OPS_2024: &str = "skey-7h2k9m4q";
const GOLDEN: &str = "skey-2g7l4d9n";

const WEB: &str = "lhkp-1w6e3b8s";
const OFFICE: &str = "lhkp-5f2c7o4p";
const TEMPLATE: &str = "lhkp-9t4m6p1l";

/// The account.
pub(crate) fn account() -> Account {
    let mut guangzhou = Region {
        name: "South China(Guangzhou)".to_owned(),
        key_pairs: vec![
            KeyPair {
                tags: tag("团队", "基础设施"),
                ..key_pair(BASTION, "bastion", public_keys::OPS)
            },
            key_pair(CI_RUNNER, "ci_runner", public_keys::CI),
            invented(OPS_2024, "ops_2024"),
            invented("skey-1a2b3c4d", "spare"),
            key_pair("skey-6l5k4j3h", "old_laptop", public_keys::LAPTOP),
        ],
        instances: vec![
            instance("ins-4t6y8u2i", "app-1", "STOPPED", &[BASTION, CI_RUNNER]),
            instance("ins-8k2j5h7g", "app-2", "RUNNING", &[BASTION, OPS_2024]),
            instance("ins-5r7e9w1q", "runner-1", "STOPPED", &[CI_RUNNER]),
            Instance {
                os_name: WINDOWS.to_owned(),
                login_user: "Administrator".to_owned(),
                ..instance("ins-2w4n6d8s", "desktop", "STOPPED", &[])
            },
            instance("ins-6m8c2x4z", "rescue-me", "RESCUE_MODE", &[BASTION]),
            Instance {
                stop_charging_mode: "STOP_CHARGING".to_owned(),
                ..instance("ins-0s1t2o3p", "parked", "STOPPED", &[BASTION])
            },
        ],
        lighthouse: lighthouse(),
        ..Region::default()
    };
    for number in 1..=19 {
        let name = format!("agent_{number:02}");
        let id = format!("skey-{}", letters(&name, 8));
        guangzhou.key_pairs.push(invented(&id, &name));
    }
    let shanghai = Region {
        name: "East China(Shanghai)".to_owned(),
        key_pairs: vec![
            key_pair("skey-5s4h3a2n", "ci_runner_sh", public_keys::CI),
            invented("skey-8d7r6s5i", "dr_site"),
            invented(GOLDEN, "golden_image"),
        ],
        instances: vec![Instance {
            zone: "ap-shanghai-2".to_owned(),
            ..instance("ins-9s8h7a6i", "dr-1", "RUNNING", &["skey-8d7r6s5i"])
        }],
        images: vec![image("img-3k8w5q1z", "golden", GOLDEN)],
        ..Region::default()
    };
    Account {
        uin: "100000000001".to_owned(),
        projects: vec![1_100_001],
        regions: BTreeMap::from([
            ("ap-guangzhou".to_owned(), guangzhou),
            ("ap-shanghai".to_owned(), shanghai),
        ]),
    }
}

/// Three pairs, of which a blueprint holds one, and three instances, of which one runs Windows.
fn lighthouse() -> Lighthouse {
    let server = |id: &str, name: &str, state: &str, key_ids: &[&str]| Instance {
        private_ip: "10.0.4.2".to_owned(),
        public_ip: "203.0.113.9".to_owned(),
        stop_charging_mode: String::new(),
        ..instance(id, name, state, key_ids)
    };
    Lighthouse {
        key_pairs: vec![
            invented(WEB, "web"),
            invented(OFFICE, "office"),
            invented(TEMPLATE, "template"),
        ],
        instances: vec![
            server("lhins-3b6n9m2q", "blog", "STOPPED", &[WEB]),
            server("lhins-7v4c1x8z", "vpn", "RUNNING", &[OFFICE]),
            Instance {
                os_name: WINDOWS.to_owned(),
                login_user: "Administrator".to_owned(),
                ..server("lhins-2d5k8t1w", "desktop", "RUNNING", &[])
            },
        ],
        blueprints: vec![image("lhbp-4k7d2s9a", "template", TEMPLATE)],
    }
}

fn image(id: &str, name: &str, key_id: &str) -> Image {
    Image {
        id: id.to_owned(),
        name: name.to_owned(),
        key_ids: vec![key_id.to_owned()],
    }
}

fn invented(id: &str, name: &str) -> KeyPair {
    key_pair(id, name, &public_keys::invented(&format!("tencent/{id}")))
}

fn key_pair(id: &str, name: &str, public_key: &str) -> KeyPair {
    KeyPair {
        id: id.to_owned(),
        name: name.to_owned(),
        public_key: public_key.to_owned(),
        created_time: "2024-02-11T07:30:05Z".to_owned(),
        ..KeyPair::default()
    }
}

fn instance(id: &str, name: &str, state: &str, key_ids: &[&str]) -> Instance {
    let latest = if state == "STOPPED" {
        "StopInstances"
    } else {
        "StartInstances"
    };
    Instance {
        id: id.to_owned(),
        name: name.to_owned(),
        os_name: LINUX.to_owned(),
        state: state.to_owned(),
        key_ids: key_ids.iter().map(|id| (*id).to_owned()).collect(),
        zone: "ap-guangzhou-6".to_owned(),
        private_ip: "10.0.0.8".to_owned(),
        stop_charging_mode: if state == "STOPPED" {
            "KEEP_CHARGING"
        } else {
            "NOT_APPLICABLE"
        }
        .to_owned(),
        restrict_state: "NORMAL".to_owned(),
        login_user: "ubuntu".to_owned(),
        created_time: "2024-03-01T02:00:00Z".to_owned(),
        latest_operation: Operation {
            name: latest.to_owned(),
            state: "SUCCESS".to_owned(),
            request_id: "6f1c2d3e-4b5a-4978-8695-a4b3c2d1e0f9".to_owned(),
            ..Operation::default()
        },
        ..Instance::default()
    }
}
