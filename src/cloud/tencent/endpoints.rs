//! Hosts and regions of Tencent Cloud (spec tencent 1.6).

use crate::error::Error;
use crate::http::Endpoint;
use crate::model::CloudId;

/// Regions that the official SDK or the vendor's pages name. Not a gate: the list grows.
const REGIONS: [&str; 28] = [
    "ap-bangkok",
    "ap-beijing",
    "ap-chengdu",
    "ap-chongqing",
    "ap-guangzhou",
    "ap-guangzhou-open",
    "ap-hongkong",
    "ap-jakarta",
    "ap-johorbahru",
    "ap-mumbai",
    "ap-nanjing",
    "ap-osaka",
    "ap-qingyuan",
    "ap-seoul",
    "ap-shanghai",
    "ap-shanghai-fsi",
    "ap-shenzhen",
    "ap-shenzhen-fsi",
    "ap-singapore",
    "ap-taipei",
    "ap-tokyo",
    "eu-frankfurt",
    "eu-moscow",
    "me-saudi-arabia",
    "na-ashburn",
    "na-siliconvalley",
    "na-toronto",
    "sa-saopaulo",
];

/// The domain of the vendor. The international one, `intl.` before it, is another name for the same
/// API; `internal.` before it works inside the vendor's networks.
const DOMAIN: &str = "tencentcloudapi.com";

/// The host of a service. The region travels in a header, so one host serves all regions; only
/// the finance regions are apart and want their own.
pub(in crate::cloud) fn endpoint(
    service: &str,
    region: &str,
    domain: Option<&str>,
) -> Result<Endpoint, Error> {
    check_region(region)?;
    let domain = domain.unwrap_or(DOMAIN);
    if region.ends_with("-fsi") {
        Endpoint::in_domain(&format!("{service}.{region}"), domain)
    } else {
        Endpoint::in_domain(service, domain)
    }
}

/// Whether it is the domain that the table is about.
pub(super) fn is_own(domain: &str) -> bool {
    domain.eq_ignore_ascii_case(DOMAIN)
}

/// All regions of the table.
pub(in crate::cloud) fn known_regions() -> Vec<&'static str> {
    REGIONS.to_vec()
}

/// A warning about a region that is not in the table; an error for what cannot be one, because it
/// goes into headers and host names.
pub(in crate::cloud) fn check_region(region: &str) -> Result<Option<String>, Error> {
    if !has_the_shape(region) {
        return Err(
            Error::usage(format!("'{}' cannot be a region", region.escape_debug()))
                .hint("A region of tencent looks like ap-guangzhou.")
                .cloud(CloudId::Tencent),
        );
    }
    let known = REGIONS.contains(&region);
    Ok((!known).then(|| format!("tencent region '{region}' is not in kpctl's table; trying it")))
}

/// `[a-z]{2}-[a-z]+(-[a-z0-9]+)*`
fn has_the_shape(region: &str) -> bool {
    let mut parts = region.split('-');
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let area = parts
        .next()
        .is_some_and(|part| part.len() == 2 && letters(part));
    let city = parts.next().is_some_and(letters);
    let word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    area && city && parts.all(word)
}

#[cfg(test)]
mod tests {
    use super::{check_region, endpoint};

    #[test]
    fn finance_regions_have_their_own_hosts() {
        let host = |service, region| {
            let endpoint = endpoint(service, region, None).expect("a host");
            endpoint.authority().to_owned()
        };
        assert_eq!(host("cvm", "ap-guangzhou"), "cvm.tencentcloudapi.com");
        assert_eq!(host("sts", "eu-frankfurt"), "sts.tencentcloudapi.com");
        assert_eq!(
            host("cvm", "ap-shanghai-fsi"),
            "cvm.ap-shanghai-fsi.tencentcloudapi.com"
        );
    }

    #[test]
    fn other_root_domains_serve_all_regions_too() {
        for (domain, expected) in [
            ("tencentcloudapi.com", "cvm.tencentcloudapi.com"),
            ("intl.tencentcloudapi.com", "cvm.intl.tencentcloudapi.com"),
            (
                "internal.tencentcloudapi.com",
                "cvm.internal.tencentcloudapi.com",
            ),
        ] {
            let endpoint = endpoint("cvm", "ap-singapore", Some(domain)).expect("a host");
            assert_eq!(endpoint.authority(), expected);
        }
        assert!(endpoint("cvm", "ap-singapore", Some("tencentcloudapi")).is_err());
        assert!(endpoint("cvm", "evil.example.com", None).is_err());
    }

    #[test]
    fn unknown_regions_are_tried_and_impossible_ones_are_not() {
        assert_eq!(check_region("ap-guangzhou").ok(), Some(None));
        assert_eq!(check_region("ap-shenzhen-fsi").ok(), Some(None));
        for region in ["ap-newtown", "ap-beijing-fsi", "xx-a-b-3"] {
            assert!(matches!(check_region(region), Ok(Some(_))), "{region}");
        }
        for region in [
            "",
            "ap",
            "ap-",
            "-guangzhou",
            "AP-guangzhou",
            "ap-guangzhou-",
            "ap--guangzhou",
            "ap-guangzhou1",
            "apx-guangzhou",
            "ap-guangzhou.evil.example.com",
            "ap guangzhou",
            "ap-guangzhou\n",
            "广州",
        ] {
            assert!(check_region(region).is_err(), "{region}");
        }
    }
}
