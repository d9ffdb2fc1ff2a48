//! The account and its projects (spec huawei 4.4).

use serde_json::{Value, json};

use super::{Call, Effect, Items, Operation, Refusal, Reply, Service, Shape};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: Service::Iam,
        name: "KeystoneListProjects",
        method: "GET",
        path: "/v3/projects",
        effect: Effect::Read,
        items: Items::None,
        has_item_errors: false,
        run: list_projects,
    },
    Operation {
        service: Service::Iam,
        name: "KeystoneListAuthDomains",
        method: "GET",
        path: "/v3/auth/domains",
        effect: Effect::Read,
        items: Items::None,
        has_item_errors: false,
        run: list_domains,
    },
];

/// The accounts that the caller can work for: its own. SDKs without an account id ask for it.
#[expect(clippy::unnecessary_wraps, reason = "the shape of all operations")]
fn list_domains(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let account = &call.state.huawei;
    let own_link = |path: &str| format!("https://iam.myhuaweicloud.com/v3/auth/domains{path}");
    let domain = json!({
        "id": account.id,
        "name": "sandbox",
        "enabled": true,
        "description": "",
        "links": { "self": own_link(&format!("/{}", account.id)) },
    });
    Ok(Reply::json(
        200,
        &json!({ "domains": [domain], "links": { "self": own_link(""), "next": null, "previous": null } }),
    ))
}

/// The filter is exact: sub-projects are not found by their region's name.
fn list_projects(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let invalid = || Refusal::new(Shape::Flat, 400, "IAM.0007", "Request parameter error.");
    let number = |name: &str, most: usize| match call.query(name) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
            _ => Err(invalid()),
        },
    };
    let (skip, take) = match (number("page", usize::MAX)?, number("per_page", 5000)?) {
        (None, None) => (0, usize::MAX),
        (Some(page), Some(size)) => ((page - 1).saturating_mul(size), size),
        _ => return Err(invalid()), // only together
    };
    let account = &call.state.huawei;
    let own_link = |path: &str| format!("https://iam.myhuaweicloud.com/v3/projects{path}");
    let is_asked = |asked: Option<String>, value: &str| asked.is_none_or(|asked| asked == value);
    let projects: Vec<Value> = account
        .projects
        .iter()
        .filter(|project| {
            is_asked(call.query("name"), &project.name)
                && is_asked(call.query("domain_id"), &account.id)
                && is_asked(call.query("enabled"), "true")
        })
        .skip(skip)
        .take(take)
        .map(|project| {
            json!({
                "id": project.id,
                "name": project.name,
                "domain_id": account.id,
                "parent_id": account.id,
                "enabled": true,
                "is_domain": false,
                "description": "",
                "links": { "self": own_link(&format!("/{}", project.id)), "next": null, "previous": null },
            })
        })
        .collect();
    Ok(Reply::json(
        200,
        &json!({ "projects": projects, "links": { "self": own_link(""), "next": null, "previous": null } }),
    ))
}
