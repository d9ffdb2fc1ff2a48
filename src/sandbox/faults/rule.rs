//! Reading rules, and saying what exists.

use std::str::FromStr;
use std::time::Duration;

use super::super::cloud::Cloud;
use super::super::{SandboxError, api};
use super::{Fault, KINDS, Kind};

impl FromStr for Fault {
    type Err = SandboxError;

    fn from_str(rule: &str) -> Result<Self, SandboxError> {
        parse(rule).map_err(|reason| SandboxError::Fault {
            rule: rule.to_owned(),
            reason,
        })
    }
}

fn parse(rule: &str) -> Result<Fault, String> {
    let form = "the form is CLOUD[/REGION].Operation@N=KIND, N is 3, 2-5 or *";
    let (place, kind) = rule.split_once('=').ok_or(form)?;
    let (place, count) = place.split_once('@').ok_or(form)?;
    let (cloud, operation) = place.split_once('.').ok_or(form)?;
    let (cloud, region) = match cloud.split_once('/') {
        Some((cloud, region)) => (cloud, Some(parse_region(region)?)),
        None => (cloud, None),
    };
    let cloud = Cloud::ALL
        .into_iter()
        .find(|candidate| candidate.name() == cloud)
        .ok_or_else(|| {
            let known: Vec<_> = Cloud::ALL.iter().map(|cloud| cloud.name()).collect();
            format!(
                "no cloud is named '{cloud}'; there are: {}",
                known.join(", ")
            )
        })?;
    let kind = parse_kind(kind)?;
    let operation = match operation {
        "*" => None,
        name => Some(known_operation(cloud, name)?),
    };
    if let (Kind::ThrottledItem, Some(name)) = (kind, operation) {
        let answering: Vec<_> = api::operations_with_item_errors(cloud);
        if !answering.contains(&name) {
            return Err(format!(
                "{name} has no errors per item; such operations of {cloud}: {}",
                if answering.is_empty() {
                    "none".to_owned()
                } else {
                    answering.join(", ")
                }
            ));
        }
    }
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
    let (first, last) = match (count, count.split_once('-')) {
        ("*", _) => Some((1, u64::MAX)),
        (_, Some((first, last))) => number(first).zip(number(last)),
        (single, None) => number(single).zip(number(single)),
    }
    .filter(|(first, last)| first <= last)
    .ok_or_else(|| format!("'{count}' is no count; {form}"))?;
    Ok(Fault {
        cloud,
        region,
        operation,
        first,
        last,
        kind,
    })
}

/// Whether there is such a region is known only when a request comes: the state may change until then.
fn parse_region(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || !text.bytes().all(is_plain) {
        return Err(format!(
            "'{text}' is no region; regions are written like cn-north-4"
        ));
    }
    Ok(text.to_owned())
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    if let Some(milliseconds) = text.strip_prefix("slow:") {
        return milliseconds
            .parse()
            .map(|milliseconds| Kind::Slow(Duration::from_millis(milliseconds)))
            .map_err(|_| format!("'{milliseconds}' is no number of milliseconds"));
    }
    KINDS
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, kind)| *kind)
        .ok_or_else(|| {
            let known: Vec<_> = Fault::kinds().collect();
            format!(
                "no kind is named '{text}'; there are: {}, slow:MILLISECONDS",
                known.join(", ")
            )
        })
}

fn known_operation(cloud: Cloud, name: &str) -> Result<&'static str, String> {
    let known = api::operations(cloud);
    known
        .iter()
        .find(|candidate| **candidate == name)
        .copied()
        .ok_or_else(|| {
            format!(
                "{cloud} has no operation '{name}' here; there are: *, {}",
                known.join(", ")
            )
        })
}

#[cfg(test)]
mod tests {
    use super::super::super::journal::Counts;
    use super::*;

    fn only(anywhere: u64) -> Counts {
        Counts {
            anywhere,
            in_region: 1,
        }
    }

    #[test]
    fn a_region_has_its_own_count() {
        let fault: Fault = "tencent/ap-tokyo.*@2=hang".parse().expect("rule");
        let at = |region, in_region| {
            let counts = Counts {
                anywhere: 2,
                in_region,
            };
            fault.applies(Cloud::Tencent, region, "DescribeKeyPairs", counts)
        };
        assert_eq!(at(Some("ap-tokyo"), 2), Some(Kind::Hang));
        assert_eq!(at(Some("ap-tokyo"), 1), None);
        assert_eq!(at(Some("ap-seoul"), 2), None);
        assert_eq!(
            at(None, 2),
            None,
            "a region that is not known fits no rule with one"
        );
    }

    #[test]
    fn counts_and_names() {
        let fault: Fault = "volcengine.DeleteKeyPairs@2-3=throttled"
            .parse()
            .expect("rule");
        let at = |count| fault.applies(Cloud::Volcengine, None, "DeleteKeyPairs", only(count));
        assert_eq!(
            [at(1), at(2), at(3), at(4)],
            [None, Some(Kind::Throttled), Some(Kind::Throttled), None]
        );
        let other_cloud = fault.applies(Cloud::Tencent, None, "DeleteKeyPairs", only(2));
        assert_eq!(other_cloud, None);
        let any: Fault = "huawei.*@*=slow:20".parse().expect("rule");
        assert_eq!(
            any.applies(Cloud::Huawei, Some("cn-north-4"), "ListKeys", only(7)),
            Some(Kind::Slow(Duration::from_millis(20)))
        );
    }

    #[test]
    fn says_what_exists() {
        for (rule, expected) in [
            ("nonsense", "CLOUD[/REGION].Operation@N=KIND"),
            ("aws/x.X@1=busy", "no cloud is named 'aws'"),
            ("huawei/.ListKeys@1=busy", "'' is no region"),
            (
                "huawei/CN-North-4.ListKeys@1=busy",
                "'CN-North-4' is no region",
            ),
            ("aws.X@1=busy", "volcengine, tencent, huawei"),
            ("huawei.Nope@1=busy", "CancelKeyDeletion"),
            ("huawei.ListKeys@0=busy", "'0' is no count"),
            ("huawei.ListKeys@5-2=busy", "'5-2' is no count"),
            ("huawei.ListKeys@1=explode", "502-html"),
            ("huawei.ListKeys@1=slow:x", "milliseconds"),
            ("huawei.ListKeys@1=throttled-item", "UpdateKeypair"),
            ("tencent.DescribeKeyPairs@1=throttled-item", "none"),
        ] {
            let message = rule.parse::<Fault>().expect_err(rule).to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
