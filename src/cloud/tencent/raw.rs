//! Any operation of Tencent Cloud: the parameters are a JSON object, which `KEY=VALUE` spells in the
//! dotted form of the vendor's queries (`Filters.0.Name=zone`).

use serde_json::{Map, Value};

use super::wire::TencentWire;
use crate::cloud::client::Client;
use crate::cloud::operation::Route;
use crate::cloud::raw::{self, Paging, Parameter, Prepared, PrivateKeys, Raw, RawRequest, Style};
use crate::error::Error;

/// API versions (spec tencent 1.6, 2, 3, 5.4).
const VERSIONS: [(&str, &str); 4] = [
    ("cvm", "2017-03-12"),
    ("lighthouse", "2020-03-24"),
    ("region", "2022-06-27"),
    ("sts", "2018-08-13"),
];

/// Documented operations that change nothing, and how they page (spec tencent 1.6, 2.3, 2.9, 3, 5.4).
const READS: [(&str, &str, Option<Paging>); 7] = [
    ("cvm", "DescribeInstances", Some(INSTANCES)),
    ("cvm", "DescribeKeyPairs", Some(KEY_PAIRS)),
    ("cvm", "DescribeRegions", None),
    ("lighthouse", "DescribeInstances", Some(INSTANCES)),
    ("lighthouse", "DescribeKeyPairs", Some(KEY_PAIRS)),
    ("region", "DescribeRegions", None),
    ("sts", "GetCallerIdentity", None),
];

const INSTANCES: Paging = by_offset("InstanceSet", "InstanceId");
const KEY_PAIRS: Paging = by_offset("KeyPairSet", "KeyId");

const fn by_offset(list: &'static str, id: &'static str) -> Paging {
    Paging {
        list,
        size: Some(("Limit", 100)),
        style: Style::Offset {
            sent: "Offset",
            total: Some("TotalCount"),
            id,
            short_ends: false,
        },
    }
}

/// Parameters of the services above that are numbers; as texts they are refused.
const NUMBERS: [&str; 5] = ["DurationSeconds", "Limit", "Offset", "ProjectId", "Scene"];
/// Parameters of the services above that are true or false.
const SWITCHES: [&str; 3] = ["DryRun", "ForceReboot", "ForceStop"];

/// Judges a call.
pub(super) fn prepare(
    client: &Client<TencentWire>,
    request: RawRequest,
) -> Result<Prepared<'_, TencentWire>, Error> {
    let operation = raw::operation(&request.operation)?;
    let service = request.service;
    let version = raw::version(service, request.version.as_deref(), &VERSIONS)?;
    let is_known = VERSIONS.contains(&(service, version));
    let row = READS
        .iter()
        .find(|(of, name, _)| is_known && (*of, *name) == (service, operation));
    let makes_key = matches!(service, "cvm" | "lighthouse") && operation == "CreateKeyPair";
    let facts = Raw::<TencentWire>::facts_of(service, operation, version, row.is_some());
    let all_pages = request.all_pages;
    let fields = match raw::only_body(&request)? {
        Some(fields) => Value::Object(fields),
        None => object(request.parameters, is_known)?,
    };
    let paged = READS.iter().filter(|(_, _, paging)| paging.is_some());
    let paging = raw::wanted_paging(
        all_pages,
        row.and_then(|(_, _, paging)| *paging),
        paged.map(|(of, name, _)| format!("{of} {name}")),
    )?;
    Prepared::new(
        client,
        Raw::new(facts, Route::rpc(), fields),
        paging,
        if makes_key {
            PrivateKeys::One
        } else {
            PrivateKeys::None
        },
        // No documented answer tells of single items (spec tencent 2, 3).
        &[],
    )
}

/// What stands at one place of the object.
enum Node {
    Leaf(Value),
    /// Named or numbered parts, in the order given.
    Inner(Vec<(String, Node)>),
}

/// The object that dotted names describe.
fn object(parameters: Vec<Parameter>, is_known: bool) -> Result<Value, Error> {
    let mut root = Vec::new();
    for parameter in parameters {
        let name = parameter.name.clone();
        let value = typed(parameter, is_known)?;
        let parts: Vec<&str> = name.split('.').collect();
        insert(&mut root, &parts, value).map_err(|why| {
            Error::usage(format!("'{name}' does not fit: {why}"))
                .hint("Lists are numbered from 0 or 1 without gaps: KeyIds.0=a KeyIds.1=b.")
        })?;
    }
    if root.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match value_of("", Node::Inner(root))? {
        object @ Value::Object(_) => Ok(object),
        _ => Err(Error::usage("a parameter needs a name, not a number")),
    }
}

/// The value in the type that the service wants, where that is known.
fn typed(parameter: Parameter, is_known: bool) -> Result<Value, Error> {
    let Parameter {
        name,
        value,
        is_json,
    } = parameter;
    let last = name
        .rsplit('.')
        .find(|part| part.parse::<usize>().is_err())
        .unwrap_or_default();
    let text = match &value {
        Value::String(text) if is_known && !is_json => text.as_str(),
        _ => return Ok(value),
    };
    let wrong = |wanted| Error::usage(format!("'{name}' must be {wanted}"));
    if NUMBERS.contains(&last) {
        let number: i64 = text.parse().map_err(|_| wrong("a whole number"))?;
        return Ok(number.into());
    }
    if SWITCHES.contains(&last) {
        return match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(wrong("true or false")),
        };
    }
    Ok(value)
}

fn insert(level: &mut Vec<(String, Node)>, parts: &[&str], value: Value) -> Result<(), String> {
    let [first, rest @ ..] = parts else {
        return Err("a part of the name is missing".to_owned());
    };
    if first.is_empty() {
        return Err("a part of the name is empty".to_owned());
    }
    let at = level.iter().position(|(name, _)| name == first);
    if rest.is_empty() {
        if at.is_some() {
            return Err("the same place is given twice".to_owned());
        }
        level.push(((*first).to_owned(), Node::Leaf(value)));
        return Ok(());
    }
    let at = at.unwrap_or_else(|| {
        level.push(((*first).to_owned(), Node::Inner(Vec::new())));
        level.len() - 1
    });
    match &mut level[at].1 {
        Node::Inner(inner) => insert(inner, rest, value),
        Node::Leaf(_) => Err(format!("'{first}' has a value already")),
    }
}

/// A list where all parts are numbers, else an object.
fn value_of(place: &str, node: Node) -> Result<Value, Error> {
    let parts = match node {
        Node::Leaf(value) => return Ok(value),
        Node::Inner(parts) => parts,
    };
    let inside = |name: &str| {
        if place.is_empty() {
            name.to_owned()
        } else {
            format!("{place}.{name}")
        }
    };
    let is_number = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().any(|(name, _)| is_number(name)) {
        let mut fields = Map::new();
        for (name, node) in parts {
            let value = value_of(&inside(&name), node)?;
            fields.insert(name, value);
        }
        return Ok(Value::Object(fields));
    }
    let mut items = Vec::new();
    for (name, node) in parts {
        // A number that is not written in the one usual way hides a gap or a repeat.
        let number: usize = name
            .parse()
            .ok()
            .filter(|number: &usize| number.to_string() == name)
            .ok_or_else(|| {
                Error::usage(format!(
                    "'{place}' mixes numbers and names, or has the number '{name}'"
                ))
            })?;
        items.push((number, value_of(&inside(&name), node)?));
    }
    items.sort_by_key(|(number, _)| *number);
    let start = items.first().map_or(0, |(number, _)| *number);
    let has_gap = items
        .iter()
        .enumerate()
        .any(|(at, (number, _))| *number != start + at);
    if start > 1 || has_gap {
        return Err(Error::usage(format!(
            "the list '{place}' must be numbered from 0 or 1 without gaps"
        )));
    }
    Ok(items.into_iter().map(|(_, value)| value).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{object, prepare};
    use crate::cloud::raw::RawCall;
    use crate::cloud::raw::testing::{assert_same, client, request};
    use crate::cloud::tencent::common::DescribeKeyPairs;
    use crate::cloud::tencent::cvm::{Cvm, DisassociateInstancesKeyPairs};
    use crate::cloud::tencent::sts::GetCallerIdentity;
    use crate::error::Error;

    #[tokio::test]
    async fn a_raw_call_is_the_typed_one() {
        let client = client("ap-guangzhou");
        let typed = DisassociateInstancesKeyPairs {
            instance_ids: vec!["ins-1".to_owned(), "ins-2".to_owned()],
            key_ids: vec!["skey-1".to_owned()],
            force_stop: true,
        };
        let words = [
            "InstanceIds.0=ins-1",
            "InstanceIds.1=ins-2",
            "KeyIds.1=skey-1",
            "ForceStop=true",
        ];
        let name = "DisassociateInstancesKeyPairs";
        let raw = prepare(&client, request("cvm", name, None, &words)).expect("raw");
        assert_same(&client, &typed, &raw).await;
        let nature = raw.nature();
        assert!(!nature.is_read && nature.risks.len() == 1);
        assert_eq!(nature.machines, ["ins-1", "ins-2"]);

        let words = ["KeyIds.0=skey-1", "Offset=0", "Limit=100"];
        let raw = prepare(&client, request("cvm", "DescribeKeyPairs", None, &words)).expect("raw");
        let typed = DescribeKeyPairs::<Cvm>::with_ids(&["skey-1".to_owned()]);
        assert_same(&client, &typed, &raw).await;
        assert!(raw.nature().is_read);

        let raw = prepare(&client, request("sts", "GetCallerIdentity", None, &[])).expect("raw");
        assert_same(&client, &GetCallerIdentity {}, &raw).await;
    }

    fn read(words: &[&str], is_known: bool) -> Result<Value, Error> {
        let parameters = words.iter().map(|word| word.parse().expect(word));
        object(parameters.collect(), is_known)
    }

    #[test]
    fn dotted_names_become_lists_and_objects() {
        let words = [
            "Filters.0.Name=key-name",
            "Filters.0.Values.1=b",
            "Filters.0.Values.0=a",
            "KeyIds.1=skey-1",
            "KeyIds.2=skey-2",
            "Limit=5",
            "KeyName=5",
            "ForceStop=TRUE",
            r#"Tags:=[{"Key":"k"}]"#,
        ];
        let expected = json!({
            "Filters": [{"Name": "key-name", "Values": ["a", "b"]}],
            "KeyIds": ["skey-1", "skey-2"],
            "Limit": 5, "KeyName": "5", "ForceStop": true,
            "Tags": [{"Key": "k"}],
        });
        assert_eq!(read(&words, true).expect("fits"), expected);
        assert_eq!(read(&[], true).expect("empty"), json!({}));
    }

    #[test]
    fn types_are_known_for_known_services_only() {
        assert_eq!(
            read(&["Limit=5"], false).expect("fits"),
            json!({"Limit": "5"})
        );
        assert_eq!(
            read(&["Limit:=5"], false).expect("fits"),
            json!({"Limit": 5})
        );
        assert_eq!(
            read(&[r#"Limit:="5""#], true).expect("fits"),
            json!({"Limit": "5"})
        );
    }

    #[test]
    fn what_does_not_fit_is_a_usage_error() {
        for words in [
            &["Limit=many"][..],
            &["ForceStop=yes"],
            &["A.0=1", "A.2=2"],
            &["A.2=1"],
            &["A.00=1"],
            &["A.0=1", "A.x=2"],
            &["A=1", "A=2"],
            &["A.0=1", "A.0=2"],
            &["A=1", "A.0=2"],
            &["A.0=1", "A=2"],
            &["A..B=1"],
            &[".A=1"],
            &["0=1"],
            &["A.99999999999999999999999=1"],
        ] {
            let error = read(words, true).expect_err("does not fit");
            assert_eq!(error.exit_code(), 2, "{words:?}");
        }
    }
}
