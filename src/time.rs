//! Clocks, durations as people type them, and the pace of waiting.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::error::Error;

/// Where the time of signatures comes from.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A frozen instant, for tests.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// Now, in UTC.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place that reads the clock"
            )]
            Self::System => Utc::now(),
            Self::Fixed(instant) => instant,
        }
    }
}

/// An instant in milliseconds of UNIX time as RFC 3339 in UTC, without fractions; `None` when it is
/// out of range.
pub fn of_milliseconds(milliseconds: i64) -> Option<String> {
    let instant = DateTime::from_timestamp_millis(milliseconds)?;
    Some(instant.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// An instant as services write it: RFC 3339, a count of seconds or milliseconds of UNIX time, or RFC
/// 3339 without a zone, which is taken for UTC.
pub fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    if let Ok(number) = text.parse::<i64>() {
        // Seconds reach this number in the year 5138.
        return if number < 100_000_000_000 {
            DateTime::from_timestamp(number, 0)
        } else {
            DateTime::from_timestamp_millis(number)
        };
    }
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
    naive.ok().map(|naive| naive.and_utc())
}

/// A hundred years in milliseconds. Clocks and dates end somewhere beyond, and adding to them must not.
const LONGEST: u64 = 100 * 365 * 86_400_000;

/// Reads `500ms`, `30s`, `10min`, `2h`, `7d`. A bare `m` is refused: to some it means months.
pub fn parse_duration(text: &str) -> Result<Duration, Error> {
    let complain = |why: &str| {
        Error::usage(format!("'{text}' is no duration: {why}"))
            .hint("Write a whole number and a unit: 500ms, 30s, 10min, 2h, 7d.")
    };
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number
        .parse()
        .map_err(|_| complain("it must start with a whole number"))?;
    let milliseconds = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "min" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        "d" => number.checked_mul(86_400_000),
        "m" => {
            return Err(complain(
                "'m' could be minutes or months; minutes are 'min'",
            ));
        }
        "" => return Err(complain("the unit is missing")),
        _ => return Err(complain("the unit is not one of ms, s, min, h, d")),
    };
    let milliseconds = milliseconds
        .filter(|value| (1..=LONGEST).contains(value))
        .ok_or_else(|| complain("it is out of range"))?;
    Ok(Duration::from_millis(milliseconds))
}

/// How fast the program waits: for the real clouds as the specs advise, in the sandbox a hundred
/// times faster, because nothing there takes time.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    divisor: u32,
}

impl Pace {
    /// The pace for a vendor's cloud.
    pub const CLOUD: Self = Self { divisor: 1 };
    /// The pace for the embedded cloud.
    pub const SANDBOX: Self = Self { divisor: 100 };

    /// That wait at this pace.
    pub fn of(self, wait: Duration) -> Duration {
        wait / self.divisor
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{any, prop_assert_eq, prop_oneof, proptest};

    use super::{of_milliseconds, parse_duration, parse_instant};

    #[test]
    fn instants_are_read_as_services_write_them() {
        for text in [
            "2026-01-08T03:50:07Z",
            "2026-01-08T11:50:07+08:00",
            "2026-01-08T03:50:07",
            "1767844207",
            "1767844207000",
        ] {
            let instant = parse_instant(text).map(|instant| instant.timestamp());
            assert_eq!(instant, Some(1_767_844_207), "{text}");
        }
        let fraction = parse_instant("2026-01-08T03:50:07.574000Z");
        assert_eq!(
            fraction.map(|instant| instant.timestamp_subsec_millis()),
            Some(574)
        );
        for none in ["", "tomorrow", "2026-01-08", "12:00"] {
            assert_eq!(parse_instant(none), None, "{none}");
        }
    }

    #[test]
    fn durations_have_one_meaning() {
        assert_eq!(
            parse_duration("500ms").ok(),
            Some(Duration::from_millis(500))
        );
        assert_eq!(parse_duration("30s").ok(), Some(Duration::from_secs(30)));
        assert_eq!(parse_duration("10min").ok(), Some(Duration::from_secs(600)));
        assert_eq!(parse_duration("2h").ok(), Some(Duration::from_secs(7_200)));
        assert_eq!(parse_duration("1d").ok(), Some(Duration::from_secs(86_400)));
        for wrong in [
            "",
            "5",
            "5m",
            "m",
            "0s",
            "-1s",
            "1.5s",
            "5 s",
            "99999999999999999999s",
            "18446744073709551615ms",
            "36501d",
            "1y",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_none(text in prop_oneof![any::<String>(), "[0-9]{1,20}(ms|s|min|h|d|)"]) {
            if let Ok(span) = parse_duration(&text) {
                // As a deadline.
                let _ = tokio::time::Instant::now() + span;
                prop_assert_eq!(parse_duration(&format!("{}ms", span.as_millis())).ok(), Some(span));
            }
            let _ = parse_instant(&text);
        }

        #[test]
        fn an_instant_comes_back(seconds in -60_000_000_000_i64..99_999_999_999) {
            let shown = of_milliseconds(seconds * 1000);
            let read = shown.as_deref().and_then(parse_instant);
            prop_assert_eq!(read.map(|instant| instant.timestamp()), Some(seconds));
        }
    }
}
