//! What every environment variable means, for `docs/environment.md`, which is made from this table.
//!
//! Tests hold the table against the source: a variable that is read and not listed fails them, and so
//! does one that is listed and not read.

use super::env;
use crate::model::CloudId;

/// A variable that kpctl, or a library in it, reads.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name; `<CLOUD>` and its like stand for what varies.
    pub name: &'static str,
    /// Whose it is.
    pub owner: Owner,
    /// What it does here, in one line of Markdown.
    pub meaning: &'static str,
}

/// Who gave a variable its name and meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// kpctl.
    Kpctl,
    /// The tools of a vendor.
    Vendor(CloudId),
    /// The system, or a custom of many programs; kpctl reads it itself.
    System,
    /// The same, and a library reads it: its name is not in kpctl's source.
    Library,
}

const fn kpctl(name: &'static str, meaning: &'static str) -> Variable {
    let owner = Owner::Kpctl;
    Variable {
        name,
        owner,
        meaning,
    }
}

const fn of(cloud: CloudId, name: &'static str, meaning: &'static str) -> Variable {
    let owner = Owner::Vendor(cloud);
    Variable {
        name,
        owner,
        meaning,
    }
}

const fn system(owner: Owner, name: &'static str, meaning: &'static str) -> Variable {
    Variable {
        name,
        owner,
        meaning,
    }
}

const VOLC: CloudId = CloudId::Volcengine;
const TENCENT: CloudId = CloudId::Tencent;
const HUAWEI: CloudId = CloudId::Huawei;

/// All of them, in the order of the page.
pub const VARIABLES: &[Variable] = &[
    kpctl(
        env::PROFILE,
        "the profile to work with when no `-p` is given",
    ),
    kpctl(env::CONFIG, "the config file; it must be there"),
    kpctl(
        "KPCTL_EXPECT_ACCOUNT_<CLOUD>",
        "the account that the credentials must belong to; checked before a change, empty is an error",
    ),
    kpctl(
        env::INSTANCE_ROLE,
        "`1`: the role of the instance that this runs on gives credentials when no other source does",
    ),
    kpctl(
        "KPCTL_ENDPOINT_URL_<CLOUD>_<SERVICE>",
        "the endpoint of one service, as in `KPCTL_ENDPOINT_URL_HUAWEI_KMS`",
    ),
    kpctl(
        "KPCTL_ENDPOINT_URL_<CLOUD>",
        "the endpoint of one cloud, its IAM and STS too",
    ),
    kpctl(
        env::ENDPOINT,
        "the endpoint of all clouds; this machine only",
    ),
    kpctl(env::SANDBOX, "`1` is `--sandbox` on every command"),
    kpctl(
        env::STATE_DIR,
        "the state folder; by default `$XDG_STATE_HOME/kpctl`",
    ),
    kpctl(
        env::JOURNAL,
        "`off` does without the record of changes ([journal.md](journal.md))",
    ),
    kpctl(
        env::MUTATIONS,
        "`plan-only`: direct changes are refused, and `--plan FILE` writes them down; a guard rail for jobs and agents ([plans.md](plans.md))",
    ),
    kpctl(
        env::CACHE_DIR,
        "the cache folder; by default `$XDG_CACHE_HOME/kpctl`",
    ),
    of(VOLC, "VOLCENGINE_ACCESS_KEY", "id of the access key"),
    of(VOLC, "VOLCENGINE_SECRET_KEY", "secret of the access key"),
    of(
        VOLC,
        "VOLCENGINE_SESSION_TOKEN",
        "token of a temporary key; may be empty",
    ),
    of(VOLC, "VOLCENGINE_REGION", "region"),
    of(
        VOLC,
        "VOLCSTACK_ACCESS_KEY_ID",
        "second family: id of the access key",
    ),
    of(
        VOLC,
        "VOLCSTACK_ACCESS_KEY",
        "the same, after `VOLCSTACK_ACCESS_KEY_ID`",
    ),
    of(
        VOLC,
        "VOLCSTACK_SECRET_ACCESS_KEY",
        "second family: secret of the access key",
    ),
    of(
        VOLC,
        "VOLCSTACK_SECRET_KEY",
        "the same, after `VOLCSTACK_SECRET_ACCESS_KEY`",
    ),
    of(
        VOLC,
        "VOLCSTACK_SESSION_TOKEN",
        "second family: token of a temporary key",
    ),
    of(
        VOLC,
        "VOLCSTACK_REGION",
        "second family: region, before `VOLCENGINE_REGION`",
    ),
    of(VOLC, "VOLC_ACCESSKEY", "third family: id of the access key"),
    of(
        VOLC,
        "VOLC_SECRETKEY",
        "third family: secret of the access key",
    ),
    of(
        VOLC,
        "VOLCENGINE_DISABLE_DEFAULT_CREDENTIALS",
        "`true`: no variable gives credentials",
    ),
    of(
        VOLC,
        "VOLCENGINE_ASSUME_ROLE_TRN",
        "role to take on with the first family",
    ),
    of(
        VOLC,
        "VOLCENGINE_ASSUME_ROLE_SESSION_NAME",
        "name of its session",
    ),
    of(
        VOLC,
        "VOLCENGINE_ASSUME_ROLE_DURATION_SECONDS",
        "life of its credentials",
    ),
    of(
        VOLC,
        "VOLCENGINE_OIDC_ROLE_TRN",
        "role for the token of an identity provider",
    ),
    of(VOLC, "VOLCENGINE_OIDC_TOKEN_FILE", "file of that token"),
    of(
        VOLC,
        "VOLCENGINE_OIDC_ROLE_SESSION_NAME",
        "name of its session",
    ),
    of(
        VOLC,
        "VOLCENGINE_OIDC_ROLE_POLICY",
        "policy that narrows it",
    ),
    of(
        VOLC,
        "VOLCENGINE_OIDC_STS_ENDPOINT",
        "host of STS for that exchange",
    ),
    of(
        VOLC,
        "VOLCENGINE_ASSUME_ROLE_WITH_OIDC_TRN",
        "Terraform's role for the token of an identity provider",
    ),
    of(VOLC, "VOLCENGINE_ASSUME_ROLE_WITH_OIDC_TOKEN", "that token"),
    of(
        VOLC,
        "VOLCENGINE_ASSUME_ROLE_WITH_OIDC_SESSION_NAME",
        "name of its session",
    ),
    of(
        VOLC,
        "VOLCENGINE_ASSUME_ROLE_WITH_OIDC_DURATION_SECONDS",
        "life of its credentials",
    ),
    of(
        VOLC,
        "VOLCENGINE_PROFILE",
        "profile of the file of `ve`, before the file's current one",
    ),
    of(
        VOLC,
        "VOLCSTACK_PROFILE",
        "the same, after `VOLCENGINE_PROFILE`",
    ),
    of(
        VOLC,
        "VOLCENGINE_CLI_CONFIG_FILE",
        "the file of `ve`, instead of `~/.volcengine/config.json`; it must be there",
    ),
    of(
        VOLC,
        "VOLCENGINE_LOGIN_CACHE_DIRECTORY",
        "folder of the keys that `ve login` keeps, instead of `login/cache` beside the file of `ve`",
    ),
    of(
        VOLC,
        "VOLCENGINE_ECS_METADATA",
        "name of the instance role; without it the first that the instance has",
    ),
    of(
        VOLC,
        "VOLCENGINE_ECS_METADATA_DISABLED",
        "`true`: `KPCTL_INSTANCE_ROLE` does not count",
    ),
    of(
        VOLC,
        "VOLCENGINE_ENDPOINT",
        "host or address of the services that it fits; `auto-addressing` is the standard resolver",
    ),
    of(
        VOLC,
        "VOLCENGINE_ENDPOINT_RESOLVER",
        "`standard`: each service has a host in each region",
    ),
    of(
        VOLC,
        "VOLCENGINE_USE_DUALSTACK",
        "`true`: hosts with addresses of version 6, too, where regions have their own hosts",
    ),
    of(
        VOLC,
        "VOLC_ENABLE_DUALSTACK",
        "the same, after `VOLCENGINE_USE_DUALSTACK`",
    ),
    of(TENCENT, "TENCENTCLOUD_SECRET_ID", "id of the access key"),
    of(
        TENCENT,
        "TENCENTCLOUD_SECRET_KEY",
        "secret of the access key",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_TOKEN",
        "token of a temporary key; may be empty",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_SECURITY_TOKEN",
        "the same, after `TENCENTCLOUD_TOKEN`",
    ),
    of(TENCENT, "TENCENTCLOUD_REGION", "region"),
    of(
        TENCENT,
        "TENCENTCLOUD_ROLE_ARN",
        "tccli's role to take on with the key",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ROLE_SESSION_NAME",
        "name of its session",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_ARN",
        "Terraform's role to take on with the key, or for a token",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME",
        "name of its session",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION",
        "life of its credentials, in seconds",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID",
        "what the role's owner asks of strangers",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN",
        "token of an identity provider for the role",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN_FILE",
        "file of that token",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID",
        "that provider; `OIDC` without it",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_SERIAL_NUMBER",
        "not done: with a role an error",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_TOKEN_CODE",
        "not done: with a role an error",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_SAML_ASSERTION",
        "not done: with a role an error",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_PRINCIPAL_ARN",
        "not done: with a role an error",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_SOURCE_IDENTITY",
        "not done: with a role an error",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_ASSUME_ROLE_ARNN_FILE",
        "not done: an error",
    ),
    of(
        TENCENT,
        "TKE_ROLE_ARN",
        "role of a pod; all four of `TKE_…` must be there",
    ),
    of(TENCENT, "TKE_PROVIDER_ID", "its provider"),
    of(TENCENT, "TKE_WEB_IDENTITY_TOKEN_FILE", "file of its token"),
    of(
        TENCENT,
        "TKE_REGION",
        "where its cluster is; no region for commands",
    ),
    of(TENCENT, "TCCLI_PROFILE", "profile of the files of `tccli`"),
    of(
        TENCENT,
        "TENCENTCLOUD_PROFILE",
        "the same, after `TCCLI_PROFILE`",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_SHARED_CREDENTIALS_DIR",
        "folder of the files of `tccli`, instead of `~/.tccli`",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_CREDENTIALS_FILE",
        "the SDKs' file, instead of `~/.tencentcloud/credentials` and `/etc/tencentcloud/credentials`; it must be there",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_CAM_ROLE_NAME",
        "name of the instance role; without it the one that the instance has",
    ),
    of(
        TENCENT,
        "TENCENTCLOUD_DOMAIN",
        "root domain of all hosts, as in `intl.tencentcloudapi.com`",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_AK",
        "first family: id of the access key",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_SK",
        "first family: secret of the access key",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        "first family: token of a temporary key; may be empty",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_PROJECT_ID",
        "first family: id of the region's project; looked up without it",
    ),
    of(
        HUAWEI,
        "HW_ACCESS_KEY",
        "second family: id of the access key",
    ),
    of(
        HUAWEI,
        "HW_SECRET_KEY",
        "second family: secret of the access key",
    ),
    of(
        HUAWEI,
        "HW_SECURITY_TOKEN",
        "second family: token of a temporary key; may be empty",
    ),
    of(
        HUAWEI,
        "HW_PROJECT_ID",
        "second family: id of the region's project; looked up without it",
    ),
    of(HUAWEI, "HW_REGION_NAME", "region, for all families"),
    of(
        HUAWEI,
        "HW_AUTH_TOKEN",
        "a token of IAM, when there is no key pair",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_OIDC_PROVIDER_URN",
        "identity provider of a token for an agency",
    ),
    of(HUAWEI, "HUAWEICLOUD_OIDC_AGENCY_URN", "that agency"),
    of(HUAWEI, "HUAWEICLOUD_OIDC_TOKEN_FILE", "file of that token"),
    of(
        HUAWEI,
        "HUAWEICLOUD_OIDC_ID_TOKEN",
        "that token itself, before the file",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_OIDC_SESSION_NAME",
        "name of its session",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_OIDC_DURATION_SECONDS",
        "life of its credentials",
    ),
    of(HUAWEI, "HUAWEICLOUD_OIDC_POLICY", "policy that narrows it"),
    of(HUAWEI, "HUAWEICLOUD_OIDC_POLICY_IDS", "not done: an error"),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_IDP_ID",
        "identity provider of a token without an agency",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_ID_TOKEN_FILE",
        "file of that token",
    ),
    of(
        HUAWEI,
        "OS_ACCESS_KEY",
        "third family: id of the access key; its token is `HW_SECURITY_TOKEN`",
    ),
    of(
        HUAWEI,
        "OS_SECRET_KEY",
        "third family: secret of the access key",
    ),
    of(HUAWEI, "OS_REGION_NAME", "region, after `HW_REGION_NAME`"),
    of(
        HUAWEI,
        "OS_PROJECT_ID",
        "id of the region's project, after `HW_PROJECT_ID`",
    ),
    of(
        HUAWEI,
        "OS_AUTH_URL",
        "elsewhere than under `myhuaweicloud.com` or `.eu`: no `OS_` variable counts",
    ),
    of(
        HUAWEI,
        "OS_AUTH_TOKEN",
        "a token of IAM, after `HW_AUTH_TOKEN`",
    ),
    of(HUAWEI, "HW_USER_NAME", "name of a user"),
    of(HUAWEI, "HW_USER_PASSWORD", "that user's password"),
    of(HUAWEI, "HW_DOMAIN_ID", "id of that user's account"),
    of(HUAWEI, "HW_DOMAIN_NAME", "name of that user's account"),
    of(
        HUAWEI,
        "OS_USERNAME",
        "name of a user, after `HW_USER_NAME`",
    ),
    of(HUAWEI, "OS_PASSWORD", "that user's password"),
    of(HUAWEI, "OS_DOMAIN_ID", "id of that user's account"),
    of(
        HUAWEI,
        "OS_USER_DOMAIN_ID",
        "the same, after `OS_DOMAIN_ID`",
    ),
    of(HUAWEI, "OS_DOMAIN_NAME", "name of that user's account"),
    of(
        HUAWEI,
        "OS_USER_DOMAIN_NAME",
        "the same, after `OS_DOMAIN_NAME`",
    ),
    of(
        HUAWEI,
        "HW_ASSUME_ROLE_AGENCY_NAME",
        "agency to take on with what Terraform reads",
    ),
    of(
        HUAWEI,
        "HW_ASSUME_ROLE_DOMAIN_ID",
        "id of the account that it belongs to",
    ),
    of(
        HUAWEI,
        "HW_ASSUME_ROLE_DOMAIN_NAME",
        "name of the account that it belongs to",
    ),
    of(
        HUAWEI,
        "HW_ASSUME_ROLE_DURATION",
        "life of its credentials, in seconds",
    ),
    of(
        HUAWEI,
        "HW_ASSUME_ROLE_IDP_ID",
        "not done: with the agency an error",
    ),
    of(
        HUAWEI,
        "HW_ASSUME_ROLE_ID_TOKEN",
        "not done: with the agency an error",
    ),
    of(
        HUAWEI,
        "HW_ASSUME_ROLE_ID_TOKEN_FILE",
        "not done: with the agency an error",
    ),
    of(
        HUAWEI,
        "OS_AGENCY_NAME",
        "not done: an error with Terraform's credentials",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
        "the SDKs' file, instead of `~/.huaweicloud/credentials`; it must be there",
    ),
    of(
        HUAWEI,
        "HW_SHARED_CONFIG_FILE",
        "the file of KooCLI, instead of `~/.hcloud/config.json`; it must be there",
    ),
    of(
        HUAWEI,
        "HW_PROFILE",
        "profile of the file of KooCLI, before the file's current one",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_IAM_ENDPOINT",
        "endpoint of IAM; the first of a list",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_STS_ENDPOINT",
        "endpoint of STS; the first of a list",
    ),
    of(
        HUAWEI,
        "HUAWEICLOUD_SDK_REGION_<SERVICE>_<REGION>",
        "endpoint of a service in a region, as in `HUAWEICLOUD_SDK_REGION_KMS_CN_NORTH_4`; the first of a list",
    ),
    of(
        HUAWEI,
        "HW_CLOUD",
        "domain of all hosts, as in `myhuaweicloud.eu`",
    ),
    system(
        Owner::System,
        "HTTPS_PROXY",
        "proxy for https; `https_proxy`, too",
    ),
    system(
        Owner::System,
        "HTTP_PROXY",
        "proxy for plain http; `http_proxy`, too",
    ),
    system(
        Owner::System,
        "ALL_PROXY",
        "proxy for what has no other; `all_proxy`, too",
    ),
    system(
        Owner::Library,
        "NO_PROXY",
        "hosts that are asked without a proxy; `no_proxy`, too",
    ),
    system(
        Owner::Library,
        "REQUEST_METHOD",
        "set in CGI programs, where `HTTP_PROXY` does not count",
    ),
    system(
        Owner::System,
        "SSL_CERT_FILE",
        "file of the certificate authorities to trust instead of the system's",
    ),
    system(Owner::System, "SSL_CERT_DIR", "folders of such files"),
    system(
        Owner::System,
        "HOME",
        "the folder that the config file and the vendors' files are in",
    ),
    system(
        Owner::Library,
        "XDG_CONFIG_HOME",
        "where the config file is; by default `~/.config`",
    ),
    system(
        Owner::Library,
        "XDG_STATE_HOME",
        "where the state folder is; by default `~/.local/state`",
    ),
    system(
        Owner::Library,
        "XDG_CACHE_HOME",
        "where the cache folder is; by default `~/.cache`",
    ),
    system(
        Owner::Library,
        "NO_COLOR",
        "set to anything: no colours, unless `--color always`",
    ),
];
