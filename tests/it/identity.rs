//! What the tests of credential sources share: a served sandbox whose keys nobody has yet.

use crate::fixture::{Output, World};

/// A cloud, a list of it that needs a credential, its region, and its first request after the
/// credential is there.
pub(crate) struct Cloud {
    pub(crate) name: &'static str,
    pub(crate) list: [&'static str; 2],
    pub(crate) region: &'static str,
    pub(crate) operation: &'static str,
}

pub(crate) const VOLCENGINE: Cloud = Cloud {
    name: "volcengine",
    list: ["key-pair", "list"],
    region: "cn-beijing",
    operation: "DescribeKeyPairs",
};
pub(crate) const TENCENT: Cloud = Cloud {
    name: "tencent",
    list: ["key-pair", "list"],
    region: "ap-guangzhou",
    operation: "DescribeKeyPairs",
};
pub(crate) const HUAWEI: Cloud = Cloud {
    name: "huawei",
    list: ["kms-key", "list"],
    region: "cn-north-4",
    operation: "ListKeys",
};
pub(crate) const CLOUDS: [Cloud; 3] = [VOLCENGINE, TENCENT, HUAWEI];

/// The variables with keys, regions and projects that `kpctl sandbox env` sets.
const SET: [&str; 10] = [
    "VOLCENGINE_ACCESS_KEY",
    "VOLCENGINE_SECRET_KEY",
    "VOLCENGINE_REGION",
    "TENCENTCLOUD_SECRET_ID",
    "TENCENTCLOUD_SECRET_KEY",
    "TENCENTCLOUD_REGION",
    "HUAWEICLOUD_SDK_AK",
    "HUAWEICLOUD_SDK_SK",
    "HUAWEICLOUD_SDK_PROJECT_ID",
    "HW_REGION_NAME",
];

/// A served sandbox; the environment names it and holds nothing else.
pub(crate) fn keyless(arguments: &[&str]) -> World {
    let world = World::served(arguments);
    SET.into_iter().fold(world, World::without)
}

/// The same with a config file.
pub(crate) fn configured(arguments: &[&str], config: &str) -> World {
    let world = keyless(arguments);
    write_config(&world, config);
    world
}

/// Replaces the config file.
pub(crate) fn write_config(world: &World, text: &str) {
    world.secret_file(".config/kpctl/config.toml", text);
}

/// Runs a command of a cloud with the trace and a document.
pub(crate) fn run(world: &World, cloud: &Cloud, arguments: &[&str]) -> Output {
    world.run(&[&[cloud.name], arguments, &["-v", "-o", "json"]].concat())
}

/// Lists with these options, in the cloud's region.
pub(crate) fn list(world: &World, cloud: &Cloud, options: &[&str]) -> Output {
    run(
        world,
        cloud,
        &[&cloud.list, &["-r", cloud.region][..], options].concat(),
    )
}

/// How many requests of an operation the sandbox has seen.
pub(crate) fn count(world: &World, operation: &str) -> usize {
    let requests = world.requests();
    requests.iter().filter(|name| *name == operation).count()
}

/// A table of the config file with these lines.
pub(crate) fn profile(name: &str, cloud: &Cloud, source: &str, lines: &[&str]) -> String {
    let (region, cloud) = (cloud.region, cloud.name);
    let lines = lines.join("\n");
    format!(
        "[profiles.{name}]\ncloud = \"{cloud}\"\nregion = \"{region}\"\n[profiles.{name}.credentials]\nsource = \"{source}\"\n{lines}\n"
    )
}

#[test]
#[should_panic(expected = "a secret came out in")]
fn a_secret_that_the_test_did_not_write_is_found() {
    let world = World::empty();
    world.secret_file("own", kpctl::sandbox::credentials::ISSUED_MARK);
    std::fs::create_dir(world.path("cache")).expect("makes it");
    let text = format!("id-{}-7", kpctl::sandbox::credentials::ISSUED_MARK);
    std::fs::write(world.path("cache/other"), text).expect("writes");
}

#[test]
#[should_panic(expected = "a secret came out in")]
fn a_secret_of_the_vendors_files_is_found() {
    let world = World::empty();
    std::fs::write(world.path("other"), "sk=not-real-legacy-ini-secret-key").expect("writes");
}
