//! Who am I, and roles to take on (spec tencent 5.4).

use serde::{Deserialize, Serialize};

use super::wire::TencentWire;
use crate::auth::Temporary;
use crate::cloud::operation::{Effect, Operation};
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
    type Cloud = TencentWire;
    type Response = Identity;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "GetCallerIdentity";
    const VERSION: &'static str = "2018-08-13";
    const EFFECT: Effect = Effect::Read;
}

/// A credential of a role, for whoever the role trusts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumeRole {
    pub(super) role_arn: String,
    pub(super) role_session_name: String,
    pub(super) duration_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) external_id: Option<String>,
}

/// The same for a token of an identity provider; nobody signs it, the token is the proof.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumeRoleWithWebIdentity {
    pub(super) provider_id: String,
    pub(super) web_identity_token: String,
    pub(super) role_arn: String,
    pub(super) role_session_name: String,
    pub(super) duration_seconds: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Assumed {
    credentials: IssuedKey,
    #[serde(default, deserialize_with = "lenient_text")]
    expired_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IssuedKey {
    tmp_secret_id: Option<String>,
    tmp_secret_key: Option<String>,
    token: Option<String>,
}

impl Assumed {
    pub(super) fn read(self) -> Result<Temporary, Error> {
        Parts {
            id: self.credentials.tmp_secret_id,
            secret: self.credentials.tmp_secret_key,
            token: self.credentials.token,
            end: self.expired_time,
        }
        .join(CloudId::Tencent)
    }
}

impl Operation for AssumeRole {
    type Cloud = TencentWire;
    type Response = Assumed;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "AssumeRole";
    const VERSION: &'static str = "2018-08-13";
    // Nothing of the account's changes, and a credential that nobody received ends by itself.
    const EFFECT: Effect = Effect::Read;
}

impl Operation for AssumeRoleWithWebIdentity {
    type Cloud = TencentWire;
    type Response = Assumed;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "AssumeRoleWithWebIdentity";
    const VERSION: &'static str = "2018-08-13";
    const EFFECT: Effect = Effect::Read;
}
