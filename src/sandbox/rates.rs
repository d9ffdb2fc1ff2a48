//! Published rates, enforced when asked for: how vendors count is not published, so there are two ways.

use std::collections::{HashMap, VecDeque};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::SandboxError;
use super::api::huawei::Service;
use super::request::Request;
use super::target::Target;
use super::verify::tencent::claimed_product;

/// How requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// In windows that follow each other.
    Fixed,
    /// In the window that ends with the request.
    Sliding,
}

impl FromStr for Counting {
    type Err = SandboxError;

    fn from_str(name: &str) -> Result<Self, SandboxError> {
        match name {
            "fixed" => Ok(Self::Fixed),
            "sliding" => Ok(Self::Sliding),
            _ => Err(SandboxError::Counting {
                name: name.to_owned(),
            }),
        }
    }
}

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    most: usize,
    window: Duration,
}

const fn a_second(most: usize) -> Limit {
    Limit {
        most,
        window: Duration::from_secs(1),
    }
}

/// What is counted together: of one cloud and account, in one region.
type Counted = (&'static str, String, String);

/// The limit of a request, and what it counts for. Requests without a published limit have none.
fn limit(target: &Target, request: &Request) -> Option<(Limit, Counted)> {
    match target {
        // Spec tencent 2.9: ten a second for each action on keys; Lighthouse has its own numbers.
        Target::Tencent(target) => {
            let action = target.operation?.name;
            let region = request.header("x-tc-region").unwrap_or_default();
            let product = claimed_product(request)?;
            let limit = match (product.as_str(), action) {
                ("lighthouse", "DescribeKeyPairs" | "DescribeInstances") => a_second(100),
                ("lighthouse", "DisassociateInstancesKeyPairs") => a_second(20),
                ("cvm" | "lighthouse", name) if name.contains("KeyPair") => a_second(10),
                _ => return None,
            };
            Some((
                limit,
                ("tencent", format!("{product} {action}"), region.to_owned()),
            ))
        }
        Target::Huawei(target) => {
            let row = target.operation()?;
            let (limit, group) = match row.service {
                // Spec huawei 6: the calls of a user together.
                Service::Kms => (a_second(20), "kms"),
                // Spec huawei 7: calls that make tasks or look at them.
                Service::Kps if row.name.contains("Task") || row.name.contains("ssociate") => {
                    let limit = Limit {
                        most: 300,
                        window: Duration::from_secs(60),
                    };
                    (limit, "tasks")
                }
                _ => return None,
            };
            let project = target.project_id().unwrap_or_default();
            Some((limit, ("huawei", group.to_owned(), project.to_owned())))
        }
        // Spec volcengine 2.4: none found.
        Target::Volcengine(_) | Target::Metadata(_) => None,
    }
}

/// The requests that were let in lately.
#[derive(Debug)]
pub(crate) struct Rates {
    counting: Option<Counting>,
    start: Instant,
    seen: Mutex<HashMap<Counted, VecDeque<Instant>>>,
}

impl Rates {
    /// Nothing is enforced without a way to count.
    pub(crate) fn new(counting: Option<Counting>) -> Self {
        Self {
            counting,
            start: Instant::now(),
            seen: Mutex::default(),
        }
    }

    /// Whether time matters here as in a cloud.
    pub(crate) fn are_enforced(&self) -> bool {
        self.counting.is_some()
    }

    /// Whether a request that comes now is one too many. Those that are refused do not count.
    pub(crate) fn refuse(&self, target: &Target, request: &Request) -> bool {
        let Some(counting) = self.counting else {
            return false;
        };
        limit(target, request)
            .is_some_and(|(limit, counted)| !self.admit(counting, limit, counted, Instant::now()))
    }

    fn admit(&self, counting: Counting, limit: Limit, counted: Counted, now: Instant) -> bool {
        let window = |instant: Instant| (instant - self.start).as_nanos() / limit.window.as_nanos();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(counted).or_default();
        while seen.front().is_some_and(|&first| match counting {
            Counting::Fixed => window(first) < window(now),
            Counting::Sliding => now - first >= limit.window,
        }) {
            seen.pop_front();
        }
        let fits = seen.len() < limit.most;
        if fits {
            seen.push_back(now);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests::fixture::{huawei, tencent, volcengine};
    use super::*;

    fn counted(group: &str) -> Counted {
        ("tencent", group.to_owned(), "ap-guangzhou".to_owned())
    }

    /// Which of the requests at these times, in milliseconds, are let in.
    fn admitted(counting: Counting, times: &[u64]) -> Vec<bool> {
        let rates = Rates::new(Some(counting));
        let at = |time: &u64| {
            let now = rates.start + Duration::from_millis(*time);
            rates.admit(counting, a_second(2), counted("a"), now)
        };
        times.iter().map(at).collect()
    }

    #[test]
    fn windows_follow_each_other_or_end_with_the_request() {
        let times = [900, 950, 990, 1_000, 1_010, 1_020, 1_900, 1_950];
        assert_eq!(
            admitted(Counting::Fixed, &times),
            [true, true, false, true, true, false, false, false]
        );
        assert_eq!(
            admitted(Counting::Sliding, &times),
            [true, true, false, false, false, false, true, true]
        );
    }

    #[test]
    fn what_is_not_counted_together_has_its_own_count() {
        let rates = Rates::new(Some(Counting::Sliding));
        let now = rates.start;
        for group in ["a", "b"] {
            assert!(rates.admit(Counting::Sliding, a_second(1), counted(group), now));
            assert!(!rates.admit(Counting::Sliding, a_second(1), counted(group), now));
        }
    }

    #[test]
    fn the_published_limits_are_found() {
        let of = |request: &Request| limit(&Target::of(request), request);
        let empty = serde_json::json!({});
        let cvm = of(&tencent("cvm", "2017-03-12", "DeleteKeyPairs", &empty));
        let (cvm, counted) = cvm.expect("one");
        assert_eq!(
            (cvm, counted.1.as_str()),
            (a_second(10), "cvm DeleteKeyPairs")
        );
        let light = tencent("lighthouse", "2020-03-24", "DescribeKeyPairs", &empty);
        assert_eq!(of(&light).map(|(limit, _)| limit), Some(a_second(100)));
        let kms = |path: &str| of(&huawei("POST", &format!("/v1.0/{{p}}/kms/{path}"), "{}"));
        assert_eq!(kms("cancel-key-deletion"), kms("describe-key"));
        assert_eq!(kms("list-keys").map(|(limit, _)| limit), Some(a_second(20)));
        let tasks = of(&huawei("GET", "/v3/{p}/running-tasks", "")).map(|(limit, _)| limit.most);
        assert_eq!(tasks, Some(300));
        assert_eq!(of(&huawei("GET", "/v3/{p}/keypairs", "")), None);
        assert_eq!(
            of(&volcengine("ecs", "2020-04-01", "DescribeKeyPairs", "")),
            None
        );
        let unknown = "rolling".parse::<Counting>().expect_err("unknown");
        assert!(unknown.to_string().contains("fixed, sliding"), "{unknown}");
    }
}
