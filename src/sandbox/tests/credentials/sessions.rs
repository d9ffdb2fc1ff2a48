//! What was given out opens doors, with its token and in its time only.

use super::*;

fn each(fixture: &Fixture) -> [Keys; 3] {
    [
        Keys::volcengine(&assume_volcengine(fixture, "")),
        Keys::tencent(&assume_tencent(fixture, &json!({}))),
        Keys::huawei(&by_agency(fixture)),
    ]
}

#[test]
fn keys_are_new_and_plainly_fake() {
    let fixture = Fixture::new();
    let (first, second) = (each(&fixture), each(&fixture));
    for (one, other) in first.iter().zip(&second) {
        assert_ne!(one.id, other.id);
        assert_ne!(one.secret, other.secret);
        assert_ne!(one.token, other.token);
        assert!(one.secret.contains(ISSUED_MARK), "{one:?}");
        assert!(one.token.contains(ISSUED_MARK), "{one:?}");
    }
    let [volcengine, tencent, huawei] = first;
    assert!(volcengine.id.starts_with("AKTPNotReal"), "{volcengine:?}");
    assert!(tencent.id.starts_with("AKIDNotReal"), "{tencent:?}");
    assert_eq!(huawei.id.len(), 20);
    assert!(
        huawei.id.bytes().all(|byte| byte.is_ascii_uppercase()),
        "{huawei:?}"
    );
}

#[test]
fn keys_name_the_same_account() {
    let fixture = Fixture::new();
    let [volcengine, tencent, huawei] = each(&fixture);
    let got = ask_volcengine(&fixture, &volcengine, Some(&volcengine.token));
    assert_eq!(got.body["Result"]["AccountId"], 2_100_000_000);
    assert_eq!(
        got.body["Result"]["Trn"],
        "trn:sts::2100000000:assumed-role/sandbox-role/test"
    );
    let got = ask_tencent(&fixture, &tencent, Some(&tencent.token));
    assert_eq!(got.body["Response"]["AccountId"], "100000000001");
    assert_eq!(got.body["Response"]["Type"], "CAMRole");
    let got = ask_huawei(&fixture, &huawei, Some(&huawei.token));
    assert_eq!(got.body["account_id"], HUAWEI_DOMAIN_ID);
    assert_eq!(
        got.body["principal_urn"],
        format!("sts::{HUAWEI_DOMAIN_ID}:assumed-agency:sandbox-agency/sandbox")
    );
}

#[test]
fn keys_need_their_own_token() {
    let fixture = Fixture::new();
    let [volcengine, tencent, huawei] = each(&fixture);
    let other = each(&fixture).map(|keys| keys.token);
    for (token, expected) in [
        (None, "InvalidAccessKey"),
        (Some(other[0].as_str()), "InvalidSecretToken"),
    ] {
        let got = ask_volcengine(&fixture, &volcengine, token);
        assert_eq!((got.status, got.code()), (401, expected));
    }
    for token in [None, Some(other[1].as_str())] {
        let got = ask_tencent(&fixture, &tencent, token);
        assert_eq!(got.code(), "AuthFailure.TokenFailure");
    }
    for token in [None, Some(other[2].as_str())] {
        let got = ask_huawei(&fixture, &huawei, token);
        assert_eq!((got.status, got.code()), (401, "APIGW.0301"));
    }
    let wrong = Keys {
        secret: "wrong".to_owned(),
        ..volcengine.clone()
    };
    let got = ask_volcengine(&fixture, &wrong, Some(&wrong.token));
    assert_eq!(got.code(), "SignatureDoesNotMatch");
}

/// Keys of one cloud are nothing to another, nor to another process.
#[test]
fn keys_stay_where_they_are() {
    let fixture = Fixture::new();
    let [_, tencent, _] = each(&fixture);
    let got = ask_volcengine(&fixture, &tencent, Some(&tencent.token));
    assert_eq!(got.code(), "InvalidAccessKey");
    let got = ask_tencent(&Fixture::new(), &tencent, Some(&tencent.token));
    assert_eq!(got.code(), "AuthFailure.SecretIdNotFound");
}

#[test]
fn keys_end() {
    let rules = [
        "volcengine.GetCallerIdentity@2=skew",
        "tencent.GetCallerIdentity@2=skew",
        "huawei.GetCallerIdentity@2=skew",
    ];
    let fixture = Fixture::living(LIFE, &rules, &[]);
    let [volcengine, tencent, huawei] = each(&fixture);
    let ask = |now| {
        [
            fixture.send(&who_volcengine(&volcengine, Some(&volcengine.token), now)),
            fixture.send(&who_tencent(&tencent, Some(&tencent.token), now)),
            fixture.send(&who_huawei(&huawei, Some(&huawei.token), now)),
        ]
    };
    let in_time = ask(clock::now()).map(|got| got.code().to_owned());
    assert_eq!(in_time, ["", "", ""]);
    let [volcengine, tencent, huawei] = ask(clock::now() + TimeDelta::hours(1));
    assert_eq!(
        (volcengine.status, volcengine.code()),
        (401, "InvalidSecretToken")
    );
    assert_eq!(
        (tencent.status, tencent.code()),
        (200, "AuthFailure.TokenFailure")
    );
    assert_eq!((huawei.status, huawei.code()), (401, "APIGW.0301"));
    let message = huawei.body["error_msg"].as_str().expect("text");
    assert!(
        message.contains("token expires, expires_at: 20"),
        "{message}"
    );
}

/// A rule ends what is in use at that moment; what is given out after it is good.
#[test]
fn keys_may_end_in_the_middle_and_new_ones_work() {
    let rules = [
        "volcengine.GetCallerIdentity@2=expires",
        "tencent.GetCallerIdentity@2=expires",
        "huawei.GetCallerIdentity@2=expires",
    ];
    let fixture = Fixture::with(&rules, &[]);
    let ask = |[volcengine, tencent, huawei]: &[Keys; 3]| {
        [
            ask_volcengine(&fixture, volcengine, Some(&volcengine.token)),
            ask_tencent(&fixture, tencent, Some(&tencent.token)),
            ask_huawei(&fixture, huawei, Some(&huawei.token)),
        ]
        .map(|got| got.code().to_owned())
    };
    let over = [
        "InvalidSecretToken",
        "AuthFailure.TokenFailure",
        "APIGW.0301",
    ];
    let first = each(&fixture);
    assert_eq!(ask(&first), ["", "", ""]);
    assert_eq!(ask(&first), over);
    let second = each(&fixture);
    assert_eq!(ask(&second), ["", "", ""]);
    assert_eq!(ask(&first), over, "it stays over");
}

/// Without the option everything lives as long as is asked.
#[test]
fn the_end_is_told() {
    let fixture = Fixture::new();
    let end = |got: &Got| {
        let expires_at = &got.body["Response"]["ExpiredTime"];
        expires_at.as_i64().expect("seconds") - clock::now().timestamp()
    };
    let usual = end(&assume_tencent(&fixture, &json!({})));
    assert!((7_195..=7_200).contains(&usual), "{usual}");
    let asked = end(&assume_tencent(&fixture, &json!({ "DurationSeconds": 60 })));
    assert!((55..=60).contains(&asked), "{asked}");
    let fixture = Fixture::living(Some(Duration::from_secs(20)), &[], &[]);
    let ruled = end(&assume_tencent(&fixture, &json!({ "DurationSeconds": 60 })));
    assert!((15..=20).contains(&ruled), "{ruled}");
}

/// Neither log nor journal nor state holds anything that was given out, whether it worked or was refused.
#[test]
fn nothing_that_was_given_out_is_kept_where_it_shows() {
    let fixture = Fixture::new();
    let [volcengine, tencent, huawei] = each(&fixture);
    ask_volcengine(&fixture, &volcengine, Some(&huawei.token));
    ask_tencent(&fixture, &tencent, Some(&huawei.token));
    ask_huawei(&fixture, &huawei, Some(&tencent.token));
    let wrong = Keys {
        secret: "wrong".to_owned(),
        ..volcengine
    };
    ask_volcengine(&fixture, &wrong, Some(&wrong.token));
    assert_eq!(fixture.log().len(), 4);
    let journal = fixture.sandbox.journal();
    let journal = serde_json::to_string(&journal.entries).expect("JSON");
    assert!(journal.contains("AssumeRole"), "{journal}");
    let state = fixture.sandbox.with_state(|state| {
        let whole = serde_json::to_string(&**state).expect("JSON");
        format!("{whole}{}", state.to_value())
    });
    for shown in [fixture.log().join("\n"), journal, state.expect("in memory")] {
        assert!(!shown.contains(ISSUED_MARK), "{shown}");
    }
}
