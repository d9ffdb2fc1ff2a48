//! Hosts and regions of Volcengine (spec volcengine 3).

use crate::error::Error;
use crate::http::Endpoint;

/// Regions that the official SDK knows by name, public or not. Not a gate: the live list is longer.
const REGIONS: [&str; 52] = [
    "ap-singapore-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "byteplus-global",
    "cn-beijing",
    "cn-beijing-autodriving",
    "cn-beijing-selfdrive",
    "cn-beijing2",
    "cn-beijing300",
    "cn-changsha-sdv",
    "cn-chengdu",
    "cn-chengdu-sdv",
    "cn-chongqing-sdv",
    "cn-datong",
    "cn-east-1-dedicated",
    "cn-gaofang-bj",
    "cn-gaofang-gz1",
    "cn-gaofang-nt1",
    "cn-gaofang-nt2",
    "cn-gaofang-nt3",
    "cn-gaofang-nt4",
    "cn-gaofang-nt5",
    "cn-guangzhou",
    "cn-guilin-boe",
    "cn-hangzhou",
    "cn-hjxj",
    "cn-hjzg",
    "cn-hlbx",
    "cn-hlxj",
    "cn-hlzg",
    "cn-hongkong",
    "cn-hongkong-pop",
    "cn-lfbx",
    "cn-lfxj",
    "cn-lfzg",
    "cn-macau-pop-sdv",
    "cn-mainland",
    "cn-nanjing-bbit",
    "cn-ningbo-sdv",
    "cn-north-1",
    "cn-north-1-dedicated",
    "cn-north-boe",
    "cn-shanghai",
    "cn-shanghai-autodriving",
    "cn-taiwan-boe",
    "cn-wuhan",
    "cn-wulanchabu",
    "cn-xian-boe-sdv",
    "overseas-1",
    "rec-cn",
    "rec-sg",
];

/// Regions that are not behind the common host.
const OWN_HOST: [&str; 5] = [
    "cn-beijing-autodriving",
    "cn-shanghai-autodriving",
    "cn-beijing-selfdrive",
    "ap-southeast-2",
    "ap-southeast-3",
];

/// The domain of the vendor.
pub(super) const DOMAIN: &str = "volcengineapi.com";

/// The same services over IPv4 and IPv6.
pub(super) const DUAL_STACK: &str = "volcengine-api.com";

/// Services that are asked at one place for all regions.
const GLOBAL: [&str; 2] = ["billing", "iam"];

/// The domain of the sister cloud, which has one host in each region for all services.
const BYTEPLUS: &str = "byteplusapi.com";

/// The host of a service. Without a domain it is the common one, where the region only matters in
/// the signature, or the region's own, as the SDKs do it. With a domain it is the host that the
/// vendor's standard resolver makes of it, also for the vendor's own domain.
pub(in crate::cloud) fn endpoint(
    service: &str,
    region: &str,
    domain: Option<&str>,
) -> Result<Endpoint, Error> {
    check_region(region)?;
    let name = service.to_ascii_lowercase().replace('_', "-");
    match domain {
        Some(domain) if domain.eq_ignore_ascii_case(BYTEPLUS) => {
            Endpoint::in_domain(&format!("open.{region}"), domain)
        }
        Some(domain) if GLOBAL.contains(&name.as_str()) => Endpoint::in_domain(&name, domain),
        Some(domain) => Endpoint::in_domain(&format!("{name}.{region}"), domain),
        None if OWN_HOST.contains(&region) => {
            Endpoint::in_domain(&format!("{name}.{region}"), DOMAIN)
        }
        None if name == "sts" => Endpoint::in_domain("sts", DOMAIN),
        None => Endpoint::in_domain("open", DOMAIN),
    }
}

/// Whether the region has hosts of its own without any resolver being chosen.
pub(super) fn has_own_hosts(region: &str) -> bool {
    OWN_HOST.contains(&region)
}

/// The regions that are open to everybody, as far as their names tell (spec volcengine 3, unverified).
pub(in crate::cloud) fn known_regions() -> Vec<&'static str> {
    const PUBLIC: [&str; 8] = [
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "cn-beijing",
        "cn-chengdu",
        "cn-guangzhou",
        "cn-hongkong",
        "cn-shanghai",
    ];
    PUBLIC.to_vec()
}

/// A warning about a region that is not in the table; an error for what cannot be one, because it
/// goes into host names and signatures.
pub(in crate::cloud) fn check_region(region: &str) -> Result<Option<String>, Error> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if region.is_empty()
        || !region.chars().all(plain)
        || region.starts_with('-')
        || region.ends_with('-')
    {
        return Err(Error::usage(format!("'{region}' cannot be a region"))
            .hint("A region of volcengine looks like cn-beijing."));
    }
    Ok((!REGIONS.contains(&region))
        .then(|| format!("volcengine region '{region}' is not in kpctl's table; trying it")))
}

#[cfg(test)]
mod tests {
    use super::{OWN_HOST, REGIONS, check_region, endpoint};

    #[test]
    fn hosts_follow_the_table() {
        let host = |service, region| {
            let endpoint = endpoint(service, region, None).expect("a host");
            endpoint.authority().to_owned()
        };
        assert_eq!(host("ecs", "cn-beijing"), "open.volcengineapi.com");
        assert_eq!(
            host("ecs", "ap-southeast-3"),
            "ecs.ap-southeast-3.volcengineapi.com"
        );
        assert_eq!(host("sts", "cn-beijing"), "sts.volcengineapi.com");
    }

    #[test]
    fn with_a_domain_hosts_are_regional() {
        for (service, region, domain, expected) in [
            (
                "ecs",
                "cn-beijing",
                "volcengineapi.com",
                "ecs.cn-beijing.volcengineapi.com",
            ),
            (
                "sts",
                "cn-beijing",
                "volcengineapi.com",
                "sts.cn-beijing.volcengineapi.com",
            ),
            (
                "iam",
                "cn-beijing",
                "volcengineapi.com",
                "iam.volcengineapi.com",
            ),
            (
                "RDS_mysql",
                "cn-beijing",
                "volcengine-api.com",
                "rds-mysql.cn-beijing.volcengine-api.com",
            ),
            (
                "ecs",
                "ap-southeast-1",
                "byteplusapi.com",
                "open.ap-southeast-1.byteplusapi.com",
            ),
            (
                "sts",
                "ap-southeast-1",
                "BytePlusAPI.com",
                "open.ap-southeast-1.byteplusapi.com",
            ),
        ] {
            let endpoint = endpoint(service, region, Some(domain)).expect("a host");
            assert_eq!(endpoint.authority(), expected);
        }
        assert!(endpoint("ecs", "cn-beijing", Some("https://a.com")).is_err());
        assert!(endpoint("ecs", "cn.beijing", Some("volcengineapi.com")).is_err());
    }

    #[test]
    fn what_has_own_hosts_is_known() {
        assert!(OWN_HOST.iter().all(|region| REGIONS.contains(region)));
    }

    #[test]
    fn unknown_regions_are_tried_and_impossible_ones_are_not() {
        assert_eq!(check_region("cn-beijing").ok(), Some(None));
        assert!(matches!(check_region("xx-new-1"), Ok(Some(_))));
        for region in [
            "",
            "CN-Beijing",
            "cn/beijing",
            "cn beijing",
            "-cn",
            "evil.example.com",
        ] {
            assert!(check_region(region).is_err(), "{region}");
        }
    }
}
