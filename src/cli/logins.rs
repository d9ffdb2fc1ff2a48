//! Who a run works for: the login of each profile that it names, and the credentials that requests
//! share.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::auth::{Keys, Login, Password, Recipe, Sealed};
use crate::cloud::client::KeyGate;
use crate::cloud::supply::{self, Ground};
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::Secret;

/// A login's credentials at work, and what is known of them.
#[derive(Clone)]
pub(super) struct Ring {
    pub(super) keys: Keys,
    pub(super) gate: KeyGate,
}

/// Cloud, profile, and the region where credentials are good in one only.
type RingName = (CloudId, String, Option<String>);

/// Cloud, and the profile that was named.
type LoginName = (CloudId, Option<String>);

/// The logins of one run, each looked for once.
#[derive(Default)]
pub(super) struct Logins {
    found: RefCell<HashMap<LoginName, Rc<Login>>>,
    rings: RefCell<HashMap<RingName, Ring>>,
    /// What a person typed, by cloud and user: it is asked for once.
    passwords: RefCell<HashMap<(CloudId, Option<String>), Secret>>,
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
    pub(super) fn ring(
        &self,
        login: &Login,
        ground: &Ground,
        ask: impl Fn(&str) -> Result<Secret, Error>,
    ) -> Result<Ring, Error> {
        let regional = matches!(login.recipe, Recipe::Password(_));
        let region = regional.then(|| ground.region.clone());
        let name = (ground.cloud, login.profile.clone(), region);
        if let Some(ring) = self.rings.borrow().get(&name) {
            return Ok(ring.clone());
        }
        let recipe = self.with_password(&login.recipe, ground.cloud, &ask)?;
        let ring = Ring {
            keys: supply::keys(&recipe, ground)?,
            gate: KeyGate::default(),
        };
        self.rings.borrow_mut().insert(name, ring.clone());
        Ok(ring)
    }

    /// The recipe with the password that only a person knows, also where it stands below a role.
    fn with_password(
        &self,
        recipe: &Recipe,
        cloud: CloudId,
        ask: &dyn Fn(&str) -> Result<Secret, Error>,
    ) -> Result<Recipe, Error> {
        let wanted = match recipe {
            Recipe::Role(base, role) => {
                let base = self.with_password(base, cloud, ask)?;
                return Ok(Recipe::Role(Box::new(base), role.clone()));
            }
            Recipe::Password(wanted) if matches!(wanted.password, Sealed::Ask) => wanted,
            other => return Ok(other.clone()),
        };
        let name = (cloud, recipe.identity());
        let known = self.passwords.borrow().get(&name).cloned();
        let password = match known {
            Some(password) => password,
            None => ask(&format!("Password of {}", wanted.user))?,
        };
        self.passwords.borrow_mut().insert(name, password.clone());
        Ok(Recipe::Password(Password {
            password: Sealed::Given(password),
            ..wanted.clone()
        }))
    }
}
