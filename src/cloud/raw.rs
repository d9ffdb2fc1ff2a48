//! Calls of operations that are known at run time only: `kpctl api`.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::client::{Decoded, Wire};
use super::operation::{Callable, Facts, Route};

/// A call as the user put it together. It takes the same road as a typed operation.
#[derive(Clone, Debug)]
pub struct Raw<W> {
    facts: Facts,
    route: Route,
    fields: Value,
    wire: PhantomData<W>,
}

impl<W> Raw<W> {
    /// A call with these parameters, which are the body where the route has one.
    pub fn new(facts: Facts, route: Route, fields: Value) -> Self {
        Self {
            facts,
            route,
            fields,
            wire: PhantomData,
        }
    }
}

/// The answer to a [`Raw`] call.
#[derive(Clone, Debug)]
pub enum RawAnswer {
    /// The vendor's own object.
    Object(Value),
    /// A download.
    File(Bytes),
}

impl<W> Serialize for Raw<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl<W: Wire> Callable for Raw<W> {
    type Cloud = W;
    type Response = RawAnswer;

    fn facts(&self) -> Facts {
        self.facts
    }

    fn route(&self, _project_id: &str) -> Route {
        self.route.clone()
    }

    fn takes_files(&self) -> bool {
        true
    }

    fn read(&self, answer: Decoded) -> Result<RawAnswer, String> {
        Ok(match answer.file {
            Some(bytes) => RawAnswer::File(bytes),
            None => RawAnswer::Object(answer.value),
        })
    }
}
