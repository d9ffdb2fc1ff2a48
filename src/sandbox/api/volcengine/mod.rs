//! Volcengine: RPC at `/`, everything in the query or a form (spec volcengine 1.5 and 2).

mod batch;
mod bind;
mod create;
mod ecs;
mod instances;
mod pages;
mod parameters;
mod reboot;
mod refusal;
mod rules;
mod sts;
mod tags;

use serde_json::{Map, Value, json};

// The files of this folder reach these through `super`, too.
use self::state::{ClientToken, Region};
use super::super::cloud::{Cloud, Effect};
use super::super::faults::Kind;
use super::super::fingerprint;
use super::super::issued::Session;
use super::super::quirks::Quirk;
use super::super::reply::Reply;
use super::super::request::Request;
use super::super::rsa_pair::RsaPair;
use super::super::state::{Tag, Tracked, volcengine as state};
use super::super::verify::sha256_hex;
use super::super::verify::volcengine::{Scope, claimed_scope};
use super::super::{clock, identifiers};
use super::Context;
use parameters::Parameters;
pub(crate) use refusal::Refusal;

/// So many client tokens of a region are remembered; how many the cloud keeps is not documented.
const CLIENT_TOKENS_KEPT: usize = 1000;

/// A row in the table of a service.
pub(crate) struct Operation {
    /// As in the credential scope.
    pub(crate) service: &'static str,
    /// As in `Version`.
    pub(crate) version: &'static str,
    /// As in `Action`.
    pub(crate) name: &'static str,
    /// Whether it changes anything.
    pub(crate) effect: Effect,
    /// The parameters, single or lists, that name what it is about, for the journal.
    pub(crate) items: &'static [&'static str],
    /// Whether its answer carries errors of single items.
    pub(crate) has_item_errors: bool,
    /// What it does.
    pub(crate) run: fn(&mut Call<'_>) -> Result<Value, Refusal>,
}

/// A verified request on its way through an operation.
pub(crate) struct Call<'a> {
    /// Clock, quirks, faults.
    pub(crate) ctx: &'a Context<'a>,
    /// What was asked.
    pub(crate) parameters: Parameters,
    /// Region of the credential scope.
    pub(crate) region_id: String,
    /// What exists.
    pub(crate) state: &'a mut Tracked,
}

impl Call<'_> {
    /// The region that is asked, for looking.
    pub(crate) fn region(&self) -> Result<&Region, Refusal> {
        let regions = &self.state.volcengine.regions;
        regions
            .get(&self.region_id)
            .ok_or_else(|| Refusal::service_not_found(&format!("ecs in region {}", self.region_id)))
    }

    /// The region that is asked, for changing.
    pub(crate) fn region_mut(&mut self) -> Result<&mut Region, Refusal> {
        self.region()?; // an unknown region is no change
        let regions = &mut self.state.volcengine.regions;
        regions
            .get_mut(&self.region_id)
            .ok_or_else(Refusal::internal_error)
    }
}

/// All operations.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    ecs::OPERATIONS
        .iter()
        .chain(create::OPERATIONS)
        .chain(bind::OPERATIONS)
        .chain(reboot::OPERATIONS)
        .chain(tags::OPERATIONS)
        .chain(instances::OPERATIONS)
        .chain(sts::OPERATIONS)
        .chain(sts::UNSIGNED_OPERATIONS)
}

/// What a request asks for, whether or not it may.
pub(crate) struct Target {
    /// As in `Action`; may be empty.
    pub(crate) action: String,
    version: String,
    scope: Option<Scope>,
    /// The row, if there is one.
    pub(crate) operation: Option<&'static Operation>,
}

impl Target {
    /// Reads action, version and scope off a request.
    pub(crate) fn of(request: &Request) -> Self {
        let action = request.query_value("Action").unwrap_or_default();
        let version = request.query_value("Version").unwrap_or_default();
        let scope = claimed_scope(request);
        let operation = operations().find(|row| {
            request.path == "/"
                && row.name == action
                && row.version == version
                && match &scope {
                    Some(scope) => scope.service == row.service,
                    None => sts::is_unsigned(row),
                }
        });
        Self {
            action,
            version,
            scope,
            operation,
        }
    }

    /// The ids or names that a request is about, for the journal.
    pub(crate) fn items(&self, request: &Request) -> Vec<String> {
        let (Some(operation), Ok(parameters)) = (self.operation, Parameters::of(request)) else {
            return Vec::new();
        };
        let named = operation.items.iter().flat_map(|name| {
            let list = parameters.list(name).unwrap_or_default();
            parameters.text(name).into_iter().chain(list)
        });
        named.map(str::to_owned).collect()
    }

    /// The region of the credential scope.
    pub(crate) fn region(&self) -> Option<&str> {
        self.scope.as_ref().map(|scope| scope.region.as_str())
    }

    /// Whether it takes no signature, and none came.
    pub(crate) fn is_unsigned(&self, request: &Request) -> bool {
        request.header("authorization").is_none() && self.operation.is_some_and(sts::is_unsigned)
    }

    /// Runs a verified request.
    pub(crate) fn run(
        &self,
        request: &Request,
        ctx: &Context<'_>,
        state: &mut Tracked,
    ) -> Result<Value, Refusal> {
        for (name, value) in [("Action", &self.action), ("Version", &self.version)] {
            if value.is_empty() {
                return Err(Refusal::missing_parameter(name));
            }
        }
        if !matches!(request.method.as_str(), "GET" | "POST") {
            return Err(Refusal::invalid_action_or_version(
                &self.action,
                &self.version,
            ));
        }
        if let Some(scope) = &self.scope
            && !operations().any(|row| row.service == scope.service)
        {
            return Err(Refusal::service_not_found(&scope.service));
        }
        let operation = self
            .operation
            .filter(|row| request.method == "POST" || !sts::is_unsigned(row)) // proofs are no part of a URL
            .ok_or_else(|| Refusal::invalid_action_or_version(&self.action, &self.version))?;
        let mut call = Call {
            ctx,
            parameters: Parameters::of(request)?,
            region_id: self.place().1.to_owned(),
            state,
        };
        match call.parameters.text("ClientToken").map(str::to_owned) {
            Some(token) if operation.effect == Effect::Change => once(operation, &mut call, token),
            _ => (operation.run)(&mut call),
        }
    }

    /// The refusal that a fault rule asks for, if that kind is one.
    pub(crate) fn refusal_of_fault(&self, kind: Kind) -> Option<Refusal> {
        let (service, region) = self.place();
        Refusal::of_fault(kind, service, region, &self.action)
    }

    /// Service and region, as far as they were told.
    fn place(&self) -> (&str, &str) {
        self.scope.as_ref().map_or(("", ""), |scope| {
            (scope.service.as_str(), scope.region.as_str())
        })
    }

    /// Wraps an outcome in the envelope (spec volcengine 2.1).
    pub(crate) fn reply(&self, request_id: &str, outcome: Result<Value, Refusal>) -> Reply {
        let (service, region) = self.place();
        let mut metadata = Map::new();
        for (name, value) in [
            ("RequestId", request_id),
            ("Action", self.action.as_str()),
            ("Version", self.version.as_str()),
            ("Service", service),
            ("Region", region),
        ] {
            metadata.insert(name.to_owned(), value.into());
        }
        let reply = match outcome {
            Ok(result) => Reply::json(
                200,
                &json!({ "ResponseMetadata": metadata, "Result": result }),
            ),
            Err(refusal) => {
                metadata.insert("Error".to_owned(), refusal.to_value());
                Reply::json(refusal.status, &json!({ "ResponseMetadata": metadata }))
                    .with_code(refusal.code)
            }
        };
        reply.with_header("x-tt-logid", request_id)
    }
}

/// A repeated `ClientToken` gets the first result again (spec volcengine 2.5). A refused call leaves nothing to repeat.
///
/// A private key is not repeated: the cloud has only the public half by then. Nobody can tell whether it really does so;
/// [`Quirk::VolcengineRepeatedCreateInFull`] is the other answer.
fn once(operation: &Operation, call: &mut Call<'_>, token: String) -> Result<Value, Refusal> {
    if token.is_empty()
        || token.len() > 64
        || !token.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    {
        return Err(Refusal::bad_request(
            "InvalidClientToken.Malformed",
            "The specified ClientToken is malformed.",
        ));
    }
    let parameters = sha256_hex(call.parameters.without("ClientToken").as_bytes());
    let known = call
        .region()?
        .client_tokens
        .iter()
        .find(|known| known.token == token);
    if let Some(known) = known {
        if known.operation != operation.name || known.parameters != parameters {
            return Err(Refusal::bad_request(
                "IdempotentParameterMismatch",
                "The request uses the same ClientToken as an earlier request, but its parameters differ.",
            ));
        }
        return Ok(known.result.clone());
    }
    let result = (operation.run)(call)?;
    let mut kept = result.clone();
    if !call.ctx.has(Quirk::VolcengineRepeatedCreateInFull)
        && let Some(members) = kept.as_object_mut()
    {
        members.shift_remove("PrivateKey");
    }
    let remembered = &mut call.region_mut()?.client_tokens;
    if remembered.len() >= CLIENT_TOKENS_KEPT {
        remembered.remove(0);
    }
    remembered.push(ClientToken {
        token,
        operation: operation.name.to_owned(),
        parameters,
        result: kept,
    });
    Ok(result)
}
