//! Labels, as they come in and go out (spec tencent 2.1, 3).

use serde_json::{Value, json};

use super::parameters::{Parameters, wrong_type};
use super::{Refusal, Tag};

/// Tags in one call of Lighthouse (spec tencent 3).
const MOST_TAGS: usize = 10;

/// `Tags` of any resource.
pub(crate) fn tags(tags: &[Tag]) -> Vec<Value> {
    tags.iter()
        .map(|tag| json!({ "Key": tag.key, "Value": tag.value }))
        .collect()
}

impl Parameters {
    /// CVM: `TagSpecification`, a list of resource types with their tags; all members are required (spec tencent 2.1).
    pub(crate) fn tag_specification(&self) -> Result<Vec<Tag>, Refusal> {
        let mut found = Vec::new();
        for item in self.list("TagSpecification")? {
            let kind = item.get("ResourceType").and_then(Value::as_str);
            let kind = kind.ok_or_else(|| Refusal::missing_parameter("ResourceType"))?;
            if kind != "keypair" {
                return Err(Refusal::new(
                    "InvalidParameterValue",
                    format!("The ResourceType `{kind}` must be `keypair`."),
                ));
            }
            let tags = item.get("Tags").and_then(Value::as_array);
            let tags = tags.ok_or_else(|| Refusal::missing_parameter("Tags"))?;
            found.extend(tags.iter().map(read).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(found)
    }

    /// Lighthouse: `Tags` (spec tencent 3).
    pub(crate) fn tags(&self) -> Result<Vec<Tag>, Refusal> {
        let items = self.list("Tags")?;
        if items.len() > MOST_TAGS {
            return Err(Refusal::new(
                "InvalidParameterValue.LimitExceeded",
                format!("There are {} tags, the limit is {MOST_TAGS}.", items.len()),
            ));
        }
        items.iter().map(read).collect()
    }

    fn list(&self, name: &str) -> Result<&[Value], Refusal> {
        match self.member(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(wrong_type(name, "a list")),
        }
    }
}

fn read(item: &Value) -> Result<Tag, Refusal> {
    let text = |name: &str| match item.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        None | Some(Value::Null) => Err(Refusal::missing_parameter(name)),
        Some(_) => Err(wrong_type(name, "a string")),
    };
    Ok(Tag {
        key: text("Key")?,
        value: text("Value")?,
    })
}
