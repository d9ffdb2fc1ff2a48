//! What the tests of every cloud work with: a login and a place that exist nowhere.

use std::rc::Rc;

use super::Connection;
use super::client::{Decoded, KeyGate, Wire as _};
use super::huawei::wire::HuaweiWire;
use super::tencent::wire::TencentWire;
use super::volcengine::wire::VolcengineWire;
use crate::auth::{Credential, Endpoints, Keys, Login, Recipe, Temporary};
use crate::error::Error;
use crate::http::{Courier, Reply};
use crate::model::{CloudId, Scope};
use crate::secret::Secret;

/// A connection of an account with an access key.
pub(crate) fn connection(cloud: CloudId, region: &str, courier: Rc<Courier>) -> Connection {
    Connection {
        scope: Scope {
            cloud,
            profile: "env".to_owned(),
            region: region.to_owned(),
        },
        login: Login {
            profile: "env".to_owned(),
            recipe: Recipe::fixed(access_key(None)),
            source: "a test".to_owned(),
            region: None,
            project_id: None,
            endpoints: Endpoints::default(),
            expect_account: None,
        },
        keys: keys(access_key(None)),
        courier,
        overrides: Rc::new(|_| Ok(None)),
        gate: KeyGate::default(),
        cache_folder: None,
    }
}

/// The access key of the tests.
pub(in crate::cloud) fn access_key(session_token: Option<&str>) -> Credential {
    Credential::AccessKey {
        id: "AK".to_owned(),
        secret: Secret::new("SK".to_owned()),
        session_token: session_token.map(|token| Secret::new(token.to_owned())),
    }
}

/// That credential, at hand.
pub(in crate::cloud) fn keys(credential: Credential) -> Keys {
    let held = Temporary {
        credential,
        expires_at: None,
    };
    Keys::ready(held, Some("AK".to_owned()))
}

/// What a cloud's wire makes of an answer: to a call that kpctl knows, or to any other.
pub(crate) fn decode(cloud: CloudId, is_known: bool, reply: &Reply) -> Result<Decoded, Error> {
    match (cloud, is_known) {
        (CloudId::Volcengine, true) => VolcengineWire::decode(reply),
        (CloudId::Volcengine, false) => VolcengineWire::decode_unknown(reply),
        (CloudId::Tencent, true) => TencentWire::decode(reply),
        (CloudId::Tencent, false) => TencentWire::decode_unknown(reply),
        (CloudId::Huawei, true) => HuaweiWire::decode(reply),
        (CloudId::Huawei, false) => HuaweiWire::decode_unknown(reply),
    }
}
