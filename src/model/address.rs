//! Where a thing is: `CLOUD:PROFILE/REGION/RESOURCE/ID`.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{CloudId, Resource};
use crate::error::Error;

/// What may stand bare in the last part of an address.
const ID_KEEPS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// One account's view of one region of one cloud.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The cloud.
    pub cloud: CloudId,
    /// The profile; `env` for credentials from the environment, `sandbox` for the embedded cloud.
    pub profile: String,
    /// The region, by the vendor's name.
    pub region: String,
}

impl Scope {
    /// The address of a thing in this scope.
    pub fn address(&self, resource: Resource, id: impl Into<String>) -> Address {
        Address {
            scope: self.clone(),
            resource,
            id: id.into(),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}/{}", self.cloud, self.profile, self.region)
    }
}

/// The full name of one thing; what lists print can be pasted into any command.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// Where it is.
    pub scope: Scope,
    /// What it is.
    pub resource: Resource,
    /// The handle that every verb takes.
    pub id: String,
}

impl Address {
    /// Whether the text is meant as an address, well-formed or not: it starts with a cloud's name
    /// and a colon, or has a colon before a slash, which no id has.
    pub fn is_meant(text: &str) -> bool {
        text.split_once(':').is_some_and(|(cloud, rest)| {
            let cloud = cloud.trim().to_ascii_lowercase();
            cloud.parse::<CloudId>().is_ok() || rest.contains('/')
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = utf8_percent_encode(&self.id, ID_KEEPS);
        write!(formatter, "{}/{}/{id}", self.scope, self.resource)
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let complain = |why: &str| {
            Error::usage(format!("'{text}' is no address: {why}"))
                .hint("An address is CLOUD:PROFILE/REGION/RESOURCE/ID, as lists print it.")
        };
        let (cloud, rest) = text
            .split_once(':')
            .ok_or_else(|| complain("the cloud and its colon are missing"))?;
        let mut parts = rest.splitn(4, '/');
        let mut part = |name: &str| {
            parts
                .next()
                .filter(|part| !part.is_empty())
                .ok_or_else(|| complain(&format!("the {name} is missing")))
        };
        let (profile, region) = (part("profile")?, part("region")?);
        let (resource, id) = (part("resource")?, part("id")?);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !profile.chars().all(plain) {
            return Err(complain(
                "a profile is made of letters, digits, '.', '_' and '-'",
            ));
        }
        // It becomes a part of host names.
        if !region.chars().all(plain) {
            return Err(complain(
                "a region is made of letters, digits, '.', '_' and '-'",
            ));
        }
        let mut escapes = id.split('%').skip(1);
        if !escapes
            .all(|part| part.len() >= 2 && part.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit))
        {
            return Err(complain(
                "a '%' in the id is not followed by two hexadecimal digits",
            ));
        }
        let id = percent_decode_str(id)
            .decode_utf8()
            .map_err(|_| complain("the id is not UTF-8"))?;
        Ok(Self {
            scope: Scope {
                cloud: cloud.parse()?,
                profile: profile.to_owned(),
                region: region.to_owned(),
            },
            resource: resource.parse()?,
            id: id.into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_oneof, proptest};

    use super::{Address, Scope};
    use crate::model::{CloudId, Resource};

    #[test]
    fn an_address_survives_the_round_trip() {
        let scope = Scope {
            cloud: CloudId::Huawei,
            profile: "prod.eu-1".to_owned(),
            region: "cn-north-4".to_owned(),
        };
        for id in ["web-1", "a/b", "名 字", "100%", "x=y", ".."] {
            let address = scope.address(Resource::KeyPair, id);
            let text = address.to_string();
            assert_eq!(text.matches('/').count(), 3, "{text}");
            assert!(Address::is_meant(&text));
            assert_eq!(text.parse::<Address>().ok(), Some(address));
        }
    }

    #[test]
    fn what_is_no_address_is_said() {
        for text in [
            "volcengine:env/cn-beijing/key-pair/",
            "volcengine:env/cn-beijing/key-pair",
            "volcengine:e nv/cn-beijing/key-pair/a",
            "volcengine:env/cn\n-beijing/key-pair/a",
            "volcengine:env/cn-beijing@example.com:1/key-pair/a",
            "aws:env/cn-beijing/key-pair/a",
            "volcengine:env/cn-beijing/keypair/a",
            "volcengine:env/cn-beijing/key-pair/%FF",
            "volcengine:env/cn-beijing/key-pair/%zz",
            "volcengine:env/cn-beijing/key-pair/a%2",
            "web-1",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        assert!(!Address::is_meant("web-1"));
        for text in [
            "Volcengine:x",
            "volc:x",
            "aws:env/cn-beijing/key-pair/a",
            " tencent:a/b",
        ] {
            assert!(Address::is_meant(text), "{text}");
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_id_has_an_address(profile in "[a-zA-Z0-9._-]{1,12}", region in "[a-z0-9-]{1,12}", id in ".{1,24}") {
            for cloud in CloudId::ALL {
                let scope = Scope { cloud, profile: profile.clone(), region: region.clone() };
                let address = scope.address(Resource::KeyPair, &*id);
                let text = address.to_string();
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert_eq!(text.parse::<Address>().ok(), Some(address));
            }
        }

        #[test]
        fn any_text_is_an_address_or_none(text in prop_oneof![
            any::<String>(),
            "(volcengine|tencent|huawei):[ -~]{0,8}/.{0,8}/(key-pair|instance)/.{0,12}",
        ]) {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert!(Address::is_meant(&text));
                prop_assert_eq!(address.to_string().parse::<Address>().ok(), Some(address));
            }
        }
    }
}
