//! Hosts and regions of Huawei Cloud (spec huawei 4.4 and 5, huawei-codearts-cph 2.2).

use crate::error::Error;
use crate::http::Endpoint;
use crate::model::{CloudId, Resource};

/// The European site: other accounts, another domain, an IAM of its own.
const EUROPE: &str = "eu-west-101";

/// Regions that the official SDK knows for KMS. Not a gate: users of newer regions complain about
/// such lists.
const KMS: [&str; 32] = [
    "ae-ad-1",
    "af-north-1",
    "af-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "cn-east-2",
    "cn-east-3",
    "cn-east-4",
    "cn-east-5",
    "cn-north-1",
    "cn-north-11",
    "cn-north-12",
    "cn-north-2",
    "cn-north-4",
    "cn-north-9",
    "cn-south-1",
    "cn-south-2",
    "cn-south-4",
    "cn-southwest-2",
    "cn-southwest-3",
    EUROPE,
    "la-north-2",
    "la-south-2",
    "me-east-1",
    "my-kualalumpur-1",
    "na-mexico-1",
    "ru-moscow-1",
    "sa-brazil-1",
    "tr-west-1",
];

/// Regions of [`KMS`] for which the official SDK has no IAM host and asks the global one.
const GLOBAL_IAM: [&str; 6] = [
    "af-north-1",
    "ap-southeast-5",
    "cn-north-11",
    "cn-north-12",
    "cn-south-4",
    "cn-southwest-3",
];

/// Regions with an STS host of their own; the official SDK asks cn-north-4 for all others.
const STS: [&str; 12] = [
    "af-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "cn-east-3",
    "cn-north-4",
    "cn-south-1",
    "cn-southwest-2",
    "la-south-2",
    "sa-brazil-1",
    "tr-west-1",
];

/// Regions with cloud phone servers.
const CPH: [&str; 13] = [
    "af-north-1",
    "ap-southeast-1",
    "ap-southeast-3",
    "cn-east-2",
    "cn-east-3",
    "cn-east-4",
    "cn-north-4",
    "cn-north-9",
    "cn-south-1",
    "cn-southwest-2",
    "la-north-2",
    "la-south-2",
    "ru-northwest-2",
];

/// Regions with CodeArts Repo, and the first part of its host there: it follows no pattern.
const CODEARTS: [(&str, &str); 16] = [
    ("af-north-1", "repo"),
    ("af-south-1", "repo"),
    ("ap-southeast-3", "codehub-ext"),
    ("cn-east-2", "codehub-ext"),
    ("cn-east-3", "codehub-ext"),
    ("cn-north-1", "codehub-ext"),
    ("cn-north-4", "codehub-ext"),
    ("cn-south-1", "codehub-ext"),
    ("cn-south-2", "codehub-ext"),
    ("cn-southwest-2", "codehub-ext"),
    // The SDK says `.com` here, although the site's other services are under `.eu`.
    (EUROPE, "codeartsrepo-ext"),
    ("la-north-2", "codehub-ext"),
    ("la-south-2", "codeartsrepo-ext"),
    ("me-east-1", "repo"),
    ("sa-brazil-1", "codehub-ext"),
    ("tr-west-1", "codeartsrepo-ext"),
];

/// The domain of the Chinese and the international site.
const DOMAIN: &str = "myhuaweicloud.com";

/// The domain of the European site.
const EUROPEAN_DOMAIN: &str = "myhuaweicloud.eu";

/// The host of a service in a region. A domain other than the vendor's own is the European site or
/// a partner's cloud: the same services under the same first parts, each in its region, IAM and STS
/// too.
pub(in crate::cloud) fn endpoint(
    service: &'static str,
    region: &str,
    domain: Option<&str>,
) -> Result<Endpoint, Error> {
    match domain {
        Some(domain) if !is_own(domain, region) => {
            check_shape(region)?;
            Endpoint::in_domain(&first_part(service, region)?, domain)
        }
        _ => {
            check_region(service, region)?;
            Ok(Endpoint::vendor(own_host(service, region)?))
        }
    }
}

/// Whether the vendor's own table speaks of this domain: it is more exact than any pattern.
pub(super) fn is_own(domain: &str, region: &str) -> bool {
    domain.eq_ignore_ascii_case(DOMAIN)
        || (region == EUROPE && domain.eq_ignore_ascii_case(EUROPEAN_DOMAIN))
}

fn own_host(service: &'static str, region: &str) -> Result<String, Error> {
    let domain = if region == EUROPE && service != "codearts" {
        EUROPEAN_DOMAIN
    } else {
        DOMAIN
    };
    let first = match service {
        "iam" if !KMS.contains(&region) || GLOBAL_IAM.contains(&region) => "iam".to_owned(),
        "sts" if !STS.contains(&region) && region != EUROPE => "sts.cn-north-4".to_owned(),
        _ => first_part(service, region)?,
    };
    Ok(format!("{first}.{domain}"))
}

/// The part of a host that all sites share.
fn first_part(service: &'static str, region: &str) -> Result<String, Error> {
    Ok(match service {
        // Key pairs live on the host of KMS (spec huawei 1, point 3).
        "kps" => format!("kms.{region}"),
        "codearts" => {
            let prefix = codearts_prefix(region).ok_or_else(|| unknown_codearts(region))?;
            format!("{prefix}.{region}")
        }
        _ => format!("{service}.{region}"),
    })
}

/// All regions of the tables in which there can be things of this kind.
pub(in crate::cloud) fn known_regions(resource: Resource) -> Vec<&'static str> {
    match resource {
        Resource::CphServer => CPH.to_vec(),
        Resource::CodeartsKey => CODEARTS.map(|(region, _)| region).to_vec(),
        _ => KMS.to_vec(),
    }
}

/// Whether a host for things of this kind is known there, or follows a pattern.
pub(in crate::cloud) fn has_service(resource: Resource, region: &str) -> bool {
    match resource {
        Resource::CphServer => CPH.contains(&region),
        Resource::CodeartsKey => codearts_prefix(region).is_some(),
        _ => true,
    }
}

/// A warning about a region that is not in the table; an error where a host cannot be guessed, and
/// for what cannot be a region, because it goes into host names.
pub(in crate::cloud) fn check_region(
    service: &'static str,
    region: &str,
) -> Result<Option<String>, Error> {
    check_shape(region)?;
    match service {
        "cph" if !CPH.contains(&region) => Err(unknown("CPH", region, &CPH)),
        "codearts" if codearts_prefix(region).is_none() => Err(unknown_codearts(region)),
        "cph" | "codearts" => Ok(None),
        _ => Ok((!KMS.contains(&region))
            .then(|| format!("huawei region '{region}' is not in kpctl's table; trying it"))),
    }
}

/// Refuses what cannot be a region of any site: it goes into host names.
pub(in crate::cloud) fn check_shape(region: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if region.is_empty()
        || !region.chars().all(plain)
        || region.starts_with('-')
        || region.ends_with('-')
    {
        return Err(
            Error::usage(format!("'{}' cannot be a region", region.escape_debug()))
                .hint("A region of huawei looks like cn-north-4.")
                .cloud(CloudId::Huawei),
        );
    }
    Ok(())
}

fn codearts_prefix(region: &str) -> Option<&'static str> {
    CODEARTS
        .iter()
        .find(|(known, _)| *known == region)
        .map(|(_, prefix)| *prefix)
}

fn unknown_codearts(region: &str) -> Error {
    unknown("CodeArts Repo", region, &CODEARTS.map(|(known, _)| known))
}

fn unknown(service: &str, region: &str, known: &[&str]) -> Error {
    Error::usage(format!(
        "kpctl knows no host of {service} in region '{region}'; it knows {}",
        known.join(", ")
    ))
    .hint("If the service is there, name its host with --endpoint-url.")
    .cloud(CloudId::Huawei)
}

#[cfg(test)]
mod tests {
    use super::{CODEARTS, CPH, check_region, endpoint};

    fn host(service: &'static str, region: &str) -> String {
        endpoint(service, region, None)
            .expect(region)
            .authority()
            .to_owned()
    }

    #[test]
    fn hosts_follow_the_tables() {
        for (service, region, expected) in [
            ("kms", "cn-north-4", "kms.cn-north-4.myhuaweicloud.com"),
            ("kms", "xx-new-1", "kms.xx-new-1.myhuaweicloud.com"),
            ("kps", "cn-north-4", "kms.cn-north-4.myhuaweicloud.com"),
            ("kps", "eu-west-101", "kms.eu-west-101.myhuaweicloud.eu"),
            ("kms", "eu-west-101", "kms.eu-west-101.myhuaweicloud.eu"),
            ("iam", "cn-north-4", "iam.cn-north-4.myhuaweicloud.com"),
            ("iam", "af-north-1", "iam.myhuaweicloud.com"),
            ("iam", "xx-new-1", "iam.myhuaweicloud.com"),
            ("iam", "eu-west-101", "iam.eu-west-101.myhuaweicloud.eu"),
            ("sts", "cn-east-3", "sts.cn-east-3.myhuaweicloud.com"),
            ("sts", "cn-north-1", "sts.cn-north-4.myhuaweicloud.com"),
            ("sts", "eu-west-101", "sts.eu-west-101.myhuaweicloud.eu"),
            ("cph", "cn-east-3", "cph.cn-east-3.myhuaweicloud.com"),
            (
                "codearts",
                "cn-north-4",
                "codehub-ext.cn-north-4.myhuaweicloud.com",
            ),
            (
                "codearts",
                "tr-west-1",
                "codeartsrepo-ext.tr-west-1.myhuaweicloud.com",
            ),
            (
                "codearts",
                "eu-west-101",
                "codeartsrepo-ext.eu-west-101.myhuaweicloud.com",
            ),
            ("codearts", "me-east-1", "repo.me-east-1.myhuaweicloud.com"),
        ] {
            assert_eq!(host(service, region), expected, "{service} {region}");
        }
    }

    #[test]
    fn other_sites_have_the_same_first_parts() {
        let otc = "otc.t-systems.com";
        for (service, region, domain, expected) in [
            ("kms", "eu-de", otc, "kms.eu-de.otc.t-systems.com"),
            ("kps", "eu-de", otc, "kms.eu-de.otc.t-systems.com"),
            ("iam", "eu-de", otc, "iam.eu-de.otc.t-systems.com"),
            ("sts", "eu-de", otc, "sts.eu-de.otc.t-systems.com"),
            ("cph", "eu-de", otc, "cph.eu-de.otc.t-systems.com"),
            (
                "iam",
                "eu-west-0",
                "myhuaweicloud.eu",
                "iam.eu-west-0.myhuaweicloud.eu",
            ),
            (
                "codearts",
                "tr-west-1",
                "example.com",
                "codeartsrepo-ext.tr-west-1.example.com",
            ),
            // The vendor's own domain is no other site.
            (
                "iam",
                "af-north-1",
                "myhuaweicloud.com",
                "iam.myhuaweicloud.com",
            ),
        ] {
            let endpoint = endpoint(service, region, Some(domain)).expect(region);
            assert_eq!(endpoint.authority(), expected, "{service} {region}");
        }
        let europe = endpoint("codearts", "eu-west-101", Some("myhuaweicloud.eu"));
        let host = europe.map(|endpoint| endpoint.authority().to_owned()).ok();
        let table = "codeartsrepo-ext.eu-west-101.myhuaweicloud.com";
        assert_eq!(host.as_deref(), Some(table), "the table knows better");
        for (service, region, domain) in [
            ("kms", "eu-de", "localhost"),
            ("kms", "eu.de", otc),
            // Its first part follows no pattern.
            ("codearts", "eu-de", otc),
        ] {
            let error = endpoint(service, region, Some(domain)).expect_err(region);
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn unknown_regions_are_tried_where_hosts_follow_a_pattern() {
        assert_eq!(check_region("kms", "cn-north-4").ok(), Some(None));
        for service in ["kms", "kps", "iam", "sts"] {
            assert!(
                matches!(check_region(service, "xx-new-1"), Ok(Some(_))),
                "{service}"
            );
        }
        let error = check_region("cph", "cn-north-1").expect_err("no such table entry");
        assert!(
            CPH.iter().all(|region| error.message.contains(region)),
            "{error}"
        );
        let error = check_region("codearts", "ap-southeast-1").expect_err("no such table entry");
        assert!(
            CODEARTS
                .iter()
                .all(|(region, _)| error.message.contains(region)),
            "{error}"
        );
        assert_eq!(error.exit_code(), 2);
        assert_eq!(check_region("cph", "ru-northwest-2").ok(), Some(None));
    }

    #[test]
    fn what_cannot_be_a_region_goes_into_no_host() {
        for region in [
            "",
            "CN-North-4",
            "cn/north",
            "cn north",
            "-cn",
            "evil.example.com",
            "cn\n4",
        ] {
            for service in ["kms", "iam", "sts", "cph", "codearts"] {
                assert!(check_region(service, region).is_err(), "{region}");
                assert!(endpoint(service, region, None).is_err(), "{region}");
            }
        }
    }
}
