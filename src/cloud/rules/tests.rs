//! Names and keys of every kind, by what each vendor's own checks say.

use proptest::prelude::*;

use super::{legal_name, quota, takes_key};
use crate::cloud::{has_service, inventory_lists, known_regions, usual_endpoint};
use crate::cloud::{huawei, tencent, volcengine};
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, Resource};
use crate::sshkey::PublicKey;

const KINDS: [(CloudId, Resource); 5] = [
    (CloudId::Volcengine, Resource::KeyPair),
    (CloudId::Tencent, Resource::KeyPair),
    (CloudId::Tencent, Resource::LighthouseKeyPair),
    (CloudId::Huawei, Resource::KeyPair),
    (CloudId::Huawei, Resource::CodeartsKey),
];
const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com";

/// What the vendor's own check says of a new name: an error, or doubts.
fn check(cloud: CloudId, resource: Resource, name: &str) -> Result<usize, Error> {
    match (cloud, resource) {
        (CloudId::Volcengine, _) => {
            volcengine::names::check_new(name).map(|doubt| doubt.iter().count())
        }
        (CloudId::Tencent, _) => tencent::rules::name(name).map(|()| 0),
        (_, Resource::CodeartsKey) => huawei::rules::check_title(name).map(|()| 0),
        _ => huawei::rules::check_new_name(name).map(|doubt| doubt.iter().count()),
    }
}

#[test]
fn names_are_kept_or_brought_near() {
    use CloudId::{Huawei, Tencent, Volcengine};
    for (cloud, wanted, expected) in [
        (Volcengine, "web-1.prod", Some("web-1.prod")),
        (Volcengine, "web_1", Some("web-1")),
        (Volcengine, "--a__.b--", Some("a-b")),
        (Volcengine, "a..b", Some("a.b")),
        (Volcengine, "db-生产", Some("db")),
        (Volcengine, "生产", None),
        (Volcengine, "a", None),
        (Tencent, "deploy_key", Some("deploy_key")),
        (Tencent, "_", Some("_")),
        (Tencent, "web-1.prod", Some("web_1_prod")),
        (Tencent, "dev@laptop (old)", Some("dev_laptop_old")),
        (Tencent, "生产环境", None),
        (Tencent, "", None),
        (Huawei, "web_1-a", Some("web_1-a")),
        (Huawei, "dev@laptop.local", Some("dev-laptop-local")),
        (Huawei, "a", Some("a")),
        (Huawei, "密钥", None),
    ] {
        let found = legal_name(cloud, Resource::KeyPair, wanted);
        match (found, expected) {
            (Ok(found), Some(expected)) => assert_eq!(found, expected, "{cloud} {wanted}"),
            (Err(error), None) => assert_eq!(error.kind, ErrorKind::Usage, "{cloud} {wanted}"),
            (found, _) => panic!("{cloud} {wanted}: {found:?}"),
        }
    }
    let title = |text: &str| legal_name(Huawei, Resource::CodeartsKey, text).ok();
    assert_eq!(title("构建机 (old)").as_deref(), Some("构建机 (old)"));
    assert_eq!(title(&"钥".repeat(1001)), Some("钥".repeat(1000)));
    assert_eq!(title(" \t"), None);
}

#[test]
fn long_names_are_cut_to_the_limit() {
    for ((cloud, resource), longest) in KINDS.into_iter().zip([64, 25, 25, 64, 1000]) {
        let long = "x".repeat(1500);
        let name = legal_name(cloud, resource, &long).expect("a name");
        assert_eq!(name.len(), longest, "{cloud} {resource}");
        // No separator is left where it was cut.
        let wanted = format!("{}@{long}", "x".repeat(longest - 1));
        let name = legal_name(cloud, resource, &wanted).expect("a name");
        if resource != Resource::CodeartsKey {
            assert_eq!(name.len(), longest - 1, "{cloud} {resource}");
        }
    }
}

#[test]
fn what_has_no_key_pairs_has_no_names_for_them() {
    for (cloud, resource) in [
        (CloudId::Volcengine, Resource::LighthouseKeyPair),
        (CloudId::Tencent, Resource::KmsKey),
        (CloudId::Huawei, Resource::CphServer),
    ] {
        let key = PublicKey::parse(ED25519).expect("a key");
        assert!(legal_name(cloud, resource, "web").is_err());
        assert!(takes_key(cloud, resource, &key).is_err());
        assert_eq!(quota(cloud, resource), None);
    }
}

#[test]
fn keys_are_fine_doubtful_or_refused() {
    let key = PublicKey::parse(ED25519).expect("a key");
    let long = key.with_comment(&"c".repeat(1000));
    for (cloud, resource) in KINDS {
        let doubt = takes_key(cloud, resource, &key).expect("not certainly refused");
        assert_eq!(
            doubt.is_some(),
            cloud != CloudId::Huawei,
            "{cloud} {resource}"
        );
        let refused = takes_key(cloud, resource, &long).is_err();
        assert_eq!(
            refused,
            resource == Resource::CodeartsKey,
            "{cloud} {resource}"
        );
    }
    let doubt = takes_key(CloudId::Huawei, Resource::KeyPair, &long);
    assert!(
        doubt
            .ok()
            .flatten()
            .is_some_and(|text| text.contains("1024"))
    );
}

#[test]
fn every_kind_has_a_list_a_service_and_regions() {
    let mut kinds = Vec::new();
    for cloud in CloudId::ALL {
        for (resource, service, _) in inventory_lists(cloud) {
            let regions = known_regions(cloud, resource);
            assert!(!regions.is_empty(), "{cloud} {resource}");
            for region in regions {
                assert!(has_service(cloud, resource, region), "{cloud} {region}");
                assert!(usual_endpoint(cloud, service, region).is_ok(), "{region}");
            }
            let is_known = usual_endpoint(cloud, service, "xx-new-1").is_ok();
            assert_eq!(has_service(cloud, resource, "xx-new-1"), is_known);
            kinds.push(resource);
        }
    }
    for resource in Resource::ALL {
        let is_listed = kinds.contains(&resource);
        assert_eq!(is_listed, resource != Resource::Task, "{resource}");
    }
}

#[test]
fn only_documented_limits_are_told() {
    let most = |(cloud, resource)| quota(cloud, resource).map(|quota| quota.most);
    assert_eq!(KINDS.map(most), [Some(500), Some(100), None, None, None]);
}

/// Texts of all kinds, and such as names of keys are.
fn wanted() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,80}",
        "[a-zA-Z0-9@._ -]{0,120}",
        "[-_.a密]{0,70}",
        proptest::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter),
    ]
}

proptest! {
    #[test]
    fn a_legal_name_is_legal_and_stays_the_same(wanted in wanted()) {
        for (cloud, resource) in KINDS {
            let Ok(name) = legal_name(cloud, resource, &wanted) else {
                let letters = wanted.chars().filter(char::is_ascii_alphanumeric).count();
                prop_assert!(letters < 2, "{cloud} {resource}: nothing is left of {wanted:?}");
                continue;
            };
            let doubts = check(cloud, resource, &name);
            prop_assert!(matches!(doubts, Ok(0)), "{cloud} {resource}: {name:?}");
            prop_assert_eq!(legal_name(cloud, resource, &name).ok(), Some(name));
        }
    }

    #[test]
    fn a_name_without_doubt_is_kept(name in "[a-z0-9]{1,8}[a-z0-9]{1,8}") {
        for (cloud, resource) in KINDS {
            prop_assert_eq!(legal_name(cloud, resource, &name).ok(), Some(name.clone()));
        }
    }
}
