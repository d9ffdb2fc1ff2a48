//! Any operation of Volcengine: the parameters are the query, in the vendor's own spelling.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::errors::VendorError;
use super::wire::VolcengineWire;
use crate::cloud::client::Client;
use crate::cloud::operation::Route;
use crate::cloud::raw::{self, ItemErrors, Paging, Prepared, PrivateKeys, Raw, RawRequest, Style};
use crate::error::{Error, ErrorKind};

/// API versions (spec volcengine 4, 7.4).
const VERSIONS: [(&str, &str); 3] = [
    ("ecs", "2020-04-01"),
    ("iam", "2018-01-01"),
    ("sts", "2018-01-01"),
];

/// Documented operations that change nothing, and how they page (spec volcengine 4.3, 4.8, 5, 7.4).
const READS: [(&str, &str, Option<Paging>); 7] = [
    ("ecs", "DescribeImages", None),
    (
        "ecs",
        "DescribeInstances",
        Some(by_token("Instances", Some(100))),
    ),
    (
        "ecs",
        "DescribeKeyPairs",
        Some(by_token("KeyPairs", Some(500))),
    ),
    ("ecs", "DescribeRegions", None),
    ("ecs", "DescribeTags", Some(by_token("TagResources", None))),
    ("ecs", "DescribeTasks", None),
    ("sts", "GetCallerIdentity", None),
];

/// Changes of several things tell of each (spec volcengine 2.3).
pub(super) const ITEM_ERRORS: [ItemErrors; 1] = [ItemErrors {
    list: Some("OperationDetails"),
    refusal: |item| {
        let error = item
            .get("Error")
            .filter(|error| raw::says_something(error))?;
        let known = VendorError::deserialize(error).ok();
        Some(known.map_or(ErrorKind::Usage, |error| error.explain(None).kind))
    },
    accepted: None,
}];

/// `most` is the documented size of a page, where there is one.
const fn by_token(list: &'static str, most: Option<u64>) -> Paging {
    Paging {
        list,
        size: match most {
            Some(most) => Some(("MaxResults", most)),
            None => None,
        },
        style: Style::Marker {
            found: "/NextToken",
            sent: "NextToken",
            more: None,
        },
    }
}

/// Judges a call.
pub(super) fn prepare(
    client: &Client<VolcengineWire>,
    request: RawRequest,
) -> Result<Prepared<'_, VolcengineWire>, Error> {
    let operation = raw::operation(&request.operation)?;
    let version = raw::version(request.service, request.version.as_deref(), &VERSIONS)?;
    let is_known = VERSIONS.contains(&(request.service, version));
    let row = READS
        .iter()
        .find(|(service, name, _)| is_known && (*service, *name) == (request.service, operation));
    let makes_key = is_known && (request.service, operation) == ("ecs", "CreateKeyPair");
    let facts = Raw::<VolcengineWire>::facts_of(request.service, operation, version, row.is_some());
    let paged = READS.iter().filter(|(_, _, paging)| paging.is_some());
    let paging = raw::wanted_paging(
        request.all_pages,
        row.and_then(|(_, _, paging)| *paging),
        paged.map(|(of, name, _)| format!("{of} {name}")),
    )?;
    let fields = fields(request)?;
    Prepared::new(
        client,
        Raw::new(facts, Route::rpc(), Value::Object(fields)),
        paging,
        if makes_key {
            PrivateKeys::One
        } else {
            PrivateKeys::None
        },
        &ITEM_ERRORS,
    )
}

/// The parameters by their full names; lists and structures of JSON are numbered by the wire.
fn fields(request: RawRequest) -> Result<Map<String, Value>, Error> {
    let mut fields = raw::only_body(&request)?.unwrap_or_default();
    for parameter in request.parameters {
        let name = parameter.name;
        if fields.insert(name.clone(), parameter.value).is_some() {
            return Err(Error::usage(format!("'{name}' is given twice")));
        }
    }
    if let Some(name) = ["Action", "Version"]
        .iter()
        .find(|name| fields.contains_key(**name))
    {
        return Err(Error::usage(format!("'{name}' is no parameter")).hint(
            "The operation is a word of its own, the version follows from it or from --api-version.",
        ));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::prepare;
    use crate::cloud::raw::testing::{assert_same, client, request};
    use crate::cloud::raw::{PrivateKeys, RawCall};
    use crate::cloud::volcengine::ecs::{DeleteKeyPairs, DescribeKeyPairs};

    #[tokio::test]
    async fn a_raw_call_is_the_typed_one() {
        let client = client("cn-beijing");
        let names: Vec<_> = (1..=11).map(|n| format!("名 {n}*")).collect();
        let typed = DeleteKeyPairs {
            key_pair_names: names.clone(),
            client_token: "t".to_owned(),
        };
        let numbered: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(at, name)| format!("KeyPairNames.{}={name}", at + 1))
            .collect();
        let mut words: Vec<_> = numbered.iter().map(String::as_str).collect();
        words.push("ClientToken=t");
        let raw = prepare(&client, request("ecs", "DeleteKeyPairs", None, &words)).expect("raw");
        assert_same(&client, &typed, &raw).await;

        let as_json = format!("KeyPairNames:={}", json!(names));
        let words = ["ClientToken=t", as_json.as_str()];
        let raw = prepare(&client, request("ecs", "DeleteKeyPairs", None, &words)).expect("raw");
        assert_same(&client, &typed, &raw).await;

        let mut body = request("ecs", "DeleteKeyPairs", None, &[]);
        body.body = Some(json!({"KeyPairNames": names, "ClientToken": "t"}));
        let raw = prepare(&client, body).expect("raw");
        assert_same(&client, &typed, &raw).await;
        assert!(!raw.nature().is_read);

        let words = ["MaxResults=500"];
        let raw = prepare(&client, request("ecs", "DescribeKeyPairs", None, &words)).expect("raw");
        assert_same(&client, &DescribeKeyPairs::all(), &raw).await;
        assert!(raw.nature().is_read);
    }

    #[test]
    fn only_the_documented_version_is_known() {
        let client = client("cn-beijing");
        let mut other = request("ecs", "DescribeKeyPairs", None, &[]);
        other.version = Some("2099-01-01".to_owned());
        assert!(!prepare(&client, other).expect("raw").nature().is_read);
        let made = prepare(&client, request("ecs", "CreateKeyPair", None, &[])).expect("raw");
        assert_eq!(made.nature().private_keys, PrivateKeys::One);
    }

    #[test]
    fn what_cannot_be_sent_is_a_usage_error() {
        let client = client("cn-beijing");
        for (service, operation, words) in [
            ("unknown", "Describe", &[][..]),
            ("ecs", "", &[]),
            ("ecs", "Describe Key", &[]),
            ("ecs", "DescribeKeyPairs", &["Action=DeleteKeyPairs"]),
            ("ecs", "DescribeKeyPairs", &["Version=1"]),
            ("ecs", "DescribeKeyPairs", &["A=1", "A=2"]),
        ] {
            let error = prepare(&client, request(service, operation, None, words));
            assert_eq!(error.expect_err(operation).exit_code(), 2, "{words:?}");
        }
        let mut both = request("ecs", "DescribeKeyPairs", None, &["A=1"]);
        both.body = Some(json!({}));
        assert_eq!(prepare(&client, both).expect_err("both").exit_code(), 2);
        let mut list = request("ecs", "DescribeKeyPairs", None, &[]);
        list.body = Some(json!([]));
        assert_eq!(prepare(&client, list).expect_err("a list").exit_code(), 2);
        let mut paged = request("ecs", "DescribeRegions", None, &[]);
        paged.all_pages = true;
        let error = prepare(&client, paged).expect_err("no pages");
        assert!(error.hints[0].contains("ecs DescribeTags"), "{error:?}");
        let mut paged = request("ecs", "DescribeKeyPairs", None, &["NextToken=x"]);
        paged.all_pages = true;
        assert_eq!(
            prepare(&client, paged)
                .expect_err("in the middle")
                .exit_code(),
            2
        );
    }
}
