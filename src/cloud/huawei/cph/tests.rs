//! Answers of CPH as they come.

use super::{Job, Progress, Reception, Server, ServerJob};
use crate::error::ErrorKind;

#[test]
fn what_is_said_of_a_server_is_understood() {
    let reception = |text| {
        serde_json::from_str::<ServerJob>(text)
            .expect(text)
            .reception()
    };
    for text in [
        r#"{"server_id":"s","job_id":"j"}"#,
        r#"{"job_id":"j","error_code":"","error_msg":null}"#,
    ] {
        assert!(
            matches!(reception(text), Reception::Job(job) if job == "j"),
            "{text}"
        );
    }
    let refused = r#"{"server_id":"s","job_id":"","error_code":"CPS.0016","error_msg":"m"}"#;
    let Reception::Refused(error) = reception(refused) else {
        panic!("not refused")
    };
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (ErrorKind::NotFound, Some("CPS.0016"))
    );
    for text in ["{}", r#"{"server_id":"s","job_id":null,"error_code":""}"#] {
        assert!(matches!(reception(text), Reception::Silent), "{text}");
    }
}

#[test]
fn only_two_is_done_and_only_minus_one_is_failed() {
    let progress = |text| serde_json::from_str::<Job>(text).expect(text).progress();
    for text in [r#"{"status":2}"#, r#"{"status":"2","error_code":null}"#] {
        assert!(matches!(progress(text), Progress::Done), "{text}");
    }
    for text in [
        "{}",
        r#"{"status":1}"#,
        r#"{"status":null}"#,
        r#"{"status":3}"#,
        r#"{"status":0}"#,
    ] {
        assert!(matches!(progress(text), Progress::Open), "{text}");
    }
    let failed = r#"{"status":-1,"error_code":"CPS.1028","error_msg":"m"}"#;
    let Progress::Failed(error) = progress(failed) else {
        panic!("not failed")
    };
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::State, "m")
    );
    assert!(matches!(
        progress(r#"{"status":-1,"error_code":null}"#),
        Progress::Failed(_)
    ));
}

#[test]
fn a_server_has_a_word_for_its_state() {
    let server = |text| serde_json::from_str::<Server>(text).expect(text);
    let normal = server(r#"{"server_id":"s","keypair_name":"k","status":5}"#);
    assert_eq!(
        (normal.key_pair(), normal.state().as_deref()),
        (Some("k"), Some("normal"))
    );
    let other = server(r#"{"server_id":"s","keypair_name":"","status":"99"}"#);
    assert_eq!(
        (other.key_pair(), other.state().as_deref()),
        (None, Some("99"))
    );
    assert_eq!(server("{}").state(), None);
}
