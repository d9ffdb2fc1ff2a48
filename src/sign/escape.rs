//! Percent-encoding by the strict reading of RFC 3986 that all three clouds ask for: only
//! `A-Z a-z 0-9 - _ . ~` stay as they are, everything else becomes `%XX` in upper case.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// Everything but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Escapes a text for a path segment or for one side of a query pair.
pub fn escape(value: &str) -> String {
    escape_bytes(value.as_bytes())
}

/// Escapes bytes that need not be UTF-8.
pub fn escape_bytes(value: &[u8]) -> String {
    percent_encode(value, RESERVED).collect()
}

/// Undoes [`escape`]. A `%` that does not start an escape stays as it is.
pub fn unescape(value: &str) -> Vec<u8> {
    Cow::from(percent_decode_str(value)).into_owned()
}

/// Undoes the escapes of a form, where `+` stands for a space.
pub fn unescape_plus(value: &str) -> Vec<u8> {
    unescape(&value.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(escape("AZaz09-_.~"), "AZaz09-_.~");
        assert_eq!(
            escape(" +*/%:@!'()[]\"\n密"),
            "%20%2B%2A%2F%25%3A%40%21%27%28%29%5B%5D%22%0A%E5%AF%86"
        );
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(unescape("100%"), b"100%");
        assert_eq!(unescape("%zz%4"), b"%zz%4");
        assert_eq!(unescape("%2f%2F"), b"//");
    }

    #[test]
    fn a_plus_is_a_space_in_forms_only() {
        assert_eq!(unescape("a+b%2B"), b"a+b+");
        assert_eq!(unescape_plus("a+b%2B"), b"a b+");
    }

    proptest! {
        #[test]
        fn escapes_come_back(bytes: Vec<u8>) {
            let escaped = escape_bytes(&bytes);
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte);
            prop_assert!(escaped.bytes().all(plain));
            prop_assert_eq!(&unescape(&escaped), &bytes);
            prop_assert_eq!(&unescape_plus(&escaped), &bytes);
        }

        #[test]
        fn any_text_can_be_unescaped(text: String) {
            prop_assert!(unescape(&text).len() <= text.len());
            prop_assert!(unescape_plus(&text).len() <= text.len());
        }
    }
}
