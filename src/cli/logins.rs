//! Who a run works for: the login of each profile that it names, and the credentials that requests
//! share.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::auth::{Keys, Login, Recipe};
use crate::cloud::client::KeyGate;
use crate::cloud::supply::{self, Ground};
use crate::error::Error;
use crate::model::CloudId;

/// A login's credentials at work, and what is known of them.
#[derive(Clone)]
pub(super) struct Ring {
    pub(super) keys: Keys,
    pub(super) gate: KeyGate,
}

/// Cloud, and the profile that was named, if any.
type LoginName = (CloudId, Option<String>);
/// Cloud, profile, and the region where credentials are good in one only.
type RingName = (CloudId, String, Option<String>);

/// The logins of one run, each looked for once.
#[derive(Default)]
pub(super) struct Logins {
    found: RefCell<HashMap<LoginName, Rc<Login>>>,
    rings: RefCell<HashMap<RingName, Ring>>,
}

impl Logins {
    /// The login of a profile, or of the first source that has any.
    pub(super) fn find(
        &self,
        cloud: CloudId,
        profile: Option<&str>,
        look: impl FnOnce() -> Result<Login, Error>,
    ) -> Result<Rc<Login>, Error> {
        let name = (cloud, profile.map(str::to_owned));
        if let Some(login) = self.found.borrow().get(&name) {
            return Ok(Rc::clone(login));
        }
        let login = Rc::new(look()?);
        self.found.borrow_mut().insert(name, Rc::clone(&login));
        Ok(login)
    }

    /// The login's credentials; all its connections share them, except where a token is good in one
    /// region only (spec huawei 4.1).
    pub(super) fn ring(&self, login: &Login, ground: &Ground) -> Result<Ring, Error> {
        let regional = matches!(login.recipe, Recipe::Password(_));
        let region = regional.then(|| ground.region.clone());
        let name = (ground.cloud, login.profile.clone(), region);
        if let Some(ring) = self.rings.borrow().get(&name) {
            return Ok(ring.clone());
        }
        let ring = Ring {
            keys: supply::keys(&login.recipe, ground)?,
            gate: KeyGate::default(),
        };
        self.rings.borrow_mut().insert(name, ring.clone());
        Ok(ring)
    }
}
