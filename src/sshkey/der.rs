//! As much of DER as public keys need: written, never read.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

/// A value of that tag, with its length in front.
fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    if let Ok(short @ ..0x80) = u8::try_from(content.len()) {
        bytes.push(short);
    } else {
        let length = content.len().to_be_bytes();
        let length = without_zeros(&length);
        // A length has at most eight bytes.
        bytes.extend(u8::try_from(length.len()).map(|count| 0x80 | count));
        bytes.extend_from_slice(length);
    }
    bytes.extend_from_slice(content);
    bytes
}

/// Values one after the other.
pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    value(SEQUENCE, &parts.concat())
}

/// A positive number, given big-endian with any zeros in front.
pub(super) fn integer(number: &[u8]) -> Vec<u8> {
    let number = without_zeros(number);
    let mut content = Vec::with_capacity(number.len() + 1);
    // The first bit is the sign.
    if number.first().is_none_or(|first| *first >= 0x80) {
        content.push(0);
    }
    content.extend_from_slice(number);
    value(INTEGER, &content)
}

/// Whole bytes as a string of bits.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    value(BIT_STRING, &[&[0], bytes].concat())
}

/// A number without the zeros in front.
pub(super) fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

#[cfg(test)]
mod tests {
    use super::{bit_string, integer, sequence};

    #[test]
    fn numbers_are_as_short_as_can_be_and_positive() {
        assert_eq!(integer(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [2, 1, 0]);
    }

    #[test]
    fn long_values_have_long_lengths() {
        assert_eq!(sequence(&[&[7; 0x7f]])[..3], [0x30, 0x7f, 7]);
        assert_eq!(sequence(&[&[7; 0x80]])[..4], [0x30, 0x81, 0x80, 7]);
        assert_eq!(bit_string(&[7; 0x1ff])[..5], [3, 0x82, 2, 0, 0]);
    }
}
