//! What can be no key is found before anything is signed with it.

use crate::error::Error;
use crate::model::CloudId;

/// A key with blanks around it or letters that no header can carry is broken: every service
/// answers it with a signature error that says nothing (spec tencent 1.2, huawei 3.2). `place` is
/// the variable, or the file and the member, that it stands in.
pub(super) fn clean<'a>(cloud: CloudId, place: &str, value: &'a str) -> Result<&'a str, Error> {
    let (why, hint) = if value.is_empty() {
        (
            "is set but empty",
            format!("A missing secret of a CI job looks like this: fill {place} or unset it."),
        )
    } else if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        (
            "holds a blank or a line break",
            format!("Copy the value into {place} again, without blanks."),
        )
    } else if !value.is_ascii() {
        (
            "holds letters that no key has",
            format!("Copy the value into {place} again."),
        )
    } else if value.contains("****") {
        (
            "is a masked value, not a key",
            format!("Copy the whole value into {place}."),
        )
    } else {
        return Ok(value);
    };
    Err(broken(cloud, format!("{place} {why}")).hint(hint))
}

/// A source that is there and cannot be used: the command ends, and no other source is tried.
pub(super) fn broken(cloud: CloudId, why: impl Into<String>) -> Error {
    Error::credentials(why)
        .code("BrokenCredentials")
        .cloud(cloud)
}
