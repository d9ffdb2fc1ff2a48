//! Who am I (spec tencent 5.4).

use serde::{Deserialize, Serialize};

use super::wire::TencentWire;
use crate::cloud::operation::{Effect, Operation};
use crate::cloud::reply::lenient_text;

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
