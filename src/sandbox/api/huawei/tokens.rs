//! IAM tokens, by password and by the token of an identity provider (spec huawei 4.1 and 4.2).

use serde_json::{Map, Value, json};

use super::super::super::credentials::{
    HUAWEI_DOMAIN_ID, HUAWEI_DOMAIN_NAME, HUAWEI_IAM_PASSWORD, HUAWEI_IAM_USER, HUAWEI_IDP_ID,
    HUAWEI_OIDC_TOKEN,
};
use super::{
    Call, Effect, Items, Operation, Purpose, Quirk, Reach, Refusal, Reply, Service, Shape, clock,
};

/// How long a token lives (spec huawei 4.1).
const LIFETIME_SECONDS: i64 = 86_400;

/// The table.
pub(crate) const UNSIGNED_OPERATIONS: &[Operation] = &[
    Operation {
        service: Service::Iam,
        name: "KeystoneCreateUserTokenByPassword",
        method: "POST",
        path: "/v3/auth/tokens",
        effect: Effect::Read,
        items: Items::Body(&["auth", "identity", "password", "user", "name"]),
        has_item_errors: false,
        run: by_password,
    },
    Operation {
        service: Service::Iam,
        name: "CreateTokenWithIdToken",
        method: "POST",
        path: "/v3.0/OS-AUTH/id-token/tokens",
        effect: Effect::Read,
        items: Items::None,
        has_item_errors: false,
        run: by_id_token,
    },
];

fn bad_request(message: &str) -> Refusal {
    Refusal::new(Shape::Keystone, 400, "Bad Request", message)
}

fn unauthorized(message: &str) -> Refusal {
    Refusal::new(Shape::Keystone, 401, "Unauthorized", message)
}

/// One answer for every wrong part: which one it is, nobody is told.
fn by_password(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body = call
        .body()
        .ok_or_else(|| bad_request("The request body is not valid JSON."))?;
    let auth = body.get("auth").unwrap_or(&Value::Null);
    if auth["identity"]["methods"] != json!(["password"]) {
        return Err(bad_request("The authentication method is not supported."));
    }
    let user = &auth["identity"]["password"]["user"];
    for (name, value) in [
        ("name", &user["name"]),
        ("password", &user["password"]),
        ("domain", &user["domain"]["name"]),
    ] {
        if !value.is_string() {
            return Err(bad_request(&format!("The {name} of the user is missing.")));
        }
    }
    if user["name"] != HUAWEI_IAM_USER
        || user["password"] != HUAWEI_IAM_PASSWORD
        || user["domain"]["name"] != HUAWEI_DOMAIN_NAME
    {
        let message = "The username or password is wrong.";
        return Err(if call.ctx.has(Quirk::IamWrongPasswordFlat) {
            Refusal::iam(401, "IAM.0062", message)
        } else {
            unauthorized(message)
        });
    }
    let reach = reach(call, &auth["scope"])?;
    let mut token = token(call, "password", &reach);
    if call.query("nocatalog").is_none() {
        token.insert("catalog".to_owned(), json!([]));
    }
    Ok(answer(call, reach, token))
}

/// Both scopes given: the project wins. None: the whole account. What a scope that does not exist is answered is inferred.
fn reach(call: &Call<'_>, scope: &Value) -> Result<Reach, Refusal> {
    let (project, domain) = (&scope["project"], &scope["domain"]);
    if project.is_object() {
        let mut projects = call.state.huawei.projects.iter();
        return projects
            .find(|known| project["id"] == known.id || project["name"] == known.name)
            .map(|known| Reach::Project(known.id.clone()))
            .ok_or_else(|| unauthorized("The project of the scope does not exist."));
    }
    let is_own = domain["id"] == HUAWEI_DOMAIN_ID || domain["name"] == HUAWEI_DOMAIN_NAME;
    if domain.is_object() && !is_own {
        return Err(unauthorized("The domain of the scope does not exist."));
    }
    Ok(Reach::Domain)
}

/// The older federation. Its refusals are inferred from the other codes of IAM.
fn by_id_token(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let invalid = || Refusal::iam(400, "IAM.0011", "Invalid request body.");
    let body = call.body().ok_or_else(invalid)?;
    let auth = body.get("auth").ok_or_else(invalid)?;
    let id_token = auth["id_token"]["id"].as_str().ok_or_else(invalid)?;
    match call.request.header("x-idp-id") {
        None => return Err(Refusal::iam(400, "IAM.0007", "X-Idp-Id is missing.")),
        Some(HUAWEI_IDP_ID) => {}
        Some(_) => {
            let message = "Could not find the identity provider.";
            return Err(Refusal::iam(404, "IAM.0004", message));
        }
    }
    if id_token != HUAWEI_OIDC_TOKEN {
        return Err(Refusal::iam(401, "IAM.0067", "Invalid token."));
    }
    let reach = match auth.get("scope") {
        None => Reach::Unscoped,
        Some(scope) => reach(call, scope)?,
    };
    let token = token(call, "mapped", &reach);
    Ok(answer(call, reach, token))
}

/// What the body tells; its members are those of the documentation.
fn token(call: &Call<'_>, method: &str, reach: &Reach) -> Map<String, Value> {
    let account = &call.state.huawei;
    let domain = json!({ "id": account.id, "name": HUAWEI_DOMAIN_NAME });
    let mut token = Map::new();
    token.insert("methods".to_owned(), json!([method]));
    match reach {
        Reach::Unscoped => {}
        Reach::Domain => {
            token.insert("domain".to_owned(), domain.clone());
        }
        Reach::Project(id) => {
            let name = account.project(id).map(|project| project.name.as_str());
            let project = json!({ "id": id, "name": name, "domain": domain });
            token.insert("project".to_owned(), project);
        }
    }
    token.insert(
        "user".to_owned(),
        json!({
            "domain": domain,
            "id": account.user_id,
            "name": account.user_name,
            "password_expires_at": "",
        }),
    );
    token.insert("roles".to_owned(), json!([]));
    token
}

/// The token itself is in a header.
fn answer(call: &Call<'_>, reach: Reach, mut token: Map<String, Value>) -> Reply {
    let now = call.ctx.now;
    let issued = call.ctx.issued;
    let (text, expires_at) = issued.token(Purpose::Iam(reach), now, LIFETIME_SECONDS);
    let mut instant = |name: &str, time| token.insert(name.to_owned(), clock::huawei(time).into());
    instant("issued_at", now);
    instant("expires_at", expires_at);
    Reply::json(201, &json!({ "token": token })).with_header("x-subject-token", text)
}
