//! Which endpoint the user chose instead of the vendor's (product contract, section 6).

use crate::auth::Endpoints;
use crate::cloud;
use crate::config::{Env, env};
use crate::error::Error;
use crate::http::Endpoint;
use crate::model::CloudId;

/// The service whose endpoint is the cloud's own address on the instance's wire.
const METADATA: &str = "metadata";

/// An endpoint, and who chose it.
pub(super) type Chosen = (Endpoint, String);

/// What was said about endpoints on the command line, in the environment and by the login.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// `--endpoint-url`.
    pub(super) option: Option<String>,
    /// `--insecure-endpoint`.
    pub(super) insecure: bool,
    /// The environment.
    pub(super) env: Env,
    /// The login's own.
    pub(super) of_login: Endpoints,
    /// The profile that the login's own stand in, for errors.
    pub(super) profile: String,
    /// The region that the services are asked in.
    pub(super) region: String,
}

impl Choice {
    /// The option, then the variable of the service, of the cloud, of all clouds, then the profile, then
    /// the variables of the vendor's own tools; `None` is the vendor's usual host.
    pub(super) fn endpoint(
        &self,
        cloud: CloudId,
        service: &'static str,
    ) -> Result<Option<Endpoint>, Error> {
        Ok(self.choose(cloud, service)?.map(|(endpoint, _)| endpoint))
    }

    /// The same, and who said so.
    pub(super) fn choose(
        &self,
        cloud: CloudId,
        service: &'static str,
    ) -> Result<Option<Chosen>, Error> {
        let of_cloud = format!("{}_{}", env::ENDPOINT, cloud.name().to_uppercase());
        let of_service = format!("{of_cloud}_{}", service.to_uppercase());
        if service == METADATA {
            // What is said for the cloud's services is not meant for the instance's own wire, unless all of
            // it is a cloud on this machine.
            return match self.env.filled(&of_service) {
                Some(url) => self.parse(url, of_service).map(Some),
                None => Ok(self
                    .general(cloud, &of_cloud)?
                    .filter(|(endpoint, _)| endpoint.is_loopback())),
            };
        }
        if let Some(chosen) = self.by_option()? {
            return Ok(Some(chosen));
        }
        if let Some(url) = self.env.filled(&of_service) {
            return self.parse(url, of_service).map(Some);
        }
        if let Some(chosen) = self.general(cloud, &of_cloud)? {
            return Ok(Some(chosen));
        }
        let of_login = &self.of_login;
        let place = format!("the profile '{}'", self.profile);
        if let Some(url) = of_login.services.get(service).or(of_login.all.as_ref()) {
            return self.parse(url, place).map(Some);
        }
        if let Some(domain) = &of_login.domain {
            let endpoint = cloud::site_endpoint(cloud, service, &self.region, domain)
                .map_err(|error| error.hint(format!("It comes from {place}.")))?;
            return Ok(Some((endpoint, place)));
        }
        if !of_login.by_vendor_variables {
            return Ok(None);
        }
        let variable = |name: &str| self.env.filled(name);
        match cloud::environment_endpoint(cloud, service, &self.region, &variable)? {
            Some((name, url)) => self.parse(&url, name).map(Some),
            None => Ok(None),
        }
    }

    fn by_option(&self) -> Result<Option<Chosen>, Error> {
        let endpoint = |url: &String| Endpoint::parse(url, self.insecure);
        let endpoint = self.option.as_ref().map(endpoint).transpose()?;
        Ok(endpoint.map(|endpoint| (endpoint, "--endpoint-url".to_owned())))
    }

    /// What is said for all services.
    fn general(&self, cloud: CloudId, of_cloud: &str) -> Result<Option<Chosen>, Error> {
        if let Some(chosen) = self.by_option()? {
            return Ok(Some(chosen));
        }
        if let Some(url) = self.env.filled(of_cloud) {
            return self.parse(url, of_cloud.to_owned()).map(Some);
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
            .hint(format!("Use {of_cloud} for one cloud."))
            .cloud(cloud));
        }
        Ok(Some((endpoint, env::ENDPOINT.to_owned())))
    }

    fn parse(&self, url: &str, place: String) -> Result<Chosen, Error> {
        match Endpoint::parse(url, self.insecure) {
            Ok(endpoint) => Ok((endpoint, place)),
            Err(error) => Err(error.hint(format!("It comes from {place}."))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Choice;
    use crate::auth::Endpoints;
    use crate::model::CloudId;

    fn chosen(option: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        chosen_for("kms", option, variables, None)
    }

    fn chosen_for(
        service: &'static str,
        option: Option<&str>,
        variables: &[(&str, &str)],
        of_login: Option<&str>,
    ) -> Option<String> {
        let pairs = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let choice = Choice {
            option: option.map(str::to_owned),
            insecure: false,
            env: pairs.collect(),
            of_login: Endpoints {
                all: of_login.map(str::to_owned),
                ..Endpoints::default()
            },
            profile: "prod".to_owned(),
            region: "cn-north-4".to_owned(),
        };
        let endpoint = choice
            .endpoint(CloudId::Huawei, service)
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

    #[test]
    fn a_profile_comes_after_every_variable() {
        let own = Some("https://profile.example.com");
        let cloud = ("KPCTL_ENDPOINT_URL_HUAWEI", "https://cloud.example.com");
        assert_eq!(chosen_for("kms", None, &[], own).as_deref(), own);
        let chosen = chosen_for("kms", None, &[cloud], own);
        assert_eq!(chosen.as_deref(), Some(cloud.1));
    }

    #[test]
    fn the_metadata_service_is_the_clouds_own_or_on_this_machine() {
        let chosen = |option, variables: &[_]| chosen_for("metadata", option, variables, None);
        let remote = "https://cloud.example.com";
        assert_eq!(chosen(Some(remote), &[]), None);
        assert_eq!(chosen(None, &[("KPCTL_ENDPOINT_URL_HUAWEI", remote)]), None);
        let here = "http://127.0.0.1:1";
        let all = [("KPCTL_ENDPOINT_URL", here)];
        assert_eq!(chosen(None, &all).as_deref(), Some(here));
        let own = [("KPCTL_ENDPOINT_URL_HUAWEI_METADATA", here)];
        assert_eq!(chosen(None, &own).as_deref(), Some(here));
        assert_eq!(chosen(Some(remote), &own).as_deref(), Some(here));
    }

    #[test]
    fn sites_and_the_vendors_own_variables_come_last() {
        let choice = |domain: Option<&str>, by_vendor_variables, variables: &[(&str, &str)]| {
            let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            let choice = Choice {
                option: None,
                insecure: false,
                env: variables.iter().map(pair).collect(),
                of_login: Endpoints {
                    domain: domain.map(str::to_owned),
                    by_vendor_variables,
                    ..Endpoints::default()
                },
                profile: "prod".to_owned(),
                region: "eu-west-101".to_owned(),
            };
            let endpoint = choice.endpoint(CloudId::Huawei, "kms").expect("readable");
            endpoint.map(|endpoint| endpoint.to_string())
        };
        let own = [(
            "HUAWEICLOUD_SDK_REGION_KMS_EU_WEST_101",
            "https://kms.example.com",
        )];
        assert_eq!(choice(None, true, &[]), None);
        assert_eq!(
            choice(None, true, &own).as_deref(),
            Some("https://kms.example.com")
        );
        assert_eq!(choice(None, false, &own), None);
        assert_eq!(
            choice(Some("partner.example.com"), true, &own).as_deref(),
            Some("https://kms.eu-west-101.partner.example.com")
        );
    }
}
