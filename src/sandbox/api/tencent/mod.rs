//! Tencent Cloud API 3.0: one path, the action in a header, HTTP 200 for refusals too (spec tencent 1).

mod batch;
mod bindings;
mod filters;
mod fitness;
mod instances;
mod key_pairs;
mod lighthouse;
mod new_pairs;
mod parameters;
mod power;
mod product;
mod reach;
mod refusal;
mod regions;
mod sts;
mod tags;

use serde_json::{Map, Value, json};

// The files of this folder reach these through `super`, too.
use self::state::Region;
use super::super::cloud::{Cloud, Effect};
use super::super::faults::Kind;
use super::super::issued::Session;
use super::super::quirks::Quirk;
use super::super::reply::Reply;
use super::super::request::{Request, decode};
use super::super::state::{Tag, Tracked, tencent as state};
use super::super::verify::tencent::claimed_product;
use super::super::{clock, identifiers};
use super::Context;
use parameters::Parameters;
pub(crate) use refusal::Refusal;

/// Largest query of a GET (spec tencent 1.1).
const MOST_QUERY_BYTES: usize = 32 * 1024;
/// Largest body of a POST (spec tencent 1.1).
const MOST_BODY_BYTES: usize = 10 * 1024 * 1024;

/// A row in the table of a product.
pub(crate) struct Operation {
    /// As in the credential scope.
    pub(crate) product: &'static str,
    /// As in `X-TC-Version`.
    pub(crate) version: &'static str,
    /// As in `X-TC-Action`.
    pub(crate) name: &'static str,
    /// Whether it changes anything.
    pub(crate) effect: Effect,
    /// All parameters that it takes; others are refused.
    pub(crate) parameters: &'static [&'static str],
    /// The parameters that name what it is about, for the journal.
    pub(crate) items: &'static [&'static str],
    /// Whether `X-TC-Region` is required (spec tencent 1.1).
    pub(crate) is_regional: bool,
    /// What it does: the members of `Response` but the request id.
    pub(crate) run: fn(&mut Call<'_>) -> Result<Map<String, Value>, Refusal>,
}

/// A verified request on its way through an operation.
pub(crate) struct Call<'a> {
    /// Clock, quirks, faults.
    pub(crate) ctx: &'a Context<'a>,
    /// What was asked.
    pub(crate) parameters: Parameters,
    /// `X-TC-Region`.
    pub(crate) region_id: String,
    /// What exists.
    pub(crate) state: &'a mut Tracked,
}

impl Call<'_> {
    /// The region that is asked, for looking.
    pub(crate) fn region(&self) -> Result<&Region, Refusal> {
        let regions = &self.state.tencent.regions;
        regions
            .get(&self.region_id)
            .ok_or_else(|| Refusal::unsupported_region(&self.region_id))
    }

    /// The region that is asked, for changing.
    pub(crate) fn region_mut(&mut self) -> Result<&mut Region, Refusal> {
        self.region()?; // an unknown region is no change
        let regions = &mut self.state.tencent.regions;
        regions
            .get_mut(&self.region_id)
            .ok_or_else(|| Refusal::unsupported_region(&self.region_id))
    }
}

/// All operations.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    key_pairs::OPERATIONS
        .iter()
        .chain(new_pairs::OPERATIONS)
        .chain(bindings::OPERATIONS)
        .chain(instances::OPERATIONS)
        .chain(power::OPERATIONS)
        .chain(lighthouse::operations())
        .chain(regions::OPERATIONS)
        .chain(sts::OPERATIONS)
        .chain(sts::UNSIGNED_OPERATIONS)
}

/// What a request asks for, whether or not it may.
pub(crate) struct Target {
    /// `X-TC-Action`; may be empty.
    pub(crate) action: String,
    version: String,
    product: String,
    /// The row, if there is one.
    pub(crate) operation: Option<&'static Operation>,
}

impl Target {
    /// Reads action, version and product off a request.
    pub(crate) fn of(request: &Request) -> Self {
        let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
        let action = header("x-tc-action");
        let version = header("x-tc-version");
        let product = match claimed_product(request) {
            Some(product) => product,
            None if is_skipped(request) => "sts".to_owned(), // nothing says so but the action
            None => String::new(),
        };
        let operation = operations()
            .find(|row| row.name == action && row.version == version && row.product == product);
        Self {
            action,
            version,
            product,
            operation,
        }
    }

    /// The ids that a request is about, for the journal.
    pub(crate) fn items(&self, request: &Request) -> Vec<String> {
        let (Some(operation), Ok(parameters)) = (self.operation, Parameters::of(request)) else {
            return Vec::new();
        };
        let names = operation.items.iter();
        names.flat_map(|name| parameters.items(name)).collect()
    }

    /// The refusal that a fault rule asks for, if that kind is one.
    pub(crate) fn refusal_of_fault(&self, kind: Kind, request: &Request) -> Option<Refusal> {
        let region = request.header("x-tc-region").unwrap_or_default();
        Refusal::of_fault(kind, &self.product, region, &self.action)
    }

    /// Whether it takes no signature, and says that it has none.
    pub(crate) fn is_unsigned(&self, request: &Request) -> bool {
        is_skipped(request) && self.operation.is_some_and(sts::is_unsigned)
    }

    /// Runs a verified request.
    pub(crate) fn run(
        &self,
        request: &Request,
        ctx: &Context<'_>,
        state: &mut Tracked,
    ) -> Result<Map<String, Value>, Refusal> {
        for (name, value) in [("Action", &self.action), ("Version", &self.version)] {
            if value.is_empty() {
                return Err(Refusal::missing_parameter(name));
            }
        }
        check_form(request)?;
        let operation = self.operation.ok_or_else(|| self.refusal_of_name())?;
        let region_id = request.header("x-tc-region").unwrap_or_default().to_owned();
        if operation.is_regional && region_id.is_empty() {
            return Err(Refusal::missing_parameter("Region"));
        }
        let parameters = Parameters::of(request)?;
        parameters.only(operation.parameters)?;
        let mut call = Call {
            ctx,
            parameters,
            region_id,
            state,
        };
        if operation.is_regional {
            call.region()?;
        }
        (operation.run)(&mut call)
    }

    fn refusal_of_name(&self) -> Refusal {
        let rows = || operations().filter(|row| row.product == self.product);
        if rows().next().is_none() {
            let message = format!("The product {} does not exist.", self.product);
            return Refusal::new("NoSuchProduct", message);
        }
        if rows().any(|row| row.name == self.action) {
            let message = format!("The version {} does not exist.", self.version);
            return Refusal::new("NoSuchVersion", message);
        }
        Refusal::new(
            "InvalidAction",
            format!("The action {} does not exist.", self.action),
        )
    }

    /// Wraps an outcome in `Response` (spec tencent 1.4).
    pub(crate) fn reply(request_id: &str, outcome: Result<Map<String, Value>, Refusal>) -> Reply {
        match outcome {
            Ok(mut members) => {
                members.insert("RequestId".to_owned(), request_id.into());
                Reply::json(200, &json!({ "Response": members }))
            }
            Err(refusal) => {
                let error = json!({ "Code": refusal.code, "Message": refusal.message });
                let response = json!({ "Response": { "Error": error, "RequestId": request_id } });
                Reply::json(refusal.status, &response).with_code(refusal.code)
            }
        }
    }
}

/// Whether a request says that it has no signature (spec tencent 5.4).
fn is_skipped(request: &Request) -> bool {
    request.header("authorization") == Some("SKIP")
}

/// Method, content type and size (spec tencent 1.1).
fn check_form(request: &Request) -> Result<(), Refusal> {
    let (expected, size, most) = match request.method.as_str() {
        "GET" => (
            "application/x-www-form-urlencoded",
            request.query.len(),
            MOST_QUERY_BYTES,
        ),
        "POST" => ("application/json", request.body.len(), MOST_BODY_BYTES),
        _ => {
            return Err(Refusal::new(
                "UnsupportedProtocol",
                "Only GET and POST are supported.",
            ));
        }
    };
    if request.media_type() != expected {
        let message = format!("The Content-Type of {} must be {expected}.", request.method);
        return Err(Refusal::new("InvalidRequest", message));
    }
    if size > most {
        return Err(Refusal::new(
            "RequestSizeLimitExceeded",
            format!("The request is larger than {most} bytes."),
        ));
    }
    Ok(())
}

/// The members of an answer.
fn members<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
