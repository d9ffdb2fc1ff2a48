//! Who am I (spec volcengine 7.4).

use serde::{Deserialize, Serialize};

use super::wire::VolcengineWire;
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
    type Cloud = VolcengineWire;
    type Response = Identity;
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "GetCallerIdentity";
    const VERSION: &'static str = "2018-01-01";
    const EFFECT: Effect = Effect::Read;
}
