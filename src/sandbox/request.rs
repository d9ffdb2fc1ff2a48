//! A request as it arrived: nothing in it is rewritten, because the signatures cover the very bytes.

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A received request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// Upper case.
    pub(crate) method: String,
    /// Still encoded, without the query.
    pub(crate) path: String,
    /// Still encoded, without the question mark.
    pub(crate) query: String,
    /// Lower-case names, in order of arrival.
    pub(crate) headers: Vec<(String, String)>,
    /// The body's bytes.
    pub(crate) body: Bytes,
    /// The request line held a whole URL, as it does on the way to a proxy.
    pub(crate) has_whole_url: bool,
}

impl Request {
    /// The first header of that lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value.as_str())
    }

    /// The media type of `Content-Type`, lower case and without parameters.
    pub(crate) fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        let end = value.find(';').unwrap_or(value.len());
        value[..end].trim().to_ascii_lowercase()
    }

    /// The decoded query, in order.
    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        decode_pairs(&self.query)
    }

    /// The first value of a query parameter.
    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        self.query_pairs()
            .into_iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value)
    }

    /// The decoded form in the body, in order.
    pub(crate) fn form_pairs(&self) -> Vec<(String, String)> {
        decode_pairs(&String::from_utf8_lossy(&self.body))
    }
}

/// Form decoding: pairs at `&`, name and value at the first `=`, `+` is a space, `%XX` is a byte of UTF-8.
pub(crate) fn decode_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |part: &str| decode(&part.replace('+', " "));
            (plain(name), plain(value))
        })
        .collect()
}

/// `%XX` decoding only, as in a path.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// RFC 3986 encoding with upper-case hex: only `A-Z a-z 0-9 - _ . ~` stay.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_everything_but_the_unreserved() {
        assert_eq!(
            encode("a b+c~d*e/f%-_.密"),
            "a%20b%2Bc~d%2Ae%2Ff%25-_.%E5%AF%86"
        );
    }

    #[test]
    fn decodes_forms() {
        let pairs = decode_pairs("a=1&&b&c=x+y%2Bz&=e&d=1=2&bad=%zz%F");
        let expected = [
            ("a", "1"),
            ("b", ""),
            ("c", "x y+z"),
            ("", "e"),
            ("d", "1=2"),
            ("bad", "%zz%F"),
        ];
        assert_eq!(pairs.len(), expected.len());
        for ((name, value), (expected_name, expected_value)) in pairs.iter().zip(expected) {
            assert_eq!(
                (name.as_str(), value.as_str()),
                (expected_name, expected_value)
            );
        }
    }
}
