//! A fleet to read at once: three clouds, twelve regions, 400 keys.
//!
//! [`keys`] is the plan: plain data from which both the state of the sandbox and the facts about it are made. Nothing in
//! here asks kpctl's own code. Everything is the same in every run but the dates of the newer keys, which are counted
//! back from today.

mod material;
mod state;

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};

pub(crate) use material::{ed25519_line, ed25519_private_key, rsa_line, rsa_private_key};
pub(crate) use state::{PENDING_KMS_KEYS, fleet};

/// Cloud and region of each account's regions. CodeArts Repo is in the first one of Huawei Cloud only, by the vendor's
/// table; cloud phones are in all of them but the last.
pub(crate) const REGIONS: [(&str, &str); 12] = [
    ("volcengine", "cn-beijing"),
    ("volcengine", "cn-shanghai"),
    ("volcengine", "cn-guangzhou"),
    ("volcengine", "ap-southeast-1"),
    ("tencent", "ap-guangzhou"),
    ("tencent", "ap-shanghai"),
    ("tencent", "ap-tokyo"),
    ("tencent", "na-siliconvalley"),
    ("huawei", "cn-north-4"),
    ("huawei", "cn-north-9"),
    ("huawei", "ap-southeast-1"),
    ("huawei", "ap-southeast-2"),
];

/// Keys of all kinds but KMS, which encrypts and opens nothing.
pub(crate) const KEYS: usize = 400;

/// One key somewhere.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) cloud: &'static str,
    pub(crate) region: &'static str,
    /// As in an address.
    pub(crate) resource: &'static str,
    /// As in an address; plain enough to stand there as it is.
    pub(crate) id: String,
    /// The cloud's name for it; the title with CodeArts.
    pub(crate) name: String,
    /// OpenSSH, one line.
    pub(crate) line: String,
    pub(crate) created: DateTime<Utc>,
    pub(crate) tags: Vec<(&'static str, String)>,
    /// The ids of the machines that are bound to it and that a list shows: instances, cloud phone servers.
    pub(crate) holders: Vec<String>,
    /// The private half, where KPS keeps it.
    pub(crate) stored_half: Option<&'static str>,
}

impl Key {
    /// As kpctl prints it for a profile.
    pub(crate) fn address(&self, profile: &str) -> String {
        let (cloud, region) = (self.cloud, self.region);
        format!("{cloud}:{profile}/{region}/{}/{}", self.resource, self.id)
    }

    /// Whether it was made before the second half of 2023; all others are younger than 90 days.
    pub(crate) fn is_old(&self) -> bool {
        self.created.timestamp() < 1_688_169_600
    }

    fn is(&self, (cloud, region, resource): Place) -> bool {
        (self.cloud, self.region, self.resource) == (cloud, region, resource)
    }
}

/// Cloud, region and resource.
type Place = (&'static str, &'static str, &'static str);

/// How many keys are in each place.
const PLACES: [(Place, usize); 15] = [
    (("volcengine", "cn-beijing", "key-pair"), 48),
    (("volcengine", "cn-shanghai", "key-pair"), 32),
    (("volcengine", "cn-guangzhou", "key-pair"), 24),
    (("volcengine", "ap-southeast-1", "key-pair"), 16),
    (("tencent", "ap-guangzhou", "key-pair"), 40),
    (("tencent", "ap-shanghai", "key-pair"), 24),
    (("tencent", "ap-tokyo", "key-pair"), 20),
    (("tencent", "na-siliconvalley", "key-pair"), 12),
    (("tencent", "ap-guangzhou", "lighthouse-key-pair"), 14),
    (("tencent", "ap-tokyo", "lighthouse-key-pair"), 10),
    (("huawei", "cn-north-4", "key-pair"), 64),
    (("huawei", "cn-north-9", "key-pair"), 36),
    (("huawei", "ap-southeast-1", "key-pair"), 28),
    (("huawei", "ap-southeast-2", "key-pair"), 20),
    (("huawei", "cn-north-4", "codearts-key"), 12),
];

/// Where the RSA key is, and under which of its five names.
const RSA_PLACES: [(Place, &str); 8] = [
    (("volcengine", "cn-beijing", "key-pair"), "deploy"),
    (("volcengine", "cn-shanghai", "key-pair"), "deploy"),
    (("tencent", "ap-guangzhou", "key-pair"), "deploy_2023"),
    (("tencent", "ap-tokyo", "key-pair"), "old_ci"),
    (
        ("tencent", "ap-guangzhou", "lighthouse-key-pair"),
        "deploy_2023",
    ),
    (("huawei", "cn-north-4", "key-pair"), "KeyPair-jenkins"),
    (("huawei", "ap-southeast-1", "key-pair"), "KeyPair-jenkins"),
    (
        ("huawei", "cn-north-4", "codearts-key"),
        "jenkins (do not delete)",
    ),
];

/// The same of the Ed25519 key. Tencent Cloud takes no such keys any more (spec tencent 7.6), but may have an old one.
const ED25519_PLACES: [(Place, &str); 8] = [
    (("volcengine", "cn-beijing", "key-pair"), "laptop"),
    (("volcengine", "cn-shanghai", "key-pair"), "alice"),
    (("volcengine", "cn-guangzhou", "key-pair"), "laptop"),
    (("tencent", "ap-tokyo", "key-pair"), "alice_mac"),
    (("huawei", "cn-north-4", "key-pair"), "KeyPair-alice"),
    (("huawei", "cn-north-9", "key-pair"), "laptop"),
    (("huawei", "ap-southeast-2", "key-pair"), "KeyPair-alice"),
    (("huawei", "cn-north-4", "codearts-key"), "Alice 的笔记本"),
];

/// What stands first in each of two pages of cn-north-9: a pair whose private half is in `tests/keys` and in KPS.
const PRACTICE: (Place, &str) = (("huawei", "cn-north-9", "key-pair"), "KeyPair-practice");

/// The addresses of the RSA key, as kpctl prints them for a profile.
pub(crate) fn rsa_places(profile: &str) -> Vec<String> {
    addresses_of(&rsa_line(), profile)
}

/// The addresses of the Ed25519 key, as kpctl prints them for a profile.
pub(crate) fn ed25519_places(profile: &str) -> Vec<String> {
    addresses_of(&ed25519_line(), profile)
}

fn addresses_of(line: &str, profile: &str) -> Vec<String> {
    let all = keys();
    let same = all.iter().filter(|key| key.line == line);
    same.map(|key| key.address(profile)).collect()
}

/// How many keys of a kind a machine is bound to, and how many not. Nothing is ever bound to a key of CodeArts.
pub(crate) fn used_and_unused(cloud: &str, resource: &str) -> (usize, usize) {
    let all = keys();
    let (used, unused): (Vec<_>, Vec<_>) = all
        .iter()
        .filter(|key| key.cloud == cloud && key.resource == resource)
        .partition(|key| !key.holders.is_empty());
    (used.len(), unused.len())
}

/// The whole plan: place by place, in the order of creation.
pub(crate) fn keys() -> Vec<Key> {
    let mut keys = Vec::new();
    for (place, count) in PLACES {
        let named = |places: &[(Place, &'static str)], line: String| {
            let here = places.iter().filter(|(own, _)| *own == place);
            here.map(|(_, name)| ((*name).to_owned(), line.clone()))
                .collect::<Vec<_>>()
        };
        let mut lines = named(&RSA_PLACES, rsa_line());
        lines.extend(named(&ED25519_PLACES, ed25519_line()));
        lines.extend(named(&[PRACTICE], material::practice_line()));
        for number in lines.len()..count {
            let name = filler_name(place, number);
            let line = material::filler_line(place, &name, number);
            lines.push((name, line));
        }
        for (number, (name, line)) in lines.into_iter().enumerate() {
            keys.push(key(place, number, keys.len(), name, line));
        }
    }
    keys
}

fn key(place: Place, number: usize, overall: usize, name: String, line: String) -> Key {
    let (cloud, region, resource) = place;
    let id = match (cloud, resource) {
        ("tencent", "key-pair") => format!("skey-{overall:08}"),
        ("tencent", _) => format!("lhkp-{overall:08}"),
        (_, "codearts-key") => (31_001 + number).to_string(),
        _ => name.clone(), // what these take and print
    };
    // Neither KPS nor CodeArts has tags.
    let has_tags = cloud != "huawei" && number.is_multiple_of(2);
    let team = ["web", "data", "ops"][number % 3].to_owned();
    let stored_half = (cloud == "huawei" && resource == "key-pair" && number < 2)
        .then(|| material::private_key_of(&line))
        .flatten();
    Key {
        cloud,
        region,
        resource,
        id,
        name,
        line,
        created: created(overall),
        tags: if has_tags {
            vec![("team", team)]
        } else {
            Vec::new()
        },
        holders: state::holders(place, number),
        stored_half,
    }
}

/// Letters, digits and what the place lets stand between them.
fn filler_name((cloud, region, resource): Place, number: usize) -> String {
    let role = ["web", "db", "batch", "bastion", "build"][number % 5];
    let stage = ["prod", "test", "dev"][number % 3];
    match (cloud, resource) {
        ("tencent", "key-pair") => {
            // Unique in the account.
            let place = region.rsplit('-').next().unwrap_or(region);
            format!("{role}_{}_{number:03}", &place[..place.len().min(8)])
        }
        ("tencent", _) => format!("{role}_{stage}_{}_{number:02}", &region[3..5]),
        ("huawei", "key-pair") => format!("KeyPair-{role}_{stage}_{number:03}"),
        _ => format!("{role}-{stage}-{number:03}"),
    }
}

/// One in three is new: made within the last 80 days. The others were made between 2020 and the spring of 2023.
fn created(overall: usize) -> DateTime<Utc> {
    let days = |number: usize| TimeDelta::days(i64::try_from(number).expect("few days"));
    if overall.is_multiple_of(3) {
        now() - days(1 + overall % 80)
    } else {
        Utc.timestamp_opt(1_577_836_800, 0).single().expect("2020") + days(overall * 3)
    }
}

/// To the second, which is what the clouds tell.
fn now() -> DateTime<Utc> {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("after 1970");
    let seconds = i64::try_from(since.as_secs()).expect("soon");
    Utc.timestamp_opt(seconds, 0).single().expect("a time")
}

#[cfg(test)]
mod tests;
