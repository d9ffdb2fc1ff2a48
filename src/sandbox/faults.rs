//! What goes wrong on demand.
//!
//! A rule reads `CLOUD.Operation@N=KIND`, for example `volcengine.DeleteKeyPairs@1=throttled` or
//! `tencent.*@2-3=slow:200`. `N` counts the requests of one operation in this process, also those that were refused:
//! `3`, `2-5`, or `*` for all. With `CLOUD.*` every operation of the cloud has its own count. The first rule that fits
//! wins.

use std::str::FromStr;
use std::time::Duration;

use super::cloud::Cloud;
use super::{SandboxError, api};

/// How long `slow` takes when no time is given.
const SLOW: Duration = Duration::from_secs(3);

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    cloud: Cloud,
    /// `None` fits every operation.
    operation: Option<&'static str>,
    first: u64,
    last: u64,
    kind: Kind,
}

/// What happens to a request that a rule fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The vendor refuses the whole request because of its rate.
    Throttled,
    /// One item inside a successful answer is refused because of its rate; the others are done.
    ThrottledItem,
    /// The vendor refuses because an earlier request is still being worked on.
    Busy,
    /// The vendor refuses because the user lacks the permission.
    Denied,
    /// The vendor refuses because the session is over.
    ExpiredToken,
    /// The credential of this request ends with it: whatever comes with it, from now on and for every operation, is
    /// refused as with [`Kind::ExpiredToken`]. Another credential is as good as before.
    Expires,
    /// HTTP 412 with a page of HTML: a gateway's word, because no vendor has one of its own but for [`Kind::Busy`].
    Html412,
    /// The vendor's own answer to a fault on its side, in its usual shape and status.
    Internal,
    /// HTTP 500 with the vendor's internal error.
    Status500,
    /// HTTP 502 with a page of HTML.
    Html502,
    /// HTTP 503 with `Retry-After: 1`.
    Status503,
    /// Nothing is done and the connection is closed.
    ResetBefore,
    /// It is done and the connection is closed without an answer.
    ResetAfter,
    /// It is done; half of the answer arrives.
    Truncated,
    /// It is done; the answer is not JSON.
    BrokenJson,
    /// It is done; the answer has no body.
    Empty,
    /// Nothing is done; HTTP 302 to an address where nobody listens.
    Redirect,
    /// It is done; the answer takes a while.
    Slow(Duration),
    /// It is done; the whole answer arrives one byte at a time.
    Dribble,
    /// It is done; after the answer come blanks without end.
    Endless,
    /// The server's clock is an hour ahead.
    Skew,
}

/// The kinds without parameters.
const KINDS: &[(&str, Kind)] = &[
    ("throttled", Kind::Throttled),
    ("throttled-item", Kind::ThrottledItem),
    ("busy", Kind::Busy),
    ("denied", Kind::Denied),
    ("expired-token", Kind::ExpiredToken),
    ("expires", Kind::Expires),
    ("412", Kind::Html412),
    ("internal", Kind::Internal),
    ("500", Kind::Status500),
    ("502-html", Kind::Html502),
    ("503", Kind::Status503),
    ("reset-before", Kind::ResetBefore),
    ("reset-after", Kind::ResetAfter),
    ("truncated", Kind::Truncated),
    ("broken-json", Kind::BrokenJson),
    ("empty", Kind::Empty),
    ("redirect", Kind::Redirect),
    ("slow", Kind::Slow(SLOW)),
    ("dribble", Kind::Dribble),
    ("endless", Kind::Endless),
    ("skew", Kind::Skew),
];

impl Fault {
    /// The names of all kinds, as rules spell them.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(name, _)| *name)
    }

    /// What happens to the `count`th request (from 1) of an operation.
    pub(crate) fn applies(&self, cloud: Cloud, operation: &str, count: u64) -> Option<Kind> {
        let fits = self.cloud == cloud
            && self.operation.is_none_or(|name| name == operation)
            && (self.first..=self.last).contains(&count);
        fits.then_some(self.kind)
    }
}

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
    let form = "the form is CLOUD.Operation@N=KIND, N is 3, 2-5 or *";
    let (place, kind) = rule.split_once('=').ok_or(form)?;
    let (place, count) = place.split_once('@').ok_or(form)?;
    let (cloud, operation) = place.split_once('.').ok_or(form)?;
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
        operation,
        first,
        last,
        kind,
    })
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
    use super::*;

    #[test]
    fn counts_and_names() {
        let fault: Fault = "volcengine.DeleteKeyPairs@2-3=throttled"
            .parse()
            .expect("rule");
        let at = |count| fault.applies(Cloud::Volcengine, "DeleteKeyPairs", count);
        assert_eq!(
            [at(1), at(2), at(3), at(4)],
            [None, Some(Kind::Throttled), Some(Kind::Throttled), None]
        );
        assert_eq!(fault.applies(Cloud::Tencent, "DeleteKeyPairs", 2), None);
        let any: Fault = "huawei.*@*=slow:20".parse().expect("rule");
        assert_eq!(
            any.applies(Cloud::Huawei, "ListKeys", 7),
            Some(Kind::Slow(Duration::from_millis(20)))
        );
    }

    #[test]
    fn says_what_exists() {
        for (rule, expected) in [
            ("nonsense", "CLOUD.Operation@N=KIND"),
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
