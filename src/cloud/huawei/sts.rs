//! Who am I, and agencies to take on (spec huawei 4.2).

use serde::{Deserialize, Serialize};

use super::wire::HuaweiWire;
use crate::auth::Temporary;
use crate::cloud::operation::{Effect, Operation, Route};
use crate::cloud::reply::lenient_text;
use crate::cloud::supply::Parts;
use crate::error::Error;
use crate::http::Method;
use crate::model::CloudId;

/// The account behind the credentials.
#[derive(Debug, Serialize)]
pub(super) struct GetCallerIdentity {}

#[derive(Debug, Deserialize)]
pub(super) struct Identity {
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) account_id: Option<String>,
}

impl Operation for GetCallerIdentity {
    type Cloud = HuaweiWire;
    type Response = Identity;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "GetCallerIdentity";
    const VERSION: &'static str = "v5";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::bare(Method::GET, "/v5/caller-identity")
    }
}

/// A credential of an agency, for whoever it trusts.
#[derive(Debug, Serialize)]
pub(super) struct AssumeAgency {
    pub(super) agency_urn: String,
    pub(super) agency_session_name: String,
    pub(super) duration_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) external_id: Option<String>,
}

/// The same for a token of an identity provider; nobody signs it, the token is the proof.
#[derive(Serialize)]
pub(super) struct AssumeAgencyWithOidc {
    pub(super) provider_urn: String,
    pub(super) agency_urn: String,
    pub(super) agency_session_name: String,
    pub(super) id_token: String,
    pub(super) duration_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Assumed {
    credentials: IssuedKey,
}

#[derive(Deserialize)]
struct IssuedKey {
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    security_token: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    expiration: Option<String>,
}

impl Assumed {
    pub(super) fn read(self) -> Result<Temporary, Error> {
        Parts {
            id: self.credentials.access_key_id,
            secret: self.credentials.secret_access_key,
            token: self.credentials.security_token,
            end: self.credentials.expiration,
        }
        .join(CloudId::Huawei)
    }
}

impl Operation for AssumeAgency {
    type Cloud = HuaweiWire;
    type Response = Assumed;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "AssumeAgency";
    const VERSION: &'static str = "v5";
    // Nothing of the account's changes, and a credential that nobody received ends by itself.
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::post("/v5/agencies/assume")
    }
}

impl Operation for AssumeAgencyWithOidc {
    type Cloud = HuaweiWire;
    type Response = Assumed;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "AssumeAgencyWithOIDC";
    const VERSION: &'static str = "v5";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::post("/v5/agencies/assume-with-oidc")
    }
}
