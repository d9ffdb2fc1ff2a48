//! JSON of a service, read so that nothing in it hides something else and nothing grows beyond reason.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A value takes about seventy bytes, whatever it is written with: `[0,0,…` of 64 MiB would take
/// two gigabytes. The largest page of any list has some ten thousand.
const MOST_VALUES: u32 = 1_000_000;

/// Reads one value. A member that stands twice is refused: which of the two the service means
/// nobody can tell, and an empty list would hide a full one.
pub(super) fn value(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let left = Cell::new(MOST_VALUES);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { left: &left }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a value and all that is in it.
#[derive(Clone, Copy)]
struct Strict<'a> {
    /// How many more may come.
    left: &'a Cell<u32>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left
            .set(left.ok_or_else(|| D::Error::custom("too many values"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = pairs.next_key::<String>()? {
            let value = pairs.next_value_seed(self)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use serde_json::Value;

    use super::{MOST_VALUES, value};

    #[test]
    fn what_is_sound_is_read_as_ever() {
        for text in [
            "null",
            "[]",
            " {\"a\": [1, -2, 2.5, true, \"x\\u00e9\\n\", {\"\": null}]} ",
            "18446744073709551615",
            "-9223372036854775808",
            "-0",
            "1e300",
            "\"\"",
        ] {
            let usual: Value = serde_json::from_str(text).expect(text);
            assert_eq!(value(text.as_bytes()).expect(text), usual);
        }
    }

    #[test]
    fn what_hides_or_swells_is_refused() {
        for text in [
            r#"{"keys":[1],"keys":[]}"#,
            r#"{"a":{"b":1,"\u0062":2}}"#,
            "1e999",
            "{} {}",
            "",
            "\u{feff}{}",
        ] {
            assert!(value(text.as_bytes()).is_err(), "{text}");
        }
        assert!(value(b"\"\xff\"").is_err());
        assert!(value("[".repeat(100_000).as_bytes()).is_err());
        let many = format!("[{}0]", "0,".repeat(MOST_VALUES as usize - 2));
        assert!(value(many.as_bytes()).is_ok());
        assert!(value(many.replacen('0', "0,0", 1).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let strict = value(&bytes);
            if let Ok(usual) = serde_json::from_slice::<Value>(&bytes) {
                prop_assert_eq!(strict.ok(), Some(usual));
            } else {
                prop_assert!(strict.is_err());
            }
        }

        #[test]
        fn a_written_number_comes_back(number in any::<i64>()) {
            let text = number.to_string();
            prop_assert_eq!(value(text.as_bytes()).ok(), Some(Value::from(number)));
        }
    }
}
