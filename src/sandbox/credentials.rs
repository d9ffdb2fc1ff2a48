//! The only credentials that the sandbox knows: fixed and plainly fake.
//!
//! Each cloud has a permanent key, which must come **without** a session token, and a temporary one, which must come
//! **with** its token.

/// Volcengine access key (long-term keys start `AKLT`; spec volcengine 2.2).
pub const VOLCENGINE_ACCESS_KEY: &str = "AKLTSandboxAccessKeyNotReal";
/// Volcengine secret key.
pub const VOLCENGINE_SECRET_KEY: &str = "sandbox-volcengine-secret-not-real";
/// Volcengine region of the larger part of the demo fleet.
pub const VOLCENGINE_REGION: &str = "cn-beijing";
/// Volcengine access key of temporary credentials (they start `AKTP`).
pub const VOLCENGINE_TEMPORARY_ACCESS_KEY: &str = "AKTPSandboxTemporaryKeyNotReal";
/// Volcengine secret key of temporary credentials.
pub const VOLCENGINE_TEMPORARY_SECRET_KEY: &str = "sandbox-volcengine-temporary-secret-not-real";
/// Volcengine session token of temporary credentials, sent as `X-Security-Token` and signed.
pub const VOLCENGINE_TEMPORARY_TOKEN: &str = "sandbox-volcengine-session-token-not-real";

/// Tencent Cloud secret id.
pub const TENCENT_SECRET_ID: &str = "AKIDSandboxSecretIdNotReal0000000000";
/// Tencent Cloud secret key.
pub const TENCENT_SECRET_KEY: &str = "sandboxTencentSecretKeyNotReal00";
/// Tencent Cloud region of the larger part of the demo fleet.
pub const TENCENT_REGION: &str = "ap-guangzhou";
/// Tencent Cloud secret id of temporary credentials.
pub const TENCENT_TEMPORARY_SECRET_ID: &str = "AKIDSandboxTemporaryIdNotReal0000000";
/// Tencent Cloud secret key of temporary credentials.
pub const TENCENT_TEMPORARY_SECRET_KEY: &str = "sandboxTencentTemporaryKeyNotReal";
/// Tencent Cloud session token of temporary credentials, sent as `X-TC-Token`, not signed.
pub const TENCENT_TEMPORARY_TOKEN: &str = "sandbox-tencent-session-token-not-real";

/// Huawei Cloud access key.
pub const HUAWEI_ACCESS_KEY: &str = "SANDBOXAK0NOTREAL000";
/// Huawei Cloud secret key.
pub const HUAWEI_SECRET_KEY: &str = "sandboxHuaweiSecretKeyNotReal00000000000";
/// Huawei Cloud region of the demo fleet.
pub const HUAWEI_REGION: &str = "cn-north-4";
/// Project of [`HUAWEI_REGION`].
pub const HUAWEI_PROJECT_ID: &str = "5a4dbc0ffee05a4dbc0ffee05a4dbc0f";
/// Huawei Cloud IAM token, sent as `X-Auth-Token` in place of a signature.
pub const HUAWEI_AUTH_TOKEN: &str = "sandbox-huawei-token-not-real";
/// Huawei Cloud access key of temporary credentials.
pub const HUAWEI_TEMPORARY_ACCESS_KEY: &str = "SANDBOXTEMPAK0NOTREA";
/// Huawei Cloud secret key of temporary credentials.
pub const HUAWEI_TEMPORARY_SECRET_KEY: &str = "sandboxHuaweiTemporaryKeyNotReal00000000";
/// Huawei Cloud security token of temporary credentials, sent as `X-Security-Token`.
pub const HUAWEI_TEMPORARY_TOKEN: &str = "sandbox-huawei-security-token-not-real";
