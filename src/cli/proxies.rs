//! Whether the proxies that the environment names can be used at all.

use crate::config::Env;
use crate::error::Error;
use crate::http::Endpoint;

/// A proxy that cannot be understood would be passed by, and with it whoever wants it used.
pub(super) fn check(env: &Env) -> Result<(), Error> {
    let spellings = |name: &str| [name.to_owned(), name.to_lowercase()];
    // The library takes the first spelling that is set, also to nothing.
    let has_own = |name: &&str| {
        let mut values = spellings(name)
            .into_iter()
            .filter_map(|name| env.get(&name));
        values.next().is_some_and(is_proxy)
    };
    let schemes = ["HTTPS_PROXY", "HTTP_PROXY"];
    // Many set ALL_PROXY to a SOCKS proxy for other programs, beside two proxies that come first.
    let all = (!schemes.iter().all(has_own)).then_some("ALL_PROXY");
    for name in schemes.into_iter().chain(all).flat_map(spellings) {
        if let Some(value) = env.filled(&name)
            && !is_proxy(value)
        {
            // The value may hold a password.
            return Err(Error::usage(format!("{name} holds no address of a proxy"))
                .hint("Write http://HOST:PORT or https://HOST:PORT, or unset it."));
        }
    }
    Ok(())
}

/// Whether the HTTP library takes it for a proxy: http or https, with or without saying so.
fn is_proxy(value: &str) -> bool {
    let rest = match value.split_once("://") {
        Some((scheme, rest)) => {
            if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
                return false;
            }
            rest
        }
        None => value,
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let host_and_port = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    // Hosts of containers have underscores.
    Endpoint::parse(&format!("http://{}", host_and_port.replace('_', "-")), true).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{check, is_proxy};
    use crate::config::Env;

    #[test]
    fn a_proxy_that_another_one_comes_before_is_not_looked_at() {
        let good = "http://proxy:1";
        let socks = ("all_proxy", "socks5://proxy:1");
        for (variables, fits) in [
            (&[socks][..], false),
            (&[("https_proxy", good), socks], false),
            (&[("https_proxy", good), ("http_proxy", good), socks], true),
            (&[("HTTPS_PROXY", good), ("http_proxy", good), socks], true),
            (
                &[
                    ("HTTPS_PROXY", ""),
                    ("https_proxy", good),
                    ("http_proxy", good),
                    socks,
                ],
                false,
            ),
        ] {
            let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            let env: Env = variables.iter().map(pair).collect();
            assert_eq!(check(&env).is_ok(), fits, "{variables:?}");
        }
    }

    #[test]
    fn only_what_the_library_would_use_is_a_proxy() {
        for proxy in [
            "http://proxy:3128",
            "https://proxy.example.com",
            "HTTP://proxy:8080/",
            "proxy_1:3128",
            "127.0.0.1:3128",
            "http://[::1]:3128",
            "http://user:p%40ss@proxy:3128",
        ] {
            assert!(is_proxy(proxy), "{proxy}");
        }
        for none in [
            "",
            "socks5://proxy:1080",
            "ftp://proxy",
            "http://",
            "http://:3128",
            "http://proxy:0",
            "http://proxy:99999",
            "http://proxy:port",
            "http://proxy:",
            "http://a b",
            "://proxy",
        ] {
            assert!(!is_proxy(none), "{none}");
        }
    }
}
