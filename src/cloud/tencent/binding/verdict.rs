//! What a look after the call says about one key pair on one instance (spec tencent 2.9). The
//! service names no task; the instance is the only witness.

use std::time::Duration;

use crate::cloud::tencent::shapes::Instance;

/// How long after a call the instance may still show the operation before it, and how long after
/// its end the list of its key pairs may lag.
pub(super) const SETTLE: Duration = Duration::from_secs(10);
/// How long to look for traces of a call whose answer was lost.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// What came back from the request that covered an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The service took it on, under that request id.
    Accepted(Option<String>),
    /// Nobody knows whether it did; an answer that says nothing may still have had an id.
    Lost(Option<String>),
    /// The service refused the request that the item was part of.
    Refused,
}

/// One item as seen now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight<'a> {
    /// The instance; `None` when it is gone.
    pub(super) instance: Option<&'a Instance>,
    /// Whether the key pair is on it, or off it, as it is to be.
    pub(super) reached: bool,
    /// The action that was asked for, as the instance shows it.
    pub(super) operation: &'static str,
    /// It was running, is powered off for this, and is started again by the service.
    pub(super) cut: bool,
    /// The request id of its latest operation before the change.
    pub(super) before: Option<&'a str>,
    /// What came back.
    pub(super) reply: &'a Reply,
    /// [`SETTLE`] has passed since then.
    pub(super) settled: bool,
    /// [`SETTLE`] has passed since our own operation was first seen to have succeeded.
    pub(super) settled_after_success: bool,
}

/// What follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The instance does not exist any more, and nothing can log in to it.
    Vanished,
    /// The key pair is where it is to be; a machine that was powered off for it is on again.
    Reached,
    /// The key pair is where it is to be, but the operation is said to have failed.
    ReachedInSpite(String),
    /// The operation is said to be a success, but the key pair is not where it is to be.
    Missed,
    /// The operation failed.
    Failed(String),
    /// An operation is under way, or its end is not all there yet.
    Working,
    /// Too early to tell.
    Open,
    /// Late enough, and nothing shows that anything was done or is being done.
    NoTrace,
}

/// Judges one item by one look.
pub(super) fn judge(sight: &Sight<'_>) -> Verdict {
    let Some(instance) = sight.instance else {
        return Verdict::Vanished;
    };
    let latest = instance.latest_operation_request_id.as_deref();
    let ours = match sight.reply {
        Reply::Accepted(Some(id)) | Reply::Lost(Some(id)) => latest == Some(id),
        _ => false,
    };
    let looks_like_ours = looks_like_ours(instance, sight.operation, sight.before);
    let refused = *sight.reply == Reply::Refused;
    let on_again = !sight.cut || instance.is_running();

    if instance.is_operating() {
        // What keeps a refused instance busy is most likely the reason for the refusal.
        return if refused && !looks_like_ours {
            Verdict::Open
        } else {
            Verdict::Working
        };
    }
    let state = instance.latest_operation_state.as_deref();
    match (ours, state) {
        (true, Some("SUCCESS")) if sight.reached => {
            if on_again {
                Verdict::Reached
            } else {
                Verdict::Working
            }
        }
        (true, Some("SUCCESS")) if sight.settled_after_success => Verdict::Missed,
        (true, Some("SUCCESS")) => Verdict::Working,
        (true, Some("FAILED")) if sight.reached && on_again => {
            Verdict::ReachedInSpite(failure(instance))
        }
        (true, Some("FAILED")) => Verdict::Failed(failure(instance)),
        // That the instance shows our request id is only inferred, so without it the state
        // decides, once it can no longer be the one from before the call. A refusal needs no
        // such time: nothing is expected to follow.
        _ if sight.reached && (sight.settled || refused) => {
            if on_again {
                Verdict::Reached
            } else {
                Verdict::Working
            }
        }
        _ if !sight.settled => Verdict::Open,
        (_, Some("FAILED")) if looks_like_ours => Verdict::Failed(failure(instance)),
        (_, Some("SUCCESS")) if looks_like_ours && sight.settled_after_success => Verdict::Missed,
        _ => Verdict::NoTrace,
    }
}

/// Whether the latest operation is of our sort and began after the look before the change.
/// Another program may do the same thing at the same time; that cannot be told apart.
pub(super) fn looks_like_ours(
    instance: &Instance,
    operation: &'static str,
    before: Option<&str>,
) -> bool {
    let latest = instance.latest_operation_request_id.as_deref();
    instance.latest_operation.as_deref() == Some(operation) && latest.is_some() && latest != before
}

/// Whether our own operation is over and well: by the id that the instance shows, or, since that
/// the two ids are equal is only inferred, by what looks like ours.
pub(super) fn has_succeeded(
    instance: &Instance,
    reply: &Reply,
    operation: &'static str,
    before: Option<&str>,
) -> bool {
    let is_ours = match reply {
        Reply::Accepted(Some(id)) | Reply::Lost(Some(id)) => {
            instance.latest_operation_request_id.as_ref() == Some(id)
        }
        Reply::Accepted(None) | Reply::Lost(None) => false,
        Reply::Refused => return false,
    };
    (is_ours || looks_like_ours(instance, operation, before))
        && instance.latest_operation_state.as_deref() == Some("SUCCESS")
}

/// Samples show an empty text and the word `None` where there is no reason.
fn failure(instance: &Instance) -> String {
    match instance.latest_operation_error_msg.as_deref() {
        None | Some("" | "None") => {
            "the operation on the instance failed without a reason".to_owned()
        }
        Some(reason) => format!("the operation on the instance failed: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reply, Sight, Verdict, has_succeeded, judge};
    use crate::cloud::tencent::shapes::Instance;

    /// An instance as `DescribeInstances` shows it: state, operation, its state, its request id.
    fn instance(state: &str, operation: &str, progress: &str, request: &str) -> Instance {
        let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Instance {
            state: state.to_owned(),
            latest_operation: word(operation),
            latest_operation_state: word(progress),
            latest_operation_request_id: word(request),
            latest_operation_error_msg: word("None"),
            ..Instance::default()
        }
    }

    const OURS: &str = "DisassociateInstancesKeyPairs";

    fn accepted() -> Reply {
        Reply::Accepted(Some("r-new".to_owned()))
    }

    /// bound, cut, settled
    fn look(instance: &Instance, reply: &Reply, facts: (bool, bool, bool)) -> Verdict {
        let (bound, cut, settled) = facts;
        judge(&Sight {
            instance: Some(instance),
            reached: !bound,
            operation: OURS,
            cut,
            before: Some("r-old"),
            reply,
            settled,
            settled_after_success: settled,
        })
    }

    #[test]
    fn our_own_request_id_decides_at_once() {
        let done = instance("STOPPED", OURS, "SUCCESS", "r-new");
        assert_eq!(
            look(&done, &accepted(), (false, false, false)),
            Verdict::Reached
        );
        assert_eq!(
            look(&done, &accepted(), (true, false, false)),
            Verdict::Working
        );
        let lagging = look(&done, &accepted(), (true, false, true));
        assert_eq!(lagging, Verdict::Missed);
        let succeeded = |found: &Instance, reply: &Reply, before| {
            has_succeeded(found, reply, OURS, Some(before))
        };
        assert!(succeeded(&done, &accepted(), "r-new"));
        assert!(!succeeded(&done, &Reply::Accepted(None), "r-new"));
        assert!(succeeded(&done, &Reply::Accepted(None), "r-old"));
        assert!(!succeeded(&done, &Reply::Refused, "r-old"));
        let nameless = instance("STOPPED", OURS, "SUCCESS", "");
        assert!(!succeeded(&nameless, &Reply::Lost(None), "r-old"));

        let mut failed = instance("STOPPED", OURS, "FAILED", "r-new");
        failed.latest_operation_error_msg = Some("disk".to_owned());
        let reason = "the operation on the instance failed: disk".to_owned();
        assert_eq!(
            look(&failed, &accepted(), (true, false, false)),
            Verdict::Failed(reason.clone())
        );
        assert_eq!(
            look(&failed, &accepted(), (false, false, false)),
            Verdict::ReachedInSpite(reason.clone())
        );
        // Off it is, but so is the machine.
        assert_eq!(
            look(&failed, &accepted(), (false, true, false)),
            Verdict::Failed(reason)
        );
    }

    #[test]
    fn the_operation_from_before_the_call_proves_nothing_until_time_has_passed() {
        for stale in [
            instance("STOPPED", "StopInstances", "SUCCESS", "r-old"),
            instance("STOPPED", OURS, "FAILED", "r-old"),
            instance("STOPPED", "", "", ""),
        ] {
            assert_eq!(
                look(&stale, &accepted(), (true, false, false)),
                Verdict::Open
            );
            assert_eq!(
                look(&stale, &accepted(), (false, false, false)),
                Verdict::Open
            );
            assert_eq!(
                look(&stale, &accepted(), (true, false, true)),
                Verdict::NoTrace
            );
            assert_eq!(
                look(&stale, &accepted(), (false, false, true)),
                Verdict::Reached
            );
        }
    }

    #[test]
    fn an_operation_under_way_is_waited_for_and_a_failed_one_of_the_same_name_counts() {
        let working = instance("STOPPED", OURS, "OPERATING", "r-new");
        let other_id = instance("STOPPED", OURS, "OPERATING", "r-job");
        for reply in [accepted(), Reply::Accepted(None), Reply::Lost(None)] {
            for bound in [true, false] {
                assert_eq!(
                    look(&working, &reply, (bound, false, true)),
                    Verdict::Working
                );
                assert_eq!(
                    look(&other_id, &reply, (bound, false, true)),
                    Verdict::Working
                );
            }
        }
        let missed = instance("STOPPED", OURS, "SUCCESS", "r-job");
        assert_eq!(
            look(&missed, &accepted(), (true, false, false)),
            Verdict::Open
        );
        assert_eq!(
            look(&missed, &accepted(), (true, false, true)),
            Verdict::Missed
        );
        let failed = instance("STOPPED", OURS, "FAILED", "r-job");
        assert_eq!(
            look(&failed, &accepted(), (true, false, false)),
            Verdict::Open
        );
        assert!(matches!(
            look(&failed, &accepted(), (true, false, true)),
            Verdict::Failed(_)
        ));
    }

    #[test]
    fn a_machine_that_was_powered_off_must_be_on_again() {
        for (state, verdict) in [
            ("STOPPED", Verdict::Working),
            ("STARTING", Verdict::Working),
            ("RUNNING", Verdict::Reached),
        ] {
            let ours = instance(state, OURS, "SUCCESS", "r-new");
            assert_eq!(
                look(&ours, &accepted(), (false, true, false)),
                verdict,
                "{state}"
            );
            let restart = instance(state, "StartInstances", "SUCCESS", "r-start");
            assert_eq!(
                look(&restart, &accepted(), (false, true, true)),
                verdict,
                "{state}"
            );
            assert_eq!(
                look(&restart, &Reply::Lost(None), (false, true, true)),
                verdict,
                "{state}"
            );
        }
    }

    #[test]
    fn a_refused_item_is_left_alone_unless_it_was_carried_out_all_the_same() {
        let idle = instance("STOPPED", "StopInstances", "SUCCESS", "r-old");
        assert_eq!(
            look(&idle, &Reply::Refused, (true, false, false)),
            Verdict::Open
        );
        assert_eq!(
            look(&idle, &Reply::Refused, (false, false, false)),
            Verdict::Reached
        );
        let busy = instance("STOPPED", "ResizeInstances", "OPERATING", "r-other");
        assert_eq!(
            look(&busy, &Reply::Refused, (true, false, false)),
            Verdict::Open
        );
        let ours = instance("STOPPED", OURS, "OPERATING", "r-job");
        assert_eq!(
            look(&ours, &Reply::Refused, (true, false, false)),
            Verdict::Working
        );
    }

    #[test]
    fn an_instance_that_is_gone_has_no_keys() {
        let gone = Sight {
            instance: None,
            reached: true,
            operation: OURS,
            cut: true,
            before: None,
            reply: &Reply::Lost(None),
            settled: false,
            settled_after_success: false,
        };
        assert_eq!(judge(&gone), Verdict::Vanished);
    }
}
