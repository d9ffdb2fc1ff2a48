//! Any operation of Volcengine: the parameters are the query, in the vendor's own spelling.

use serde_json::{Map, Value};

use super::wire::VolcengineWire;
use crate::cloud::client::Client;
use crate::cloud::operation::Route;
use crate::cloud::raw::{self, Paging, Prepared, PrivateKeys, Raw, RawRequest, Style};
use crate::error::Error;

/// API versions (spec volcengine 4, 7.4).
const VERSIONS: [(&str, &str); 3] = [
    ("ecs", "2020-04-01"),
    ("iam", "2018-01-01"),
    ("sts", "2018-01-01"),
];

/// Documented operations that change nothing, and how they page (spec volcengine 4.3, 4.8, 5, 7.4).
const READS: [(&str, &str, Option<Paging>); 7] = [
    ("ecs", "DescribeImages", None),
    (
        "ecs",
        "DescribeInstances",
        Some(by_token("Instances", Some(100))),
    ),
    (
        "ecs",
        "DescribeKeyPairs",
        Some(by_token("KeyPairs", Some(500))),
    ),
    ("ecs", "DescribeRegions", None),
    ("ecs", "DescribeTags", Some(by_token("TagResources", None))),
    ("ecs", "DescribeTasks", None),
    ("sts", "GetCallerIdentity", None),
];

/// `most` is the documented size of a page, where there is one.
const fn by_token(list: &'static str, most: Option<u64>) -> Paging {
    Paging {
        list,
        size: match most {
            Some(most) => Some(("MaxResults", most)),
            None => None,
        },
        style: Style::Marker {
            found: "/NextToken",
            sent: "NextToken",
            more: None,
        },
    }
}

/// Judges a call.
pub(super) fn prepare(
    client: &Client<VolcengineWire>,
    request: RawRequest,
) -> Result<Prepared<'_, VolcengineWire>, Error> {
    let operation = raw::operation(&request.operation)?;
    let version = raw::version(request.service, request.version.as_deref(), &VERSIONS)?;
    let is_known = VERSIONS.contains(&(request.service, version));
    let row = READS
        .iter()
        .find(|(service, name, _)| is_known && (*service, *name) == (request.service, operation));
    let makes_key = is_known && (request.service, operation) == ("ecs", "CreateKeyPair");
    let facts = Raw::<VolcengineWire>::facts_of(request.service, operation, version, row.is_some());
    let paged = READS.iter().filter(|(_, _, paging)| paging.is_some());
    let paging = raw::wanted_paging(
        request.all_pages,
        row.and_then(|(_, _, paging)| *paging),
        paged.map(|(of, name, _)| format!("{of} {name}")),
    )?;
    let fields = fields(request)?;
    Prepared::new(
        client,
        Raw::new(facts, Route::rpc(), Value::Object(fields)),
        paging,
        if makes_key {
            PrivateKeys::One
        } else {
            PrivateKeys::None
        },
    )
}

/// The parameters by their full names; lists and structures of JSON are numbered by the wire.
fn fields(request: RawRequest) -> Result<Map<String, Value>, Error> {
    let fields = match raw::only_body(&request)? {
        Some(fields) => fields,
        None => {
            let mut fields = Map::new();
            for parameter in request.parameters {
                let name = parameter.name;
                if fields.insert(name.clone(), parameter.value).is_some() {
                    return Err(Error::usage(format!("'{name}' is given twice")));
                }
            }
            fields
        }
    };
    if let Some(name) = ["Action", "Version"]
        .iter()
        .find(|name| fields.contains_key(**name))
    {
        return Err(Error::usage(format!("'{name}' is no parameter")).hint(
            "The operation is a word of its own, the version follows from it or from --api-version.",
        ));
    }
    Ok(fields)
}
