//! The clouds' clock, and the forms in which their APIs write an instant.

use std::time::SystemTime;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

/// The clouds' time. It is not the client's: that one may be faked, this one tells whether it is right.
pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// `20260115T083001Z`, the timestamp of the Volcengine and Huawei signatures.
pub(crate) fn basic(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads the form that [`basic`] writes; anything else is `None`.
pub(crate) fn parse_basic(text: &str) -> Option<DateTime<Utc>> {
    if text.len() != 16 {
        return None; // the parser alone would take signs and short years
    }
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ")
        .ok()
        .map(|time| time.and_utc())
}

/// `Thu, 15 Jan 2026 08:30:01 GMT`, the HTTP `Date` header.
pub(crate) fn http(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `2026-01-15T08:30:01Z`, Tencent Cloud and CPH.
pub(crate) fn utc(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-01-15T08:30:01.574000Z`, the ends of IAM tokens and temporary keys of Huawei Cloud (spec huawei 4.2).
pub(crate) fn huawei(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// The wall clock in China, where the request ids of Volcengine get their digits from.
pub(crate) fn china(time: DateTime<Utc>) -> DateTime<Utc> {
    time.checked_add_signed(Duration::hours(8)).unwrap_or(time)
}

/// `2025-06-16T03:05:58.000+08:00`, `CodeArts` (spec huawei-codearts-cph 3.2).
pub(crate) fn code_arts(time: DateTime<Utc>) -> String {
    china(time)
        .format("%Y-%m-%dT%H:%M:%S.000+08:00")
        .to_string()
}

/// `2026-01-15T16:30:01+08:00`, Volcengine ECS (spec volcengine 6).
pub(crate) fn volcengine(time: DateTime<Utc>) -> String {
    china(time).format("%Y-%m-%dT%H:%M:%S+08:00").to_string()
}
