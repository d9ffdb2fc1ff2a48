//! The clouds behind one trait. Each folder here has the same files: `mod.rs` maps between the
//! vendor's world and kpctl's, `wire.rs` and `sign.rs` put a call on the wire, `errors.rs` reads
//! refusals, `endpoints.rs` knows hosts, and one file for each service declares its operations.

mod additions;
mod amendments;
pub mod change;
pub mod client;
mod deletion;
pub mod holders;
pub mod huawei;
mod names;
pub mod operation;
pub mod pages;
pub mod raw;
mod removals;
mod reply;
mod rules;
mod seen;
pub mod supply;
pub mod tencent;
#[cfg(any(test, fuzzing))]
pub(crate) mod testing;
pub mod volcengine;

use std::path::PathBuf;
use std::rc::Rc;

pub use rules::{Quota, legal_name, quota, takes_key};

use change::Change;
use client::{KeyGate, Overrides};
use raw::{RawCall, RawRequest};

use crate::auth::{Keys, Login};
use crate::error::{Error, ErrorKind};
use crate::http::{BoxFuture, Courier, Endpoint};
use crate::model::{ChangeRequest, CloudId, ListRequest, Listing, Record, Resource, Scope};

/// One account in one region of one cloud.
pub trait Provider {
    /// Where it works.
    fn scope(&self) -> &Scope;

    /// The login it works with.
    fn login(&self) -> &Login;

    /// The credentials that it works with.
    fn keys(&self) -> &Keys;

    /// The id of the account that the credentials belong to, asked from the cloud itself.
    fn account(&self) -> BoxFuture<'_, Result<String, Error>>;

    /// Reads a list: all of it, or an error.
    fn list(&self, request: ListRequest) -> BoxFuture<'_, Result<Listing, Error>>;

    /// Reads a list and hands it out page by page, so that a long one need not fit into memory. An error
    /// means that what was handed out is not all. The answer is what the user should know beside.
    fn stream<'a>(
        &'a self,
        request: ListRequest,
        take: &'a dyn Fn(Vec<Record>),
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(at_once(self, request, take))
    }

    /// The regions in which the account can have things of this kind, by the vendor's own list, asked from
    /// the region of [`Self::scope`]; or an error.
    fn regions(&self, resource: Resource) -> BoxFuture<'_, Result<Regions, Error>>;

    /// Whether an error says that the account does not have the region or the service there.
    fn is_not_enabled(&self, error: &Error) -> bool;

    /// Reads one thing; what is not there is a not-found error. The answer has exactly one record.
    fn show<'a>(&'a self, resource: Resource, id: &'a str)
    -> BoxFuture<'a, Result<Listing, Error>>;

    /// Prepares a change. Ids that cannot be ids are a usage error here, before anything is sent.
    fn change(&self, request: ChangeRequest) -> Result<Box<dyn Change + '_>, Error>;

    /// Prepares a call of any operation. What cannot be sent is a usage error here.
    fn raw(&self, request: RawRequest) -> Result<Box<dyn RawCall + '_>, Error>;
}

/// The regions of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// Those that can be used.
    pub enabled: Vec<String>,
    /// Those that the vendor lists and the account cannot use, and why.
    pub not_enabled: Vec<(String, String)>,
    /// Parts of the account with keys of their own that these credentials do not read, by name.
    pub beyond: Vec<String>,
}

/// What a provider is made of.
pub struct Connection {
    /// Where it works.
    pub scope: Scope,
    /// Who it works for.
    pub login: Login,
    /// The credentials of the login, at work; shared by all its connections.
    pub keys: Keys,
    /// What carries its requests.
    pub courier: Rc<Courier>,
    /// Endpoints that the user named.
    pub overrides: Overrides,
    /// What is known of the access key; shared by all connections of one login.
    pub gate: KeyGate,
    /// Where looked-up project ids are kept; `None` keeps them in memory only.
    pub cache_folder: Option<PathBuf>,
}

/// The registry: one line for each cloud.
pub fn connect(connection: Connection) -> Box<dyn Provider> {
    match connection.scope.cloud {
        CloudId::Volcengine => Box::new(volcengine::Volcengine::new(connection)),
        CloudId::Tencent => Box::new(tencent::Tencent::new(connection)),
        CloudId::Huawei => Box::new(huawei::Huawei::new(connection)),
    }
}

/// What can be said about a region before it is used: `Ok(None)` when it is known, a warning when
/// it is not in the table but may well exist, an error when its hosts cannot be known.
pub fn check_region(
    cloud: CloudId,
    service: &'static str,
    region: &str,
) -> Result<Option<String>, Error> {
    match cloud {
        CloudId::Volcengine => volcengine::endpoints::check_region(region),
        CloudId::Tencent => tencent::endpoints::check_region(region),
        CloudId::Huawei => huawei::endpoints::check_region(service, region),
    }
}

/// The regions that kpctl knows by name for a kind of thing: what is left where the vendor's own list
/// cannot be read. There may be newer ones.
pub fn known_regions(cloud: CloudId, resource: Resource) -> Vec<&'static str> {
    match cloud {
        CloudId::Volcengine => volcengine::endpoints::known_regions(),
        CloudId::Tencent => tencent::endpoints::known_regions(),
        CloudId::Huawei => huawei::endpoints::known_regions(resource),
    }
}

/// The vendor's own variable that names the endpoint of a service in a region, and its URL; `None`
/// when the vendor's table holds.
pub fn environment_endpoint<'a>(
    cloud: CloudId,
    service: &'static str,
    region: &str,
    env: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Option<(String, String)>, Error> {
    match cloud {
        CloudId::Volcengine => {
            volcengine::endpoint_variables::environment_endpoint(service, region, env)
        }
        CloudId::Tencent => tencent::endpoint_variables::environment_endpoint(service, region, env),
        CloudId::Huawei => huawei::endpoint_variables::environment_endpoint(service, region, env),
    }
}

/// The vendor's usual host of a service in a region.
pub fn usual_endpoint(
    cloud: CloudId,
    service: &'static str,
    region: &str,
) -> Result<Endpoint, Error> {
    match cloud {
        CloudId::Volcengine => volcengine::endpoints::endpoint(service, region, None),
        CloudId::Tencent => tencent::endpoints::endpoint(service, region, None),
        CloudId::Huawei => huawei::endpoints::endpoint(service, region, None),
    }
}

/// The region that is asked who somebody is when no region is named: the vendors' SDKs ask there, too
/// (spec volcengine 7.4, tencent 5.4, huawei 4.2).
pub fn home_region(cloud: CloudId) -> &'static str {
    match cloud {
        CloudId::Volcengine => "cn-beijing",
        CloudId::Tencent => "ap-guangzhou",
        CloudId::Huawei => "cn-north-4",
    }
}

/// The services that verbs ask, and a list of each that can be read without harm.
pub fn reads(cloud: CloudId) -> Vec<(&'static str, ListRequest)> {
    let lists = inventory_lists(cloud).into_iter();
    lists.map(|(_, service, list)| (service, list)).collect()
}

/// The kinds of things that lists tell of, the services that hold them, and the lists.
pub fn inventory_lists(cloud: CloudId) -> Vec<(Resource, &'static str, ListRequest)> {
    let pairs = |resource, service| (resource, service, ListRequest::KeyPairs(resource));
    let instances = |service| (Resource::Instance, service, ListRequest::Instances);
    match cloud {
        CloudId::Volcengine => vec![pairs(Resource::KeyPair, "ecs"), instances("ecs")],
        CloudId::Tencent => vec![
            pairs(Resource::KeyPair, "cvm"),
            instances("cvm"),
            pairs(Resource::LighthouseKeyPair, "lighthouse"),
        ],
        CloudId::Huawei => vec![
            pairs(Resource::KeyPair, "kps"),
            (Resource::KmsKey, "kms", ListRequest::KmsKeys),
            (Resource::CphServer, "cph", ListRequest::CphServers),
            (Resource::CodeartsKey, "codearts", ListRequest::CodeartsKeys),
        ],
    }
}

/// Whether a region can have things of this kind, as far as hosts are known: `false` only where no host is,
/// and none can be guessed. An endpoint that the user named reaches there all the same.
pub fn has_service(cloud: CloudId, resource: Resource, region: &str) -> bool {
    match cloud {
        CloudId::Volcengine | CloudId::Tencent => true,
        CloudId::Huawei => huawei::endpoints::has_service(resource, region),
    }
}

/// The lists of the keys that calls of a service name.
pub fn keys_of(cloud: CloudId, service: &str) -> Vec<ListRequest> {
    let pairs = ListRequest::KeyPairs(Resource::KeyPair);
    match (cloud, service) {
        // ECS of Huawei has the same key pairs under older paths.
        (CloudId::Volcengine, "ecs")
        | (CloudId::Tencent, "cvm")
        | (CloudId::Huawei, "cph" | "ecs") => vec![pairs],
        (CloudId::Tencent, "lighthouse") => {
            vec![ListRequest::KeyPairs(Resource::LighthouseKeyPair)]
        }
        // Key pairs are served by the host of KMS (spec huawei 1, point 3).
        (CloudId::Huawei, "kms" | "kps") => vec![pairs, ListRequest::KmsKeys],
        (CloudId::Huawei, "codearts") => vec![ListRequest::CodeartsKeys],
        _ => Vec::new(),
    }
}

/// The host of a service under another domain than the vendor's usual one: another site of the
/// vendor's, or a partner's cloud.
pub fn site_endpoint(
    cloud: CloudId,
    service: &'static str,
    region: &str,
    domain: &str,
) -> Result<Endpoint, Error> {
    match cloud {
        CloudId::Volcengine => volcengine::endpoints::endpoint(service, region, Some(domain)),
        CloudId::Tencent => tencent::endpoints::endpoint(service, region, Some(domain)),
        CloudId::Huawei => huawei::endpoints::endpoint(service, region, Some(domain)),
    }
}

/// Hands out a list that is not long enough for pages to matter.
async fn at_once<P: Provider + ?Sized>(
    provider: &P,
    request: ListRequest,
    take: &dyn Fn(Vec<Record>),
) -> Result<Vec<String>, Error> {
    let listing = provider.list(request).await?;
    take(listing.records);
    Ok(listing.warnings)
}

/// One thing that is not there.
fn not_found(scope: &Scope, resource: Resource, id: &str) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("there is no {resource} {id} here"),
    )
    .hint("Check the id, the account and the region (-r).")
    .cloud(scope.cloud)
    .with(|details| details.region = Some(scope.region.clone()))
}

/// A list of regions that names none: every account has some.
fn no_regions(scope: &Scope) -> Error {
    Error::new(ErrorKind::Server, "the list of regions is empty")
        .cloud(scope.cloud)
        .with(|details| details.region = Some(scope.region.clone()))
}

/// A list of regions that names what cannot be one: it would go into hosts and addresses.
fn odd_region(scope: &Scope, name: &str) -> Error {
    let shown: String = name.chars().take(80).collect();
    Error::new(
        ErrorKind::Server,
        format!(
            "the list of regions names '{}', which cannot be one",
            shown.escape_debug()
        ),
    )
    .cloud(scope.cloud)
    .with(|details| details.region = Some(scope.region.clone()))
}

/// An operation that the cloud does not have.
fn unsupported(cloud: CloudId) -> Error {
    Error::usage(format!("{cloud} has no such operation")).cloud(cloud)
}
