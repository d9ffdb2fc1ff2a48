//! Whether the key pairs of an instance can change now (spec tencent 2.5 to 2.7, 2.9 and 3). One unfit
//! instance gets a whole request refused, so what is known to be unfit is not sent.

use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::shapes::Instance;
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, Power, Status};

/// What is done to a machine's power for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Nothing.
    Keep,
    /// It is running, and the service powers it off as a part of the change.
    Cut,
    /// It is running, and is stopped before the change.
    Stop,
}

/// What a look at an instance says about sending it.
#[derive(Debug)]
pub(super) enum Fitness {
    /// It can be sent.
    Fit(Plan),
    /// The service would refuse it.
    Unfit(Error),
}

impl Fitness {
    /// The status of an item that is not sent.
    pub(super) fn status(error: &Error) -> Status {
        Status::of_error(error.kind)
    }
}

/// Judges an instance. A state that is in no list is sent: the service knows better.
pub(super) fn judge<P: Product>(instance: &Instance, power: Power) -> Fitness {
    let unfit = |kind, code: &'static str, what: &str, hint: &str| {
        let message = format!("instance {} {what}", instance.id);
        Fitness::Unfit(
            Error::new(kind, message)
                .code(P::code(code))
                .hint(hint)
                .cloud(CloudId::Tencent),
        )
    };
    let refused = |code, what, hint| unfit(ErrorKind::State, code, what, hint);
    let busy = |code, what| {
        let hint = "Run the same command again when that is over.";
        unfit(ErrorKind::Busy, code, what, hint)
    };

    // What does not pass comes first, then what does, then what is the user's choice.
    if instance.os_name.to_lowercase().contains("windows") {
        return refused(
            "UnsupportedOperation.InstanceOsWindows",
            "runs Windows",
            "Key pairs are for Linux; leave this instance out.",
        );
    }
    match instance.state.as_str() {
        "RESCUE_MODE" => refused(
            "UnsupportedOperation.InstanceStateRescueMode",
            "is in rescue mode",
            "Leave the rescue mode first, then run the same command again.",
        ),
        "SHUTDOWN" => refused(
            "UnsupportedOperation.InstanceStateShutdown",
            "is shut down and waits to be destroyed",
            "Take it back from the recycle bin, or leave it out.",
        ),
        "TERMINATING" | "DELETING" => refused(
            "UnsupportedOperation.InstanceStateTerminating",
            "is being destroyed",
            "Leave it out.",
        ),
        "LAUNCH_FAILED" => refused(
            "InvalidInstance.NotSupported",
            "could not be launched",
            "There is no machine behind it; leave it out.",
        ),
        "FREEZING" | "FROZEN" => refused(
            "UnsupportedOperation.InstanceStateFreezing",
            "is frozen",
            "See the account's bills in the console.",
        ),
        "BANNING" | "BANNED" => refused(
            "UnsupportedOperation.InstanceStateBanning",
            "is banned by the vendor",
            "Open a ticket.",
        ),
        "PENDING" => busy(
            "UnsupportedOperation.InstanceStatePending",
            "is being created",
        ),
        "STARTING" => busy("UnsupportedOperation.InstanceStateStarting", "is starting"),
        "STOPPING" => busy("UnsupportedOperation.InstanceStateStopping", "is stopping"),
        "REBOOTING" => busy(
            "UnsupportedOperation.InstanceStateRebooting",
            "is rebooting",
        ),
        "ENTER_RESCUE_MODE" => busy(
            "UnsupportedOperation.InstanceStateEnterRescueMode",
            "is entering the rescue mode",
        ),
        "EXIT_RESCUE_MODE" => busy(
            "UnsupportedOperation.InstanceStateExitRescueMode",
            "is leaving the rescue mode",
        ),
        "ENTER_SERVICE_LIVE_MIGRATE" | "SERVICE_LIVE_MIGRATE" | "EXIT_SERVICE_LIVE_MIGRATE" => {
            busy(
                "UnsupportedOperation.InstanceStateEnterServiceLiveMigrate",
                "is being moved to another host",
            )
        }
        _ if instance.is_operating() => {
            let operation = instance.latest_operation.as_deref();
            let operation = operation.unwrap_or("another operation");
            busy(
                "OperationDenied.InstanceOperationInProgress",
                &format!("is busy with {operation}"),
            )
        }
        "STOPPED" if instance.stop_charging_mode == "STOP_CHARGING" => refused(
            "UnsupportedOperation.StoppedModeStopCharging",
            "is stopped without charge",
            "Start it, and stop it with KEEP_CHARGING instead of STOP_CHARGING.",
        ),
        "RUNNING" => match power {
            Power::Untouched if P::CHANGES_ONLINE => Fitness::Fit(Plan::Keep),
            Power::Untouched => refused(
                "UnsupportedOperation.InstanceStateRunning",
                "is running",
                "Stop it first (--stop soft, and --start to start it again), or add --force-stop: a power cut and a restart.",
            ),
            Power::Cut => Fitness::Fit(Plan::Cut),
            Power::StopSoftly | Power::StopHard => Fitness::Fit(Plan::Stop),
        },
        _ => Fitness::Fit(Plan::Keep),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fitness, Plan, judge};
    use crate::cloud::tencent::cvm::Cvm;
    use crate::cloud::tencent::lighthouse::Lighthouse;
    use crate::cloud::tencent::product::Product;
    use crate::cloud::tencent::shapes::Instance;
    use crate::model::{Power, Status};

    fn instance(state: &str) -> Instance {
        Instance {
            id: "ins-1".to_owned(),
            os_name: "Ubuntu Server 22.04 LTS 64bit".to_owned(),
            state: state.to_owned(),
            stop_charging_mode: "KEEP_CHARGING".to_owned(),
            ..Instance::default()
        }
    }

    fn judged<P: Product>(instance: &Instance, power: Power) -> (Option<Status>, String) {
        match judge::<P>(instance, power) {
            Fitness::Fit(plan) => (None, format!("{plan:?}")),
            Fitness::Unfit(error) => {
                assert!(!error.hints.is_empty());
                let code = error.code.clone().expect("a code");
                (Some(Fitness::status(&error)), code)
            }
        }
    }

    fn verdict(instance: &Instance, force_stop: bool) -> (Option<Status>, String) {
        let power = if force_stop {
            Power::Cut
        } else {
            Power::Untouched
        };
        judged::<Cvm>(instance, power)
    }

    #[test]
    fn states_that_pass_are_busy_and_others_refused() {
        let cases = [
            ("STOPPED", None, "Keep"),
            (
                "RUNNING",
                Some(Status::Refused),
                "UnsupportedOperation.InstanceStateRunning",
            ),
            (
                "RESCUE_MODE",
                Some(Status::Refused),
                "UnsupportedOperation.InstanceStateRescueMode",
            ),
            (
                "SHUTDOWN",
                Some(Status::Refused),
                "UnsupportedOperation.InstanceStateShutdown",
            ),
            (
                "TERMINATING",
                Some(Status::Refused),
                "UnsupportedOperation.InstanceStateTerminating",
            ),
            (
                "LAUNCH_FAILED",
                Some(Status::Refused),
                "InvalidInstance.NotSupported",
            ),
            (
                "FREEZING",
                Some(Status::Refused),
                "UnsupportedOperation.InstanceStateFreezing",
            ),
            (
                "BANNING",
                Some(Status::Refused),
                "UnsupportedOperation.InstanceStateBanning",
            ),
            (
                "PENDING",
                Some(Status::Busy),
                "UnsupportedOperation.InstanceStatePending",
            ),
            (
                "STARTING",
                Some(Status::Busy),
                "UnsupportedOperation.InstanceStateStarting",
            ),
            (
                "STOPPING",
                Some(Status::Busy),
                "UnsupportedOperation.InstanceStateStopping",
            ),
            (
                "REBOOTING",
                Some(Status::Busy),
                "UnsupportedOperation.InstanceStateRebooting",
            ),
            ("SOMETHING_NEW", None, "Keep"),
            ("", None, "Keep"),
        ];
        for (state, status, text) in cases {
            assert_eq!(
                verdict(&instance(state), false),
                (status, text.to_owned()),
                "{state}"
            );
            if state != "RUNNING" {
                assert_eq!(
                    verdict(&instance(state), true),
                    (status, text.to_owned()),
                    "{state}"
                );
            }
        }
        for state in [
            "ENTER_RESCUE_MODE",
            "EXIT_RESCUE_MODE",
            "ENTER_SERVICE_LIVE_MIGRATE",
            "SERVICE_LIVE_MIGRATE",
            "EXIT_SERVICE_LIVE_MIGRATE",
        ] {
            assert_eq!(
                verdict(&instance(state), true).0,
                Some(Status::Busy),
                "{state}"
            );
        }
        assert_eq!(
            verdict(&instance("RUNNING"), true),
            (None, "Cut".to_owned())
        );
    }

    #[test]
    fn windows_work_under_way_and_stopped_without_charge_are_unfit() {
        let mut windows = instance("STOPPED");
        windows.os_name = "WINDOWS Server 2022".to_owned();
        let (status, code) = verdict(&windows, true);
        assert_eq!(
            (status, code.as_str()),
            (
                Some(Status::Refused),
                "UnsupportedOperation.InstanceOsWindows"
            )
        );

        for state in ["STOPPED", "RUNNING"] {
            let mut working = instance(state);
            working.latest_operation_state = Some("OPERATING".to_owned());
            let (status, code) = verdict(&working, true);
            assert_eq!(
                (status, code.as_str()),
                (
                    Some(Status::Busy),
                    "OperationDenied.InstanceOperationInProgress"
                )
            );
        }

        let mut free = instance("STOPPED");
        free.stop_charging_mode = "STOP_CHARGING".to_owned();
        let (status, code) = verdict(&free, true);
        assert_eq!(
            (status, code.as_str()),
            (
                Some(Status::Refused),
                "UnsupportedOperation.StoppedModeStopCharging"
            )
        );
        free.state = "RUNNING".to_owned();
        assert_eq!(verdict(&free, true).0, None);
    }

    #[test]
    fn a_running_machine_is_stopped_first_cut_or_changed_as_it_runs() {
        let running = instance("RUNNING");
        for power in [Power::StopSoftly, Power::StopHard] {
            assert_eq!(
                judged::<Cvm>(&running, power).1,
                format!("{:?}", Plan::Stop)
            );
            let stopped = instance("STOPPED");
            assert_eq!(
                judged::<Cvm>(&stopped, power).1,
                format!("{:?}", Plan::Keep)
            );
        }
        for (power, plan) in [(Power::Untouched, Plan::Keep), (Power::Cut, Plan::Cut)] {
            assert_eq!(judged::<Lighthouse>(&running, power).1, format!("{plan:?}"));
        }
    }

    #[test]
    fn lighthouse_has_codes_of_its_own() {
        for (state, status, code) in [
            ("PENDING", Status::Busy, "OperationDenied.InstanceCreating"),
            (
                "STOPPING",
                Status::Busy,
                "UnsupportedOperation.InvalidInstanceState",
            ),
            (
                "DELETING",
                Status::Refused,
                "UnsupportedOperation.InvalidInstanceState",
            ),
            (
                "FREEZING",
                Status::Refused,
                "UnsupportedOperation.InvalidInstanceState",
            ),
        ] {
            let judged = judged::<Lighthouse>(&instance(state), Power::Untouched);
            assert_eq!(judged, (Some(status), code.to_owned()), "{state}");
        }
        let mut windows = instance("RUNNING");
        windows.os_name = "Windows Server 2022".to_owned();
        let (status, code) = judged::<Lighthouse>(&windows, Power::Untouched);
        assert_eq!(status, Some(Status::Refused));
        assert_eq!(code, "UnsupportedOperation.WindowsNotSupportKeyPair");
    }
}
