//! The metadata services that instances of the three clouds ask for the keys of their role (spec volcengine 7.5, tencent
//! 5.4, huawei 4.3).
//!
//! They are told apart by their paths, which none of the APIs has, take no signature and answer in plain text or bare
//! JSON. Statuses of refusals are inferred where the cards do not have them.

mod huawei;
mod tencent;
mod volcengine;

use super::super::cloud::Cloud;
use super::super::faults::Kind;
use super::super::reply::Reply;
use super::super::request::{Request, decode};
use super::Context;

/// The longest that a metadata token can be asked for.
const MOST_TOKEN_SECONDS: i64 = 21_600;

/// A row in the table of a service.
pub(crate) struct Operation {
    /// For fault rules and the journal.
    pub(crate) name: &'static str,
    method: &'static str,
    /// `{role}` at the end stands for one segment.
    path: &'static str,
    run: fn(&Call<'_>) -> Reply,
}

/// A request on its way through an operation.
struct Call<'a> {
    ctx: &'a Context<'a>,
    request: &'a Request,
    /// The role in the path; empty when there is none.
    role: &'a str,
}

/// All operations of a cloud.
pub(crate) fn operations(cloud: Cloud) -> impl Iterator<Item = &'static Operation> {
    match cloud {
        Cloud::Volcengine => volcengine::OPERATIONS,
        Cloud::Tencent => tencent::OPERATIONS,
        Cloud::Huawei => huawei::OPERATIONS,
    }
    .iter()
}

/// Where the services are. Everything else in there is answered 404, as by the real ones.
const PLACES: [(&str, Cloud); 5] = [
    ("/latest/api/", Cloud::Volcengine),
    ("/volcstack/", Cloud::Volcengine),
    ("/latest/meta-data/", Cloud::Tencent),
    ("/meta-data/", Cloud::Huawei),
    ("/openstack/", Cloud::Huawei),
];

/// What a request asks for.
pub(crate) struct Target {
    /// Whose service it is.
    pub(crate) cloud: Cloud,
    found: Option<(&'static Operation, String)>,
}

impl Target {
    /// Recognises a request by its path; `None` when it is for an API.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let (_, cloud) = PLACES
            .into_iter()
            .find(|(place, _)| request.path.starts_with(place))?;
        let found = operations(cloud)
            .filter(|row| row.method == request.method)
            .find_map(|row| Some((row, role_of(row.path, &request.path)?)));
        Some(Self { cloud, found })
    }

    /// The row, if there is one.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.found.as_ref().map(|(row, _)| *row)
    }

    /// The role that it is about.
    pub(crate) fn items(&self) -> Vec<String> {
        let role = self.found.as_ref().map(|(_, role)| role.clone());
        role.into_iter().filter(|role| !role.is_empty()).collect()
    }

    /// Answers. What came through a proxy does not come from the instance.
    pub(crate) fn run(&self, request: &Request, ctx: &Context<'_>) -> Reply {
        if request.has_whole_url || request.header("x-forwarded-for").is_some() {
            return refusal(403, "Forbidden");
        }
        match &self.found {
            Some((row, role)) => (row.run)(&Call { ctx, request, role }),
            None => refusal(404, "Not Found"),
        }
    }
}

/// The role in a path that fits a template; empty when the template has none.
fn role_of(template: &str, path: &str) -> Option<String> {
    match template.strip_suffix("{role}") {
        None => (template == path).then(String::new),
        Some(before) => path
            .strip_prefix(before)
            .filter(|role| !role.is_empty() && !role.contains('/'))
            .map(decode),
    }
}

/// The refusal that a fault rule asks for, if that kind is one.
pub(crate) fn refusal_of_fault(kind: Kind) -> Option<Reply> {
    match kind {
        Kind::Throttled => Some(refusal(429, "Too Many Requests")),
        Kind::Busy => Some(refusal(503, "Service Unavailable")),
        Kind::Denied => Some(refusal(403, "Forbidden")),
        Kind::ExpiredToken => Some(refusal(401, "Unauthorized")),
        Kind::Internal | Kind::Status500 => Some(refusal(500, "Internal Server Error")),
        _ => None,
    }
}

/// These services have no codes; the journal has the words of the status instead.
fn refusal(status: u16, words: &str) -> Reply {
    Reply::text(status, words).with_code(words)
}

impl Call<'_> {
    /// A new token that lives as long as this header asks.
    fn new_token(&self, cloud: Cloud, header: &str) -> Reply {
        let seconds = self
            .request
            .header(header)
            .and_then(|text| text.parse().ok())
            .filter(|seconds| (1..=MOST_TOKEN_SECONDS).contains(seconds));
        let Some(seconds) = seconds else {
            return refusal(400, "Bad Request");
        };
        let issued = self.ctx.issued;
        let purpose = super::super::issued::Purpose::Metadata(cloud);
        let (text, _) = issued.token(purpose, self.ctx.now, seconds);
        Reply::text(200, &text)
    }

    /// Whether this header holds a token that is good now.
    fn has_token(&self, cloud: Cloud, header: &str) -> bool {
        let sent = self.request.header(header).unwrap_or_default();
        self.ctx.issued.opens_metadata(cloud, sent, self.ctx.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_one_segment() {
        let role = |path| role_of("/a/{role}", path);
        assert_eq!(role("/a/b%20c").as_deref(), Some("b c"));
        for other in ["/a/", "/a", "/a/b/c", "/b/c"] {
            assert_eq!(role(other), None, "{other}");
        }
        assert_eq!(role_of("/a/", "/a/").as_deref(), Some(""));
        assert_eq!(role_of("/a/", "/a"), None);
    }
}
