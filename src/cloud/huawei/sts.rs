//! Who am I (spec huawei 4.2).

use serde::{Deserialize, Serialize};

use super::wire::HuaweiWire;
use crate::cloud::operation::{Effect, Operation, Route};
use crate::cloud::reply::lenient_text;
use crate::http::Method;

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
