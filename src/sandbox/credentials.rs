//! The credentials that the sandbox knows from the start: fixed and plainly fake.
//!
//! Each cloud has a permanent key, which must come **without** a session token, and a temporary one, which must come
//! **with** its token. Beyond these it knows the temporary keys that it gave out itself, for a role, an agency, a user's
//! password or the token of an identity provider named here.

/// In every secret, session token, IAM token and metadata token that the sandbox gives out, so that a test can search for
/// it wherever none of them may turn up.
pub const ISSUED_MARK: &str = "issued-not-real";

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
/// The role that can be assumed at Volcengine, and that its metadata service names (spec volcengine 7.4 and 7.5).
pub const VOLCENGINE_ROLE_NAME: &str = "sandbox-role";
/// The same as `RoleTrn`.
pub const VOLCENGINE_ROLE_TRN: &str = "trn:iam::2100000000:role/sandbox-role";
/// The `OIDCToken` that Volcengine trusts (spec volcengine 7.4).
pub const VOLCENGINE_OIDC_TOKEN: &str = "sandbox-volcengine-oidc-token-not-real";

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
/// The role that can be assumed at Tencent Cloud, and that its metadata service names (spec tencent 5.4).
pub const TENCENT_ROLE_NAME: &str = "sandbox-role";
/// The same as `RoleArn`.
pub const TENCENT_ROLE_ARN: &str = "qcs::cam::uin/100000000001:roleName/sandbox-role";
/// The identity provider that Tencent Cloud trusts, as `ProviderId`.
pub const TENCENT_PROVIDER_ID: &str = "sandbox-idp";
/// The `WebIdentityToken` of that provider.
pub const TENCENT_OIDC_TOKEN: &str = "sandbox-tencent-oidc-token-not-real";

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
/// Name of the Huawei Cloud account, which its API calls a domain.
pub const HUAWEI_DOMAIN_NAME: &str = "sandbox";
/// Id of the same.
pub const HUAWEI_DOMAIN_ID: &str = "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf";
/// The IAM user that can get a token by password (spec huawei 4.1).
pub const HUAWEI_IAM_USER: &str = "sandbox";
/// Password of the same.
pub const HUAWEI_IAM_PASSWORD: &str = "Sandbox-password-not-real-2026";
/// The agency that can be assumed, and that the metadata service acts for (spec huawei 4.2 and 4.3).
pub const HUAWEI_AGENCY_NAME: &str = "sandbox-agency";
/// The same as `agency_urn`.
pub const HUAWEI_AGENCY_URN: &str = "iam::d0d1d2d3d4d5d6d7d8d9dadbdcdddedf:agency:sandbox-agency";
/// The identity provider that the older federation trusts, as `X-Idp-Id` (spec huawei 4.2).
pub const HUAWEI_IDP_ID: &str = "sandbox-idp";
/// The identity provider that STS trusts, as `provider_urn`. How the real ones spell the fourth part is inferred.
pub const HUAWEI_PROVIDER_URN: &str =
    "iam::d0d1d2d3d4d5d6d7d8d9dadbdcdddedf:oidcProvider:sandbox-idp";
/// The token of both.
pub const HUAWEI_OIDC_TOKEN: &str = "sandbox-huawei-oidc-token-not-real";
