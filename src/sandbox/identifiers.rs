//! Request ids and other names that the clouds make up.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::clock;

/// 32 bytes that no other call, thread or process gets. Unique, not secret: nothing rests on their being hard to guess.
fn unique() -> [u8; 32] {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(RandomState::new().build_hasher().finish().to_le_bytes());
    hash.update(COUNTER.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    hash.update(time.as_nanos().to_le_bytes());
    hash.update(std::process::id().to_le_bytes());
    hash.finalize().into()
}

/// 32 lower-case hex digits: request and job ids of Huawei Cloud.
pub(crate) fn hex32() -> String {
    hex::encode(&unique()[..16])
}

/// A version 4 UUID: request ids of Tencent Cloud, revisions of the state file.
pub(crate) fn uuid() -> String {
    dashed(unique())
}

/// A UUID that follows from an id, so that it is always the same (spec tencent 2.9).
pub(crate) fn uuid_of(id: &str) -> String {
    dashed(Sha256::digest(id).into())
}

fn dashed(mut bytes: [u8; 32]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex::encode(&bytes[..16]);
    [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ]
    .join("-")
}

/// So many lower-case hex digits.
pub(crate) fn hex(length: usize) -> String {
    let mut digits = String::with_capacity(length + 64);
    while digits.len() < length {
        digits.push_str(&hex::encode(unique()));
    }
    digits.truncate(length);
    digits
}

/// 24 lower-case letters and digits: the second half of the temporary access keys of Volcengine and Tencent Cloud.
pub(crate) fn letters24() -> String {
    letters(24)
}

/// 13 upper-case letters: the second half of the temporary access keys of Huawei Cloud.
pub(crate) fn capitals13() -> String {
    let letters = unique().map(|byte| char::from(b'A' + byte % 26));
    letters[..13].iter().collect()
}

/// Lower-case letters and digits.
fn letters(length: usize) -> String {
    let digits = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let letters = unique().map(|byte| char::from(digits[usize::from(byte) % digits.len()]));
    letters[..length].iter().collect()
}

/// The id of a new Volcengine key pair: `kp-yc` and 18 lower-case letters and digits (spec volcengine 4.0).
pub(crate) fn volcengine_key_pair() -> String {
    format!("kp-yc{}", letters(18))
}

/// 8 lower-case letters and digits: the second half of the ids of Tencent Cloud (spec tencent 0).
pub(crate) fn letters8() -> String {
    letters(8)
}

/// A Volcengine request id: 14 digits of the wall clock, then 20 hex digits (spec volcengine 2.1).
pub(crate) fn volcengine_request(now: DateTime<Utc>) -> String {
    let digits = hex::encode_upper(&unique()[..10]);
    format!("{}{digits}", clock::china(now).format("%Y%m%d%H%M%S"))
}
