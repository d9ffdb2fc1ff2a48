//! A sandbox inside the test: a process of its own for each cell would take most of the time.

use std::sync::mpsc;
use std::thread::JoinHandle;

use kpctl::sandbox::{Options, start};
use tokio::sync::oneshot;

/// Serves until it is dropped.
pub(super) struct Served {
    pub(super) port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    pub(super) fn with(rule: Option<&str>) -> Self {
        let faults = rule.iter().map(|rule| rule.parse().expect("a rule"));
        let options = Options {
            faults: faults.collect(),
            ..Options::default()
        };
        let (sender, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let server = start(options).await.expect("a free port");
                sender.send(server.address()).expect("is waited for");
                let _dropped = stopped.await;
            });
        });
        Self {
            port: address.recv().expect("it starts").port(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
