//! From options and environment to providers: the region, the credentials, the endpoints, and the
//! embedded cloud when it is asked for.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::args::Global;
use super::endpoints::Choice;
use super::logins::Logins;
use super::{embedded, proxies, trust};
use crate::auth::{self, Asker, Login, Profiles, SANDBOX_PROFILE, Step, World};
use crate::cloud::client::Overrides;
use crate::cloud::supply::Ground;
use crate::cloud::{Connection, Provider, check_region, connect, home_region, usual_endpoint};
use crate::config::file::Config;
use crate::config::{env, paths};
use crate::context::Context;
use crate::error::Error;
use crate::http::{Courier, Endpoint};
use crate::journal::Journal;
use crate::model::{CloudId, ProtectRule, Scope};
use crate::sandbox;
use crate::secret::Secret;
use crate::stop::Stop;
use crate::time::parse_duration;

/// A provider and the ids of the items in its scope.
pub(super) type Group = (Box<dyn Provider>, Vec<String>);

/// Where one run of kpctl works.
pub(super) struct Site<'a> {
    context: &'a Context,
    global: &'a Global,
    courier: Rc<Courier>,
    embedded: Option<sandbox::Server>,
    profile: Option<String>,
    cache_folder: OnceCell<Option<PathBuf>>,
    logins: Logins,
    ask: Asker,
    /// Logins and regions that were connected to.
    places: RefCell<Vec<(CloudId, Login, String)>>,
    home: Option<PathBuf>,
    config: OnceCell<Config>,
}

impl<'a> Site<'a> {
    /// Checks the global options and starts the embedded cloud when it is asked for. Nothing is
    /// sent.
    pub(super) async fn open(
        context: &'a Context,
        global: &'a Global,
        stop: &Stop,
    ) -> Result<Self, Error> {
        let sandboxed = global.sandbox || context.env.switch(env::SANDBOX)?;
        if sandboxed {
            embedded::refuse_beside(global)?;
        }
        let embedded = if sandboxed {
            Some(embedded::start(context, global).await?)
        } else {
            None
        };
        if embedded.is_none() {
            proxies::check(&context.env)?;
            context.env.check_expectations()?;
        }
        let transport = trust::transport(global, &context.env)?;
        let mut courier = Courier::new(Box::new(transport));
        courier.clock = context.clock;
        courier.stop = stop.clone();
        if let Some(timeout) = &global.timeout {
            courier.deadline = Some(Instant::now() + parse_duration(timeout)?);
        }
        if global.verbose {
            let lines = crate::io::Talk::of_process();
            courier.trace = Some(Rc::new(move |line| lines.say(line)));
        }
        let profile = global
            .profile
            .clone()
            .or_else(|| context.env.filled(env::PROFILE).map(str::to_owned));
        Ok(Self {
            context,
            global,
            courier: Rc::new(courier),
            embedded,
            profile,
            cache_folder: OnceCell::new(),
            logins: Logins::default(),
            ask: asker(context, global),
            places: RefCell::default(),
            home: paths::home(&context.env),
            config: OnceCell::new(),
        })
    }

    /// What carries requests.
    pub(super) fn courier(&self) -> &Courier {
        &self.courier
    }

    /// Whether the embedded cloud is asked.
    pub(super) fn is_sandbox(&self) -> bool {
        self.embedded.is_some()
    }

    /// Keeps a record of the changes to come, unless nobody wants one. What cannot be written to is a
    /// usage error, before anything is sent.
    pub(super) fn keep_journal(&self, command: &str) -> Result<(), Error> {
        let variables = &self.context.env;
        if let Some(folder) = paths::journal(variables, self.is_sandbox())? {
            let journal = Journal::open(folder, self.context.clock, command)?;
            *self.courier.journal.borrow_mut() = Some(Rc::new(journal));
        }
        Ok(())
    }

    /// What must not be taken away. The sandbox has no config file.
    pub(super) fn protect_rules(&self) -> Result<&[ProtectRule], Error> {
        if self.is_sandbox() {
            return Ok(&[]);
        }
        Ok(&self.config()?.protect)
    }

    /// The endpoints to name in documents: those that the user chose instead of the vendor's. Profiles may
    /// have different ones.
    pub(super) fn foreign_endpoint(
        &self,
        cloud: CloudId,
        service: &'static str,
    ) -> Result<Option<String>, Error> {
        let chosen = self.foreign_endpoints(cloud, service)?;
        Ok((!chosen.is_empty()).then(|| chosen.join(", ")))
    }

    /// The same one by one.
    pub(super) fn foreign_endpoints(
        &self,
        cloud: CloudId,
        service: &'static str,
    ) -> Result<Vec<String>, Error> {
        let mut chosen = Vec::new();
        if self.is_sandbox() {
            return Ok(chosen);
        }
        let places = self.places.borrow();
        for (_, login, region) in places.iter().filter(|(of, ..)| *of == cloud) {
            if let Some(endpoint) = (self.endpoint_choice(cloud, login, region))(service)? {
                let endpoint = endpoint.to_string();
                if !chosen.contains(&endpoint) {
                    chosen.push(endpoint);
                }
            }
        }
        Ok(chosen)
    }

    /// A provider for each scope that the items name, in the order in which they come up.
    /// Items without an address belong to the scope of the options.
    pub(super) fn group(
        &self,
        cloud: CloudId,
        service: &'static str,
        items: &[(Option<Scope>, String)],
    ) -> Result<Vec<Group>, Error> {
        let mut groups: Vec<Group> = Vec::new();
        let mut seen = HashSet::new();
        for (scope, id) in items {
            if let Some(scope) = scope {
                self.check_agrees(scope)?;
            }
            let login = self.login(cloud, scope.as_ref())?;
            let region = match scope {
                Some(scope) => scope.region.clone(),
                None => self.region(cloud, &login)?,
            };
            let place = (login.profile.clone(), region.clone());
            let is_there = |(provider, _): &&mut Group| {
                let scope = provider.scope();
                (&scope.profile, &scope.region) == (&place.0, &place.1)
            };
            if let Some((_, ids)) = groups.iter_mut().find(is_there) {
                // The same thing by id and by address is one thing.
                if seen.insert((place, id)) {
                    ids.push(id.clone());
                }
            } else {
                let provider = self.connect(cloud, service, &login, region)?;
                seen.insert((place, id));
                groups.push((provider, vec![id.clone()]));
            }
        }
        Ok(groups)
    }

    /// A provider for the scope of the options.
    pub(super) fn provider(
        &self,
        cloud: CloudId,
        service: &'static str,
    ) -> Result<Box<dyn Provider>, Error> {
        let login = self.login(cloud, None)?;
        let region = self.region(cloud, &login)?;
        self.connect(cloud, service, &login, region)
    }

    fn connect(
        &self,
        cloud: CloudId,
        service: &'static str,
        login: &Login,
        region: String,
    ) -> Result<Box<dyn Provider>, Error> {
        let (provider, warning) = self.connect_quietly(cloud, service, login, region)?;
        if let Some(warning) = warning {
            self.context.io.warn(&warning);
        }
        Ok(provider)
    }

    /// A provider for one of many scopes: that a region is not in the table is worth a word where the user
    /// named it, and none where the vendor's own list does.
    pub(super) fn one_of_many(
        &self,
        service: &'static str,
        login: &Login,
        scope: &Scope,
        is_named: bool,
    ) -> Result<Box<dyn Provider>, Error> {
        let connected = self.connect_quietly(scope.cloud, service, login, scope.region.clone());
        let (provider, warning) = connected?;
        if let (Some(warning), true) = (warning, is_named) {
            self.context.io.warn(&warning);
        }
        Ok(provider)
    }

    /// A provider, and what is to be said of its region.
    fn connect_quietly(
        &self,
        cloud: CloudId,
        service: &'static str,
        login: &Login,
        region: String,
    ) -> Result<(Box<dyn Provider>, Option<String>), Error> {
        let overrides = self.endpoint_choice(cloud, login, &region);
        let chosen = overrides(service)?;
        if !chosen.as_ref().is_some_and(Endpoint::is_plain_loopback) {
            trust::check(&self.context.env)?;
        }
        let mut warning = None;
        if chosen.is_none() {
            warning = check_region(cloud, service, &region)?;
        } else if !can_be_region(&region) {
            return Err(Error::usage(format!(
                "'{}' cannot be a region",
                region.escape_debug()
            )));
        }
        let ground = Ground {
            cloud,
            region: region.clone(),
            courier: Rc::clone(&self.courier),
            overrides: Rc::clone(&overrides),
            ask: Rc::clone(&self.ask),
        };
        let ring = self.logins.ring(login, &ground)?;
        let place = (cloud, login.clone(), region.clone());
        self.places.borrow_mut().push(place);
        let provider = connect(Connection {
            scope: Scope {
                cloud,
                profile: login.profile.clone(),
                region,
            },
            login: login.clone(),
            keys: ring.keys,
            courier: Rc::clone(&self.courier),
            overrides,
            gate: ring.gate,
            cache_folder: self.cache_folder(),
        });
        Ok((provider, warning))
    }

    /// The login of a profile, or of the options.
    pub(super) fn login_of(
        &self,
        cloud: CloudId,
        profile: Option<&str>,
    ) -> Result<Rc<Login>, Error> {
        match profile {
            // There is one, whatever it is called.
            Some(profile) if !self.is_sandbox() => self.look(cloud, Some(profile)),
            _ => self.login(cloud, None),
        }
    }

    /// The login of an address's profile.
    pub(super) fn login_at(&self, scope: &Scope) -> Result<Rc<Login>, Error> {
        self.check_agrees(scope)?;
        self.login(scope.cloud, Some(scope))
    }

    /// A provider that can be asked who the login is, also where no region is named.
    pub(super) fn for_identity(
        &self,
        cloud: CloudId,
        service: &'static str,
        login: &Login,
    ) -> Result<Box<dyn Provider>, Error> {
        let region = self.region(cloud, login);
        let region = region.unwrap_or_else(|_| home_region(cloud).to_owned());
        self.connect(cloud, service, login, region)
    }

    /// A provider for that login in that region.
    pub(super) fn provider_in(
        &self,
        cloud: CloudId,
        service: &'static str,
        login: &Login,
        region: &str,
    ) -> Result<Box<dyn Provider>, Error> {
        self.connect(cloud, service, login, region.to_owned())
    }

    /// Where the requests of a service go, and who said so; the vendor's usual host needs nobody.
    pub(super) fn endpoint(
        &self,
        cloud: CloudId,
        service: &'static str,
        login: &Login,
        region: &str,
    ) -> Result<(Endpoint, Option<String>), Error> {
        if let Some(server) = &self.embedded {
            let endpoint = Endpoint::parse(&server.url(), false)?;
            return Ok((endpoint, Some("the sandbox".to_owned())));
        }
        Ok(match self.choice(login, region).choose(cloud, service)? {
            Some((endpoint, place)) => (endpoint, Some(place)),
            None => (usual_endpoint(cloud, service, region)?, None),
        })
    }

    /// Every source of credentials, and what comes of asking it.
    pub(super) fn trail(&self, cloud: CloudId) -> Vec<(String, Step)> {
        auth::trail(cloud, &self.world(), self)
    }

    /// The profile that option or variable names, and which of them.
    pub(super) fn named_profile(&self) -> Option<(&str, &'static str)> {
        let by = if self.global.profile.is_some() {
            "-p"
        } else {
            env::PROFILE
        };
        Some((self.profile.as_deref()?, by))
    }

    /// The region to work in.
    pub(super) fn region(&self, cloud: CloudId, login: &Login) -> Result<String, Error> {
        let region = self.global.region.clone().or_else(|| login.region.clone());
        region.ok_or_else(|| {
            Error::usage(format!("no region for {cloud}"))
                .code("NoRegion")
                .hint(
                    "Name one with -r, or in the vendor's variable; kpctl never guesses a region.",
                )
                .cloud(cloud)
        })
    }

    fn check_agrees(&self, scope: &Scope) -> Result<(), Error> {
        let only = match &self.embedded {
            Some(_) => Some(SANDBOX_PROFILE),
            None => self.global.profile.as_deref(),
        };
        if let Some(profile) = only
            && scope.profile != profile
            // A word may stand for a longer one: -p ve for the profile ve.prod in its addresses.
            && !self
                .login(scope.cloud, None)
                .is_ok_and(|login| login.profile == scope.profile)
        {
            return Err(Error::usage(format!(
                "the address is of profile '{}', but the command works with '{profile}'",
                scope.profile
            )));
        }
        match &self.global.region {
            Some(region) if *region != scope.region => Err(Error::usage(format!(
                "the address is in region '{}', but -r says '{region}'",
                scope.region
            ))),
            _ => Ok(()),
        }
    }

    /// The login of an address's profile, of the option's or variable's, or of the first source that
    /// has any.
    fn login(&self, cloud: CloudId, scope: Option<&Scope>) -> Result<Rc<Login>, Error> {
        if self.is_sandbox() {
            let look = || Ok(embedded::login(cloud));
            return self.logins.find(cloud, Some(SANDBOX_PROFILE), look);
        }
        let profile = match scope {
            Some(scope) => Some(scope.profile.as_str()),
            None => self.profile.as_deref(),
        };
        self.look(cloud, profile)
    }

    fn look(&self, cloud: CloudId, profile: Option<&str>) -> Result<Rc<Login>, Error> {
        let look = || auth::login(cloud, profile, &self.world(), self);
        self.logins.find(cloud, profile, look)
    }

    /// What sources of credentials may look at.
    pub(super) fn world(&self) -> World<'_> {
        World {
            env: &self.context.env,
            home: self.home.as_deref(),
            now: self.context.clock.now(),
        }
    }

    fn endpoint_choice(&self, cloud: CloudId, login: &Login, region: &str) -> Overrides {
        if let Some(server) = &self.embedded {
            let url = server.url();
            return Rc::new(move |_| Endpoint::parse(&url, false).map(Some));
        }
        let choice = self.choice(login, region);
        Rc::new(move |service| choice.endpoint(cloud, service))
    }

    fn choice(&self, login: &Login, region: &str) -> Choice {
        Choice {
            option: self.global.endpoint_url.clone(),
            insecure: self.global.insecure_endpoint,
            env: self.context.env.clone(),
            of_login: login.endpoints.clone(),
            profile: login.profile.clone(),
            region: region.to_owned(),
        }
    }

    /// Where looked-up things are kept; without a folder they are looked up again.
    fn cache_folder(&self) -> Option<PathBuf> {
        let folder = || {
            let folder = if self.is_sandbox() {
                paths::sandbox(&self.context.env)
            } else {
                paths::cache(&self.context.env)
            };
            folder.ok()
        };
        self.cache_folder.get_or_init(folder).clone()
    }
}

impl Profiles for Site<'_> {
    fn config(&self) -> Result<&Config, Error> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = Config::read(&self.context.env)?;
        Ok(self.config.get_or_init(|| config))
    }
}

/// Asks a person for a secret, once for each question; where there is nobody, it is missing.
fn asker(context: &Context, global: &Global) -> Asker {
    if global.no_input || !context.io.person_is_there() {
        return auth::nobody();
    }
    let io = Rc::clone(&context.io);
    let known: Rc<Mutex<HashMap<String, Secret>>> = Rc::default();
    Rc::new(move |question| {
        let (io, known) = (Rc::clone(&io), Rc::clone(&known));
        Box::pin(async move {
            // Two regions that want the same password wait for one answer.
            let mut known = known.lock().await;
            if let Some(secret) = known.get(&question) {
                return Ok(secret.clone());
            }
            let secret = io.ask_secret(&question, false).await?;
            known.insert(question, secret.clone());
            Ok(secret)
        })
    })
}

/// Behind an endpoint of the user's own a region may have any name, but it is still one name: it goes
/// into signatures and addresses, where `*` means all of them.
fn can_be_region(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::can_be_region;

    #[test]
    fn regions_behind_an_own_endpoint_are_single_names() {
        for region in ["cn-beijing", "my_stack-1", "RegionOne", "eu.west"] {
            assert!(can_be_region(region), "{region}");
        }
        for none in ["", "*", "cn-*", "a/b", "a b", "a\u{feff}", "北京"] {
            assert!(!can_be_region(none), "{none}");
        }
    }
}
