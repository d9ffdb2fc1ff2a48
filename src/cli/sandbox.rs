//! `sandbox serve|env|show|reset`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};

use super::Run;
use super::args::Global;
use crate::config::paths;
use crate::error::{Error, ErrorKind};
use crate::io::Talk;
use crate::sandbox::{self, Counting, Fault, Quirk, credentials as fake};
use crate::time::parse_duration;

/// The port that `serve` and `env` agree on when none is named.
const PORT: u16 = 7_780;

/// What can be done with the embedded cloud itself.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum SandboxCommand {
    /// Serve the embedded cloud to other programs, SDKs and CLIs
    #[command(before_help = "Examples:\n  \
        kpctl sandbox serve\n  \
        kpctl sandbox serve --port 0 --fault volcengine.DeleteKeyPairs@1=throttled --latency 40ms")]
    Serve(Serve),

    /// Print the export lines that point kpctl and other programs at a served sandbox
    #[command(
        before_help = "Examples:\n  eval \"$(kpctl sandbox env)\"\n  kpctl sandbox env --port 9000"
    )]
    Env(Port),

    /// Print the whole state of the sandbox as JSON
    Show,

    /// Forget everything; the next use starts with the demo fleet
    Reset,
}

// Where the sandbox listens.
#[derive(Args, Debug)]
pub(super) struct Port {
    /// The port on 127.0.0.1
    #[arg(long, default_value_t = PORT)]
    port: u16,
}

// How the sandbox is served.
#[derive(Args, Debug)]
pub(super) struct Serve {
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = PORT)]
    port: u16,

    /// Keep the state in this file (default: in memory, starting with the demo fleet)
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Answer after this time
    #[arg(long, value_name = "TIME")]
    latency: Option<String>,

    /// Refuse what comes faster than the vendors publish, counted in windows of this kind (fixed, sliding)
    #[arg(long, value_name = "WINDOWS")]
    rates: Option<String>,

    /// Let temporary credentials live this long, whatever is asked
    #[arg(long, value_name = "TIME")]
    credential_lifetime: Option<String>,

    /// Make something go wrong: CLOUD[/REGION].OPERATION@N=KIND, where N is 3, 2-5 or *
    #[arg(long = "fault", value_name = "RULE")]
    faults: Vec<String>,

    /// Answer an open question of the vendors' documents unusually
    #[arg(long = "quirk", value_name = "NAME")]
    quirks: Vec<String>,
}

impl SandboxCommand {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let io = &run.context.io;
        refuse_useless(run.global)?;
        let state = || Ok::<_, Error>(paths::sandbox(&run.context.env)?.join("state.json"));
        match self {
            Self::Serve(serve) => serve.run(run).await?,
            Self::Env(Port { port }) => io.data(&exports(*port))?,
            Self::Show => {
                let state = sandbox::show(&state()?).map_err(|error| broken(&error))?;
                io.data(&format!("{state:#}\n"))?;
            }
            Self::Reset => sandbox::reset(&state()?).map_err(|error| broken(&error))?,
        }
        Ok(run.stop.requested().unwrap_or(0))
    }
}

impl Serve {
    async fn run(&self, run: &Run<'_>) -> Result<(), Error> {
        let lines = Talk::of_process();
        let options = sandbox::Options {
            port: self.port,
            state_file: self.state.clone(),
            latency: self
                .latency
                .as_deref()
                .map(parse_duration)
                .transpose()?
                .unwrap_or_default(),
            credential_lifetime: self
                .credential_lifetime
                .as_deref()
                .map(parse_duration)
                .transpose()?,
            rates: parsed::<Counting>(self.rates.as_slice())?.pop(),
            faults: parsed::<Fault>(&self.faults)?,
            quirks: parsed::<Quirk>(&self.quirks)?,
            log: Some(sandbox::Log::new(move |line| lines.say(line))),
        };
        let server = sandbox::start(options)
            .await
            .map_err(|error| broken(&error))?;
        run.context
            .io
            .data(&format!("listening {}\n", server.url()))?;
        while run.stop.requested().is_none() {
            run.stop.sleep(std::time::Duration::from_secs(3_600)).await;
        }
        Ok(())
    }
}

/// Refuses options of requests and of lists, of which there are none here.
fn refuse_useless(global: &Global) -> Result<(), Error> {
    let all = [
        "--profile",
        "--region",
        "--output",
        "--query",
        "--no-input",
        "--timeout",
        "--endpoint-url",
        "--ca-bundle",
        "--insecure-endpoint",
        "--sandbox",
        "--verbose",
    ];
    global.refuse(&all, |option| {
        Error::usage(format!("{option} does nothing here"))
    })
}

fn parsed<T: FromStr<Err = sandbox::SandboxError>>(texts: &[String]) -> Result<Vec<T>, Error> {
    texts
        .iter()
        .map(|text| {
            text.parse()
                .map_err(|error: sandbox::SandboxError| Error::usage(error.to_string()))
        })
        .collect()
}

fn broken(error: &sandbox::SandboxError) -> Error {
    Error::new(ErrorKind::Usage, error.to_string())
}

/// Lines for a shell. The credentials are plainly fake and fixed.
fn exports(port: u16) -> String {
    let endpoint = format!("http://127.0.0.1:{port}");
    let lines = [
        ("KPCTL_ENDPOINT_URL", endpoint.as_str()),
        ("VOLCENGINE_ACCESS_KEY", fake::VOLCENGINE_ACCESS_KEY),
        ("VOLCENGINE_SECRET_KEY", fake::VOLCENGINE_SECRET_KEY),
        ("VOLCENGINE_REGION", fake::VOLCENGINE_REGION),
        ("TENCENTCLOUD_SECRET_ID", fake::TENCENT_SECRET_ID),
        ("TENCENTCLOUD_SECRET_KEY", fake::TENCENT_SECRET_KEY),
        ("TENCENTCLOUD_REGION", fake::TENCENT_REGION),
        ("HUAWEICLOUD_SDK_AK", fake::HUAWEI_ACCESS_KEY),
        ("HUAWEICLOUD_SDK_SK", fake::HUAWEI_SECRET_KEY),
        ("HUAWEICLOUD_SDK_PROJECT_ID", fake::HUAWEI_PROJECT_ID),
        ("HW_REGION_NAME", fake::HUAWEI_REGION),
    ];
    let lines = lines.map(|(name, value)| {
        format!(
            "export {name}={value}
"
        )
    });
    lines.concat()
}
