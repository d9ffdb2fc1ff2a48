//! Operations of the compute service, version 2017-03-12 (spec tencent 2).

use serde::{Deserialize, Serialize};

use super::wire::TencentWire;
use crate::cloud::operation::{Effect, Operation, Repeat};
use crate::cloud::pages::Paged;
use crate::cloud::reply::null_is_default;

/// Most instance ids, and most key ids, in one request (spec tencent 2.5 and 2.9).
pub(super) const MOST_IDS: usize = 100;
/// Most items in one page; left out, 20 come back (spec tencent 2.3 and 2.9).
const PAGE: usize = 100;
/// The action's name, as an instance shows it in `LatestOperation`.
pub(super) const DISASSOCIATE: &str = "DisassociateInstancesKeyPairs";

/// Takes every key pair off every instance. The answer comes before the work is done, and one
/// unfit instance refuses the whole request (spec tencent 2.6 and 2.9).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DisassociateInstancesKeyPairs {
    pub(super) instance_ids: Vec<String>,
    pub(super) key_ids: Vec<String>,
    /// A hard power-off and a start for each instance that is running.
    pub(super) force_stop: bool,
}

/// Only a request id, which the client keeps.
#[derive(Debug, Deserialize)]
pub(super) struct Accepted {}

impl Operation for DisassociateInstancesKeyPairs {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = DISASSOCIATE;
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Update;
    // With a forced stop a repeat may cut the power twice (spec tencent 2.9).
    const REPEAT: Repeat = Repeat::AfterLook;
}

/// Lists instances by id; what does not exist is left out (spec tencent 2.9).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeInstances {
    instance_ids: Vec<String>,
    offset: usize,
    limit: usize,
}

impl DescribeInstances {
    /// Instances with these ids: at least one, or all would come; at most [`MOST_IDS`].
    pub(super) fn with_ids(ids: &[String]) -> Self {
        Self {
            instance_ids: ids.to_vec(),
            offset: 0,
            limit: PAGE,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstancePage {
    total_count: Option<usize>,
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    instance_set: Vec<Instance>,
}

/// An instance, as far as its key pairs are concerned.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Instance {
    #[serde(rename = "InstanceId", deserialize_with = "null_is_default")]
    pub(super) id: String,
    #[serde(deserialize_with = "null_is_default")]
    pub(super) os_name: String,
    /// In capitals; empty when the answer does not say.
    #[serde(rename = "InstanceState", deserialize_with = "null_is_default")]
    pub(super) state: String,
    #[serde(deserialize_with = "null_is_default")]
    pub(super) stop_charging_mode: String,
    /// Absent as a whole: what is bound is not known. Without ids: nothing is bound.
    pub(super) login_settings: Option<LoginSettings>,
    pub(super) latest_operation: Option<String>,
    pub(super) latest_operation_state: Option<String>,
    pub(super) latest_operation_request_id: Option<String>,
    pub(super) latest_operation_error_msg: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct LoginSettings {
    #[serde(deserialize_with = "null_is_default")]
    pub(super) key_ids: Vec<String>,
}

impl Instance {
    /// The key pairs bound; `None` when the answer does not say.
    pub(super) fn key_ids(&self) -> Option<&[String]> {
        self.login_settings
            .as_ref()
            .map(|settings| settings.key_ids.as_slice())
    }

    /// Whether it is on.
    pub(super) fn is_running(&self) -> bool {
        self.state == "RUNNING"
    }

    /// Whether some operation on it is under way.
    pub(super) fn is_operating(&self) -> bool {
        self.latest_operation_state.as_deref() == Some("OPERATING")
    }
}

impl Operation for DescribeInstances {
    type Cloud = TencentWire;
    type Response = InstancePage;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = "DescribeInstances";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Read;
}

impl Paged for DescribeInstances {
    type Item = Instance;

    fn advance(&mut self, page: InstancePage, items: &mut Vec<Instance>) -> bool {
        let more = turn(&mut self.offset, page.instance_set.len(), page.total_count);
        items.extend(page.instance_set);
        more
    }
}

/// Lists key pairs by id. Unknown ids are presumably left out (spec tencent 2.3).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeKeyPairs {
    key_ids: Vec<String>,
    offset: usize,
    limit: usize,
}

impl DescribeKeyPairs {
    /// Key pairs with these ids: at least one, or all would come; at most [`MOST_IDS`].
    pub(super) fn with_ids(ids: &[String]) -> Self {
        Self {
            key_ids: ids.to_vec(),
            offset: 0,
            limit: PAGE,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyPairPage {
    total_count: Option<usize>,
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    key_pair_set: Vec<KeyPair>,
}

/// A key pair (spec tencent 2.8).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct KeyPair {
    #[serde(deserialize_with = "null_is_default")]
    pub(super) key_id: String,
    /// May name instances that are gone already.
    #[serde(deserialize_with = "null_is_default")]
    pub(super) associated_instance_ids: Vec<String>,
}

impl Operation for DescribeKeyPairs {
    type Cloud = TencentWire;
    type Response = KeyPairPage;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = "DescribeKeyPairs";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Read;
}

impl Paged for DescribeKeyPairs {
    type Item = KeyPair;

    fn advance(&mut self, page: KeyPairPage, items: &mut Vec<KeyPair>) -> bool {
        let more = turn(&mut self.offset, page.key_pair_set.len(), page.total_count);
        items.extend(page.key_pair_set);
        more
    }
}

/// Moves the offset past a page; whether another one follows (spec tencent 2.3). An answer
/// without a count may have another page when this one is full.
fn turn(offset: &mut usize, returned: usize, total: Option<usize>) -> bool {
    *offset += returned;
    if returned == 0 {
        // More were announced than came: the same request again, which the reader takes for the
        // error that it is.
        // So does an empty answer that announces nothing, which may be no answer at all.
        return total.is_none_or(|total| *offset < total);
    }
    total.map_or(returned >= PAGE, |total| *offset < total)
}

#[cfg(test)]
mod tests {
    use super::{DescribeInstances, Instance, InstancePage, turn};
    use crate::cloud::pages::Paged;

    fn page(text: &str) -> InstancePage {
        serde_json::from_str(text).expect("a page")
    }

    #[test]
    fn the_documented_answer_is_read() {
        let mut request = DescribeInstances::with_ids(&["ins-4t6y8u2i".to_owned()]);
        let mut items = Vec::new();
        let more = request.advance(
            page(
                r#"{"TotalCount":1,"InstanceSet":[{"InstanceId":"ins-4t6y8u2i","InstanceName":"未命名",
                "OsName":"Ubuntu Server 22.04 LTS 64bit","InstanceState":"STOPPED",
                "LoginSettings":{"KeyIds":["skey-9p0o8i7u"]},
                "LatestOperation":"DisassociateInstancesKeyPairs","LatestOperationState":"OPERATING",
                "LatestOperationRequestId":"5b0f","LatestOperationErrorMsg":null,
                "StopChargingMode":"KEEP_CHARGING"}],"RequestId":"e1d2"}"#,
            ),
            &mut items,
        );
        assert!(!more);
        let instance = &items[0];
        assert!(instance.is_operating() && !instance.is_running());
        assert_eq!(instance.key_ids(), Some(&["skey-9p0o8i7u".to_owned()][..]));
        assert_eq!(
            instance.latest_operation_request_id.as_deref(),
            Some("5b0f")
        );
    }

    #[test]
    fn null_is_absent_everywhere() {
        let instance: Instance = serde_json::from_str(
            r#"{"InstanceId":"ins-1","OsName":null,"InstanceState":null,"LoginSettings":null,
            "LatestOperation":null,"StopChargingMode":null}"#,
        )
        .expect("an instance");
        assert_eq!(instance.key_ids(), None);
        for settings in [r#"{"KeyIds":null}"#, r#"{"KeyIds":[]}"#, "{}"] {
            let text = format!(r#"{{"LoginSettings":{settings}}}"#);
            let instance: Instance = serde_json::from_str(&text).expect("an instance");
            assert_eq!(instance.key_ids(), Some(&[][..]), "{settings}");
        }
        for nothing in ["{}", r#"{"TotalCount":0,"InstanceSet":null}"#] {
            assert!(
                serde_json::from_str::<InstancePage>(nothing).is_err(),
                "{nothing}"
            );
        }
    }

    #[test]
    fn pages_end_at_the_count_or_at_an_empty_or_short_page() {
        let cases = [
            (0, 100, Some(101), true),
            (100, 1, Some(101), false),
            (0, 20, Some(100), true),
            (0, 0, Some(100), true),
            (0, 0, Some(0), false),
            (0, 0, None, true),
            (0, 100, None, true),
            (0, 99, None, false),
        ];
        for (mut offset, returned, total, more) in cases {
            assert_eq!(
                turn(&mut offset, returned, total),
                more,
                "{returned} of {total:?}"
            );
        }
    }
}
