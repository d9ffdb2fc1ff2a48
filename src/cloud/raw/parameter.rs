//! One `KEY=VALUE` of the command line.

use std::str::FromStr;

use serde_json::Value;

use crate::error::Error;

/// A parameter in the vendor's own spelling.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name, with the numbers and fields of lists and structures: `Filters.0.Name`.
    pub name: String,
    /// The text after `=`, or the JSON after `:=`.
    pub value: Value,
    /// Whether it was written as JSON, so that its type is as meant.
    pub is_json: bool,
}

impl FromStr for Parameter {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        // A value may be a secret, so only the name is ever shown.
        let Some((name, text)) = word.split_once('=') else {
            return Err(Error::usage(format!(
                "'{}' is no KEY=VALUE",
                word.escape_debug()
            )));
        };
        let (name, value, is_json) = match name.strip_suffix(':') {
            Some(name) => {
                let value = serde_json::from_str(text).map_err(|error| {
                    Error::usage(format!(
                        "the value of '{}' is no JSON: {error}",
                        name.escape_debug()
                    ))
                    .hint("KEY:=VALUE takes JSON; KEY=VALUE takes any text.")
                })?;
                (name, value, true)
            }
            None => (name, Value::from(text), false),
        };
        if name.is_empty() || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Error::usage(format!(
                "'{}' cannot be the name of a parameter",
                name.escape_debug()
            )));
        }
        Ok(Self {
            name: name.to_owned(),
            value,
            is_json,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Parameter;

    #[test]
    fn a_word_is_text_or_json() {
        let read = |word: &str| {
            let read: Parameter = word.parse().expect(word);
            (read.name, read.value, read.is_json)
        };
        assert_eq!(read("A=1"), ("A".to_owned(), json!("1"), false));
        assert_eq!(read("A:=1"), ("A".to_owned(), json!(1), true));
        assert_eq!(read("A="), ("A".to_owned(), json!(""), false));
        assert_eq!(
            read("A.1.B=x=:=y"),
            ("A.1.B".to_owned(), json!("x=:=y"), false)
        );
        assert_eq!(read(r#"A:=["x"]"#), ("A".to_owned(), json!(["x"]), true));
    }

    #[test]
    fn what_is_none_is_refused_without_its_value() {
        for word in ["", "A", "=1", ":=1", "A B=1", "A\n=1"] {
            assert!(word.parse::<Parameter>().is_err(), "{word}");
        }
        let error = "Password:=canary"
            .parse::<Parameter>()
            .expect_err("no JSON");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
