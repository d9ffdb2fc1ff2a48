//! Refusals of Huawei Cloud: codes, what they mean, what to do (spec huawei 3, 6 and 7,
//! huawei-codearts-cph 3.5 and 6.6). Messages may be in Chinese for anyone, so only codes decide
//! here; the one exception is the gateway's `0301`, whose texts are all that tells its causes apart.

use super::iam;
use crate::cloud::reply;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::Reply;
use crate::model::CloudId;

/// Errors for parts of a request that are shown.
const MOST_DETAILS: usize = 100;

/// An error as it stands in answers, for the whole request or for one item.
#[derive(Clone, Debug, Default)]
pub(super) struct VendorError {
    /// The code; empty when there is none.
    pub(super) code: String,
    pub(super) message: String,
    /// Errors for parts of the request.
    pub(super) details: Vec<String>,
    /// The reason of a denial, in a form that only STS can read.
    pub(super) encoded: Option<String>,
}

impl VendorError {
    /// An error that stands beside an item inside an answer.
    pub(super) fn of_item(code: Option<&str>, message: Option<&str>) -> Self {
        Self {
            code: code.unwrap_or_default().to_owned(),
            message: message.unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }

    /// The error in kpctl's words. `status` is the HTTP status of a refusal.
    pub(super) fn explain(self, status: Option<u16>) -> Error {
        let kind = kind(&self.code, status);
        let fate = match kind {
            // The gateway says itself that the request did not reach the service.
            ErrorKind::Server if matches!(gateway(&self.code), Some("0610" | "0613")) => {
                Fate::NotDone
            }
            ErrorKind::Server => Fate::Unknown,
            _ => Fate::NotDone,
        };
        let mut error = Error::new(kind, shown(&self.message))
            .fate(fate)
            .cloud(CloudId::Huawei);
        if !self.code.is_empty() {
            error = error.code(reply::words(&self.code));
        }
        let details = self.details.iter();
        let quotes = details
            .take(MOST_DETAILS)
            .map(|detail| format!("The service adds: {}", reply::words(detail)))
            .chain(self.encoded.iter().filter(|encoded| is_one_word(encoded)).map(|encoded| {
                format!("STS decodes the denial (POST /v5/decode-authorization-message): {encoded}")
            }));
        error.with(|error| {
            error.hints.extend(hint(&self.code, &self.message));
            error.quotes.extend(quotes);
        })
    }
}

/// Whether a denial's reason is the base64 that it is to be. A cut one could not be decoded.
fn is_one_word(encoded: &str) -> bool {
    encoded.len() <= 1 << 16 && encoded.chars().all(|letter| letter.is_ascii_graphic())
}

/// The error for a refusal without a readable reason. A status that speaks for itself is believed
/// before a proxy is suspected: taking a 401 for a passing fault would repeat a wrong signature,
/// and five of them lock the key (spec huawei 1, point 9).
pub(super) fn speechless(reply: &Reply, is_json: bool) -> Error {
    let from_a_service = is_json || reply.body.trim_ascii().is_empty();
    let kind = match reply.status {
        404 if from_a_service => ErrorKind::NotFound,
        409 if from_a_service => ErrorKind::Conflict,
        _ => return reply::foreign(reply).cloud(CloudId::Huawei),
    };
    Error::new(
        kind,
        format!("refused without a readable reason: {}", reply.excerpt()),
    )
    .hint("Check the endpoint, and whether a proxy stands in between.")
    .cloud(CloudId::Huawei)
}

/// Whether the service says that the project is not that of the credentials or of the region.
pub(super) fn is_wrong_project(error: &Error) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    matches!(code, "KMS.0305" | "KMS.0321") || gateway(code) == Some("0310")
}

/// Whether the account has nothing in the region: no project, by kpctl's own word. The documents know no
/// code for a service that was never opened (spec huawei 3, 6 and 7, huawei-codearts-cph 3.5 and 6.6);
/// what is frozen, in arrears or denied may hold keys all the same.
pub(super) fn is_not_enabled(error: &Error) -> bool {
    error.code.as_deref() == Some(iam::NO_PROJECT)
}

/// The message without the canonical request that the gateway quotes back: a session token is part
/// of it (spec huawei 2.4).
fn shown(message: &str) -> String {
    let end = message.find("canonicalRequest").unwrap_or(message.len());
    let message = message[..end].trim_end_matches([' ', ',', ':']);
    if message.is_empty() {
        "refused without a word".to_owned()
    } else {
        reply::words(message)
    }
}

/// The number of a gateway code; shared and dedicated gateways differ in the first part only.
fn gateway(code: &str) -> Option<&str> {
    code.strip_prefix("APIGW.")
        .or_else(|| code.strip_prefix("APIG."))
}

fn kind(code: &str, status: Option<u16>) -> ErrorKind {
    let by_code = match code.split_once('.') {
        Some(("APIGW" | "APIG", number)) => of_gateway(number),
        Some(("KMS", number)) => of_kms(number),
        Some(("KPS", number)) => of_kps(number),
        Some(("CPS", number)) => of_cph(number),
        Some(("CH", number)) => of_codearts(number, status),
        Some(("DEV", "00000003" | "00000001")) => Some(ErrorKind::Credentials),
        Some(("IAM", number)) => of_iam(number),
        _ => None,
    };
    by_code.unwrap_or_else(|| of_status(status))
}

/// Spec huawei 3.2. `0106` and `0201` mean different things under different statuses.
fn of_gateway(number: &str) -> Option<ErrorKind> {
    Some(match number {
        "0301" | "0303" | "0305" | "0307" => ErrorKind::Credentials,
        "0302" | "0304" | "0306" | "0310" | "0401" | "0402" | "0802" => ErrorKind::Permission,
        "0308" => ErrorKind::Throttled,
        "0101" | "0602" | "0607" => ErrorKind::Usage,
        "0601" | "0605" | "0606" | "0608" | "0610" | "0611" | "0613" => ErrorKind::Server,
        _ => return None,
    })
}

/// Spec huawei 6.
fn of_kms(number: &str) -> Option<ErrorKind> {
    Some(match number {
        "0205" | "0207" => ErrorKind::NotFound,
        "0209" | "0210" | "0211" | "0310" | "0320" | "1201" | "1301" | "1402" | "1501" => {
            ErrorKind::State
        }
        "0201" | "0202" | "0203" | "0204" | "0206" | "0215" | "0308" | "1101" | "1102" | "1103"
        | "1401" | "1601" | "1602" => ErrorKind::Usage,
        "0301" | "0302" | "0303" => ErrorKind::Credentials,
        "1104" => ErrorKind::Conflict,
        "1105" => ErrorKind::Quota,
        "0101" | "0102" | "0103" | "0104" | "5012" | "5021" => ErrorKind::Server,
        _ if number.starts_with("03") => ErrorKind::Permission,
        _ => return None,
    })
}

/// Spec huawei 7.
fn of_kps(number: &str) -> Option<ErrorKind> {
    Some(match number {
        "0005" | "0006" | "4016" | "6004" => ErrorKind::NotFound,
        "9001" => ErrorKind::Credentials,
        "6009" | "9002" | "9003" | "9004" | "9005" | "9006" => ErrorKind::Permission,
        "0003" | "0004" | "5001" | "5002" | "5003" | "5004" | "6007" => ErrorKind::Server,
        "0001" | "0002" | "6005" | "6008" | "6010" | "6011" => ErrorKind::Usage,
        _ => return None,
    })
}

/// Spec huawei-codearts-cph 6.6: the older documentation has 400 for everything, so the status
/// says nothing.
fn of_cph(number: &str) -> Option<ErrorKind> {
    Some(match number {
        "0001" | "0006" | "0007" | "0008" => ErrorKind::Permission,
        "0002" => ErrorKind::Usage,
        "0003" => ErrorKind::Server,
        "0005" | "0011" | "0016" => ErrorKind::NotFound,
        "0010" | "1027" | "1028" => ErrorKind::State,
        _ => return None,
    })
}

/// Spec huawei-codearts-cph 3.5. A 401 of the service's own is about the resource, not about the
/// key: taking it for a bad key would stop everything else that is done with the key.
fn of_codearts(number: &str, status: Option<u16>) -> Option<ErrorKind> {
    Some(match number {
        "080401" | "080403" => ErrorKind::Permission,
        "000404" => ErrorKind::NotFound,
        "010001" => ErrorKind::Usage,
        "000001" | "10000" | "080504" => ErrorKind::Server,
        _ if status == Some(401) => ErrorKind::Permission,
        _ => return None,
    })
}

/// Spec huawei 3.3.
fn of_iam(number: &str) -> Option<ErrorKind> {
    Some(match number {
        "0001" | "0061" | "0062" | "0066" | "0067" | "1104" | "1105" | "1106" | "1107" | "1108" => {
            ErrorKind::Credentials
        }
        "0002" | "0003" | "0080" | "0081" | "0082" | "0083" => ErrorKind::Permission,
        "0004" | "0020" => ErrorKind::NotFound,
        "0005" => ErrorKind::Conflict,
        "0006" => ErrorKind::Server,
        "0012" => ErrorKind::Throttled,
        "0007" | "0011" | "0072" | "0073" | "1109" => ErrorKind::Usage,
        _ => return None,
    })
}

/// Codes outside the tables exist; so do plain numbers, which only repeat the status.
fn of_status(status: Option<u16>) -> ErrorKind {
    match status {
        Some(401) => ErrorKind::Credentials,
        Some(402 | 403) => ErrorKind::Permission,
        Some(404 | 410) => ErrorKind::NotFound,
        Some(409) => ErrorKind::Conflict,
        Some(429) => ErrorKind::Throttled,
        Some(408 | 500..) => ErrorKind::Server,
        _ => ErrorKind::Usage,
    }
}

fn hint(code: &str, message: &str) -> Option<String> {
    if let Some(number) = gateway(code) {
        return hint_of_gateway(number, message);
    }
    let text = match code {
        "KMS.0205" | "KMS.0207" => {
            "Keys of other regions and projects are not found either: check -r and the project."
        }
        "KMS.0305" | "KMS.0321" => WRONG_PROJECT,
        "KMS.0306" | "KMS.0307" | "KMS.0326" | "KMS.0330" => {
            "Ask the account's administrator for what the operation needs: kms:cmk:list, kms:cmk:get, \
             kms:cmk:enable, kms:cmk:disable, or for deletions and calling them off \
             kms:cmk:cancelKeyDeletion and the like (kms:cmk:update in older policies)."
        }
        "KMS.0210" => {
            "The key is scheduled for deletion: kpctl huawei kms-key cancel-deletion calls that off."
        }
        "KMS.0211" => "Default keys belong to a service of the cloud: name a key that you made.",
        "KMS.0310" => "The key waits for its key material.",
        "KMS.0320" => "The key is frozen: see the account in the console.",
        "KMS.1401" => "The waiting time of a deletion is 7 to 1096 days.",
        "KMS.0314" | "CPS.0008" => "The account needs real-name authentication.",
        "KMS.0328" | "CPS.0007" => "The account or the service is frozen: see the console.",
        "CPS.0006" => "The account is in arrears: see the console.",
        "CPS.0001" => {
            "Ask the account's administrator for cph:servers:updateKeypair and cph:servers:list."
        }
        "CPS.0016" => "Servers of other regions and projects are not known either: check -r.",
        "CH.080401" | "CH.080403" => {
            "Ask for codeartsrepo::getUserSetting to list keys, codeartsrepo::createUserSSHkey to add \
             them, codeartsrepo::updateUserSetting to delete them."
        }
        "DEV.00000003" | "DEV.00000001" => {
            "Get new credentials, and check that a temporary key comes with its security token."
        }
        "IAM.0002" => {
            "The same is said when the IAM of another site is asked: check the region and the host."
        }
        "IAM.1105" | "IAM.1107" => "The access key is expired or inactive: make a new one.",
        "IAM.1108" => "The security token is expired: get a new temporary key.",
        _ => return None,
    };
    Some(text.to_owned())
}

const WRONG_PROJECT: &str = "The project id is not one of these credentials in this region: check HUAWEICLOUD_SDK_PROJECT_ID.";

fn hint_of_gateway(number: &str, message: &str) -> Option<String> {
    let text = match number {
        "0301" => return Some(hint_of_signature(message)),
        "0307" => "The token must be renewed: get a new one.",
        "0303" | "0305" => "Check the credentials.",
        "0101" => "The path, the region or the endpoint is wrong: check -r and the endpoint.",
        "0310" => WRONG_PROJECT,
        "0401" | "0402" => "This machine's address is not allowed: see the account's IAM settings.",
        "0607" => "The gateway wants https.",
        "0802" => "The IAM user is disabled in this region.",
        "0302" | "0304" | "0306" => "Ask the account's administrator for access to this API.",
        _ => return None,
    };
    Some(text.to_owned())
}

/// The causes of `0301`, told apart by their texts (spec huawei 3.2).
fn hint_of_signature(message: &str) -> String {
    let says = |part: &str| message.to_ascii_lowercase().contains(part);
    if says("reach the limit") {
        "Five wrong signatures in a row lock an access key for five minutes: wait, and check the \
         secret key before the next try."
    } else if says("signature expired") {
        return match (after(message, "signature time:"), after(message, "server time:")) {
            (Some(local), Some(server)) => format!(
                "The signature is out of its 15 minutes: this machine says {local}, the server \
                 {server}; set this machine's clock."
            ),
            _ => "The signature is out of its 15 minutes: set this machine's clock.".to_owned(),
        };
    } else if says("not exist") {
        "The access key is unknown: check HUAWEICLOUD_SDK_AK. A key of another Huawei site (Chinese \
         mainland, international, Europe, partners) or of another cloud is not known here."
    } else if says("signature fail") {
        "The secret key is probably wrong: check HUAWEICLOUD_SDK_SK for missing letters and blanks. \
         An account that is in arrears or frozen can look the same."
    } else if says("token expires") {
        "The token is expired: get a new one."
    } else if says("decrypt token") {
        "The token is broken, cut off, or from another region: get a new one."
    } else if says("x-auth-token not found") {
        "Neither a signature nor a token arrived: check whether a proxy takes headers away."
    } else {
        "Check the access key; a temporary one also needs HUAWEICLOUD_SDK_SECURITY_TOKEN."
    }
    .to_owned()
}

/// The word after a label.
fn after<'a>(message: &'a str, label: &str) -> Option<&'a str> {
    let rest = &message[message.find(label)? + label.len()..];
    rest.split([',', ' '])
        .next()
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests;
