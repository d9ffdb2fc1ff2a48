//! The shapes in which errors come (spec huawei 3.1, huawei-codearts-cph 2.4): one host has several
//! of them, so every one is read everywhere.

use serde_json::{Map, Value};

use super::errors::VendorError;
use crate::cloud::reply::text_of;

/// Code and message, in the reading order of the official SDKs.
const PAIRS: [(&str, &str); 4] = [
    ("error_code", "error_msg"),
    ("errorCode", "errorMsg"),
    ("errorCode", "errorMessage"),
    ("code", "message"),
];

/// What an answer may hold beside an error without being anything else.
const BESIDE: [&str; 11] = [
    "error",
    "error_code",
    "error_msg",
    "errorCode",
    "errorMsg",
    "request_id",
    "status",
    "title",
    "details",
    "failures",
    "encoded_authorization_message",
];

/// The error in the body of a refusal; `None` when there is none to be found.
///
/// A full pair of code and message on the top level comes first, then one in a nested object; half
/// a pair is better than none, but never hides a full one.
pub(super) fn read(body: &Value) -> Option<VendorError> {
    let top = body.as_object()?;
    let nested = || top.values().filter_map(Value::as_object);
    let levels = || std::iter::once(top).chain(nested());
    let mut error = levels()
        .find_map(|object| pair(object, true))
        .or_else(|| levels().find_map(|object| pair(object, false)))?;
    error.details = levels().flat_map(details).collect();
    error.encoded = levels().find_map(|object| text(object, "encoded_authorization_message"));
    Some(error)
}

/// The error in the body of a success: one that says `failed` itself, or one that says nothing but
/// an error (shape m; spec huawei-codearts-cph 2.4). A job that failed has members of its own and
/// is an answer, not an error.
pub(super) fn read_success(body: &Value) -> Option<VendorError> {
    let top = body.as_object()?;
    if says_failed(top) {
        return Some(read(body).unwrap_or_else(|| VendorError {
            message: "the service answers that it failed, without a reason".to_owned(),
            ..VendorError::default()
        }));
    }
    read_bare(body)
}

/// The error in the body of a success that says nothing else.
pub(super) fn read_bare(body: &Value) -> Option<VendorError> {
    let top = body.as_object()?;
    let nothing_else = top.keys().all(|name| BESIDE.contains(&name.as_str()));
    let has_status = top.get("status").is_some_and(Value::is_string);
    let error = read(body).filter(|_| nothing_else && !has_status)?;
    (!error.code.is_empty()).then_some(error)
}

/// Whether a `status` says `FAILED` or `Failed` (spec huawei 1, point 8).
fn says_failed(object: &Map<String, Value>) -> bool {
    let status = object.get("status").and_then(Value::as_str);
    status.is_some_and(|status| status.eq_ignore_ascii_case("failed"))
}

/// The error of an item inside a success: one that says `failed`, or that has a code or a message.
pub(super) fn read_item(item: &Value) -> Option<VendorError> {
    let item = item.as_object()?;
    let (code, message) = (text(item, "error_code"), text(item, "error_msg"));
    (says_failed(item) || code.is_some() || message.is_some())
        .then(|| VendorError::of_item(code.as_deref(), message.as_deref()))
}

fn pair(object: &Map<String, Value>, full: bool) -> Option<VendorError> {
    PAIRS.iter().find_map(|(code, message)| {
        let (code, message) = (text(object, code), text(object, message));
        let found = if full {
            code.is_some() && message.is_some()
        } else {
            code.is_some() || message.is_some()
        };
        found.then(|| VendorError {
            code: code.unwrap_or_default(),
            message: message.unwrap_or_default(),
            ..VendorError::default()
        })
    })
}

/// Errors for parts of a request: `details` of some services, `failures` of CPH.
fn details(object: &Map<String, Value>) -> Vec<String> {
    let parts = ["details", "failures"]
        .into_iter()
        .filter_map(|name| object.get(name)?.as_array());
    parts
        .flatten()
        .filter_map(|part| {
            let part = part.as_object()?;
            let error = pair(part, false)?;
            let server = text(part, "server_id")
                .map(|id| format!("{id}: "))
                .unwrap_or_default();
            Some(
                format!("{server}{} {}", error.code, error.message)
                    .trim()
                    .to_owned(),
            )
        })
        .collect()
}

/// A member as text; absent, null and empty are the same.
fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    text_of(object.get(name)?).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{read, read_success};

    fn code_and_message(body: &str) -> Option<(String, String)> {
        let error = read(&serde_json::from_str(body).expect(body))?;
        Some((error.code, error.message))
    }

    #[test]
    fn every_documented_shape_is_read() {
        for (shape, body, code, message) in [
            (
                "a",
                r#"{"error":{"error_code":"KMS.1501","error_msg":"m"}}"#,
                "KMS.1501",
                "m",
            ),
            (
                "b, E1",
                r#"{"error_code":"DEV.00000003","error_msg":"m"}"#,
                "DEV.00000003",
                "m",
            ),
            (
                "c, E5",
                r#"{"error_msg":"m","error_code":"APIGW.0301","request_id":"r"}"#,
                "APIGW.0301",
                "m",
            ),
            (
                "d",
                r#"{"error":{"code":401,"message":"m","title":"Unauthorized"}}"#,
                "401",
                "m",
            ),
            (
                "e",
                r#"{"error_msg":"m","error_code":"IAM.0002"}"#,
                "IAM.0002",
                "m",
            ),
            (
                "f",
                r#"{"itemNotFound":{"message":"m","code":404}}"#,
                "404",
                "m",
            ),
            ("g", r#"{"errorCode":"X.1","errorMsg":"m"}"#, "X.1", "m"),
            ("h", r#"{"code":"DEV.1","message":"m"}"#, "DEV.1", "m"),
            (
                "i",
                r#"{"kind":"Status","code":400,"errorCode":"CCE.01400001","errorMessage":"n","error_code":"CCE_CM.0004","error_msg":"m","message":"o","reason":"p"}"#,
                "CCE_CM.0004",
                "m",
            ),
            (
                "E2",
                r#"{"error":{"code":"CH.010001","message":"m"},"status":"failed"}"#,
                "CH.010001",
                "m",
            ),
            (
                "E3",
                r#"{"request_id":"r","error_code":"CPS.0016","error_msg":"m"}"#,
                "CPS.0016",
                "m",
            ),
        ] {
            let read = code_and_message(body);
            assert_eq!(read, Some((code.to_owned(), message.to_owned())), "{shape}");
        }
    }

    #[test]
    fn half_a_pair_is_read_and_never_hides_a_full_one() {
        for (body, code, message) in [
            (r#"{"error_code":"KMS.0101"}"#, "KMS.0101", ""),
            (r#"{"error":{"error_msg":"m","error_code":null}}"#, "", "m"),
            (r#"{"code":"","message":"m"}"#, "", "m"),
            (
                r#"{"code":404,"error":{"error_code":"KMS.0207","error_msg":"m"}}"#,
                "KMS.0207",
                "m",
            ),
        ] {
            assert_eq!(
                code_and_message(body),
                Some((code.to_owned(), message.to_owned())),
                "{body}"
            );
        }
    }

    #[test]
    fn details_and_the_denial_are_kept() {
        let body = serde_json::json!({"error_code": "A.1", "error_msg": "m", "encoded_authorization_message": "abc",
            "details": [{"error_code": "A.2", "error_msg": "n"}, 7]});
        let error = read(&body).expect("an error");
        assert_eq!(
            (error.details, error.encoded.as_deref()),
            (vec!["A.2 n".to_owned()], Some("abc"))
        );
        let body = serde_json::json!({"request_id": "r", "error_code": "CPS.1040", "error_msg": "m",
            "failures": [{"server_id": "b661", "error_code": "CPS.1028", "error_msg": "frozen"}]});
        assert_eq!(
            read(&body).expect("an error").details,
            ["b661: CPS.1028 frozen"]
        );
        let nested = serde_json::json!({"error": {"error_code": "A.1", "error_msg": "m", "encoded_authorization_message": "abc"}});
        assert_eq!(
            read(&nested).expect("an error").encoded.as_deref(),
            Some("abc")
        );
    }

    #[test]
    fn what_holds_no_error_gives_none() {
        for body in [
            "null",
            "[]",
            "7",
            "\"text\"",
            "{}",
            r#"{"keys":[]}"#,
            r#"{"error":"text"}"#,
        ] {
            assert_eq!(code_and_message(body), None, "{body}");
        }
    }

    #[test]
    fn a_failure_inside_a_success_is_found() {
        let find = |body: &str| read_success(&serde_json::from_str(body).expect(body));
        for body in [
            r#"{"status":"FAILED","error_code":"KPS.0002","error_msg":"m"}"#,
            r#"{"task_id":"t","status":"Failed","error_code":"KPS.0002","error_msg":"m"}"#,
            r#"{"error":{"code":"KPS.0002","message":"m"},"status":"failed"}"#,
            r#"{"error":{"error_code":"KPS.0002","error_msg":"m"}}"#,
            r#"{"request_id":"r","error_code":"KPS.0002","error_msg":"m"}"#,
        ] {
            assert_eq!(find(body).expect(body).code, "KPS.0002");
        }
        assert!(find(r#"{"status":"failed"}"#).is_some());
        for body in [
            r#"{"status":"success","result":"1"}"#,
            r#"{"job_id":"j","status":-1,"error_code":"CPS.0003","error_msg":"m"}"#,
            r#"{"job_id":"j","status":2,"error_code":null,"error_msg":null}"#,
            r#"{"status":"SUCCESS","error_code":"","error_msg":""}"#,
            r#"{"request_id":"r","jobs":[{"error_code":"CPS.0016","error_msg":"m"}]}"#,
            r#"{"key_id":"k","key_state":"3"}"#,
            "{}",
            "[]",
        ] {
            assert!(find(body).is_none(), "{body}");
        }
    }
}
