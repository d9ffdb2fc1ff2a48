//! Codes, texts and statuses, and what becomes of them.

use super::{VendorError, is_not_enabled, is_wrong_project, speechless};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::Reply;

fn explain(code: &str, message: &str, status: Option<u16>) -> Error {
    VendorError::of_item(Some(code), Some(message)).explain(status)
}

#[test]
fn documented_codes_have_their_kind() {
    use ErrorKind::{
        Conflict, Credentials, NotFound, Permission, Quota, Server, State, Throttled, Usage,
    };
    for (code, status, kind) in [
        ("APIGW.0301", 401, Credentials),
        ("APIG.0301", 401, Credentials),
        ("APIGW.0307", 401, Credentials),
        ("APIGW.0302", 403, Permission),
        ("APIGW.0310", 403, Permission),
        ("APIGW.0802", 403, Permission),
        ("APIGW.0308", 429, Throttled),
        ("APIGW.0101", 404, Usage),
        ("APIGW.0201", 400, Usage),
        ("APIGW.0201", 413, Usage),
        ("APIGW.0201", 504, Server),
        ("APIGW.0106", 400, Usage),
        ("APIGW.0611", 500, Server),
        ("APIGW.0613", 503, Server),
        ("KMS.0205", 400, NotFound),
        ("KMS.0207", 404, NotFound),
        ("KMS.1501", 400, State),
        ("KMS.1201", 400, State),
        ("KMS.0210", 400, State),
        ("KMS.0320", 400, State),
        ("KMS.0211", 400, State),
        ("KMS.1301", 400, State),
        ("KMS.1402", 400, State),
        ("KMS.1401", 400, Usage),
        ("KMS.1602", 400, Usage),
        ("KMS.0206", 400, Usage),
        ("KMS.0308", 400, Usage),
        ("KMS.0301", 403, Credentials),
        ("KMS.0303", 403, Credentials),
        ("KMS.0305", 403, Permission),
        ("KMS.0307", 403, Permission),
        ("KMS.0399", 403, Permission),
        ("KMS.1104", 400, Conflict),
        ("KMS.1105", 400, Quota),
        ("KMS.0103", 500, Server),
        ("KMS.9999", 400, Usage),
        ("KPS.4016", 400, NotFound),
        ("KPS.9003", 403, Permission),
        ("KPS.5001", 500, Server),
        ("CPS.0001", 400, Permission),
        ("CPS.0003", 400, Server),
        ("CPS.0006", 400, Permission),
        ("CPS.0010", 400, State),
        ("CPS.0011", 404, NotFound),
        ("CPS.0016", 400, NotFound),
        ("CPS.1028", 200, State),
        ("CH.080401", 401, Permission),
        ("CH.999999", 401, Permission),
        ("CH.080403", 403, Permission),
        ("CH.000404", 404, NotFound),
        ("CH.080002", 409, Conflict),
        ("CH.080002", 400, Usage),
        ("CH.010001", 400, Usage),
        ("CH.080504", 504, Server),
        ("DEV.00000003", 401, Credentials),
        ("DEV.00000001", 401, Credentials),
        ("DEV.CH.10001", 400, Usage),
        ("IAM.0002", 403, Permission),
        ("IAM.0012", 429, Throttled),
        ("IAM.1105", 400, Credentials),
        ("IAM.0006", 500, Server),
        ("401", 401, Credentials),
        ("404", 404, NotFound),
        ("409", 409, Conflict),
        ("Something.New", 403, Permission),
        ("Something.New", 429, Throttled),
        ("Something.New", 503, Server),
        ("Something.New", 400, Usage),
        ("", 404, NotFound),
    ] {
        let error = explain(code, "m", Some(status));
        assert_eq!(error.kind, kind, "{code} {status}");
        assert_eq!(error.code.is_none(), code.is_empty(), "{code}");
    }
    assert_eq!(explain("CPS.4711", "m", None).kind, Usage);
}

#[test]
fn after_a_server_fault_nobody_knows_unless_the_gateway_says_so() {
    for (code, status, fate) in [
        ("KMS.0101", 500, Fate::Unknown),
        ("", 502, Fate::Unknown),
        ("CPS.0003", 400, Fate::Unknown),
        ("APIGW.0601", 500, Fate::Unknown),
        ("APIGW.0610", 502, Fate::NotDone),
        ("APIGW.0613", 503, Fate::NotDone),
        ("KMS.1501", 400, Fate::NotDone),
    ] {
        assert_eq!(
            explain(code, "m", Some(status)).fate,
            fate,
            "{code} {status}"
        );
    }
}

#[test]
fn refusals_about_keys_name_the_next_step() {
    for (code, status, part) in [
        ("KMS.0210", 400, "cancel-deletion"),
        ("KMS.0211", 400, "a key that you made"),
        ("KMS.0307", 403, "kms:cmk:disable"),
        ("KMS.0310", 400, "material"),
        ("KMS.0320", 400, "frozen"),
        ("KMS.1401", 400, "7 to 1096"),
        ("CH.080401", 401, "createUserSSHkey"),
    ] {
        let hints = explain(code, "m", Some(status)).hints.clone();
        assert!(hints[0].contains(part), "{code}: {hints:?}");
    }
}

#[test]
fn the_texts_of_a_refused_signature_become_the_next_step() {
    let prefix = "Incorrect IAM authentication information: ";
    for (text, part) in [
        ("verify aksk signature fail", "HUAWEICLOUD_SDK_SK"),
        (
            "AK access failed to reach the limit,forbidden",
            "five minutes",
        ),
        ("Get secretKey failed,ak:AK1,err:ak not exist", "unknown"),
        ("ak AK1 not exist", "unknown"),
        (
            "calc aksk signature fail:signature expired, signature time:20260305T010203Z,server time:20260305T011704Z",
            "this machine says 20260305T010203Z, the server 20260305T011704Z",
        ),
        ("calc aksk signature fail:signature expired", "clock"),
        ("decrypt token fail", "another region"),
        ("token expires, expires_at: 2026-03-05T01:02:03Z", "expired"),
        ("x-auth-token not found", "proxy"),
        ("something else", "SECURITY_TOKEN"),
    ] {
        let error = explain("APIGW.0301", &format!("{prefix}{text}"), Some(401));
        assert_eq!(error.kind, ErrorKind::Credentials);
        assert!(error.hints[0].contains(part), "{text}: {:?}", error.hints);
    }
}

#[test]
fn the_quoted_request_is_cut_off_because_it_holds_the_session_token() {
    let message = "Incorrect IAM authentication information: verify aksk signature fail, \
                   canonicalRequest:POST|/||x-security-token:canary|";
    let error = explain("APIGW.0301", message, Some(401));
    assert!(!format!("{error:?}").contains("canary"));
    assert!(error.message.ends_with("signature fail"), "{error}");
}

#[test]
fn an_empty_message_and_extras_are_said() {
    let vendor = VendorError {
        details: vec!["A.2 n".to_owned()],
        encoded: Some("abc".to_owned()),
        ..VendorError::default()
    };
    let error = vendor.explain(Some(403));
    assert_eq!(error.message, "refused without a word");
    assert!(error.quotes.iter().any(|hint| hint.ends_with("A.2 n")));
    assert!(error.quotes.iter().any(|hint| hint.ends_with(": abc")));
}

#[test]
fn a_project_of_somebody_else_is_recognised() {
    for code in ["KMS.0305", "KMS.0321", "APIGW.0310", "APIG.0310"] {
        assert!(is_wrong_project(&explain(code, "m", Some(403))), "{code}");
    }
    assert!(!is_wrong_project(&explain("KMS.0307", "m", Some(403))));
}

#[test]
fn a_status_without_words_is_believed_where_repeating_does_harm() {
    let reply = |status, body: &str| Reply {
        status,
        headers: http::HeaderMap::new(),
        body: body.to_owned().into(),
    };
    for (status, body, is_json, kind) in [
        (401, "", false, ErrorKind::Credentials),
        (401, "<html>", false, ErrorKind::Credentials),
        (403, "<html>", false, ErrorKind::Permission),
        (404, "", false, ErrorKind::NotFound),
        (404, "{}", true, ErrorKind::NotFound),
        (404, "<html>", false, ErrorKind::Network),
        (409, "{}", true, ErrorKind::Conflict),
        (429, "", false, ErrorKind::Throttled),
        (502, "<html>", false, ErrorKind::Server),
        (504, "", false, ErrorKind::Server),
        (302, "", false, ErrorKind::Network),
    ] {
        let error = speechless(&reply(status, body), is_json);
        assert_eq!(error.kind, kind, "{status} {body}");
        assert_eq!(error.fate == Fate::Unknown, status >= 500, "{status}");
    }
}

#[test]
fn only_a_region_without_a_project_holds_nothing() {
    assert!(is_not_enabled(&Error::usage("none").code("NoProject")));
    for code in [
        "SeveralProjects",
        "KPS.9003",
        "KPS.9004",
        "KMS.0328",
        "KMS.0321",
        "APIGW.0802",
        "CPS.0006",
    ] {
        assert!(!is_not_enabled(&explain(code, "", Some(403))), "{code}");
    }
}
