//! Who am I, and roles to take on (spec volcengine 7.4).

use serde::{Deserialize, Serialize};

use super::wire::VolcengineWire;
use crate::auth::Temporary;
use crate::cloud::operation::{Effect, Operation, Route};
use crate::cloud::reply::lenient_text;
use crate::cloud::supply::Parts;
use crate::error::Error;
use crate::model::CloudId;

/// The account behind the credentials.
#[derive(Debug, Serialize)]
pub(super) struct GetCallerIdentity {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Identity {
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) account_id: Option<String>,
}

impl Operation for GetCallerIdentity {
    type Cloud = VolcengineWire;
    type Response = Identity;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "GetCallerIdentity";
    const VERSION: &'static str = "2018-01-01";
    const EFFECT: Effect = Effect::Read;
}

/// A credential of a role, for whoever the role trusts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumeRole {
    pub(super) role_trn: String,
    pub(super) role_session_name: String,
    pub(super) duration_seconds: u64,
    pub(super) policy: Option<String>,
}

/// The same for a token of an identity provider; nobody signs it, the token is the proof.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumeRoleWithOidc {
    #[serde(flatten)]
    pub(super) role: AssumeRole,
    #[serde(rename = "OIDCToken")]
    pub(super) oidc_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Assumed {
    credentials: IssuedKey,
}

/// An access key as STS and the metadata service write it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IssuedKey {
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    session_token: Option<String>,
    // The answer to a federation calls it otherwise, as the SDK reads it.
    #[serde(default, alias = "Expiration", deserialize_with = "lenient_text")]
    expired_time: Option<String>,
}

impl IssuedKey {
    pub(super) fn read(self) -> Result<Temporary, Error> {
        Parts {
            id: self.access_key_id,
            secret: self.secret_access_key,
            token: self.session_token,
            end: self.expired_time,
        }
        .join(CloudId::Volcengine)
    }
}

impl Assumed {
    pub(super) fn read(self) -> Result<Temporary, Error> {
        self.credentials.read()
    }
}

impl Operation for AssumeRole {
    type Cloud = VolcengineWire;
    type Response = Assumed;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "AssumeRole";
    const VERSION: &'static str = "2018-01-01";
    // Nothing of the account's changes, and a credential that nobody received ends by itself.
    const EFFECT: Effect = Effect::Read;
}

impl Operation for AssumeRoleWithOidc {
    type Cloud = VolcengineWire;
    type Response = Assumed;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "AssumeRoleWithOIDC";
    const VERSION: &'static str = "2018-01-01";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::form()
    }
}
