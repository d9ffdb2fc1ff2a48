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

/// The host of a service. The region travels in a header, so one host serves all regions; only
/// the finance regions are apart and want their own.
pub(super) fn endpoint(service: &str, region: &str) -> Endpoint {
    if region.ends_with("-fsi") {
        Endpoint::vendor(format!("{service}.{region}.tencentcloudapi.com"))
    } else {
        Endpoint::vendor(format!("{service}.tencentcloudapi.com"))
    }
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
        let host = |service, region| endpoint(service, region).authority().to_owned();
        assert_eq!(host("cvm", "ap-guangzhou"), "cvm.tencentcloudapi.com");
        assert_eq!(host("sts", "eu-frankfurt"), "sts.tencentcloudapi.com");
        assert_eq!(
            host("cvm", "ap-shanghai-fsi"),
            "cvm.ap-shanghai-fsi.tencentcloudapi.com"
        );
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
