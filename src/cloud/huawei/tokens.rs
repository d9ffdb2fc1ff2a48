//! Tokens and temporary keys of IAM (spec huawei 4.1 and 4.2). A token comes in the header
//! `X-Subject-Token`; the wire hands it on as the member [`HEADER_TOKEN`].

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::HuaweiWire;
use crate::auth::{Credential, Domain, Temporary};
use crate::cloud::operation::{Effect, Operation, Route};
use crate::cloud::reply::lenient_text;
use crate::cloud::supply::Parts;
use crate::error::{Error, ErrorKind};
use crate::model::CloudId;
use crate::secret::Secret;
use crate::time::parse_instant;

/// Where the wire puts a token that came in a header.
pub(super) const HEADER_TOKEN: &str = "x_subject_token";

/// A token for a user's password, good in one project.
#[derive(Serialize)]
pub(super) struct CreateTokenByPassword {
    auth: Value,
}

/// A token for the token of an identity provider, good for [`CreateTemporaryAccessKey`].
#[derive(Serialize)]
pub(super) struct CreateTokenByIdToken {
    auth: Value,
    #[serde(skip)]
    provider: String,
}

/// An access key for an agency, or for a token.
#[derive(Serialize)]
pub(super) struct CreateTemporaryAccessKey {
    auth: Value,
}

impl CreateTokenByPassword {
    /// The token is good in the project that has the region's name.
    pub(super) fn new(user: &str, domain: &Domain, password: &Secret, region: &str) -> Self {
        let domain = domain_member(domain);
        Self {
            auth: json!({
                "identity": {
                    "methods": ["password"],
                    "password": {"user": {"domain": domain, "name": user, "password": password.expose()}}
                },
                "scope": {"project": {"name": region}}
            }),
        }
    }
}

impl CreateTokenByIdToken {
    pub(super) fn new(provider: &str, token: &Secret) -> Self {
        Self {
            auth: json!({"id_token": {"id": token.expose()}}),
            provider: provider.to_owned(),
        }
    }
}

impl CreateTemporaryAccessKey {
    /// For an agency of another account.
    pub(super) fn of_agency(name: &str, domain: &Domain, seconds: u64) -> Self {
        let mut agency = match domain {
            Domain::Id(id) => json!({"domain_id": id}),
            Domain::Name(name) => json!({"domain_name": name}),
        };
        agency["agency_name"] = name.into();
        agency["duration_seconds"] = seconds.into();
        Self {
            auth: json!({"identity": {"methods": ["assume_role"], "assume_role": agency}}),
        }
    }

    /// For the token that the request carries.
    pub(super) fn of_token(seconds: u64) -> Self {
        Self {
            auth: json!({"identity": {"methods": ["token"], "token": {"duration_seconds": seconds}}}),
        }
    }
}

fn domain_member(domain: &Domain) -> Value {
    match domain {
        Domain::Id(id) => json!({"id": id}),
        Domain::Name(name) => json!({"name": name}),
    }
}

#[derive(Deserialize)]
pub(super) struct IssuedToken {
    #[serde(rename = "x_subject_token")]
    header: Option<String>,
    token: Option<TokenFacts>,
}

#[derive(Deserialize)]
struct TokenFacts {
    #[serde(default, deserialize_with = "lenient_text")]
    expires_at: Option<String>,
}

impl IssuedToken {
    pub(super) fn read(self) -> Result<Temporary, Error> {
        let token = self.header.filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| {
            Error::new(ErrorKind::Server, "the answer holds no token").cloud(CloudId::Huawei)
        })?;
        let end = self.token.and_then(|facts| facts.expires_at);
        Ok(Temporary {
            credential: Credential::Token(Secret::new(token)),
            expires_at: end.as_deref().and_then(parse_instant),
        })
    }
}

#[derive(Deserialize)]
pub(super) struct IssuedKey {
    credential: KeyFacts,
}

#[derive(Deserialize)]
struct KeyFacts {
    access: Option<String>,
    secret: Option<String>,
    securitytoken: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    expires_at: Option<String>,
}

impl IssuedKey {
    pub(super) fn read(self) -> Result<Temporary, Error> {
        Parts {
            id: self.credential.access,
            secret: self.credential.secret,
            token: self.credential.securitytoken,
            end: self.credential.expires_at,
        }
        .join(CloudId::Huawei)
    }
}

impl Operation for CreateTokenByPassword {
    type Cloud = HuaweiWire;
    type Response = IssuedToken;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "KeystoneCreateUserTokenByPassword";
    const VERSION: &'static str = "v3";
    // A token ends no other and changes nothing of the account's.
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::post("/v3/auth/tokens").parameter("nocatalog", Some("true"))
    }
}

impl Operation for CreateTokenByIdToken {
    type Cloud = HuaweiWire;
    type Response = IssuedToken;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateTokenWithIdToken";
    const VERSION: &'static str = "v3.0";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::post("/v3.0/OS-AUTH/id-token/tokens").header("x-idp-id", &self.provider)
    }
}

impl Operation for CreateTemporaryAccessKey {
    type Cloud = HuaweiWire;
    type Response = IssuedKey;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateTemporaryAccessKey"; // by agency or by token
    const VERSION: &'static str = "v3.0";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::post("/v3.0/OS-CREDENTIAL/securitytokens")
    }
}
