//! Which instances of CVM can take part in which work (spec tencent 2.7, 2.9).

use super::Refusal;
use super::state::Instance;

/// Work on instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Binding key pairs; column A of the card's table.
    Associate,
    /// Taking key pairs off; column D.
    Disassociate,
    /// Powering off.
    Stop,
    /// Powering on.
    Start,
}

const BUSY: &str = "OperationDenied.InstanceOperationInProgress";

/// States that have a code of their own in all lists.
const ALWAYS_LISTED: &[&str] = &[
    "RUNNING",
    "PENDING",
    "STARTING",
    "STOPPING",
    "REBOOTING",
    "RESCUE_MODE",
    "FREEZING",
    "SHUTDOWN",
    "TERMINATING",
];

impl Change {
    /// States that have a code of their own in the list of this action. The card has no lists for Stop and Start.
    fn also_listed(self) -> &'static [&'static str] {
        match self {
            Self::Associate => &[
                "EXIT_RESCUE_MODE",
                "ENTER_SERVICE_LIVE_MIGRATE",
                "ISOLATING",
            ],
            Self::Disassociate => &["ENTER_RESCUE_MODE", "BANNING"],
            Self::Stop | Self::Start => &["STOPPED", "ENTER_RESCUE_MODE", "EXIT_RESCUE_MODE"],
        }
    }

    fn is_about_keys(self) -> bool {
        matches!(self, Self::Associate | Self::Disassociate)
    }
}

/// Why an instance cannot take part, if so. Force lets a running one take part in work on its keys.
pub(crate) fn refusal(instance: &Instance, change: Change, is_forced: bool) -> Option<Refusal> {
    let state = instance.state.as_str();
    let is_free_of_charge = instance.stop_charging_mode == "STOP_CHARGING" && state == "STOPPED";
    let code = if change.is_about_keys() && instance.is_windows() {
        "UnsupportedOperation.InstanceOsWindows".to_owned()
    } else if instance.is_busy() {
        BUSY.to_owned()
    } else if change.is_about_keys() && is_free_of_charge {
        "UnsupportedOperation.StoppedModeStopCharging".to_owned()
    } else {
        match (change, state) {
            (Change::Start | Change::Associate | Change::Disassociate, "STOPPED")
            | (Change::Stop, "RUNNING") => return None,
            (Change::Associate | Change::Disassociate, "RUNNING") if is_forced => return None,
            (_, "LAUNCH_FAILED") => "InvalidInstance.NotSupported".to_owned(),
            (_, listed)
                if ALWAYS_LISTED.contains(&listed) || change.also_listed().contains(&listed) =>
            {
                format!("UnsupportedOperation.InstanceState{}", camel_case(listed))
            }
            // The other states in transition have no code in this list.
            _ => BUSY.to_owned(),
        }
    };
    let message = message(&code, instance);
    Some(Refusal::new(&code, message))
}

/// `RESCUE_MODE` is `RescueMode` in codes.
fn camel_case(state: &str) -> String {
    let words = state.split('_').map(str::char_indices);
    words
        .flatten()
        .map(|(place, letter)| match place {
            0 => letter,
            _ => letter.to_ascii_lowercase(),
        })
        .collect()
}

fn message(code: &str, instance: &Instance) -> String {
    let id = &instance.id;
    match code {
        "UnsupportedOperation.InstanceStateRunning" => format!("The instance `{id}` is running."),
        BUSY => format!("Instance `{id}` is busy."),
        "UnsupportedOperation.InstanceOsWindows" => {
            format!("The instance `{id}` runs Windows, which has no key pairs.")
        }
        "UnsupportedOperation.StoppedModeStopCharging" => {
            format!("The instance `{id}` is stopped without charge.")
        }
        _ => format!("The instance `{id}` is in the state {}.", instance.state),
    }
}
