//! What the tests of every cloud work with: a login and a place that exist nowhere.

use std::rc::Rc;

use super::Connection;
use super::client::KeyGate;
use crate::auth::{Credential, Login};
use crate::http::Courier;
use crate::model::{CloudId, Scope};
use crate::secret::Secret;

/// A connection of an account with an access key.
pub(in crate::cloud) fn connection(
    cloud: CloudId,
    region: &str,
    courier: Rc<Courier>,
) -> Connection {
    Connection {
        scope: Scope {
            cloud,
            profile: "env".to_owned(),
            region: region.to_owned(),
        },
        login: Login {
            profile: "env".to_owned(),
            credential: Credential::AccessKey {
                id: "AK".to_owned(),
                secret: Secret::new("SK".to_owned()),
                session_token: None,
            },
            source: "a test".to_owned(),
            region: None,
            project_id: None,
        },
        courier,
        overrides: Rc::new(|_| Ok(None)),
        gate: KeyGate::default(),
        cache_folder: None,
    }
}
