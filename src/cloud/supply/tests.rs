//! What a recipe asks for is done or refused.

use std::rc::Rc;

use super::{Ground, keys};
use crate::auth::{self, Credential, Domain, Recipe, Role, Sealed, WebIdentity};
use crate::http::{BoxFuture, Courier, Reply, Request, Transport, TransportError};
use crate::model::CloudId;
use crate::secret::Secret;

struct Nowhere;

impl Transport for Nowhere {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        panic!("{} was sent", request.url())
    }
}

fn refusal(cloud: CloudId, recipe: &Recipe) -> Option<String> {
    let ground = Ground {
        cloud,
        region: "cn-north-4".to_owned(),
        courier: Rc::new(Courier::new(Box::new(Nowhere))),
        overrides: Rc::new(|_| Ok(None)),
        ask: auth::nobody(),
    };
    keys(recipe, &ground).err().map(|error| error.to_string())
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
