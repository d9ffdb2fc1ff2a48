//! Public keys of the demo fleet. The named ones were made with ssh-keygen and their private halves thrown away, but for one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// RSA; trusted in all three clouds, so that a search for one key has something to find.
pub(crate) const CI: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCkRTf3DaiiVXmnZ5WnJ9xpJblxBaQyjtcgbXb2dZxaTx3QGXtf7h9o7wJJTMNGPQYzEF80Iu7tT6yb3GXiiSzkK7SWtbJLo2e/JO7DLvENtrP6Y+Rg24zVZFnHoHnRQd3ihxvk2OfsUNLvpkt4f1Jc1az6+8L4yNk/XTTrnCeqp4uBYbCh2u8tm3pKNhi9vwaiOp3xW6QdwAQG/BnPQcX9gnbnkTRnpYhJZ/fhtlyskcfzdwb2JW/ATYiKCmSfho+lwrs6EI0Uj4W1+0OJmr2Md9/zZpUxhbUfktx2V1cms1ZuH0XY3o3sb5Zbe5cOyA5lVtBbyv6oY+A/EFI2j7VF ci@example.com";
/// RSA; of a laptop that is long gone, but still trusted in several places.
pub(crate) const LAPTOP: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDAl8CIMRD3KYI+T0DJEAeK6WAhBGtpxQ8scjxjl8UFrHyhBJfOrOJXDmcZ2Upb9Awrd3hzsakdJ02Ewy+MV+tAX9YOi9DrxSKleDuzpkcEVvIFYjBVYUhtd1cX9n10bpfhhhOYCVWGHaA1yUafcvOiI1PR0f00lugu5OszrAvjmjMPFFFcMmcS95qTW1vxLU8jJbpjCA4uFrrhTT3RtWqslMPzmXaxPLBGB101rYrlwOW16biDX9rqXkbdP5TBuCljFT8w1OdC7RL5Xn17ydYjFKGXj3mnQGzXCk6Mch3IJLkByfkPfGGy1fTNyraLKUeO+Ol3Qa7gjbBkCw3fRkkj dev@example.com";
/// RSA; of the people on call.
pub(crate) const OPS: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDQAGKbSW3iz1KS5xpulK3meW30QY/rWR/yZfIDaTJyzB8fTTqmoYsTSVsjfdXH0w/SwG3o+w5oAGJll0UygxX7AaUhgBh9K+mcTOFahYhcsdxfxncrvGhWBmOEEKVoNk+IXEnKenD4tDr+pxHNwtg0y0FbQRp7YeG7vmQ6fyFqO7JnHtoyTPjm30JFxARdFLG5ndgRiWOGiwvfRh2Iaofkxk4l4tP0ckQh1BM1/URwXPgAbRUD4hePU+GaPxHeCIx5HCi4WMsPN0ojaPNj9ftn7dk2ugKEGy74D3c9ae5Ymb46MNucYudHmSkY1FiJ8JAbyUhdKy+5+DTiUO/cTuqZ ops@example.com";
/// Ed25519.
pub(crate) const DEV: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGvkQ9pAvqTg9UCpdC7uEDAVR3g3WF7mq6gx4LruXmjx dev@example.com";

/// RSA; its private half is published in `tests/keys`, so that anybody can act as its owner.
pub(crate) const PRACTICE: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC19DMx1GVi0R28PuQ3ZxHHGrQ5ZTg1T0zllwGsXuLuFa/DhaHDgdRj566sUuqyluyCJRJGNLHPwe7Ho1kmJItpjMlM4RqZjOESSwkyoDoFeMAgDccEz6ftIHBXQzQlQYZg04jIhk8jBhy5S1V9OBldDTr3fm8GsjIUgPcRm2oUsAwdx1Nf0AIvisl8GMjZDcc1CMrBTiZBm3n88AtIAFQ2Z9SX+hSxO71ylORLP2lKECxHrXbGsUn4LoEvrQDFclrxBTk5VQIQu3prgcyY46ANLZ5Zlo+Zu9lv3XjipR95Wan6U4bR4DzijMjOYTmbhR/BGSEopigArX2EkQuB+qDv practice@example.com";
/// Ed25519; of somebody else in the company.
pub(crate) const COLLEAGUE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPQCp3fHUi49HD80sPuAbtqdxtziOy1ig8/NyKy3xt3W colleague@example.com";

/// A well-formed 2048-bit RSA public key that belongs to nobody: its modulus is a hash of the name, so it is the same in
/// every seed. No private key for it is known to anyone.
pub(crate) fn invented(name: &str) -> String {
    let mut modulus = vec![0]; // keeps the number positive
    for part in 0u8..8 {
        let mut hash = Sha256::new();
        hash.update([part]);
        hash.update(name.as_bytes());
        modulus.extend_from_slice(&hash.finalize());
    }
    modulus[1] |= 0x80; // 2048 bits, not fewer
    modulus[256] |= 1; // odd, as every product of odd primes
    let mut blob = Vec::new();
    for part in [b"ssh-rsa".as_slice(), &[1, 0, 1], &modulus] {
        let length = u32::try_from(part.len()).unwrap_or_default();
        blob.extend_from_slice(&length.to_be_bytes());
        blob.extend_from_slice(part);
    }
    format!("ssh-rsa {} {name}", STANDARD.encode(blob))
}

#[cfg(test)]
mod tests {
    use super::super::super::fingerprint;
    use super::*;

    #[test]
    fn all_are_public_keys() {
        let invented = [invented("a"), invented("b")];
        assert_ne!(invented[0], invented[1]);
        for key in [
            CI,
            LAPTOP,
            OPS,
            DEV,
            PRACTICE,
            COLLEAGUE,
            &invented[0],
            &invented[1],
        ] {
            assert!(fingerprint::parse(key).is_some(), "{key}");
        }
    }
}
