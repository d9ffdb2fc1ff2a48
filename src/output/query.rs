//! `--query`: `JMESPath` over the JSON document.

use serde_json::Value;

use crate::error::{Error, ErrorKind};

/// The library walks a query recursively and would overflow the stack on a very deep one; no
/// query of a person comes near this.
const LONGEST: usize = 4_096;

/// A query that is known to be well-formed.
#[derive(Debug)]
pub struct Query(jmespath::Expression<'static>);

impl Query {
    /// Reads a query.
    pub fn new(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::usage(format!(
                "--query is longer than {LONGEST} bytes"
            )));
        }
        jmespath::compile(text).map(Self).map_err(|error| {
            Error::usage(format!(
                "--query is no JMESPath: {}",
                first_line(&error.to_string())
            ))
            .hint("Quote it for the shell: --query 'items[?status==`deleted`].id'")
        })
    }

    /// The part of the document that the query selects.
    pub fn apply(&self, document: &Value) -> Result<Value, Error> {
        let complain =
            |text: String| Error::new(ErrorKind::Internal, format!("--query failed: {text}"));
        let found = self
            .0
            .search(document)
            .map_err(|error| complain(first_line(&error.to_string())))?;
        serde_json::to_value(&found).map_err(|error| complain(error.to_string()))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Query;

    #[test]
    fn a_query_selects_and_a_wrong_one_is_a_usage_error() {
        let document =
            json!({"items": [{"id": "a", "status": "deleted"}, {"id": "b", "status": "in-use"}]});
        let query = Query::new("items[?status=='deleted'].id").expect("well-formed");
        assert_eq!(query.apply(&document).expect("applies"), json!(["a"]));
        for wrong in ["items[", "", &"[".repeat(5_000)] {
            assert_eq!(Query::new(wrong).expect_err("malformed").exit_code(), 2);
        }
    }
}
