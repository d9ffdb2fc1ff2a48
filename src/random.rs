//! Randomness from the system: idempotency tokens and jitter.

use ring::rand::{SecureRandom, SystemRandom};

use crate::error::{Error, ErrorKind};

/// A fresh token of 32 hexadecimal digits.
pub fn token() -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::new(ErrorKind::Internal, "the system gives no random bytes"))?;
    Ok(hex::encode(bytes))
}

/// A number from 0 to 1 that need not be secret; the middle when the system gives none.
pub fn chance() -> f64 {
    let mut bytes = [128, 0, 0, 0];
    let _ = SystemRandom::new().fill(&mut bytes);
    f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)
}
