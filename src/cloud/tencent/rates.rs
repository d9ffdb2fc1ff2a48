//! The published rates (spec tencent 2.9).

use std::num::NonZeroU32;

use crate::http::limit::Rate;

/// Calls a second of CVM's actions (spec tencent 2.9). Published for some of the key actions;
/// assumed for the others, and for instances, where no other number is known.
const RATE: Rate = Rate::of(NonZeroU32::new(10).expect("ten is not zero"));
/// Calls a second of Lighthouse's reads.
const LIGHTHOUSE_READS: Rate = Rate::of(NonZeroU32::new(100).expect("a hundred is not zero"));
/// Calls a second of Lighthouse's disassociation.
const LIGHTHOUSE_DISASSOCIATION: Rate = Rate::of(NonZeroU32::new(20).expect("twenty is not zero"));

/// The rate of an operation, where one is known.
pub(super) fn rate(service: &'static str, operation: &'static str) -> Option<Rate> {
    match (service, operation) {
        ("lighthouse", "DescribeInstances" | "DescribeKeyPairs") => Some(LIGHTHOUSE_READS),
        ("lighthouse", "DisassociateInstancesKeyPairs") => Some(LIGHTHOUSE_DISASSOCIATION),
        (
            "cvm" | "lighthouse",
            "AssociateInstancesKeyPairs"
            | "CreateKeyPair"
            | "DeleteKeyPairs"
            | "DescribeInstances"
            | "DescribeKeyPairs"
            | "DisassociateInstancesKeyPairs"
            | "ImportKeyPair"
            | "ModifyKeyPairAttribute"
            | "StartInstances"
            | "StopInstances",
        ) => Some(RATE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use serde_json::json;
    use tokio::time::Instant;

    use crate::auth::{Credential, Keys, Temporary};
    use crate::cloud::client::Client;
    use crate::cloud::tencent::Cvm;
    use crate::cloud::tencent::common::DescribeInstances;
    use crate::cloud::tencent::testing::{Rig, refusal};
    use crate::cloud::tencent::wire::TencentWire;
    use crate::cloud::testing::connection;
    use crate::http::Courier;
    use crate::model::CloudId;
    use crate::secret::Secret;

    fn instances() -> DescribeInstances<Cvm> {
        DescribeInstances::with_ids(&[])
    }

    /// A client of another profile, with a key of that id, under the conditions of the same command.
    fn client(courier: &Rc<Courier>, id: &str, region: &str) -> Client<TencentWire> {
        let held = Temporary {
            credential: Credential::AccessKey {
                id: id.to_owned(),
                secret: Secret::new("SK".to_owned()),
                session_token: None,
            },
            expires_at: None,
        };
        let mut connection = connection(CloudId::Tencent, region, Rc::clone(courier));
        connection.keys = Keys::ready(held, Some(id.to_owned()));
        connection.scope.profile = format!("profile of {id} in {region}");
        Client::new(connection)
    }

    /// How many seconds thirteen calls by each of these clients take at ten a second.
    async fn seconds(clients: &[Client<TencentWire>]) -> u64 {
        let start = Instant::now();
        for _ in 0..13 {
            for client in clients {
                client.call(&instances()).await.expect("taken");
            }
        }
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_and_region_has_one_lane_whoever_asks() {
        let taken = |_: &str, _: &serde_json::Value| json!({"InstanceSet": [], "TotalCount": 0, "RequestId": "r"});
        for (id, region, expected) in [
            ("AK", "ap-guangzhou", 2),
            ("AK", "ap-shanghai", 1),
            ("OTHER", "ap-guangzhou", 1),
        ] {
            let courier = Rig::new(taken).courier;
            let clients = [
                client(&courier, "AK", "ap-guangzhou"),
                client(&courier, id, region),
            ];
            assert_eq!(seconds(&clients).await, expected, "{id} {region}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_answer_slows_the_lane_down() {
        let asked = Rc::new(std::cell::Cell::new(0));
        let count = Rc::clone(&asked);
        let rig = Rig::new(move |_, _| {
            count.set(count.get() + 1);
            if count.get() <= 3 {
                return refusal("RequestLimitExceeded");
            }
            json!({"InstanceSet": [], "TotalCount": 0, "RequestId": "r"})
        });
        rig.client.call(&instances()).await.expect("taken at last");
        assert_eq!(asked.get(), 4);
        // Of ten a second a bit more than one and a quarter is left.
        let start = Instant::now();
        rig.client.call(&instances()).await.expect("taken");
        rig.client.call(&instances()).await.expect("taken");
        let each = start.elapsed().as_millis() / 2;
        assert!((700..=800).contains(&each), "{each}");
    }
}
