//! The vendor's own environment variables that name hosts (spec volcengine 3 and 7.1).

use super::endpoints;
use crate::error::Error;
use crate::http::Endpoint;

/// A host, or a URL, for whatever is asked.
const ENDPOINT: &str = "VOLCENGINE_ENDPOINT";
/// `standard`: each service has a host in each region.
const RESOLVER: &str = "VOLCENGINE_ENDPOINT_RESOLVER";
/// Whether hosts have addresses of version 6, too: the CLI's name and the SDK's.
const DUAL_STACK: [&str; 2] = ["VOLCENGINE_USE_DUALSTACK", "VOLC_ENABLE_DUALSTACK"];

/// The variable that names the endpoint of a service in a region, and its URL; `None` when the
/// vendor's table holds. As in the vendor's CLI, the standard resolver comes before a host.
pub(in crate::cloud) fn environment_endpoint<'a>(
    service: &'static str,
    region: &str,
    env: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Option<(String, String)>, Error> {
    let value = |name| env(name).map(str::trim).unwrap_or_default();
    let host = value(ENDPOINT);
    let resolver = match value(RESOLVER) {
        "" if host == "auto-addressing" => Some(ENDPOINT),
        "" => None,
        "standard" => Some(RESOLVER),
        other => {
            return Err(Error::usage(format!(
                "{RESOLVER} is '{}'; kpctl knows only standard",
                other.escape_debug()
            )));
        }
    };
    let mut dual_stack = None;
    for name in DUAL_STACK {
        if dual_stack.is_none() && is_on(name, value(name))? {
            dual_stack = Some(name);
        }
    }
    if resolver.is_none() && !host.is_empty() {
        return Ok(is_for(host, service).then(|| (ENDPOINT.to_owned(), Endpoint::address_of(host))));
    }
    // The usual hosts have addresses of version 4 only; the switch counts where regions have their
    // own.
    let variable = resolver.or(dual_stack.filter(|_| endpoints::has_own_hosts(region)));
    let Some(variable) = variable else {
        return Ok(None);
    };
    let domain = match dual_stack {
        Some(_) => endpoints::DUAL_STACK,
        None => endpoints::DOMAIN,
    };
    let endpoint = endpoints::endpoint(service, region, Some(domain))?;
    Ok(Some((variable.to_owned(), endpoint.to_string())))
}

fn is_on(name: &str, value: &str) -> Result<bool, Error> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(true),
        "" | "false" | "0" | "no" => Ok(false),
        _ => Err(Error::usage(format!(
            "{name} is '{}'; write true or false",
            value.escape_debug()
        ))),
    }
}

/// Whether a host is of use for a service: the host of one service answers for no other.
fn is_for(host: &str, service: &str) -> bool {
    let bare = host.rsplit("://").next().unwrap_or(host);
    let first = bare.split('.').next().unwrap_or(bare);
    !["ecs", "sts", "iam"].contains(&first) || first == service
}

#[cfg(test)]
mod tests {
    use super::environment_endpoint;
    use crate::error::Error;

    fn chosen(
        service: &'static str,
        region: &str,
        variables: &'static [(&str, &str)],
    ) -> Result<Option<(String, String)>, Error> {
        environment_endpoint(service, region, &|name| {
            let mut pairs = variables.iter();
            pairs
                .find(|(other, _)| *other == name)
                .map(|(_, value)| *value)
        })
    }

    fn url(
        service: &'static str,
        region: &str,
        variables: &'static [(&str, &str)],
    ) -> Option<String> {
        let pair = chosen(service, region, variables).expect("an endpoint or none");
        pair.map(|(_, url)| url)
    }

    #[test]
    fn a_host_is_for_what_it_can_answer() {
        let common = &[("VOLCENGINE_ENDPOINT", "open.volcengineapi.com")];
        for service in ["ecs", "sts"] {
            let found = url(service, "cn-beijing", common);
            assert_eq!(found.as_deref(), Some("https://open.volcengineapi.com"));
        }
        let ecs = &[(
            "VOLCENGINE_ENDPOINT",
            "https://ecs.cn-beijing.volcengineapi.com",
        )];
        let found = chosen("ecs", "cn-beijing", ecs);
        let name = found.expect("fine").map(|(name, _)| name);
        assert_eq!(name.as_deref(), Some("VOLCENGINE_ENDPOINT"));
        assert_eq!(url("sts", "cn-beijing", ecs), None);
        assert_eq!(
            url("ecs", "cn-beijing", &[("VOLCENGINE_ENDPOINT", " ")]),
            None
        );
    }

    #[test]
    fn the_standard_resolver_comes_first() {
        let regional = Some("https://ecs.cn-beijing.volcengineapi.com");
        for variables in [
            &[
                ("VOLCENGINE_ENDPOINT", "open.volcengineapi.com"),
                ("VOLCENGINE_ENDPOINT_RESOLVER", "standard"),
            ][..],
            &[("VOLCENGINE_ENDPOINT", "auto-addressing")],
            &[
                ("VOLCENGINE_ENDPOINT_RESOLVER", "standard"),
                ("VOLC_ENABLE_DUALSTACK", "false"),
            ],
        ] {
            assert_eq!(url("ecs", "cn-beijing", variables).as_deref(), regional);
        }
        assert!(
            chosen(
                "ecs",
                "cn-beijing",
                &[("VOLCENGINE_ENDPOINT_RESOLVER", "mine")]
            )
            .is_err()
        );
    }

    #[test]
    fn dual_stack_counts_where_regions_have_their_own_hosts() {
        for on in [
            &[("VOLCENGINE_USE_DUALSTACK", "true")][..],
            &[("VOLC_ENABLE_DUALSTACK", "1")],
        ] {
            assert_eq!(url("ecs", "cn-beijing", on), None);
            assert_eq!(
                url("ecs", "ap-southeast-2", on).as_deref(),
                Some("https://ecs.ap-southeast-2.volcengine-api.com")
            );
        }
        let both = &[
            ("VOLCENGINE_ENDPOINT_RESOLVER", "standard"),
            ("VOLCENGINE_USE_DUALSTACK", "true"),
        ];
        assert_eq!(
            url("sts", "cn-beijing", both).as_deref(),
            Some("https://sts.cn-beijing.volcengine-api.com")
        );
        assert!(chosen("ecs", "cn-beijing", &[("VOLC_ENABLE_DUALSTACK", "on")]).is_err());
    }
}
