//! An API call is a type: what it sends, what it gets, and what it does to the cloud.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::{Decoded, Wire};
use super::reply;
use crate::http::Method;

/// What a call does; retry, dry run and the journal follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Makes something.
    Create,
    /// Changes something that is there.
    Update,
    /// Removes something.
    Destroy,
}

/// Whether a call whose answer was lost may be sent again without a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Twice is the same as once, and the second answer can be told from the first.
    Always,
    /// It carries an idempotency token.
    WithToken,
    /// Only after a look shows that it did not happen.
    AfterLook,
}

/// One operation of one service. Its fields are the request's parameters, by the vendor's names.
pub trait Operation: Serialize {
    /// The cloud, which knows how to put it on the wire.
    type Cloud: Wire;
    /// The answer; fields that the vendor may leave out are optional.
    type Response: DeserializeOwned;
    /// The service, by the vendor's short name.
    const SERVICE: &'static str;
    /// The operation, by the vendor's name.
    const NAME: &'static str;
    /// The API version.
    const VERSION: &'static str;
    /// What it does.
    const EFFECT: Effect;
    /// Whether it may be repeated blindly.
    const REPEAT: Repeat = match Self::EFFECT {
        Effect::Read => Repeat::Always,
        _ => Repeat::AfterLook,
    };

    /// Method, path and query of a REST call; RPC clouds put the name into every request and
    /// need none.
    fn route(&self, _project_id: &str) -> Route {
        Route::rpc()
    }
}

/// What the client goes by, whether the call is a type or became known at run time.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The service, by the vendor's short name.
    pub service: &'static str,
    /// The operation, by the vendor's name.
    pub operation: &'static str,
    /// The API version.
    pub version: &'static str,
    /// What it does.
    pub effect: Effect,
    /// Whether it may be repeated blindly.
    pub repeat: Repeat,
    /// Whether it lives in a project; `None` leaves that to the service.
    pub in_project: Option<bool>,
}

/// What can be called: every [`Operation`], and the [`super::raw::Raw`] call of any other one.
/// What it serializes to are the request's parameters.
pub trait Callable: Serialize {
    /// The cloud, which knows how to put it on the wire.
    type Cloud: Wire;
    /// The answer.
    type Response;

    /// What the client goes by.
    fn facts(&self) -> Facts;

    /// Method, path and query.
    fn route(&self, project_id: &str) -> Route;

    /// Whether an answer may be a file instead of JSON.
    fn takes_files(&self) -> bool {
        false
    }

    /// Whether kpctl knows what the answer tells. What is not known is left to whoever reads it.
    fn is_known(&self) -> bool {
        true
    }

    /// Reads the answer; the error says why it does not have the documented form.
    fn read(&self, answer: Decoded) -> Result<Self::Response, String>;
}

impl<O: Operation> Callable for O {
    type Cloud = O::Cloud;
    type Response = O::Response;

    fn facts(&self) -> Facts {
        Facts {
            service: O::SERVICE,
            operation: O::NAME,
            version: O::VERSION,
            effect: O::EFFECT,
            repeat: O::REPEAT,
            in_project: None,
        }
    }

    fn route(&self, project_id: &str) -> Route {
        Operation::route(self, project_id)
    }

    fn read(&self, answer: Decoded) -> Result<Self::Response, String> {
        serde_json::from_value(answer.value).map_err(|error| reply::misfit(&error))
    }
}

/// Method, path and query of a REST call.
#[derive(Clone, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The percent-encoded path, starting with `/`.
    pub path: String,
    /// Name and value of each query parameter, not encoded.
    pub query: Vec<(Cow<'static, str>, String)>,
    /// Whether the operation's fields travel as a body.
    pub body: bool,
    /// Whether that body is a form, also where all other calls are a query.
    pub form: bool,
    /// A header that the call wants beside those of all calls.
    pub header: Option<(&'static str, String)>,
}

impl Route {
    /// The route of every RPC call.
    pub fn rpc() -> Self {
        Self::post("/")
    }

    /// A call without a body.
    pub fn bare(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body: false,
            form: false,
            header: None,
        }
    }

    /// A call that sends the operation's fields as JSON.
    pub fn json(method: Method, path: impl Into<String>) -> Self {
        Self {
            body: true,
            ..Self::bare(method, path)
        }
    }

    /// A POST that sends the operation's fields as JSON.
    pub fn post(path: impl Into<String>) -> Self {
        Self::json(Method::POST, path)
    }

    /// An RPC call whose fields travel as a form, because they hold what belongs in no URL.
    pub fn form() -> Self {
        Self {
            form: true,
            ..Self::rpc()
        }
    }

    /// Sets the call's own header, its name in lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.header = Some((name, value.into()));
        self
    }

    /// Adds a query parameter when there is a value.
    #[must_use]
    pub fn parameter(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query
            .extend(value.map(|value| (Cow::Borrowed(name), value.to_string())));
        self
    }
}
