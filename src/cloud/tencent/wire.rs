//! How a call to Tencent Cloud looks on the wire (spec tencent 1): a JSON body POSTed to `/`, the
//! action in a header, and HTTP 200 for success and failure alike.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::errors::VendorError;
use super::{endpoints, rates, regions, sign};
use crate::auth::Credential;
use crate::cloud::client::{Call, Decoded, Wire};
use crate::cloud::operation::Callable;
use crate::cloud::reply;
use crate::error::{Error, ErrorKind};
use crate::http::limit::Rate;
use crate::http::{Endpoint, Method, Reply, Request};
use crate::model::CloudId;
use crate::sign::{AccessKey, SigningInput};

/// The headers that are signed. The action is one of them, so that nobody on the way can turn a
/// harmless call into another (spec tencent 1.2, part 5).
const SIGNED: [&str; 2] = ["content-type", "x-tc-action"];

/// The wire of Tencent Cloud.
#[derive(Debug)]
pub(in crate::cloud) struct TencentWire;

impl Wire for TencentWire {
    const CLOUD: CloudId = CloudId::Tencent;

    fn endpoint(service: &'static str, region: &str) -> Result<Endpoint, Error> {
        endpoints::endpoint(service, region, None)
    }

    fn rate(service: &'static str, operation: &'static str) -> Option<Rate> {
        rates::rate(service, operation)
    }

    fn encode<O: Callable<Cloud = Self>>(operation: &O, call: &Call) -> Result<Request, Error> {
        let body = serde_json::to_vec(operation)
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
        let mut request = Request {
            method: Method::POST,
            endpoint: call.endpoint.clone(),
            path: "/".to_owned(),
            query: String::new(),
            headers: Vec::new(),
            body,
        };
        // Signed byte for byte: a charset added later would break the signature (spec 1.2, traps).
        request.header("content-type", "application/json");
        request.header("x-tc-action", call.operation);
        request.header("x-tc-version", call.version);
        // The list of regions is in none, and takes no region (spec 1.1).
        if call.service != regions::SERVICE {
            request.header("x-tc-region", &call.region);
        }
        // What the service speaks when it is not told is not documented (spec 1.1).
        request.header("x-tc-language", "en-US");
        Ok(request)
    }

    fn sign(request: &mut Request, call: &Call, credential: &Credential, now: DateTime<Utc>) {
        let Credential::AccessKey {
            id,
            secret,
            session_token,
        } = credential
        else {
            // What the service wants to see on calls without a signature (spec tencent 5.4).
            request.header("x-tc-timestamp", now.timestamp().to_string());
            return request.header("authorization", "SKIP");
        };
        request.header("x-tc-timestamp", now.timestamp().to_string());
        if let Some(token) = session_token {
            request.secret_header("x-tc-token", token.expose());
        }
        let mut headers = vec![("host", request.endpoint.authority())];
        let signed = request
            .headers
            .iter()
            .filter(|header| SIGNED.contains(&header.name));
        headers.extend(signed.map(|header| (header.name, header.value.expose())));
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
        let stages = sign::sign(&input, &key, call.service, now);
        request.secret_header("authorization", stages.authorization);
    }

    fn is_expired(error: &Error) -> bool {
        error.code.as_deref() == Some("AuthFailure.TokenFailure")
    }

    fn decode(reply: &Reply) -> Result<Decoded, Error> {
        let mut envelope = reply::json(reply)?;
        let Some(response @ Value::Object(_)) = envelope.get_mut("Response").map(Value::take)
        else {
            return Err(match obsolete_error(&envelope) {
                Some(vendor) => vendor.explain(),
                None => reply::foreign(reply),
            });
        };
        let request_id = response.get("RequestId").and_then(reply::text_of);
        let request_id = request_id.map(|id| reply::words(&id));
        // The presence of an error decides, never the HTTP status (spec 1.4).
        if let Some(error) = response.get("Error").filter(|error| !error.is_null()) {
            let error = VendorError::read(error).explain();
            return Err(error.with(|details| details.request_id = request_id));
        }
        if !(200..300).contains(&reply.status) {
            return Err(reply::foreign(reply).with(|details| details.request_id = request_id));
        }
        Ok(Decoded {
            value: response,
            file: None,
            request_id,
        })
    }
}

/// The error in the shape of the API before version 3, which gateways may still answer in
/// (spec 1.4).
fn obsolete_error(envelope: &Value) -> Option<VendorError> {
    let text = |name| envelope.get(name).and_then(reply::text_of);
    let number = text("code").filter(|code| code != "0")?;
    Some(VendorError {
        code: text("codeDesc")
            .filter(|code| !code.is_empty())
            .unwrap_or(number),
        message: text("message").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::TencentWire;
    use crate::auth::Credential;
    use crate::cloud::client::{Call, Wire};
    use crate::cloud::operation::Operation;
    use crate::cloud::tencent::cvm::DisassociateInstancesKeyPairs;
    use crate::cloud::tencent::sts::GetCallerIdentity;
    use crate::error::{ErrorKind, Fate};
    use crate::http::{Endpoint, Reply, Request};
    use crate::secret::Secret;

    fn call<O: Operation>() -> Call {
        Call {
            service: O::SERVICE,
            operation: O::NAME,
            version: O::VERSION,
            region: "ap-guangzhou".to_owned(),
            project_id: None,
            endpoint: Endpoint::vendor("cvm.tencentcloudapi.com"),
        }
    }

    fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
        let header = request.headers.iter().find(|header| header.name == name)?;
        Some(header.value.expose())
    }

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            headers: http::HeaderMap::new(),
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn parameters_are_a_json_body_and_the_action_is_a_header() {
        let operation = DisassociateInstancesKeyPairs {
            instance_ids: vec!["ins-4t6y8u2i".to_owned()],
            key_ids: vec!["skey-9p0o8i7u".to_owned()],
            force_stop: false,
        };
        let request = TencentWire::encode(&operation, &call::<DisassociateInstancesKeyPairs>())
            .expect("it can be encoded");
        assert_eq!(request.url(), "https://cvm.tencentcloudapi.com/");
        assert_eq!(
            request.body,
            br#"{"InstanceIds":["ins-4t6y8u2i"],"KeyIds":["skey-9p0o8i7u"],"ForceStop":false}"#
        );
        for (name, value) in [
            ("content-type", "application/json"),
            ("x-tc-action", "DisassociateInstancesKeyPairs"),
            ("x-tc-version", "2017-03-12"),
            ("x-tc-region", "ap-guangzhou"),
            ("x-tc-language", "en-US"),
        ] {
            assert_eq!(header(&request, name), Some(value));
        }
    }

    #[test]
    fn signing_adds_time_token_and_signature_and_hides_the_secret_ones() {
        let call = call::<GetCallerIdentity>();
        let mut request = TencentWire::encode(&GetCallerIdentity {}, &call).expect("encoded");
        assert_eq!(request.body, b"{}");
        let credential = Credential::AccessKey {
            id: "AKIDexample".to_owned(),
            secret: Secret::new("canary-secret".to_owned()),
            session_token: Some(Secret::new("canary-token".to_owned())),
        };
        let now = DateTime::from_timestamp(1_551_113_065, 0).expect("a time");
        TencentWire::sign(&mut request, &call, &credential, now);
        assert_eq!(header(&request, "x-tc-timestamp"), Some("1551113065"));
        assert_eq!(header(&request, "x-tc-token"), Some("canary-token"));
        let authorization = header(&request, "authorization").expect("signed");
        let start = "TC3-HMAC-SHA256 Credential=AKIDexample/2019-02-25/sts/tc3_request, \
                     SignedHeaders=content-type;host;x-tc-action, Signature=";
        assert!(authorization.starts_with(start), "{authorization}");
        let shown = format!("{request:?}");
        assert!(
            !shown.contains("canary") && !shown.contains("Signature="),
            "{shown}"
        );
    }

    #[test]
    fn an_error_inside_a_200_is_an_error_whatever_else_is_there() {
        for body in [
            r#"{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"no"},"RequestId":"r1"}}"#,
            r#"{"Response":{"TotalCount":0,"RequestId":"r1","Error":{"Message":"no","Code":"AuthFailure.SecretIdNotFound"}}}"#,
        ] {
            for status in [200, 400, 500] {
                let error = TencentWire::decode(&reply(status, body)).expect_err("refused");
                assert_eq!(error.kind, ErrorKind::Credentials);
                assert_eq!(error.request_id.as_deref(), Some("r1"));
                assert_eq!(error.code.as_deref(), Some("AuthFailure.SecretIdNotFound"));
            }
        }
    }

    #[test]
    fn every_shape_is_survived() {
        let cases = [
            (
                200,
                r#"{"code":4100,"message":"no","codeDesc":"AuthFailure"}"#,
                ErrorKind::Credentials,
            ),
            (
                200,
                r#"{"code":4000,"message":"no","codeDesc":"InvalidParameter"}"#,
                ErrorKind::Usage,
            ),
            (200, r#"{"code":9999,"message":"no"}"#, ErrorKind::Server),
            (200, r#"{"code":0,"codeDesc":"Success"}"#, ErrorKind::Server),
            (
                502,
                "<html><body>Bad Gateway</body></html>",
                ErrorKind::Server,
            ),
            (200, "<html>welcome</html>", ErrorKind::Server),
            (200, "", ErrorKind::Server),
            (200, r#"{"Response":{"Requ"#, ErrorKind::Server),
            (200, "[]", ErrorKind::Server),
            (200, "null", ErrorKind::Server),
            (200, r#""text""#, ErrorKind::Server),
            (200, "{}", ErrorKind::Server),
            (200, r#"{"Response":null}"#, ErrorKind::Server),
            (200, r#"{"Response":"ok"}"#, ErrorKind::Server),
            (200, r#"{"Response":{"Error":{}}}"#, ErrorKind::Server),
            (200, r#"{"Response":{"Error":"broken"}}"#, ErrorKind::Server),
            (429, "slow down", ErrorKind::Throttled),
            (302, "", ErrorKind::Network),
            (403, "<html>proxy</html>", ErrorKind::Permission),
            (500, r#"{"Response":{"RequestId":"r"}}"#, ErrorKind::Server),
        ];
        for (status, body, kind) in cases {
            let error = TencentWire::decode(&reply(status, body)).expect_err(body);
            assert_eq!(error.kind, kind, "{status} {body}");
            let unknown = error.fate == Fate::Unknown;
            assert_eq!(unknown, kind == ErrorKind::Server, "{status} {body}");
        }
    }

    #[test]
    fn success_is_the_response_and_its_request_id() {
        let body = r#"{"Response":{"Error":null,"RequestId":"R-1","TotalCount":0}}"#;
        let decoded = TencentWire::decode(&reply(200, body)).expect("success");
        assert_eq!(decoded.request_id.as_deref(), Some("R-1"));
        assert_eq!(decoded.value["TotalCount"], json!(0));
        let bare = TencentWire::decode(&reply(200, r#"{"Response":{}}"#)).expect("success");
        assert_eq!(bare.request_id, None);
    }
}
