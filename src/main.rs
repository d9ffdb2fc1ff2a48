//! The thin binary around the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    kpctl::run(std::env::args_os().collect())
}
