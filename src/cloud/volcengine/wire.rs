//! How a call to Volcengine looks on the wire (spec volcengine 1 and 2): everything in the query
//! of a GET, the canonical query being the one that is sent.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::errors::VendorError;
use super::{endpoints, raw, sign};
use crate::auth::Credential;
use crate::cloud::client::{Call, Decoded, Wire};
use crate::cloud::operation::Callable;
use crate::cloud::raw::ItemErrors;
use crate::cloud::reply;
use crate::error::{Error, ErrorKind};
use crate::http::{Endpoint, Method, Reply, Request};
use crate::model::CloudId;
use crate::sign::escape::escape;
use crate::sign::{AccessKey, SigningInput, sha256_hex};

/// The wire of Volcengine.
#[derive(Debug)]
pub(in crate::cloud) struct VolcengineWire;

impl Wire for VolcengineWire {
    const CLOUD: CloudId = CloudId::Volcengine;
    const TOKEN: Option<&'static str> = Some("ClientToken");

    const ITEM_ERRORS: &'static [ItemErrors] = &raw::ITEM_ERRORS;

    fn endpoint(service: &'static str, region: &str) -> Result<Endpoint, Error> {
        endpoints::endpoint(service, region, None)
    }

    fn encode<O: Callable<Cloud = Self>>(operation: &O, call: &Call) -> Result<Request, Error> {
        let fields = serde_json::to_value(operation)
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
        let mut pairs = vec![
            ("Action".to_owned(), call.operation.to_owned()),
            ("Version".to_owned(), call.version.to_owned()),
        ];
        let mut request = Request {
            method: Method::GET,
            endpoint: call.endpoint.clone(),
            path: "/".to_owned(),
            query: String::new(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        if operation.route("").form {
            let mut form = Vec::new();
            flatten(String::new(), &fields, &mut form);
            request.method = Method::POST;
            request.body = canonical_query(form).into_bytes();
            request.header("content-type", "application/x-www-form-urlencoded");
        } else {
            flatten(String::new(), &fields, &mut pairs);
        }
        request.query = canonical_query(pairs);
        Ok(request)
    }

    fn sign(request: &mut Request, call: &Call, credential: &Credential, now: DateTime<Utc>) {
        let Credential::AccessKey {
            id,
            secret,
            session_token,
        } = credential
        else {
            return;
        };
        request.header("x-date", sign::timestamp(now));
        request.header("x-content-sha256", sha256_hex(&request.body));
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
        let stages = sign::sign(&input, &key, &call.region, call.service, now);
        request.secret_header("authorization", stages.authorization);
    }

    /// One code for a wrong token and for an expired one (spec volcengine 2.2).
    fn is_expired(error: &Error) -> bool {
        error.code.as_deref() == Some("InvalidSecretToken")
    }

    fn decode(reply: &Reply) -> Result<Decoded, Error> {
        let Ok(envelope) = serde_json::from_value::<Envelope>(reply::json(reply)?) else {
            return Err(reply::foreign(reply));
        };
        // Some gateways answer in a second shape (spec volcengine 2.1).
        if let (None, Some(code)) = (&envelope.metadata, &envelope.errorcode) {
            let vendor = VendorError {
                code: reply::text_of(code).unwrap_or_default(),
                message: envelope.message.unwrap_or_default(),
            };
            return Err(vendor.explain(Some(reply.status)));
        }
        let Some(metadata) = envelope.metadata else {
            return Err(reply::foreign(reply));
        };
        let request_id = metadata
            .request_id
            .or_else(|| reply.header("x-tt-logid").map(str::to_owned))
            .map(|id| reply::words(&id));
        if let Some(vendor) = metadata.error {
            let error = vendor.explain(Some(reply.status));
            return Err(error.with(|details| details.request_id = request_id));
        }
        if !(200..300).contains(&reply.status) {
            return Err(reply::foreign(reply).with(|details| details.request_id = request_id));
        }
        Ok(Decoded {
            value: envelope
                .result
                .filter(|result| !result.is_null())
                .unwrap_or_else(|| Value::Object(serde_json::Map::new())),
            file: None,
            request_id,
        })
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "ResponseMetadata")]
    metadata: Option<Metadata>,
    #[serde(rename = "Result")]
    result: Option<Value>,
    errorcode: Option<Value>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    request_id: Option<String>,
    error: Option<VendorError>,
}

/// Lists become `Name.1`, `Name.2`, …, structures `Name.Field`; what is absent is not sent.
fn flatten(name: String, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(format!("{name}.{}", index + 1), item, pairs);
            }
        }
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() {
                    field.clone()
                } else {
                    format!("{name}.{field}")
                };
                flatten(name, value, pairs);
            }
        }
        scalar => pairs.extend(reply::text_of(scalar).map(|text| (name, text))),
    }
}

/// Sorted by encoded name, so `Names.10` comes after `Names.1` and before `Names.2`.
fn canonical_query(pairs: Vec<(String, String)>) -> String {
    let mut pairs: Vec<_> = pairs
        .into_iter()
        .map(|(name, value)| (escape(&name), escape(&value)))
        .collect();
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    let pairs: Vec<_> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::{VolcengineWire, canonical_query, flatten};
    use crate::cloud::client::Wire;
    use crate::error::ErrorKind;
    use crate::http::Reply;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            headers: http::HeaderMap::new(),
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn lists_and_structures_are_numbered_from_one_and_sorted_by_name() {
        let names: Vec<_> = (1..=11).map(|n| format!("n{n}")).collect();
        let fields = serde_json::json!({"KeyPairNames": names, "Tags": [{"Key": "a b", "Value": ""}], "None": null, "Yes": true});
        let mut pairs = Vec::new();
        flatten(String::new(), &fields, &mut pairs);
        assert_eq!(
            canonical_query(pairs),
            "KeyPairNames.1=n1&KeyPairNames.10=n10&KeyPairNames.11=n11&KeyPairNames.2=n2&KeyPairNames.3=n3&\
             KeyPairNames.4=n4&KeyPairNames.5=n5&KeyPairNames.6=n6&KeyPairNames.7=n7&KeyPairNames.8=n8&\
             KeyPairNames.9=n9&Tags.1.Key=a%20b&Tags.1.Value=&Yes=true"
        );
    }

    #[test]
    fn an_error_inside_a_2xx_is_an_error() {
        let body = r#"{"ResponseMetadata":{"RequestId":"r1","Error":{"Code":"AccessDenied","Message":"no"}}}"#;
        let error = VolcengineWire::decode(&reply(200, body)).expect_err("refused");
        assert_eq!(
            (error.kind, error.request_id.as_deref()),
            (ErrorKind::Permission, Some("r1"))
        );
    }

    #[test]
    fn every_shape_is_survived() {
        let cases = [
            (
                404,
                r#"{"HTTPCode":404,"errorcode":100008,"message":"gone"}"#,
                ErrorKind::Usage,
            ),
            (
                502,
                "<html><body>Bad Gateway</body></html>",
                ErrorKind::Server,
            ),
            (200, "", ErrorKind::Server),
            (200, r#"{"ResponseMetadata":{"Requ"#, ErrorKind::Server),
            (200, "[]", ErrorKind::Server),
            (200, "{}", ErrorKind::Server),
            (429, "slow down", ErrorKind::Throttled),
            (302, "", ErrorKind::Network),
            (403, "<html>proxy</html>", ErrorKind::Permission),
            (401, "<html>who</html>", ErrorKind::Credentials),
            (
                401,
                r#"{"ResponseMetadata":{"Error":{"Code":"SignatureDoesNotMatch","Message":null}}}"#,
                ErrorKind::Credentials,
            ),
            (
                500,
                r#"{"ResponseMetadata":{"RequestId":"r"}}"#,
                ErrorKind::Server,
            ),
        ];
        for (status, body, kind) in cases {
            let error = VolcengineWire::decode(&reply(status, body)).expect_err(body);
            assert_eq!(error.kind, kind, "{status} {body}");
        }
    }

    #[test]
    fn an_absent_or_null_result_is_an_empty_one() {
        for body in [
            r#"{"ResponseMetadata":{"RequestId":"r"}}"#,
            r#"{"ResponseMetadata":{"RequestId":"r","Error":null},"Result":null}"#,
        ] {
            let decoded = VolcengineWire::decode(&reply(200, body)).expect("success");
            assert_eq!(decoded.value, serde_json::json!({}));
        }
    }
}
