//! Any operation of Huawei Cloud: method and path, parameters in the query, the body as JSON.

use std::borrow::Cow;

use serde_json::Value;

use super::errors::VendorError;
use super::session::Session;
use super::shapes;
use super::wire::{HuaweiWire, check_path};
use crate::cloud::client::{Answer, Preview};
use crate::cloud::operation::Route;
use crate::cloud::raw::{
    self, ItemErrors, Nature, PROJECT, Paging, Prepared, PrivateKeys, Raw, RawAnswer, RawCall,
    RawRequest, RefusedItems, Style,
};
use crate::error::{Error, ErrorKind};
use crate::http::{BoxFuture, Method};
use crate::model::CloudId;
use crate::sign::escape::{escape, unescape};

/// POSTs that change nothing (spec huawei 6; huawei-codearts-cph 5). `*` is any one segment.
const READS: [(&str, &str); 4] = [
    ("kms", "/v1.0/*/kms/list-keys"),
    ("kms", "/v1.0/*/kms/describe-key"),
    ("codearts", "/v4/repositories/*/deploy-keys/check-key"),
    ("codearts", "/v4/groups/*/deploy-keys/check-key"),
];

/// How lists page (spec huawei 6 and 7; huawei-codearts-cph 3.2, 6.2, 6.3).
const PAGED: [(Method, &str, &str, Paging); 5] = [
    (
        Method::POST,
        "kms",
        "/v1.0/*/kms/list-keys",
        Paging {
            list: "key_details",
            size: None,
            style: Style::Marker {
                found: "/next_marker",
                sent: "marker",
                more: Some("truncated"),
            },
        },
    ),
    (
        Method::GET,
        "kms",
        "/v3/*/keypairs",
        Paging {
            list: "keypairs",
            size: None,
            style: Style::Marker {
                found: "/page_info/next_marker",
                sent: "marker",
                more: None,
            },
        },
    ),
    (
        Method::GET,
        "cph",
        "/v1/*/cloud-phone/servers",
        by_offset("servers", "server_id", Some("count")),
    ),
    (
        Method::GET,
        "cph",
        "/v1/*/cloud-phone/jobs",
        by_offset("jobs", "job_id", None),
    ),
    (
        Method::GET,
        "codearts",
        "/v4/user/keys",
        by_offset("keys", "id", Some("total")),
    ),
];

const fn by_offset(list: &'static str, id: &'static str, total: Option<&'static str>) -> Paging {
    Paging {
        list,
        size: Some(("limit", 100)),
        style: Style::Offset {
            sent: "offset",
            total,
            id,
            // Without a total a page that is not full is the last one (spec 6.2).
            short_ends: total.is_none(),
        },
    }
}

/// Changes of several things tell of each (spec huawei 7; huawei-codearts-cph 6.1).
pub(super) const ITEM_ERRORS: [ItemErrors; 4] = [
    ItemErrors {
        list: Some("failed_keypairs"),
        // The reason is a text without a code.
        refusal: |item| Some(shapes::read_item(item).map_or(ErrorKind::Usage, kind)),
        accepted: Some("succeeded_keypairs"),
    },
    ItemErrors {
        list: Some("jobs"),
        refusal: |item| shapes::read_item(item).map(kind),
        accepted: None,
    },
    ItemErrors {
        list: Some("tasks"),
        refusal: |item| shapes::read_item(item).map(kind),
        accepted: None,
    },
    ItemErrors {
        list: None,
        refusal: |answer| shapes::read_success(answer).map(kind),
        accepted: None,
    },
];

fn kind(error: VendorError) -> ErrorKind {
    error.explain(None).kind
}

/// A call, and the session that knows its project.
#[derive(Debug)]
pub(super) struct InProject<'a> {
    session: &'a Session,
    wanted: bool,
    call: Prepared<'a, HuaweiWire>,
}

impl RawCall for InProject<'_> {
    fn nature(&self) -> &Nature {
        self.call.nature()
    }

    fn refused(&self, answer: &Value) -> Option<RefusedItems> {
        self.call.refused(answer)
    }

    fn preview(&self) -> BoxFuture<'_, Result<Preview, Error>> {
        Box::pin(async {
            self.find_project().await?;
            self.call.preview().await
        })
    }

    fn send(&self) -> BoxFuture<'_, Result<Answer<RawAnswer>, Error>> {
        Box::pin(async {
            self.find_project().await?;
            let answer = self.call.send().await;
            answer.map_err(|error| self.session.doubt_project(error))
        })
    }
}

impl InProject<'_> {
    async fn find_project(&self) -> Result<(), Error> {
        if self.wanted {
            self.session.find_project().await?;
        }
        Ok(())
    }
}

/// Judges a call.
pub(super) fn prepare(session: &Session, request: RawRequest) -> Result<InProject<'_>, Error> {
    let RawRequest {
        service,
        operation,
        path,
        version,
        parameters,
        body,
        all_pages,
    } = request;
    let method = method(&operation)?;
    let path = path.as_deref().ok_or_else(|| {
        Error::usage("a call of huawei needs a method and a path")
            .hint("Write kpctl api huawei kms GET /v3/{project_id}/keypairs.")
    })?;
    let path = encoded(path)?;
    if version.is_some() {
        return Err(
            Error::usage("the path of a call of huawei holds its API version")
                .hint("Leave --api-version out."),
        );
    }
    if body.is_some() && matches!(method, Method::GET | Method::HEAD) {
        return Err(Error::usage(format!(
            "a {method} has no body: leave --json out"
        )));
    }
    let mut route = if body.is_some() {
        Route::json(method.clone(), path.as_str())
    } else {
        Route::bare(method.clone(), path.as_str())
    };
    for parameter in parameters {
        let value = match parameter.value {
            Value::String(text) if !parameter.is_json => text,
            _ => {
                return Err(Error::usage(format!(
                    "'{}' goes into the query, which has texts only",
                    parameter.name
                ))
                .hint("Write KEY=VALUE; the body comes from --json."));
            }
        };
        route.query.push((Cow::Owned(parameter.name), value));
    }
    let is_read = matches!(method, Method::GET | Method::HEAD)
        || (method == Method::POST
            && READS
                .iter()
                .any(|(of, form)| *of == service && fits(form, &path)));
    let paging = PAGED
        .iter()
        .find(|(by, of, form, _)| *by == method && *of == service && fits(form, &path))
        .map(|(_, _, _, paging)| *paging);
    let paging = raw::wanted_paging(
        all_pages,
        paging,
        PAGED
            .iter()
            .map(|(by, of, form, _)| format!("{of} {by} {}", form.replace('*', PROJECT))),
    )?;
    if paging.is_some() && method == Method::POST && body.is_none() {
        // The marker travels in the body, so there must be one.
        route.body = true;
    }
    let fields = body.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let private_keys = private_keys(&method, &path, &fields);
    let wanted = path.contains(PROJECT);
    let name = raw::lasting(&format!("{method} {path}"));
    let mut facts = Raw::<HuaweiWire>::facts_of(service, name, "", is_read);
    facts.in_project = Some(wanted);
    let call = Prepared::new(
        &session.client,
        Raw::new(facts, route, fields),
        paging,
        private_keys,
        &ITEM_ERRORS,
    )?;
    Ok(InProject {
        session,
        wanted,
        call,
    })
}

fn method(text: &str) -> Result<Method, Error> {
    [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::HEAD,
    ]
    .into_iter()
    .find(|method| method.as_str().eq_ignore_ascii_case(text))
    .ok_or_else(|| {
        Error::usage(format!(
            "'{}' is no method: GET, POST, PUT, DELETE, PATCH, HEAD",
            text.escape_debug()
        ))
        .cloud(CloudId::Huawei)
    })
}

/// The path as it is signed and sent, still with `{project_id}`. Whatever the gateway could read
/// as another path is refused.
fn encoded(path: &str) -> Result<String, Error> {
    let shown = path.escape_debug();
    if path.contains(['?', '#']) {
        return Err(Error::usage(format!("'{shown}' is more than a path"))
            .hint("Write the query as KEY=VALUE after the path."));
    }
    let segments = path
        .strip_prefix('/')
        .ok_or_else(|| Error::usage(format!("the path '{shown}' must start with '/'")))?;
    let segments: Vec<_> = segments
        .split('/')
        .map(|segment| match segment {
            PROJECT => segment.to_owned(),
            _ => percent_encoded(segment),
        })
        .collect();
    let encoded = format!("/{}", segments.join("/"));
    // A project id stands for itself here.
    check_path(&encoded.replace(PROJECT, "p")).map_err(|_| {
        let error = Error::usage(format!("the path '{shown}' must not be sent"));
        if path.replace(PROJECT, "").contains('{') {
            error.hint("kpctl fills in {project_id}; other places are yours to fill.")
        } else {
            error.hint(
                "Empty segments, '.', '..' and encoded slashes can mean another path on the way.",
            )
        }
    })?;
    Ok(encoded)
}

/// Encoded strictly, whether it was encoded already or not.
fn percent_encoded(segment: &str) -> String {
    match String::from_utf8(unescape(segment)) {
        Ok(text) => escape(&text),
        Err(error) => crate::sign::escape::escape_bytes(error.as_bytes()),
    }
}

/// Whether a path has the form, in which `*` is any one segment.
fn fits(form: &str, path: &str) -> bool {
    let (mut form, mut path) = (form.split('/'), path.split('/'));
    loop {
        match (form.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == "*" || wanted == found => {}
            _ => return false,
        }
    }
}

/// Key pairs without a public half of the user's own are made by the service (spec huawei 7 and 7.1).
fn private_keys(method: &Method, path: &str, body: &Value) -> PrivateKeys {
    if *method != Method::POST {
        return PrivateKeys::None;
    }
    let brings_its_own = |item: &Value| {
        item.pointer("/keypair/public_key")
            .and_then(Value::as_str)
            .is_some_and(|key| !key.is_empty())
    };
    let one = ["/v3/*/keypairs", "/v2/*/os-keypairs", "/v2.1/*/os-keypairs"];
    if one.iter().any(|form| fits(form, path)) && !brings_its_own(body) {
        return PrivateKeys::One;
    }
    let all_bring_their_own = body
        .as_array()
        .is_some_and(|items| items.iter().all(brings_its_own));
    if fits("/v3/*/keypairs/batch-import", path) && !all_bring_their_own {
        return PrivateKeys::Several;
    }
    PrivateKeys::None
}

#[cfg(test)]
mod tests;
