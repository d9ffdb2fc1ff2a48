//! The sandbox from outside: signed requests in, answers out.

mod cph;
mod faults;
mod fixture;
mod hardiness;
mod huawei;
mod signatures;
mod tencent;
mod volcengine;
mod wire;
