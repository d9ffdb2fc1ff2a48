//! What goes wrong on demand.
//!
//! A rule reads `CLOUD[/REGION].Operation@N=KIND`, for example `volcengine.DeleteKeyPairs@1=throttled`,
//! `tencent.*@2-3=slow:200` or `huawei/cn-north-4.ListKeypairs@*=denied`. `N` counts the requests of one operation in this
//! process, also those that were refused: `3`, `2-5`, or `*` for all. With `CLOUD.*` every operation of the cloud has its
//! own count. A rule with a region fits and counts the requests of that region only. The first rule that fits wins.

mod rule;

use std::time::Duration;

use super::cloud::Cloud;
use super::journal::Counts;

/// How long `slow` takes when no time is given.
const SLOW: Duration = Duration::from_secs(3);

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    cloud: Cloud,
    /// `None` fits every region, and requests whose region is not known.
    region: Option<String>,
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
    /// The vendor refuses because the account has not the region.
    RegionDisabled,
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
    /// Nothing is done and nothing is answered; the connection stays open.
    Hang,
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
    ("region-disabled", Kind::RegionDisabled),
    ("expired-token", Kind::ExpiredToken),
    ("expires", Kind::Expires),
    ("412", Kind::Html412),
    ("internal", Kind::Internal),
    ("500", Kind::Status500),
    ("502-html", Kind::Html502),
    ("503", Kind::Status503),
    ("hang", Kind::Hang),
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

    /// What happens to a request with these numbers.
    pub(crate) fn applies(
        &self,
        cloud: Cloud,
        region: Option<&str>,
        operation: &str,
        counts: Counts,
    ) -> Option<Kind> {
        let count = match &self.region {
            None => counts.anywhere,
            Some(own) if region == Some(own) => counts.in_region,
            Some(_) => return None,
        };
        let fits = self.cloud == cloud
            && self.operation.is_none_or(|name| name == operation)
            && (self.first..=self.last).contains(&count);
        fits.then_some(self.kind)
    }
}
