//! What a recipe asks for is done or refused.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{Ground, keys};
use crate::auth::{self, Credential, Domain, Password, Recipe, Role, Sealed, WebIdentity};
use crate::http::{BoxFuture, Courier, Reply, Request, Transport, TransportError};
use crate::model::CloudId;
use crate::secret::Secret;

struct Nowhere;

impl Transport for Nowhere {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        panic!("{} was sent", request.url())
    }
}

fn ground(cloud: CloudId, transport: impl Transport + 'static) -> Ground {
    Ground {
        cloud,
        region: "cn-north-4".to_owned(),
        courier: Rc::new(Courier::new(Box::new(transport))),
        overrides: Rc::new(|_| Ok(None)),
        ask: auth::nobody(),
    }
}

fn refusal(cloud: CloudId, recipe: &Recipe) -> Option<String> {
    let ground = ground(cloud, Nowhere);
    keys(recipe, &ground).err().map(|error| error.to_string())
}

/// Answers with what this makes of the request's body.
struct Answering(u16, fn(&str) -> Value);

impl Transport for Answering {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        let body = self.1(&String::from_utf8_lossy(&request.body));
        let reply = Reply {
            status: self.0,
            headers: http::HeaderMap::new(),
            body: body.to_string().into(),
        };
        Box::pin(async { Ok(reply) })
    }
}

async fn failure(cloud: CloudId, recipe: &Recipe, answering: Answering) -> String {
    let keys = keys(recipe, &ground(cloud, answering)).expect("a recipe that can be tried");
    let error = keys.current().await.expect_err("no credential");
    format!("{error} {error:?}")
}

#[tokio::test(start_paused = true)]
async fn what_is_quoted_back_holds_no_secret_wherever_it_stands() {
    let secret = || Sealed::Given(Secret::new(r#"canary "in\ quotes" 1"#.to_owned()));
    let password = Recipe::Password(Password {
        user: "u".to_owned(),
        domain: Domain::Name("d".to_owned()),
        password: secret(),
    });
    let token = Recipe::WebIdentity(WebIdentity {
        role: Some(Role {
            name: "r".to_owned(),
            ..Role::default()
        }),
        provider: Some("p".to_owned()),
        token: secret(),
    });
    let quotes = [
        |body: &str| json!({"error": {"code": body, "message": "m"}, "error_code": body, "error_msg": "m"}),
        |body: &str| json!({"error": {"code": "c", "message": body}, "error_code": "c", "error_msg": body, "request_id": body}),
        |body: &str| json!({"ResponseMetadata": {"RequestId": body, "Error": {"Code": body, "Message": "m"}}}),
        |body: &str| json!({"Response": {"RequestId": body, "Error": {"Code": body, "Message": body}}}),
    ];
    for (cloud, recipe) in [
        (CloudId::Huawei, &password),
        (CloudId::Huawei, &token),
        (CloudId::Volcengine, &token),
        (CloudId::Tencent, &token),
    ] {
        for quote in quotes {
            let text = failure(cloud, recipe, Answering(401, quote)).await;
            assert!(!text.contains("canary"), "{cloud} {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_of_another_form_is_not_quoted() {
    let token = Recipe::WebIdentity(WebIdentity {
        role: Some(Role {
            name: "r".to_owned(),
            ..Role::default()
        }),
        provider: Some("p".to_owned()),
        token: Sealed::Given(Secret::new("ey.token".to_owned())),
    });
    let odd = |_: &str| {
        json!({
            "credentials": "canary \", expected", "Response": {"Credentials": "canary"},
            "ResponseMetadata": {"RequestId": "r"}, "Result": {"Credentials": "canary"},
        })
    };
    let foreign = |_: &str| json!([{"secret": "canary"}]);
    for cloud in CloudId::ALL {
        let text = failure(cloud, &token, Answering(200, odd)).await;
        assert!(text.contains("documented form"), "{cloud} {text}");
        assert!(!text.contains("canary"), "{cloud} {text}");
        let text = failure(cloud, &token, Answering(200, foreign)).await;
        assert!(!text.contains("canary"), "{cloud} {text}");
    }
}

#[test]
fn no_part_of_a_role_is_passed_over() {
    let narrow = |policy: bool, external: bool, domain: bool| Role {
        name: "r".to_owned(),
        policy: policy.then(|| "{}".to_owned()),
        external_id: external.then(|| "e".to_owned()),
        domain: domain.then(|| Domain::Name("d".to_owned())),
        ..Role::default()
    };
    let assumed = |role| {
        let base = Recipe::fixed(Credential::Anonymous);
        Recipe::Role(Box::new(base), role)
    };
    let federated = |role| {
        Recipe::WebIdentity(WebIdentity {
            role: Some(role),
            provider: Some("p".to_owned()),
            token: Sealed::Given(Secret::new("t".to_owned())),
        })
    };
    for (cloud, recipe, refused) in [
        (
            CloudId::Volcengine,
            assumed(narrow(true, false, false)),
            false,
        ),
        (
            CloudId::Volcengine,
            assumed(narrow(false, true, false)),
            true,
        ),
        (
            CloudId::Volcengine,
            federated(narrow(false, true, false)),
            true,
        ),
        (CloudId::Tencent, assumed(narrow(true, true, false)), false),
        (
            CloudId::Tencent,
            federated(narrow(true, false, false)),
            true,
        ),
        (
            CloudId::Tencent,
            federated(narrow(false, true, false)),
            true,
        ),
        (CloudId::Huawei, assumed(narrow(true, true, false)), false),
        (CloudId::Huawei, assumed(narrow(true, false, true)), true),
        (CloudId::Huawei, assumed(narrow(false, true, true)), true),
        (
            CloudId::Huawei,
            federated(narrow(true, false, false)),
            false,
        ),
        (CloudId::Huawei, federated(narrow(false, true, false)), true),
    ] {
        let refusal = refusal(cloud, &recipe);
        assert_eq!(refusal.is_some(), refused, "{cloud} {recipe:?} {refusal:?}");
    }
}
