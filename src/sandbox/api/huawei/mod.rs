//! Huawei Cloud: REST, one table over all services because their paths never collide (spec huawei 4 to 7, and
//! huawei-codearts-cph).

mod code_arts;
mod cph;
mod iam;
mod kms;
mod kps;
mod refusal;
mod region;
mod security_tokens;
mod sts;
mod tokens;

use serde_json::{Map, Value};

// The files of this folder reach these through `super`, too.
use self::state::Project;
use super::super::cloud::{Cloud, Effect};
use super::super::faults::Kind;
use super::super::issued::{Keys, Purpose, Reach, Session};
use super::super::quirks::Quirk;
use super::super::reply::Reply;
use super::super::request::{Request, decode};
use super::super::state::{State, Tracked, huawei as state};
use super::super::{clock, fingerprint, identifiers, key_material};
use super::Context;
pub(crate) use refusal::{Refusal, Shape};
pub(crate) use security_tokens::credential;

/// A row in the table of a service.
pub(crate) struct Operation {
    /// Decides how faults and wrong projects are answered.
    pub(crate) service: Service,
    /// The name in the vendor's SDKs.
    pub(crate) name: &'static str,
    /// HTTP method.
    pub(crate) method: &'static str,
    /// `{name}` stands for one segment.
    pub(crate) path: &'static str,
    /// Whether it changes anything.
    pub(crate) effect: Effect,
    /// Where the ids are that it is about, for the journal.
    pub(crate) items: Items,
    /// Whether its answer carries errors of single items.
    pub(crate) has_item_errors: bool,
    /// What it does.
    pub(crate) run: fn(&mut Call<'_>) -> Result<Reply, Refusal>,
}

/// Who is behind the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Identities and projects.
    Iam,
    /// Temporary credentials.
    Sts,
    /// Encryption keys.
    Kms,
    /// SSH key pairs.
    Kps,
    /// Cloud phones.
    Cph,
    /// Code repositories.
    CodeArts,
}

/// Where in a request the ids are that it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Items {
    /// Nowhere.
    None,
    /// In the path.
    Path(&'static str),
    /// Down these members of the body; `*` stands for every element of a list.
    Body(&'static [&'static str]),
}

/// A verified request on its way through an operation.
pub(crate) struct Call<'a> {
    /// Clock, quirks, faults.
    pub(crate) ctx: &'a Context<'a>,
    /// As it came.
    pub(crate) request: &'a Request,
    path: Vec<(&'static str, String)>,
    /// What exists.
    pub(crate) state: &'a mut Tracked,
}

impl Call<'_> {
    /// A value of the path.
    pub(crate) fn path(&self, name: &str) -> &str {
        value_of(&self.path, name).unwrap_or_default()
    }

    /// A value of the query; empty counts as absent.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        self.request
            .query_value(name)
            .filter(|value| !value.is_empty())
    }

    /// The JSON document in the body; an empty body is an empty object.
    pub(crate) fn document(&self) -> Option<Value> {
        document(self.request)
    }

    /// The same, if it is an object.
    pub(crate) fn body(&self) -> Option<Map<String, Value>> {
        match self.document()? {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// A text further down in the body; empty counts as absent.
    pub(crate) fn text_at(&self, steps: &[&str]) -> Option<String> {
        let texts = texts_at(&self.document()?, steps);
        texts.into_iter().next().filter(|text| !text.is_empty())
    }

    /// The project of the path, for looking. Its existence was checked before.
    pub(crate) fn project(&self) -> Result<&Project, Refusal> {
        self.state
            .huawei
            .project(self.path("project_id"))
            .ok_or_else(Refusal::internal_error)
    }

    /// The project of the path, for changing.
    pub(crate) fn project_mut(&mut self) -> Result<&mut Project, Refusal> {
        let id = self.path("project_id").to_owned();
        self.state
            .huawei
            .project_mut(&id)
            .ok_or_else(Refusal::internal_error)
    }
}

/// All operations.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    iam::OPERATIONS
        .iter()
        .chain(sts::OPERATIONS)
        .chain(kms::OPERATIONS)
        .chain(kps::OPERATIONS)
        .chain(cph::OPERATIONS)
        .chain(code_arts::OPERATIONS)
        .chain(security_tokens::OPERATIONS)
        .chain(unsigned_operations())
}

/// Those whose body proves who is asking.
fn unsigned_operations() -> impl Iterator<Item = &'static Operation> {
    tokens::UNSIGNED_OPERATIONS
        .iter()
        .chain(sts::UNSIGNED_OPERATIONS)
}

/// What a request asks for, whether or not it may.
pub(crate) struct Target {
    /// The row and the values of its path, if there is one.
    found: Option<(&'static Operation, Vec<(&'static str, String)>)>,
}

impl Target {
    /// Finds the row of a request.
    pub(crate) fn of(request: &Request) -> Self {
        let found = operations()
            .filter(|row| row.method == request.method && security_tokens::fits(row, request))
            .find_map(|row| Some((row, match_path(row.path, &request.path)?)));
        Self { found }
    }

    /// The row, if there is one.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.found.as_ref().map(|(row, _)| *row)
    }

    /// The ids or names that a request is about, for the journal.
    pub(crate) fn items(&self, request: &Request) -> Vec<String> {
        let Some((row, path)) = &self.found else {
            return Vec::new();
        };
        match row.items {
            Items::None => Vec::new(),
            Items::Path(name) => value_of(path, name)
                .map(str::to_owned)
                .into_iter()
                .collect(),
            Items::Body(steps) => texts_at(&document(request).unwrap_or_default(), steps),
        }
    }

    /// Whether it takes no signature, and none came.
    pub(crate) fn is_unsigned(&self, request: &Request) -> bool {
        request.header("authorization").is_none()
            && self.operation().is_some_and(|row| {
                unsigned_operations().any(|other| other.name == row.name)
                    || security_tokens::is_proven_by_body(row, request)
            })
    }

    /// The project that it is about.
    pub(crate) fn project_id(&self) -> Option<&str> {
        let (_, path) = self.found.as_ref()?;
        value_of(path, "project_id")
    }

    /// Runs a verified request.
    pub(crate) fn run(
        &self,
        request: &Request,
        ctx: &Context<'_>,
        state: &mut Tracked,
    ) -> Result<Reply, Refusal> {
        let (row, path) = self.found.as_ref().ok_or_else(Refusal::no_such_api)?;
        if let Some(project_id) = value_of(path, "project_id") {
            let sent = request.header("x-project-id").unwrap_or(project_id);
            if sent != project_id || state.huawei.project(project_id).is_none() {
                return Err(Refusal::wrong_project(row.service));
            }
        }
        let mut call = Call {
            ctx,
            request,
            path: path.clone(),
            state,
        };
        (row.run)(&mut call)
    }

    /// Puts the request id where this vendor puts it.
    pub(crate) fn reply(request_id: &str, outcome: Result<Reply, Refusal>) -> Reply {
        outcome
            .unwrap_or_else(|refusal| refusal.to_reply(request_id))
            .with_header("x-request-id", request_id)
    }
}

fn document(request: &Request) -> Option<Value> {
    if request.body.is_empty() {
        return Some(Value::Object(Map::new()));
    }
    serde_json::from_slice(&request.body).ok()
}

fn texts_at(value: &Value, steps: &[&str]) -> Vec<String> {
    match steps {
        [] => value.as_str().map(str::to_owned).into_iter().collect(),
        ["*", rest @ ..] => value
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|element| texts_at(element, rest))
            .collect(),
        [name, rest @ ..] => value
            .get(name)
            .map(|member| texts_at(member, rest))
            .unwrap_or_default(),
    }
}

fn value_of<'p>(path: &'p [(&'static str, String)], name: &str) -> Option<&'p str> {
    path.iter()
        .find(|(candidate, _)| *candidate == name)
        .map(|(_, value)| value.as_str())
}

/// The values of a path that fits a template. A `%2F` does not cut: it is part of a value.
fn match_path(template: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut values = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        {
            Some(_) if segment.is_empty() => return None,
            Some(name) => values.push((name, decode(segment))),
            None if expected == segment => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_are_found_in_bodies() {
        let body = json!({ "servers": [{ "server": { "id": "a" } }, { "server": { "id": 1 } }, {}, { "server": { "id": "b" } }] });
        assert_eq!(
            texts_at(&body, &["servers", "*", "server", "id"]),
            ["a", "b"]
        );
        assert!(texts_at(&body, &["servers", "server"]).is_empty());
        assert!(texts_at(&body, &["other", "*"]).is_empty());
    }

    #[test]
    fn paths_fit_their_templates() {
        let fits = |path| match_path("/v3/{project_id}/keypairs/{name}", path);
        let values = fits("/v3/p/keypairs/a%2Fb%20c").expect("fits");
        assert_eq!(
            values,
            [("project_id", "p".to_owned()), ("name", "a/b c".to_owned())]
        );
        for other in [
            "/v3/p/keypairs",
            "/v3/p/keypairs/",
            "/v3/p/keypairs/a/",
            "/v3/p/keypairs/a/b",
            "/v3//keypairs/a",
            "",
        ] {
            assert!(fits(other).is_none(), "{other}");
        }
    }
}
