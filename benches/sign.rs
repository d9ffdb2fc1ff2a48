//! What signing one request costs, from the request's parts to the header (goal S6).
//!
//! `cargo bench --bench sign`

use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use kpctl::cloud::{huawei, tencent, volcengine};
use kpctl::sign::{AccessKey, SigningInput};

const KEY: AccessKey<'_> = AccessKey {
    id: "AKLTexampleexampleexample",
    secret: "c2VjcmV0LWtleS1leGFtcGxl",
};

fn time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_465_801, 0).expect("a time of this century")
}

fn signers(criterion: &mut Criterion) {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let delete = SigningInput {
        method: "GET",
        path: "/",
        query: "Action=DeleteKeyPairs&ClientToken=a1&KeyPairNames.1=ci-deploy&Version=2020-04-01",
        headers: &[
            ("host", "open.volcengineapi.com"),
            ("x-content-sha256", empty),
            ("x-date", "20260115T083001Z"),
        ],
        body: b"",
    };
    criterion.bench_function("volcengine", |bencher| {
        bencher
            .iter(|| volcengine::sign::sign(black_box(&delete), &KEY, "cn-beijing", "ecs", time()));
    });

    let detach = SigningInput {
        method: "POST",
        path: "/",
        query: "",
        headers: &[
            ("content-type", "application/json"),
            ("host", "cvm.tencentcloudapi.com"),
            ("x-tc-action", "DisassociateInstancesKeyPairs"),
        ],
        body: br#"{"InstanceIds":["ins-4t6y8u2i"],"KeyIds":["skey-9p0o8i7u"],"ForceStop":false}"#,
    };
    criterion.bench_function("tencent", |bencher| {
        bencher.iter(|| tencent::sign::sign(black_box(&detach), &KEY, "cvm", time()));
    });

    let cancel = SigningInput {
        method: "POST",
        path: "/v1.0/0a1b2c3d4e5f60718293a4b5c6d7e8f9/kms/cancel-key-deletion",
        query: "",
        headers: &[
            ("content-type", "application/json;charset=utf-8"),
            ("host", "kms.cn-north-4.myhuaweicloud.com"),
            ("x-project-id", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
            ("x-sdk-date", "20260115T083001Z"),
        ],
        body: br#"{"key_id":"0d0466b0-e727-4d9c-b35d-f84bb474a37f"}"#,
    };
    criterion.bench_function("huawei", |bencher| {
        bencher.iter(|| huawei::sign::sign(black_box(&cancel), &KEY, time()));
    });
}

criterion_group!(benches, signers);
criterion_main!(benches);
