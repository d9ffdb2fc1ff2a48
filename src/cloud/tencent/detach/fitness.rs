//! Whether an instance can lose a key pair now (spec tencent 2.6, 2.7 and 2.9). One unfit
//! instance gets a whole request refused, so what is known to be unfit is not sent.

use crate::cloud::tencent::shapes::Instance;
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, Status};

/// What a look at an instance says about sending it.
#[derive(Debug)]
pub(super) enum Fitness {
    /// It can be sent.
    Fit {
        /// It is running and will be powered off for it.
        cut: bool,
    },
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
pub(super) fn judge(instance: &Instance, force_stop: bool) -> Fitness {
    let unfit = |kind, code: &str, what: &str, hint: &str| {
        let message = format!("instance {} {what}", instance.id);
        Fitness::Unfit(
            Error::new(kind, message)
                .code(code)
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
        "TERMINATING" => refused(
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
        "RUNNING" if !force_stop => refused(
            "UnsupportedOperation.InstanceStateRunning",
            "is running",
            "Stop it first (with KEEP_CHARGING), or add --force-stop: a power cut and a restart.",
        ),
        "RUNNING" => Fitness::Fit { cut: true },
        _ => Fitness::Fit { cut: false },
    }
}

#[cfg(test)]
mod tests {
    use super::{Fitness, judge};
    use crate::cloud::tencent::shapes::Instance;
    use crate::model::Status;

    fn instance(state: &str) -> Instance {
        Instance {
            id: "ins-1".to_owned(),
            os_name: "Ubuntu Server 22.04 LTS 64bit".to_owned(),
            state: state.to_owned(),
            stop_charging_mode: "KEEP_CHARGING".to_owned(),
            ..Instance::default()
        }
    }

    fn verdict(instance: &Instance, force_stop: bool) -> (Option<Status>, String) {
        match judge(instance, force_stop) {
            Fitness::Fit { cut } => (None, cut.to_string()),
            Fitness::Unfit(error) => {
                assert!(!error.hints.is_empty());
                let code = error.code.clone().expect("a code");
                (Some(Fitness::status(&error)), code)
            }
        }
    }

    #[test]
    fn states_that_pass_are_busy_and_others_refused() {
        let cases = [
            ("STOPPED", None, "false"),
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
            ("SOMETHING_NEW", None, "false"),
            ("", None, "false"),
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
            (None, "true".to_owned())
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
}
