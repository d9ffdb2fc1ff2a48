//! Hosts and regions of Volcengine (spec volcengine 3).

use crate::error::Error;
use crate::http::Endpoint;

/// Regions that the official SDK knows by name and that look public. Not a gate: the live list is
/// longer.
const REGIONS: [&str; 12] = [
    "ap-singapore-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "cn-beijing",
    "cn-beijing2",
    "cn-chengdu",
    "cn-guangzhou",
    "cn-hongkong",
    "cn-shanghai",
    "cn-wuhan",
    "cn-wulanchabu",
];

/// Regions that are not behind the common host.
const OWN_HOST: [&str; 5] = [
    "cn-beijing-autodriving",
    "cn-shanghai-autodriving",
    "cn-beijing-selfdrive",
    "ap-southeast-2",
    "ap-southeast-3",
];

/// The host of a service: the common one, where the region only matters in the signature, or the
/// region's own.
pub(super) fn endpoint(service: &str, region: &str) -> Endpoint {
    if OWN_HOST.contains(&region) {
        Endpoint::vendor(format!("{service}.{region}.volcengineapi.com"))
    } else if service == "sts" {
        Endpoint::vendor("sts.volcengineapi.com")
    } else {
        Endpoint::vendor("open.volcengineapi.com")
    }
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
    let known = REGIONS.contains(&region) || OWN_HOST.contains(&region);
    Ok(
        (!known)
            .then(|| format!("volcengine region '{region}' is not in kpctl's table; trying it")),
    )
}

#[cfg(test)]
mod tests {
    use super::{check_region, endpoint};

    #[test]
    fn hosts_follow_the_table() {
        let host = |service, region| endpoint(service, region).authority().to_owned();
        assert_eq!(host("ecs", "cn-beijing"), "open.volcengineapi.com");
        assert_eq!(
            host("ecs", "ap-southeast-3"),
            "ecs.ap-southeast-3.volcengineapi.com"
        );
        assert_eq!(host("sts", "cn-beijing"), "sts.volcengineapi.com");
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
