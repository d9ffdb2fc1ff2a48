//! The lane against clocks of its own: nothing waits here.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

use super::Lane;
use crate::http::limit::Rate;
use crate::time::Pace;

const MILLISECOND: Duration = Duration::from_millis(1);

fn lane(per_second: u32) -> Lane {
    Lane::new(NonZeroU32::new(per_second).map(Rate::of))
}

/// Sends that many requests one after the other as soon as each may go; `round_trip` says how long
/// the answer to a request takes. When they went.
fn run(
    lane: &mut Lane,
    start: Instant,
    requests: usize,
    round_trip: impl Fn(usize) -> Duration,
) -> Vec<Instant> {
    let mut now = start;
    let mut went = Vec::new();
    while went.len() < requests {
        match lane.admit(now, Pace::CLOUD) {
            Err(wait) => now += wait,
            Ok(number) => {
                went.push(now);
                now += round_trip(went.len() - 1);
                lane.ended(number, now);
                lane.succeeded();
            }
        }
    }
    went
}

/// The largest number of these moments in any second.
fn most_in_a_second(moments: &[Instant]) -> usize {
    let within = |first: &Instant| {
        let in_it = |other: &&Instant| **other >= *first && **other < *first + 1_000 * MILLISECOND;
        moments.iter().filter(in_it).count()
    };
    moments.iter().map(within).max().unwrap_or_default()
}

#[tokio::test]
async fn no_second_holds_more_than_the_published_rate_and_hardly_one_less() {
    let start = Instant::now();
    for per_second in [5_u32, 10, 20, 100] {
        for round_trip in [MILLISECOND / 4, MILLISECOND] {
            let requests = usize::try_from(per_second).expect("small") * 20;
            let went = run(&mut lane(per_second), start, requests, |_| round_trip);
            let most = most_in_a_second(&went);
            assert!(
                most <= usize::try_from(per_second).expect("small"),
                "{most}"
            );
            let took = *went.last().expect("some") - start;
            assert!(took < 20_200 * MILLISECOND, "{per_second}: {took:?}");
        }
    }
}

#[tokio::test]
async fn what_arrives_late_does_not_make_a_second_too_full() {
    // The first request opens the connection, so that it arrives late; each further one arrives
    // half of the round trip after it went.
    let round_trip = |number: usize| if number == 0 { 400 } else { 40 } * MILLISECOND;
    let start = Instant::now();
    let went = run(&mut lane(10), start, 200, round_trip);
    let half_a_trip = 20 * MILLISECOND;
    let arrived: Vec<_> = went
        .iter()
        .enumerate()
        .map(|(number, went)| *went + round_trip(number) - half_a_trip)
        .collect();
    assert_eq!(most_in_a_second(&arrived), 10);
    assert!(*arrived.last().expect("some") - start < 20_500 * MILLISECOND);
}

#[tokio::test]
async fn a_short_command_waits_for_nobody() {
    let start = Instant::now();
    let went = run(&mut lane(10), start, 3, |_| MILLISECOND);
    assert_eq!(went[2] - start, 2 * MILLISECOND);
}

#[tokio::test]
async fn a_request_under_way_counts_until_its_end_and_no_longer() {
    let mut lane = lane(1);
    let now = Instant::now();
    let number = lane.admit(now, Pace::CLOUD).expect("the first");
    let later = now + 5_000 * MILLISECOND;
    assert!(lane.admit(later, Pace::CLOUD).is_err());
    lane.ended(number, later);
    let after = later + 1_000 * MILLISECOND;
    assert!(lane.admit(after, Pace::CLOUD).is_ok());
}

#[tokio::test]
async fn throttled_means_half_once_for_all_under_way_and_success_little_by_little_all() {
    let mut lane = lane(10);
    let start = Instant::now();
    let one = lane.admit(start, Pace::CLOUD).expect("goes");
    let other = lane.admit(start, Pace::CLOUD).expect("goes");
    for number in [one, other] {
        lane.ended(number, start);
        lane.throttled(number, start, Pace::CLOUD, None);
    }
    let second = 1_000 * MILLISECOND;
    assert_eq!(lane.admit(start, Pace::CLOUD), Err(second / 5));
    let went = run(&mut lane, start + second, 100, |_| MILLISECOND);
    assert_eq!(went[1] - went[0], second.div_f64(5.05));
    assert!(went[99] - went[98] < went[1] - went[0]);
    let went = run(&mut lane, start + 100 * second, 200, |_| MILLISECOND);
    assert_eq!(most_in_a_second(&went), 10, "never above what is published");
}

#[tokio::test]
async fn it_never_stops_altogether() {
    let mut lane = lane(10);
    let mut now = Instant::now();
    for _ in 0..20 {
        let number = loop {
            match lane.admit(now, Pace::CLOUD) {
                Ok(number) => break number,
                Err(wait) => now += wait,
            }
        };
        lane.ended(number, now);
        lane.throttled(number, now, Pace::CLOUD, None);
    }
    assert_eq!(lane.admit(now, Pace::CLOUD), Err(5_000 * MILLISECOND));
}

#[tokio::test]
async fn without_a_published_rate_the_refused_one_is_learnt_from() {
    let mut lane = Lane::new(None);
    let start = Instant::now();
    let mut last = 0;
    for number in 0..40 {
        let now = start + number * 50 * MILLISECOND;
        last = lane.admit(now, Pace::CLOUD).expect("no limit is known");
        lane.ended(last, now);
    }
    let now = start + 2_000 * MILLISECOND;
    lane.throttled(last, now, Pace::CLOUD, None);
    // Of the forty nineteen went in the last second, so that half as many may go in the next.
    let went = run(&mut lane, now + 1_000 * MILLISECOND, 10, |_| MILLISECOND);
    let took = went[9] - went[0];
    assert!(
        took > 900 * MILLISECOND && took < 1_000 * MILLISECOND,
        "{took:?}"
    );
}

#[tokio::test]
async fn what_the_service_says_of_its_limit_is_the_most_from_then_on() {
    let mut lane = lane(20);
    let start = Instant::now();
    let number = lane.admit(start, Pace::CLOUD).expect("goes");
    lane.ended(number, start);
    lane.throttled(number, start, Pace::CLOUD, Some(2.0));
    let went = run(&mut lane, start + 10_000 * MILLISECOND, 200, |_| {
        MILLISECOND
    });
    assert_eq!(went[199] - went[198], 500 * MILLISECOND);
}

#[tokio::test]
async fn it_holds_as_long_as_the_service_asks_and_at_the_pace_of_the_cloud() {
    let mut lane = lane(10);
    let now = Instant::now();
    lane.hold_until(now + 3_000 * MILLISECOND);
    lane.hold_until(now + 2_000 * MILLISECOND);
    assert_eq!(lane.admit(now, Pace::CLOUD), Err(3_000 * MILLISECOND));

    let mut quick = self::lane(1);
    let number = quick.admit(now, Pace::SANDBOX).expect("goes");
    quick.ended(number, now);
    assert_eq!(quick.admit(now, Pace::SANDBOX), Err(10 * MILLISECOND));
}
