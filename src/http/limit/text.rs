//! Limits that services tell in the text of a refusal.

use std::time::Duration;

/// The requests a second of a text such as `policy user over ratelimit,limit:200,time:5 minute` (spec
/// huawei 3.2, APIGW.0308).
pub fn limit_in(text: &str) -> Option<f64> {
    let (_, rest) = text.split_once("limit:")?;
    let (limit, rest) = rest.split_once(",time:")?;
    let limit: u32 = limit.trim().parse().ok()?;
    let (number, unit) = rest.trim_start().split_once(' ')?;
    let number: u32 = number.parse().ok()?;
    let unit: String = unit.chars().take_while(char::is_ascii_alphabetic).collect();
    let seconds = match unit.trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    let time = Duration::from_secs(seconds) * number;
    (limit > 0 && !time.is_zero()).then(|| f64::from(limit) / time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::limit_in;

    #[test]
    fn the_gateway_s_text_is_read_and_others_are_not() {
        for (text, limit) in [
            (
                "policy user over ratelimit,limit:200,time:5 minute",
                Some(200.0 / 300.0),
            ),
            (
                "The throttling threshold has been reached: policy ip over ratelimit,limit:1000,time:1 minutes.",
                Some(1_000.0 / 60.0),
            ),
            ("ratelimit,limit:5,time:1 second", Some(5.0)),
            ("ratelimit,limit:0,time:1 second", None),
            ("ratelimit,limit:5,time:0 second", None),
            ("ratelimit,limit:5,time:1 fortnight", None),
            ("ratelimit,limit:5", None),
            ("The throttling threshold has been reached", None),
        ] {
            assert_eq!(limit_in(text), limit, "{text}");
        }
    }
}
