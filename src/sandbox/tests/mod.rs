//! The sandbox from outside: signed requests in, answers out.

mod cph;
mod credentials;
mod faults;
pub(super) mod fixture;
mod hang;
mod hardiness;
mod huawei;
mod kms_aliases;
mod kms_keys;
mod kps_bindings;
mod kps_pairs;
mod kps_private_keys;
mod kps_tasks;
mod regions;
mod signatures;
mod tencent;
mod volcengine;
mod wire;
