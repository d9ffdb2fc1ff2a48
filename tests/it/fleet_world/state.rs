//! The plan as a state of the sandbox.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use kpctl::sandbox::credentials::HUAWEI_PROJECT_ID;
use serde_json::{Map, Value, json};

use super::{Key, Place, REGIONS, keys, now};

/// The addresses of the KMS keys that are pending deletion, without cloud and profile.
pub(crate) const PENDING_KMS_KEYS: [&str; 2] = [
    "cn-north-4/kms-key/a1a1a1a1-0000-4000-8000-000000000001",
    "cn-north-9/kms-key/a1a1a1a1-0000-4000-8000-000000000004",
];

/// The machines that are bound to the key of that number in a place: its number tells.
pub(super) fn holders((cloud, region, resource): Place, number: usize) -> Vec<String> {
    let place = REGIONS
        .iter()
        .position(|known| *known == (cloud, region))
        .expect("a region of the fleet");
    let machine = |prefix: &str, count: usize| -> Vec<String> {
        (0..count)
            .map(|machine| format!("{prefix}{place:02}{number:04}{machine:02}"))
            .collect()
    };
    match (cloud, resource) {
        // Each third one has a machine, and the first has two.
        ("volcengine", _) if number.is_multiple_of(3) => {
            machine("i-", 1 + usize::from(number == 0))
        }
        ("tencent", "key-pair") if number.is_multiple_of(4) => {
            machine("ins-", 1 + usize::from(number == 0))
        }
        ("tencent", "lighthouse-key-pair") if number.is_multiple_of(5) => machine("lhins-", 1),
        ("huawei", "key-pair") if has_phones(region) && number < 3 => machine(&"c".repeat(24), 1),
        _ => Vec::new(),
    }
}

/// Regions with cloud phone servers.
fn has_phones(region: &str) -> bool {
    region != "ap-southeast-2"
}

/// The whole state, for `POST /_sandbox/state` or `kpctl sandbox serve --state FILE`.
pub(crate) fn fleet() -> Value {
    let keys = keys();
    let of = |place: Place| -> Vec<&Key> { keys.iter().filter(|key| key.is(place)).collect() };
    let regions = |cloud: &str| -> Vec<&'static str> {
        let own = REGIONS.iter().filter(|(known, _)| *known == cloud);
        own.map(|(_, region)| *region).collect()
    };
    let volcengine: Map<String, Value> = regions("volcengine")
        .into_iter()
        .map(|region| {
            let pairs = of(("volcengine", region, "key-pair"));
            (region.to_owned(), volcengine_region(region, &pairs))
        })
        .collect();
    let tencent: Map<String, Value> = regions("tencent")
        .into_iter()
        .map(|region| {
            let cvm = of(("tencent", region, "key-pair"));
            let lighthouse = of(("tencent", region, "lighthouse-key-pair"));
            (region.to_owned(), tencent_region(region, &cvm, &lighthouse))
        })
        .collect();
    let projects: Vec<Value> = regions("huawei")
        .into_iter()
        .enumerate()
        .map(|(number, region)| project(number, region, &of(("huawei", region, "key-pair"))))
        .collect();
    let code_arts = of(("huawei", "cn-north-4", "codearts-key"));
    let code_arts: Vec<Value> = code_arts.into_iter().map(code_arts_key).collect();
    json!({
        "volcengine": { "account_id": 2_100_000_000_u64, "regions": volcengine },
        "tencent": { "uin": "100000000001", "projects": [], "regions": tencent },
        "huawei": {
            "id": "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
            "user_id": "6c2a33b1b8474d0dbac0a24297127525",
            "user_name": "sandbox",
            "projects": projects,
            "code_arts_keys": code_arts,
        },
    })
}

fn in_beijing(time: DateTime<Utc>) -> DateTime<FixedOffset> {
    let offset = FixedOffset::east_opt(8 * 3600).expect("an offset");
    time.with_timezone(&offset)
}

fn tags(key: &Key) -> Value {
    let tags = key.tags.iter();
    tags.map(|(key, value)| json!({ "key": key, "value": value }))
        .collect()
}

fn volcengine_region(region: &str, pairs: &[&Key]) -> Value {
    let key_pairs: Vec<Value> = pairs
        .iter()
        .enumerate()
        .map(|(number, key)| {
            let created = in_beijing(key.created).to_rfc3339();
            json!({
                "id": format!("kp-{}{number:04}", region.replace('-', "")),
                "name": key.name,
                "description": "",
                "public_key": key.line,
                "project_name": "default",
                "tags": tags(key),
                "created_at": created,
                "updated_at": created,
            })
        })
        .collect();
    let mut instances: Vec<Value> = Vec::new();
    let free = [(format!("i-free-{region}"), "")];
    let bound = pairs.iter().flat_map(|key| {
        let ids = key.holders.iter();
        ids.map(|id| (id.clone(), key.name.as_str()))
    });
    for (id, key_pair) in bound.chain(free) {
        instances.push(json!({
            "id": id,
            "name": format!("vm-{}", instances.len()),
            "status": "RUNNING",
            "key_pair_name": key_pair,
            "os_type": "Linux",
            "os_name": "Ubuntu 22.04 64 bit",
            "zone_id": format!("{region}-a"),
            "project_name": "default",
            "created_at": "2023-02-01T10:00:00+08:00",
            "updated_at": "2023-02-01T10:00:00+08:00",
        }));
    }
    json!({ "key_pairs": key_pairs, "instances": instances })
}

fn tencent_region(region: &str, cvm: &[&Key], lighthouse: &[&Key]) -> Value {
    json!({
        "name": region,
        "key_pairs": tencent_pairs(cvm),
        "instances": tencent_instances(region, cvm),
        "lighthouse": {
            "key_pairs": tencent_pairs(lighthouse),
            "instances": tencent_instances(region, lighthouse),
        },
    })
}

fn tencent_pairs(pairs: &[&Key]) -> Vec<Value> {
    pairs
        .iter()
        .map(|key| {
            json!({
                "id": key.id,
                "name": key.name,
                "project_id": 0,
                "description": "",
                "public_key": key.line,
                "created_time": key.created.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                "tags": tags(key),
            })
        })
        .collect()
}

fn tencent_instances(region: &str, pairs: &[&Key]) -> Vec<Value> {
    let bound = pairs.iter().flat_map(|key| {
        let ids = key.holders.iter();
        ids.map(|id| (id.clone(), key.id.as_str()))
    });
    bound
        .map(|(id, key_id)| {
            json!({
                "name": format!("vm-{}", &id[id.len() - 4..]),
                "id": id,
                "os_name": "Ubuntu Server 22.04 LTS 64bit",
                "state": "RUNNING",
                "key_ids": [key_id],
                "zone": format!("{region}-3"),
                "private_ip": "10.0.0.9",
                "stop_charging_mode": "NOT_APPLICABLE",
                "restrict_state": "NORMAL",
                "login_user": "ubuntu",
                "created_time": "2023-02-01T02:00:00Z",
            })
        })
        .collect()
}

fn project(number: usize, region: &str, pairs: &[&Key]) -> Value {
    let id = match region {
        "cn-north-4" => HUAWEI_PROJECT_ID.to_owned(),
        _ => format!("f{number:031x}"),
    };
    let key_pairs: Vec<Value> = pairs
        .iter()
        .enumerate()
        .map(|(place, key)| {
            json!({
                "id": place + 1,
                "name": key.name,
                "scope": if place % 10 == 9 { "domain" } else { "user" },
                "public_key": key.line,
                "is_key_protection": key.stored_half.is_some(),
                "private_key": key.stored_half.unwrap_or_default(),
                "created_at": key.created.timestamp_millis(),
            })
        })
        .collect();
    let phones = pairs.iter().flat_map(|key| {
        let ids = key.holders.iter();
        ids.map(|id| phone_server(region, id, &key.name))
    });
    let servers: Vec<Value> = phones.collect();
    // KPS binds pairs to these, but no list shows them.
    let ecs_servers: Vec<Value> = pairs
        .iter()
        .skip(3)
        .take(2)
        .enumerate()
        .map(|(place, key)| {
            json!({
                "id": format!("e5e5e5e5-0000-4000-8000-{number:08}{place:04}"),
                "name": format!("ecs-{region}-{place}"),
                "status": "ACTIVE",
                "os": "Ubuntu 22.04",
                "key_pair_name": key.name,
                "authorized_key": key.line,
                "ssh_open": true,
                "password_login": false,
            })
        })
        .collect();
    json!({
        "id": id,
        "name": region,
        "kms_keys": kms_keys(number, region),
        "key_pairs": key_pairs,
        "servers": servers,
        "ecs_servers": ecs_servers,
    })
}

fn phone_server(region: &str, id: &str, key_pair: &str) -> Value {
    json!({
        "id": id,
        "name": format!("cph-{}", &id[id.len() - 4..]),
        "key_pair_name": key_pair,
        "status": 5,
        "network_version": "v2",
        "phone_model_name": "rs2.plus",
        "availability_zone": format!("{region}a"),
        "create_time": "2023-02-01T02:00:00Z",
        "update_time": "2023-02-01T02:10:00Z",
    })
}

/// Three a region; the first of the first two regions is pending deletion.
fn kms_keys(project: usize, region: &str) -> Vec<Value> {
    let days = [Some(3), Some(30), None, None][project];
    (0..3)
        .map(|number| {
            let deletion = days.filter(|_| number == 0).map(TimeDelta::days);
            let at = deletion.map_or(0, |days| (now() + days).timestamp_millis());
            let total = project * 3 + number + 1;
            json!({
                "id": format!("a1a1a1a1-0000-4000-8000-{total:012}"),
                "alias": format!("{region}/key-{number}"),
                "state": if deletion.is_some() { "4" } else { "2" },
                "spec": "AES_256",
                "usage": "ENCRYPT_DECRYPT",
                "origin": "kms",
                "created_at": 1_646_356_000_000_i64,
                "deletion_at": at,
            })
        })
        .collect()
}

fn code_arts_key(key: &Key) -> Value {
    let created = in_beijing(key.created).format("%Y-%m-%dT%H:%M:%S%.3f%:z");
    json!({
        "id": key.id.parse::<u64>().expect("a number"),
        "title": key.name,
        "key": key.line,
        "created_at": created.to_string(),
    })
}
