//! Which endpoint the user chose instead of the vendor's (product contract, section 6).

use crate::config::{Env, env};
use crate::error::Error;
use crate::http::Endpoint;
use crate::model::CloudId;

/// What was said about endpoints on the command line and in the environment.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// `--endpoint-url`.
    pub(super) option: Option<String>,
    /// `--insecure-endpoint`.
    pub(super) insecure: bool,
    /// The environment.
    pub(super) env: Env,
}

impl Choice {
    /// The option, then the variable of the service, of the cloud, of all clouds; `None` is the
    /// vendor's own.
    pub(super) fn endpoint(
        &self,
        cloud: CloudId,
        service: &str,
    ) -> Result<Option<Endpoint>, Error> {
        if let Some(url) = &self.option {
            return Endpoint::parse(url, self.insecure).map(Some);
        }
        let of_cloud = format!("{}_{}", env::ENDPOINT, cloud.name().to_uppercase());
        let of_service = format!("{of_cloud}_{}", service.to_uppercase());
        for name in [&of_service, &of_cloud] {
            if let Some(url) = self.env.filled(name) {
                let endpoint = Endpoint::parse(url, self.insecure);
                return endpoint
                    .map(Some)
                    .map_err(|error| error.hint(format!("It comes from {name}.")));
            }
        }
        let Some(url) = self.env.filled(env::ENDPOINT) else {
            return Ok(None);
        };
        let endpoint = Endpoint::parse(url, false)
            .map_err(|error| error.hint(format!("It comes from {}.", env::ENDPOINT)))?;
        if !endpoint.is_loopback() {
            return Err(Error::usage(format!(
                "{} is for all clouds, so it may only name this machine",
                env::ENDPOINT
            ))
            .hint(format!("Use {of_cloud} for one cloud.")));
        }
        Ok(Some(endpoint))
    }
}

#[cfg(test)]
mod tests {
    use super::Choice;
    use crate::model::CloudId;

    fn chosen(option: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        let pairs = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let choice = Choice {
            option: option.map(str::to_owned),
            insecure: false,
            env: pairs.collect(),
        };
        let endpoint = choice
            .endpoint(CloudId::Huawei, "kms")
            .expect("an endpoint or none");
        endpoint.map(|endpoint| endpoint.to_string())
    }

    #[test]
    fn the_more_exact_name_wins() {
        let all = ("KPCTL_ENDPOINT_URL", "http://127.0.0.1:1");
        let cloud = ("KPCTL_ENDPOINT_URL_HUAWEI", "https://cloud.example.com");
        let service = ("KPCTL_ENDPOINT_URL_HUAWEI_KMS", "https://kms.example.com");
        let other = ("KPCTL_ENDPOINT_URL_HUAWEI_CPH", "https://cph.example.com");
        assert_eq!(chosen(None, &[other]), None);
        assert_eq!(chosen(None, &[all, other]).as_deref(), Some(all.1));
        assert_eq!(chosen(None, &[all, cloud]).as_deref(), Some(cloud.1));
        assert_eq!(
            chosen(None, &[all, cloud, service]).as_deref(),
            Some(service.1)
        );
        let option = "https://option.example.com";
        assert_eq!(
            chosen(Some(option), &[all, cloud, service]).as_deref(),
            Some(option)
        );
    }
}
