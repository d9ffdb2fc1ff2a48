//! The flat parameters of a Volcengine request (spec volcengine 1.5).

use serde_json::Value;

use super::{Refusal, Request, Tag};

/// Names and values as sent; a JSON body is flattened into the names that a query would have.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// One of `TagFilters`: any of the values fits, and without values any value does.
#[derive(Debug)]
pub(crate) struct TagFilter {
    key: String,
    values: Vec<String>,
}

impl TagFilter {
    /// Whether one of the tags fits.
    pub(crate) fn fits(&self, tags: &[Tag]) -> bool {
        tags.iter().any(|tag| {
            tag.key == self.key && (self.values.is_empty() || self.values.contains(&tag.value))
        })
    }
}

impl Parameters {
    /// Reads query and body.
    pub(crate) fn of(request: &Request) -> Result<Self, Refusal> {
        let mut pairs = request.query_pairs();
        if request.method == "POST" && !request.body.is_empty() {
            match request.media_type().as_str() {
                "application/x-www-form-urlencoded" => pairs.extend(request.form_pairs()),
                "application/json" => {
                    let document = serde_json::from_slice(&request.body)
                        .map_err(|_| Refusal::invalid_argument())?;
                    let Value::Object(_) = document else {
                        return Err(Refusal::invalid_argument());
                    };
                    flatten("", document, &mut pairs);
                }
                _ => return Err(Refusal::invalid_argument()),
            }
        }
        Ok(Self(pairs))
    }

    /// A single value; that it is absent and that it is empty are two things.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value.as_str())
    }

    /// A single value for which empty is as good as absent.
    pub(crate) fn filled_text(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// `true` or `false`; absent is false.
    pub(crate) fn boolean(&self, name: &str) -> Result<bool, Refusal> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Refusal::malformed(name)),
        }
    }

    /// `Name.1`, `Name.2`, …: from 1, without gaps, none twice.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<&str>, Refusal> {
        let mut items = Vec::new();
        for (candidate, value) in &self.0 {
            let Some(rest) = candidate
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('.'))
            else {
                continue;
            };
            let number: usize = rest.parse().map_err(|_| Refusal::invalid_argument())?;
            items.push((number, value.as_str()));
        }
        items.sort_by_key(|(number, _)| *number);
        if items
            .iter()
            .enumerate()
            .any(|(index, (number, _))| index + 1 != *number)
        {
            return Err(Refusal::invalid_argument());
        }
        Ok(items.into_iter().map(|(_, value)| value).collect())
    }

    /// An integer within bounds.
    pub(crate) fn number(&self, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
        match self.text(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| (1..=most).contains(number))
                .ok_or_else(|| Refusal::malformed(name)),
        }
    }

    /// `TagFilters.N.Key` and `TagFilters.N.Values.M`.
    pub(crate) fn tag_filters(&self) -> Result<Vec<TagFilter>, Refusal> {
        let mut filters = Vec::new();
        while let Some(key) = self.text(&format!("TagFilters.{}.Key", filters.len() + 1)) {
            let values = self.list(&format!("TagFilters.{}.Values", filters.len() + 1))?;
            filters.push(TagFilter {
                key: key.to_owned(),
                values: values.into_iter().map(str::to_owned).collect(),
            });
        }
        Ok(filters)
    }

    /// `Tags.N.Key` and `Tags.N.Value`: from 1, without gaps; every one has a key.
    pub(crate) fn tags(&self) -> Result<Vec<Tag>, Refusal> {
        let mut tags = Vec::new();
        let mut members = 0;
        while let Some(key) = self.text(&format!("Tags.{}.Key", tags.len() + 1)) {
            let value = self.text(&format!("Tags.{}.Value", tags.len() + 1));
            members += 1 + usize::from(value.is_some());
            tags.push(Tag {
                key: key.to_owned(),
                value: value.unwrap_or_default().to_owned(),
            });
        }
        let sent = self.0.iter().filter(|(name, _)| name.starts_with("Tags."));
        if sent.count() == members {
            Ok(tags)
        } else {
            Err(Refusal::invalid_argument()) // something in there was not read
        }
    }

    /// All parameters but the named one and what goes with signing, in one text that does not depend on their order.
    pub(crate) fn without(&self, left_out: &str) -> String {
        let mut lines: Vec<String> = self
            .0
            .iter()
            .filter(|(name, _)| name != left_out && !name.starts_with("X-"))
            .map(|(name, value)| format!("{name}={value}\u{0}"))
            .collect();
        lines.sort();
        lines.concat()
    }
}

fn flatten(name: &str, value: Value, pairs: &mut Vec<(String, String)>) {
    let joined = |part: &str| match name {
        "" => part.to_owned(),
        _ => format!("{name}.{part}"),
    };
    match value {
        Value::Null => {}
        Value::Bool(value) => pairs.push((name.to_owned(), value.to_string())),
        Value::Number(value) => pairs.push((name.to_owned(), value.to_string())),
        Value::String(value) => pairs.push((name.to_owned(), value)),
        Value::Array(items) => {
            for (index, item) in items.into_iter().enumerate() {
                flatten(&joined(&(index + 1).to_string()), item, pairs);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                flatten(&joined(&member), value, pairs);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::request::decode_pairs;
    use super::*;

    fn query(text: &str) -> Parameters {
        Parameters(decode_pairs(text))
    }

    #[test]
    fn lists_count_from_one_without_gaps() {
        let parameters =
            query("N.2=b&N.1=a&N.10=j&N.3=c&N.4=&N.5=e&N.6=f&N.7=g&N.8=h&N.9=i&Nope.1=x");
        assert_eq!(
            parameters.list("N").expect("list"),
            ["a", "b", "c", "", "e", "f", "g", "h", "i", "j"]
        );
        for broken in ["N.0=a", "N.2=a", "N.1=a&N.3=c", "N.1=a&N.1=b", "N.x=a"] {
            assert!(query(broken).list("N").is_err(), "{broken}");
        }
        assert!(query("M.1=a").list("N").expect("absent").is_empty());
    }

    #[test]
    fn flattens_json() {
        let request = Request {
            method: "POST".to_owned(),
            headers: vec![(
                "content-type".to_owned(),
                "application/json; charset=utf-8".to_owned(),
            )],
            body: r#"{"Names":["a","b"],"Force":true,"Tags":[{"Key":"k"}],"No":null,"Max":5}"#
                .into(),
            ..Request::default()
        };
        let parameters = Parameters::of(&request).expect("parameters");
        assert_eq!(parameters.list("Names").expect("list"), ["a", "b"]);
        assert_eq!(parameters.text("Tags.1.Key"), Some("k"));
        assert_eq!(parameters.text("Force"), Some("true"));
        assert_eq!(parameters.text("No"), None);
        assert_eq!(parameters.number("Max", 1, 10).expect("number"), 5);
    }
}
