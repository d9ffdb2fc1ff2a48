//! Servers against answers written down in advance.

use super::{list, may_be_id, show};
use crate::cloud::huawei::testing::{Script, session};
use crate::error::ErrorKind;
use crate::model::{CphServer, Facts, Record};

const SERVER: &str = "a550ac820fd7768dd2468569ef985411";
const DETAIL: &str = r#"{"request_id":"r","server_name":"cph-test-1","server_id":"a550ac820fd7768dd2468569ef985411","keypair_name":"KeyPair-ops_1","status":5,"band_widths":[]}"#;

fn facts(record: &Record) -> &CphServer {
    match &record.facts {
        Facts::CphServer(server) => server,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn all_servers_are_listed_with_the_vendors_object_beside() {
    let ids: Vec<_> = (0..100)
        .map(
            |n| serde_json::json!({"server_id": format!("s{n}"), "server_name": "n", "status": 10}),
        )
        .collect();
    let first = serde_json::json!({"request_id": "r", "count": 101, "servers": ids}).to_string();
    let second = format!(r#"{{"request_id":"r","count":101,"servers":[{DETAIL}]}}"#);
    let script = Script::new(&[(200, &first), (200, &second)]);
    let listing = list(&session(&script, Some("p"), None))
        .await
        .expect("a list");
    assert_eq!(
        script.lines(),
        [
            "GET /v1/p/cloud-phone/servers?limit=100&offset=0",
            "GET /v1/p/cloud-phone/servers?limit=100&offset=100"
        ]
    );
    assert_eq!(listing.records.len(), 101);
    let off = facts(&listing.records[0]);
    assert_eq!(
        (off.state.as_deref(), off.key_pair.as_deref()),
        (Some("off"), None)
    );
    let last = &listing.records[100];
    assert_eq!(
        (last.id.as_str(), last.name(), last.state()),
        (SERVER, "cph-test-1", Some("normal"))
    );
    assert_eq!(facts(last).key_pair.as_deref(), Some("KeyPair-ops_1"));
    assert_eq!(last.raw["band_widths"], serde_json::json!([]));
    let address = last.address.as_ref().expect("an address").to_string();
    assert_eq!(
        address,
        format!("huawei:env/cn-north-4/cph-server/{SERVER}")
    );
}

#[tokio::test]
async fn one_server_is_shown() {
    let script = Script::new(&[(200, DETAIL)]);
    let listing = show(&session(&script, Some("p"), None), SERVER)
        .await
        .expect("a server");
    assert_eq!(listing.records.len(), 1);
    assert_eq!(listing.records[0].name(), "cph-test-1");
    let line = format!("GET /v1/p/cloud-phone/servers/{SERVER}");
    assert_eq!(script.lines(), [line]);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let by_code =
        r#"{"request_id":"r","error_code":"CPS.0016","error_msg":"server_id is invalid."}"#;
    for reply in [(400, by_code), (404, by_code), (404, "")] {
        let script = Script::new(&[reply]);
        let error = show(&session(&script, Some("p"), None), SERVER).await;
        assert_eq!(error.expect_err("not there").exit_code(), 5);
    }
    let script = Script::new(&[(200, r#"{"request_id":"r"}"#)]);
    let error = show(&session(&script, Some("p"), None), SERVER).await;
    assert_eq!(error.expect_err("says nothing").kind, ErrorKind::Server);
}

#[tokio::test]
async fn what_cannot_be_an_id_is_not_asked_for() {
    assert!(may_be_id("01234567-0123-0123-0123-0123456789ab"));
    for wrong in ["", ".", "..", "a/b", "a b", "a,b", "{server_id}"] {
        assert!(!may_be_id(wrong), "{wrong}");
        let script = Script::new(&[]);
        let error = show(&session(&script, Some("p"), None), wrong).await;
        assert_eq!(error.expect_err(wrong).exit_code(), 2);
    }
}
