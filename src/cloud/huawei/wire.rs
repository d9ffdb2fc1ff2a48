//! How a call to Huawei Cloud looks on the wire (spec huawei 2, huawei-codearts-cph 2): method,
//! path and query of the operation, JSON bodies, and a signature over everything that is set here.

use std::borrow::Cow;
use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::errors::{VendorError, speechless};
use super::tokens::HEADER_TOKEN;
use super::{endpoints, iam, raw, shapes, sign};
use crate::auth::Credential;
use crate::cloud::client::{Call, Client, Decoded, Wire};
use crate::cloud::operation::{Callable, Facts};
use crate::cloud::raw::ItemErrors;
use crate::cloud::reply;
use crate::error::{Error, ErrorKind};
use crate::http::limit::Rate;
use crate::http::{BoxFuture, Endpoint, Reply, Request};
use crate::model::CloudId;
use crate::sign::escape::{escape, unescape};
use crate::sign::{AccessKey, SigningInput};

/// Calls a second of all operations of KMS together.
const KMS: Rate = Rate::shared(NonZeroU32::new(20).expect("twenty is not zero"), "KMS");
/// Calls a second of all operations of KPS that make or follow tasks.
const KPS_TASKS: Rate = Rate::shared(NonZeroU32::new(5).expect("five is not zero"), "tasks");

/// The wire of Huawei Cloud.
#[derive(Debug)]
pub(in crate::cloud) struct HuaweiWire;

impl Wire for HuaweiWire {
    const CLOUD: CloudId = CloudId::Huawei;

    const ITEM_ERRORS: &'static [ItemErrors] = &raw::ITEM_ERRORS;

    fn endpoint(service: &'static str, region: &str) -> Result<Endpoint, Error> {
        endpoints::endpoint(service, region, None)
    }

    /// The lifecycle calls of KMS share a rate (spec huawei 6), and so do bindings and tasks of KPS: 300 a
    /// minute (spec huawei 7). For the others none is published.
    fn rate(service: &'static str, operation: &'static str) -> Option<Rate> {
        match service {
            "kms" => Some(KMS),
            "kps" if operation.ends_with("Task") || operation.ends_with("ssociateKeypair") => {
                Some(KPS_TASKS)
            }
            _ => None,
        }
    }

    fn project_id(
        client: &Client<Self>,
        facts: Facts,
    ) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(async move {
            match (facts.in_project, facts.service) {
                (Some(true), _) | (None, "kms" | "kps" | "cph") => {
                    iam::wanted(client).await.map(Some)
                }
                // CodeArts takes it as a header and does without it.
                (_, "codearts") => iam::given(client),
                _ => Ok(None),
            }
        })
    }

    fn encode<O: Callable<Cloud = Self>>(operation: &O, call: &Call) -> Result<Request, Error> {
        let route = operation.route(call.project_id.as_deref().unwrap_or_default());
        check_path(&route.path)?;
        let body = if route.body {
            serde_json::to_vec(operation)
                .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?
        } else {
            Vec::new()
        };
        let mut request = Request {
            method: route.method,
            endpoint: call.endpoint.clone(),
            path: route.path,
            query: canonical_query(route.query),
            headers: Vec::new(),
            body,
        };
        if !request.body.is_empty() {
            request.header("content-type", content_type(call.service));
        }
        if let Some((name, value)) = route.header {
            request.header(name, value);
        }
        if let Some(project_id) = &call.project_id {
            request.header("x-project-id", project_id);
        }
        Ok(request)
    }

    fn sign(request: &mut Request, _call: &Call, credential: &Credential, now: DateTime<Utc>) {
        let (id, secret, session_token) = match credential {
            Credential::AccessKey {
                id,
                secret,
                session_token,
            } => (id, secret, session_token),
            Credential::Token(token) => {
                return request.secret_header("x-auth-token", token.expose());
            }
            Credential::Anonymous => return,
        };
        request.header("x-sdk-date", sign::timestamp(now));
        if let Some(token) = session_token {
            request.secret_header("x-security-token", token.expose());
        }
        let mut headers = vec![("host", request.endpoint.authority())];
        headers.extend(
            request
                .headers
                .iter()
                .map(|header| (header.name, header.value.expose())),
        );
        let input = SigningInput {
            method: request.method.as_str(),
            path: &request.path,
            query: &request.query,
            headers: &headers,
            body: &request.body,
        };
        let key = AccessKey {
            id,
            secret: secret.expose(),
        };
        let stages = sign::sign(&input, &key, now);
        request.secret_header("authorization", stages.authorization);
    }

    /// Tokens (spec huawei 3.2 and 3.3).
    fn is_expired(error: &Error) -> bool {
        match error.code.as_deref() {
            // The last one is the word of CodeArts for it (spec huawei-codearts-cph 3.5).
            Some("APIGW.0307" | "APIG.0307" | "IAM.0066" | "IAM.1108" | "DEV.00000003") => true,
            Some("APIGW.0301" | "APIG.0301") => error.message.contains("token expires"),
            _ => false,
        }
    }

    fn decode(reply: &Reply) -> Result<Decoded, Error> {
        let mut decoded = decode(reply, shapes::read_success)?;
        if let (Some(token), Value::Object(members)) =
            (reply.header("x-subject-token"), &mut decoded.value)
        {
            members.insert(HEADER_TOKEN.to_owned(), token.into());
        }
        Ok(decoded)
    }

    /// A job that failed is an answer to whoever asks for jobs.
    fn decode_unknown(reply: &Reply) -> Result<Decoded, Error> {
        decode(reply, shapes::read_bare)
    }
}

/// `judge` finds the error in the body of a success.
fn decode(reply: &Reply, judge: impl Fn(&Value) -> Option<VendorError>) -> Result<Decoded, Error> {
    let success = (200..300).contains(&reply.status);
    let body: Option<Value> = if success && reply.body.trim_ascii().is_empty() {
        Some(Value::Object(serde_json::Map::new()))
    } else {
        reply::value(reply)
    };
    let request_id = request_id(reply, body.as_ref());
    let error = match body {
        Some(value) if success => match judge(&value) {
            Some(vendor) => vendor.explain(None),
            None => {
                return Ok(Decoded {
                    value,
                    file: None,
                    request_id,
                });
            }
        },
        Some(value) => match shapes::read(&value) {
            Some(vendor) => vendor.explain(Some(reply.status)),
            None => speechless(reply, true),
        },
        None if success => reply::foreign(reply).cloud(CloudId::Huawei),
        None => speechless(reply, false),
    };
    Err(error.with(|details| details.request_id = request_id))
}

/// In the header at most services, in the body at the gateway and CPH; IAM has a name of its own.
fn request_id(reply: &Reply, body: Option<&Value>) -> Option<String> {
    let header = |name| reply.header(name).map(str::to_owned);
    header("x-request-id")
        .or_else(|| reply::text_of(body?.get("request_id")?))
        .or_else(|| header("x-iam-trace-id"))
        .filter(|id| !id.is_empty())
        .map(|id| reply::words(&id))
}

fn content_type(service: &str) -> &'static str {
    if matches!(service, "kms" | "kps") {
        "application/json;charset=utf-8"
    } else {
        "application/json"
    }
}

/// A path that URL libraries or the gateway would read differently is never sent: its signature
/// would be wrong, or, worse, right for another route (spec huawei 2.7).
pub(super) fn check_path(path: &str) -> Result<(), Error> {
    let sound = |segment: &str| {
        let decoded = unescape(segment);
        !matches!(decoded.as_slice(), b"" | b"." | b"..")
            && !decoded
                .iter()
                .any(|byte| matches!(byte, b'/' | b'{' | b'}'))
    };
    let segments = path.strip_prefix('/');
    if segments.is_some_and(|segments| segments.split('/').all(sound)) {
        Ok(())
    } else {
        let path = path.escape_debug();
        Err(Error::new(
            ErrorKind::Internal,
            format!("the path '{path}' must not be sent"),
        ))
    }
}

/// The query as it is signed and sent: sorted by name, then by value.
fn canonical_query(mut pairs: Vec<(Cow<'static, str>, String)>) -> String {
    pairs.sort();
    let pairs: Vec<_> = pairs
        .into_iter()
        .map(|(name, value)| format!("{}={}", escape(&name), escape(&value)))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod kps_tests;
#[cfg(test)]
mod tests;
