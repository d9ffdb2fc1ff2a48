//! Signatures of any request.

use chrono::DateTime;

use crate::cloud::{huawei, tencent, volcengine};
use crate::sign::escape::{escape, unescape};
use crate::sign::{AccessKey, SigningInput, Stages};

const KEY: AccessKey<'_> = AccessKey {
    id: "AKexample",
    secret: "not-a-secret",
};

type Scheme = fn(&SigningInput<'_>) -> Stages;

const SCHEMES: [Scheme; 3] = [
    |input| volcengine::sign::sign(input, &KEY, "cn-beijing", "ecs", DateTime::UNIX_EPOCH),
    |input| tencent::sign::sign(input, &KEY, "cvm", DateTime::UNIX_EPOCH),
    |input| huawei::sign::sign(input, &KEY, DateTime::UNIX_EPOCH),
];

/// Method, path and query on a line each, headers as `name:value` up to an empty line, and the body.
/// Every request can be signed, and what means the same has the same signature.
pub(super) fn signature(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (method, path, query) = (line(), line(), line());
    let headers: Vec<_> = lines.filter_map(|line| line.split_once(':')).collect();
    let input = |query: &'_ str, headers: &[(&str, &str)], see: &dyn Fn(&SigningInput<'_>)| {
        see(&SigningInput {
            method,
            path,
            query,
            headers,
            body: body.as_bytes(),
        });
    };
    let mut names: Vec<_> = headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut turned = headers.clone();
    turned.reverse();
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.reverse();
    let turned_query = pairs.join("&");
    for (place, scheme) in SCHEMES.into_iter().enumerate() {
        input(query, &headers, &|first| {
            let stages = scheme(first);
            assert_eq!(stages.signature.len(), 64);
            assert!(stages.authorization.ends_with(&stages.signature));
            if names.len() == headers.len() {
                // Of headers of the same name the order counts.
                input(query, &turned, &|second| {
                    assert_eq!(scheme(second).signature, stages.signature);
                });
            }
            if place == 2 {
                input(&turned_query, &headers, &|second| {
                    assert_eq!(scheme(second).signature, stages.signature);
                });
            }
        });
    }
    assert_eq!(unescape(&escape(text)), bytes);
}
