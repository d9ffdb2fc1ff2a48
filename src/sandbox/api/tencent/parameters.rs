//! The parameters of a Tencent Cloud request: JSON, or a query with dotted names (spec tencent 1.2).

use serde_json::{Map, Value};

use super::{Refusal, Request};

/// No parameter of any action is nested as deeply as this; more would only eat up the stack.
const MOST_DOTS: usize = 16;

/// What was asked.
#[derive(Debug)]
pub(crate) struct Parameters {
    members: Map<String, Value>,
    /// A query has only text: numbers and booleans have to be read out of it.
    is_text: bool,
}

impl Parameters {
    /// Reads the query of a GET or the body of a POST.
    pub(crate) fn of(request: &Request) -> Result<Self, Refusal> {
        if request.method == "GET" {
            let mut tree = Node::default();
            for (name, value) in request.query_pairs() {
                if name.matches('.').count() > MOST_DOTS {
                    return Err(Refusal::invalid_parameter(
                        "A parameter is nested too deeply.",
                    ));
                }
                tree.insert(&name, value)?;
            }
            return match tree.into_value()? {
                Value::Object(members) => Ok(Self {
                    members,
                    is_text: true,
                }),
                _ => Ok(Self {
                    members: Map::new(),
                    is_text: true,
                }),
            };
        }
        if request.body.is_empty() {
            return Ok(Self {
                members: Map::new(),
                is_text: false,
            });
        }
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(members)) => Ok(Self {
                members,
                is_text: false,
            }),
            _ => Err(Refusal::invalid_parameter("The body is not a JSON object.")),
        }
    }

    /// Refuses what an operation does not take.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self
            .members
            .keys()
            .find(|name| !known.contains(&name.as_str()))
        {
            None => Ok(()),
            Some(name) => Err(Refusal::new(
                "UnknownParameter",
                format!("The parameter `{name}` is not recognized."),
            )),
        }
    }

    /// A member; null counts as absent.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A list of strings.
    pub(crate) fn strings(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(value) = self.member(name) else {
            return Ok(None);
        };
        strings(value)
            .map(Some)
            .ok_or_else(|| wrong_type(name, "a list of strings"))
    }

    /// A list of strings that must not be absent or empty.
    pub(crate) fn required_strings(&self, name: &str) -> Result<Vec<String>, Refusal> {
        self.strings(name)?
            .filter(|items| !items.is_empty())
            .ok_or_else(|| Refusal::missing_parameter(name))
    }

    /// The strings of a list, or a single one: what a request is about.
    pub(crate) fn items(&self, name: &str) -> Vec<String> {
        match self.member(name) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(value) => strings(value).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    /// Refuses a request that lacks one of these.
    pub(crate) fn require(&self, names: &[&str]) -> Result<(), Refusal> {
        match names.iter().find(|name| self.member(name).is_none()) {
            None => Ok(()),
            Some(name) => Err(Refusal::missing_parameter(name)),
        }
    }

    /// A string that must not be absent; it may be empty.
    pub(crate) fn required_string(&self, name: &str) -> Result<&str, Refusal> {
        self.string(name)?
            .ok_or_else(|| Refusal::missing_parameter(name))
    }

    /// A string.
    pub(crate) fn string(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let Some(value) = self.member(name) else {
            return Ok(None);
        };
        value
            .as_str()
            .map(Some)
            .ok_or_else(|| wrong_type(name, "a string"))
    }

    /// An integer; out of bounds it is refused with `code`.
    pub(crate) fn integer(
        &self,
        name: &str,
        default: i64,
        bounds: std::ops::RangeInclusive<i64>,
        code: &str,
    ) -> Result<usize, Refusal> {
        let number = match self.member(name) {
            None => default,
            Some(Value::String(text)) if self.is_text => {
                text.parse().map_err(|_| wrong_type(name, "an integer"))?
            }
            Some(value) => value
                .as_i64()
                .ok_or_else(|| wrong_type(name, "an integer"))?,
        };
        let out_of_bounds = || {
            let (least, most) = (bounds.start(), bounds.end());
            Refusal::new(
                code,
                format!("`{name}` is {number}, it must be {least} to {most}."),
            )
        };
        if bounds.contains(&number) {
            usize::try_from(number).map_err(|_| out_of_bounds())
        } else {
            Err(out_of_bounds())
        }
    }

    /// A boolean; in a query in any case, because clients differ there.
    pub(crate) fn boolean(&self, name: &str) -> Result<bool, Refusal> {
        match self.member(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(Value::String(text)) if self.is_text && text.eq_ignore_ascii_case("true") => {
                Ok(true)
            }
            Some(Value::String(text)) if self.is_text && text.eq_ignore_ascii_case("false") => {
                Ok(false)
            }
            Some(_) => Err(wrong_type(name, "a boolean")),
        }
    }
}

/// The strings of a list; `None` when it is something else.
pub(crate) fn strings(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// The refusal of a value of another type than the documented one.
pub(crate) fn wrong_type(name: &str, expected: &str) -> Refusal {
    Refusal::invalid_parameter(format!("The parameter `{name}` must be {expected}."))
}

/// A dotted name in the making: either text or members.
#[derive(Debug, Default)]
struct Node {
    text: Option<String>,
    members: Vec<(String, Node)>,
}

impl Node {
    fn insert(&mut self, name: &str, text: String) -> Result<(), Refusal> {
        let (first, rest) = match name.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        let index = if let Some(index) = self.members.iter().position(|(member, _)| member == first)
        {
            index
        } else {
            self.members.push((first.to_owned(), Self::default()));
            self.members.len() - 1
        };
        let node = &mut self.members[index].1;
        match rest {
            Some(rest) => node.insert(rest, text),
            None if node.text.is_none() => {
                node.text = Some(text);
                Ok(())
            }
            None => Err(Refusal::invalid_parameter(format!(
                "The parameter `{name}` is given twice."
            ))),
        }
    }

    /// Members that are named 0, 1, 2, … are a list.
    fn into_value(mut self) -> Result<Value, Refusal> {
        let confused =
            || Refusal::invalid_parameter("A list must be numbered from 0 without gaps.");
        if let Some(text) = self.text {
            return if self.members.is_empty() {
                Ok(Value::String(text))
            } else {
                Err(confused())
            };
        }
        let numbers: Option<Vec<usize>> = self
            .members
            .iter()
            .map(|(name, _)| name.parse().ok())
            .collect();
        let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) else {
            let mut members = Map::new();
            for (name, node) in self.members {
                members.insert(name, node.into_value()?);
            }
            return Ok(members.into());
        };
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by_key(|index| numbers[*index]);
        if order
            .iter()
            .enumerate()
            .any(|(place, index)| numbers[*index] != place)
        {
            return Err(confused());
        }
        let mut items = Vec::new();
        for index in order {
            items.push(std::mem::take(&mut self.members[index].1).into_value()?);
        }
        Ok(items.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::product::Product;
    use super::*;

    fn get(query: &str) -> Result<Parameters, Refusal> {
        Parameters::of(&Request {
            method: "GET".to_owned(),
            query: query.to_owned(),
            ..Request::default()
        })
    }

    #[test]
    fn a_query_becomes_what_the_json_would_be() {
        let query = "Filters.0.Name=key-name&Filters.0.Values.1=b&Filters.0.Values.0=a+b&Limit=7&ForceStop=True";
        let parameters = get(query).expect("parameters");
        let filters = parameters.filters(Product::Cvm, &["key-name"], 5);
        let filters = filters.expect("filters");
        assert_eq!(
            (filters.len(), filters[0].values.as_slice()),
            (1, ["a b".to_owned(), "b".to_owned()].as_slice())
        );
        assert_eq!(
            parameters
                .integer("Limit", 20, 1..=100, "X")
                .expect("number"),
            7
        );
        assert!(parameters.boolean("ForceStop").expect("boolean"));
    }

    #[test]
    fn confused_lists_are_refused() {
        let deep = format!("{}=x", "A.".repeat(20_000));
        assert!(get(&deep).is_err());
        for query in [
            "A.1=x",
            "A.0=x&A.2=y",
            "A.0=x&A.0=y",
            "A=x&A.0=y",
            "A=x&A=y",
        ] {
            assert!(get(query).is_err(), "{query}");
        }
    }

    #[test]
    fn json_is_taken_by_its_types() {
        let parameters = Parameters::of(&Request {
            method: "POST".to_owned(),
            body: r#"{"Limit":"7","ForceStop":"true","Ids":["a",1],"None":null}"#.into(),
            ..Request::default()
        })
        .expect("object");
        assert!(parameters.integer("Limit", 20, 1..=100, "X").is_err());
        assert!(parameters.boolean("ForceStop").is_err());
        assert!(parameters.strings("Ids").is_err());
        assert_eq!(parameters.strings("None").expect("absent"), None);
        assert_eq!(
            parameters.only(&["Limit"]).expect_err("unknown").code,
            "UnknownParameter"
        );
    }
}
