//! The vendor's own environment variables that name hosts (spec huawei 4.4, 5 and 8,
//! huawei-codearts-cph 2.2).

use super::endpoints;
use crate::error::Error;
use crate::http::Endpoint;

/// The variable that names the endpoint of a service in a region, and its URL; `None` when the
/// vendor's table holds. The SDK's variables are the more exact ones; Terraform's `HW_CLOUD` names a
/// domain for everything.
pub(in crate::cloud) fn environment_endpoint<'a>(
    service: &'static str,
    region: &str,
    env: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Option<(String, String)>, Error> {
    endpoints::check_shape(region)?;
    let (own, names): (_, &[&str]) = match service {
        "iam" => (Some("HUAWEICLOUD_SDK_IAM_ENDPOINT"), &["IAM"]),
        "sts" => (Some("HUAWEICLOUD_SDK_STS_ENDPOINT"), &["STS"]),
        "kms" => (None, &["KMS"]),
        // Key pairs live on the host of KMS.
        "kps" => (None, &["KPS", "KMS"]),
        "cph" => (None, &["CPH"]),
        "codearts" => (None, &["CODEARTSREPO", "CODEHUB"]),
        _ => (None, &[]),
    };
    let place = region.to_ascii_uppercase().replace('-', "_");
    let of_region = names
        .iter()
        .map(|name| format!("HUAWEICLOUD_SDK_REGION_{name}_{place}"));
    for variable in own.map(str::to_owned).into_iter().chain(of_region) {
        // The SDK takes a list and goes on to the next when one fails; kpctl asks the first.
        let first = env(&variable).and_then(|list| {
            let mut hosts = list.split(',').map(str::trim);
            hosts.find(|host| !host.is_empty())
        });
        if let Some(host) = first {
            return Ok(Some((variable, Endpoint::address_of(host))));
        }
    }
    let domain = env("HW_CLOUD").map(str::trim).unwrap_or_default();
    if domain.is_empty() || endpoints::is_own(domain, region) {
        return Ok(None);
    }
    let endpoint = endpoints::endpoint(service, region, Some(domain))
        .map_err(|error| error.hint("The domain comes from HW_CLOUD."))?;
    Ok(Some(("HW_CLOUD".to_owned(), endpoint.to_string())))
}

#[cfg(test)]
mod tests {
    use super::environment_endpoint;

    fn chosen(
        service: &'static str,
        region: &str,
        variables: &'static [(&str, &str)],
    ) -> Option<(String, String)> {
        let env = |name: &str| {
            let mut pairs = variables.iter();
            pairs
                .find(|(other, _)| *other == name)
                .map(|(_, value)| *value)
        };
        environment_endpoint(service, region, &env).expect("an endpoint or none")
    }

    #[test]
    fn the_sdk_names_services_and_regions() {
        let iam = &[
            ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.example.com"),
            ("HUAWEICLOUD_SDK_REGION_IAM_CN_NORTH_4", "other.example.com"),
        ];
        let pair = |name: &str, url: &str| Some((name.to_owned(), url.to_owned()));
        assert_eq!(
            chosen("iam", "cn-north-4", iam),
            pair("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.example.com")
        );
        assert_eq!(chosen("sts", "cn-north-4", iam), None);
        let list = &[(
            "HUAWEICLOUD_SDK_REGION_KMS_CN_X_1",
            " , kms.a.com, https://kms.b.com",
        )];
        for service in ["kms", "kps"] {
            assert_eq!(
                chosen(service, "cn-x-1", list),
                pair("HUAWEICLOUD_SDK_REGION_KMS_CN_X_1", "https://kms.a.com")
            );
            assert_eq!(chosen(service, "cn-x-2", list), None);
        }
        let sts = &[("HUAWEICLOUD_SDK_STS_ENDPOINT", ""), ("HW_CLOUD", "")];
        assert_eq!(chosen("sts", "cn-north-4", sts), None);
        let code = &[("HUAWEICLOUD_SDK_REGION_CODEHUB_CN_X_1", "code.a.com")];
        assert_eq!(
            chosen("codearts", "cn-x-1", code),
            pair(
                "HUAWEICLOUD_SDK_REGION_CODEHUB_CN_X_1",
                "https://code.a.com"
            )
        );
    }

    #[test]
    fn terraform_names_a_domain() {
        let partner = &[("HW_CLOUD", "otc.t-systems.com")];
        assert_eq!(
            chosen("kps", "eu-de", partner),
            Some((
                "HW_CLOUD".to_owned(),
                "https://kms.eu-de.otc.t-systems.com".to_owned()
            ))
        );
        let own = &[("HW_CLOUD", "myhuaweicloud.com")];
        assert_eq!(chosen("iam", "cn-north-4", own), None);
        let broken = environment_endpoint("kms", "eu-de", &|name| {
            (name == "HW_CLOUD").then_some("https://example.com")
        });
        let error = broken.expect_err("no domain");
        assert_eq!(error.exit_code(), 2);
        assert!(
            error.hints.iter().any(|hint| hint.contains("HW_CLOUD")),
            "{error}"
        );
    }

    #[test]
    fn a_region_that_is_none_goes_into_no_variable() {
        assert!(environment_endpoint("kms", "A=B", &|_| None).is_err());
    }
}
