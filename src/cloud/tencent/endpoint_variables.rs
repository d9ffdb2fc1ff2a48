//! The vendor's own environment variable that names hosts (spec tencent 5.1).

use super::endpoints;
use crate::error::Error;

/// The root domain of all services, as Terraform reads it.
const DOMAIN: &str = "TENCENTCLOUD_DOMAIN";

/// The variable that names the endpoint of a service in a region, and its URL; `None` when the
/// vendor's table holds.
pub(in crate::cloud) fn environment_endpoint<'a>(
    service: &'static str,
    region: &str,
    env: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Option<(String, String)>, Error> {
    let domain = env(DOMAIN).map(str::trim).unwrap_or_default();
    if domain.is_empty() || endpoints::is_own(domain) {
        return Ok(None);
    }
    let endpoint = endpoints::endpoint(service, region, Some(domain))
        .map_err(|error| error.hint(format!("The domain comes from {DOMAIN}.")))?;
    Ok(Some((DOMAIN.to_owned(), endpoint.to_string())))
}

#[cfg(test)]
mod tests {
    use super::environment_endpoint;

    #[test]
    fn a_root_domain_is_for_every_service() {
        let chosen = |service, domain: &'static str| {
            environment_endpoint(service, "ap-singapore", &|name| {
                (name == "TENCENTCLOUD_DOMAIN").then_some(domain)
            })
        };
        for (service, url) in [
            ("cvm", "https://cvm.intl.tencentcloudapi.com"),
            ("sts", "https://sts.intl.tencentcloudapi.com"),
        ] {
            let pair = ("TENCENTCLOUD_DOMAIN".to_owned(), url.to_owned());
            let found = chosen(service, " intl.tencentcloudapi.com ");
            assert_eq!(found.ok(), Some(Some(pair)));
        }
        for none in ["", " ", "tencentcloudapi.com"] {
            assert_eq!(chosen("cvm", none).ok(), Some(None), "{none}");
        }
        let error = chosen("cvm", "https://cvm.tencentcloudapi.com").expect_err("no domain");
        assert_eq!(error.exit_code(), 2);
        assert!(
            error
                .hints
                .iter()
                .any(|hint| hint.contains("TENCENTCLOUD_DOMAIN"))
        );
    }
}
