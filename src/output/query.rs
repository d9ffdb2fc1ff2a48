//! `--query`: `JMESPath` over the JSON document.

use jmespath::ast::Ast;
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
        let expression = jmespath::compile(text).map_err(|error| {
            Error::usage(format!(
                "--query is no JMESPath: {}",
                first_line(&error.to_string())
            ))
            .hint("Quote it for the shell: --query \"items[?status=='deleted'].id\"")
        })?;
        // The library would notice only when it has a document, which is after the change.
        match unknown_function(expression.as_ast()) {
            Some(name) => Err(Error::usage(format!(
                "--query calls '{}', which JMESPath does not have",
                name.escape_debug()
            ))),
            None => Ok(Self(expression)),
        }
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

/// The first function that the library does not know.
fn unknown_function(part: &Ast) -> Option<&str> {
    let either = |left, right| unknown_function(left).or_else(|| unknown_function(right));
    match part {
        Ast::Function { name, args, .. } => {
            if jmespath::DEFAULT_RUNTIME.get_function(name).is_none() {
                return Some(name);
            }
            args.iter().find_map(unknown_function)
        }
        Ast::MultiList { elements, .. } => elements.iter().find_map(unknown_function),
        Ast::MultiHash { elements, .. } => {
            let values = elements.iter().map(|pair| &pair.value);
            values.into_iter().find_map(unknown_function)
        }
        Ast::Condition {
            predicate: left,
            then: right,
            ..
        }
        | Ast::Comparison {
            lhs: left,
            rhs: right,
            ..
        }
        | Ast::Projection {
            lhs: left,
            rhs: right,
            ..
        }
        | Ast::And {
            lhs: left,
            rhs: right,
            ..
        }
        | Ast::Or {
            lhs: left,
            rhs: right,
            ..
        }
        | Ast::Subexpr {
            lhs: left,
            rhs: right,
            ..
        } => either(left, right),
        Ast::Expref { ast: inner, .. }
        | Ast::Flatten { node: inner, .. }
        | Ast::Not { node: inner, .. }
        | Ast::ObjectValues { node: inner, .. } => unknown_function(inner),
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => None,
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
            let error = Query::new(wrong).expect_err("malformed");
            assert_eq!(error.exit_code(), 2);
            for example in error.hints.iter().filter_map(|hint| hint.split('"').nth(1)) {
                Query::new(example).expect("the hint's example is well-formed");
            }
        }
    }

    #[test]
    fn a_function_that_does_not_exist_is_found_before_anything_is_done() {
        for known in ["length(items)", "sort_by(items, &id)[0]", "a.b[1:2]", "*.c"] {
            Query::new(known).expect(known);
        }
        for unknown in [
            "f(items)",
            "items[].f(@)",
            "items[?f(id)].id",
            "items[?id==f(@)]",
            "[a, f(@)]",
            "{a: f(@)}",
            "a || f(@)",
            "a && !f(@)",
            "a[].f(@)[]",
            "*.f(@)",
            "length(f(@))",
            "sort_by(items, &f(@))",
            "a | f(@)",
        ] {
            let error = Query::new(unknown).expect_err(unknown);
            assert_eq!(
                (error.exit_code(), error.message.contains("'f'")),
                (2, true)
            );
        }
    }
}
