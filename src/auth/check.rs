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

/// How the key ids of the clouds begin (spec volcengine 7.3, tencent 5.4). Huawei's have no mark.
const MARKS: [(&str, CloudId); 3] = [
    ("AKLT", CloudId::Volcengine),
    ("AKTP", CloudId::Volcengine),
    ("AKID", CloudId::Tencent),
];

/// A key id: clean, and not plainly one of another cloud. That cloud's name is all that the text
/// gives away.
pub(super) fn clean_key_id<'a>(
    cloud: CloudId,
    place: &str,
    value: &'a str,
) -> Result<&'a str, Error> {
    let value = clean(cloud, place, value)?;
    let owner = MARKS
        .iter()
        .find(|(mark, _)| value.starts_with(mark))
        .map_or(cloud, |(_, owner)| *owner);
    // One of Huawei's can begin with anything.
    if owner == cloud || (cloud == CloudId::Huawei && has_huawei_form(value)) {
        return Ok(value);
    }
    Err(
        broken(cloud, format!("{place} holds a key id of {owner}")).hint(format!(
            "Put a key of {cloud} there, or move this one to where keys of {owner} belong."
        )),
    )
}

/// Only capitals and digits; the ids of the others have small letters too. How many there are is no
/// promise of anybody's.
fn has_huawei_form(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    value.bytes().all(plain)
}

/// A source whose keys had an end, and it has come.
pub(super) fn expired(cloud: CloudId, why: impl Into<String>, command: &str) -> Error {
    Error::credentials(why)
        .code("ExpiredCredentials")
        .hint(format!("Run '{command}' again."))
        .cloud(cloud)
}

/// A source that is there and cannot be used: the command ends, and no other source is tried.
pub(super) fn broken(cloud: CloudId, why: impl Into<String>) -> Error {
    Error::credentials(why)
        .code("BrokenCredentials")
        .cloud(cloud)
}

#[cfg(test)]
mod tests {
    use super::clean_key_id;
    use crate::model::CloudId;

    #[test]
    fn a_key_id_of_another_cloud_is_found_out() {
        let good = [
            (CloudId::Volcengine, "AKLTnot-real"),
            (CloudId::Volcengine, "AKTPnot-real"),
            (CloudId::Tencent, "AKIDnot-real"),
            (CloudId::Huawei, "NOTREALNOTREALNOTREA"),
            (CloudId::Huawei, "AKIDNOTREAL234567890"),
            (CloudId::Huawei, "of-any-form"),
        ];
        for (cloud, id) in good {
            assert!(clean_key_id(cloud, "PLACE", id).is_ok(), "{cloud} {id}");
        }
        let bad = [
            (CloudId::Volcengine, "AKIDnot-real"),
            (CloudId::Tencent, "AKLTnot-real"),
            (CloudId::Tencent, "AKTPnot-real"),
            (CloudId::Huawei, "AKIDnot-real"),
            (CloudId::Huawei, "AKLTnot-real"),
        ];
        for (cloud, id) in bad {
            let error = clean_key_id(cloud, "PLACE", id).expect_err(id);
            assert!(error.message.starts_with("PLACE holds a key id of "));
            assert!(!format!("{error:?} {error}").contains("not-real"));
        }
    }
}
