//! `vokter run`

use crate::arguments::Run;
use crate::counter::Counter;
use crate::keeper::Keeper;
use crate::live_view::LiveView;
use crate::outlet::{Outlet, id_of};
use crate::parking::{CarParks, LotFile, Opening};
use crate::{documents, logs, report, supplied, web};
use anyhow::{Context, Result, anyhow, bail};
use crossbeam::channel::Receiver;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use vokter_console::Desk;
use vokter_models::manifest::Task;
use vokter_models::{Detector, Model, ModelFile, Runtime, Thresholds, find_library, find_model, find_plate_models};
use vokter_pipeline::{Alarm, CameraHealth, Engine, Options, PlateChain, State};
use vokter_rules::limits;
use vokter_rules::policy::{self, Camera, Condition, SitePolicy, Source};

const REFRESH: Duration = Duration::from_millis(150);

pub fn run(arguments: &Run) -> Result<ExitCode> {
    let Some(policy) = read_site(&arguments.site, arguments.model.as_deref())? else { return Ok(ExitCode::FAILURE) };
    let closed = report::closed(&policy, &arguments.site);
    if !closed.is_empty() {
        eprintln!("{closed}");
    }
    if !policy.purposes().iter().any(|purpose| purpose.standing().may_run()) {
        bail!("no purpose of {} may watch yet", arguments.site.display());
    }
    let view = std::io::stderr().is_terminal().then(LiveView::new);
    logs::start(view.clone());

    let lots = LotFile::all(&policy, &arguments.site)?;
    let sources = sources(&policy, &arguments.site)?;
    let mut outlet = Outlet::open(&arguments.events, arguments.stills.as_deref())?;
    let keeper =
        arguments.data_dir.as_ref().map(|directory| Keeper::open(&policy, directory, arguments.key_file.as_deref()));
    let (keeper, mint) = keeper.transpose()?.unzip();
    let (detectors, readers) = networks(arguments, &policy)?;
    let (engine, alarms, reports) = Engine::start(&policy, sources, detectors, readers, &options(arguments)?)?;
    let measured = supplied::counting(arguments.model.as_deref())?;
    let kept = arguments.data_dir.as_deref().zip(keeper.as_ref().map(Keeper::vault));
    let counter = kept.map(|kept| Counter::start(&policy, engine.tallies(), &measured, kept)).transpose()?.flatten();
    let car_parks = match (&keeper, mint, &arguments.data_dir) {
        (Some(keeper), Some(mut mint), Some(directory)) => {
            let (vault, counter) = (&keeper.vault(), counter.as_ref());
            let opening =
                Opening { policy: &policy, directory, vault, engine: &engine, counter, vault_is_of_scene: false };
            CarParks::start(&opening, lots, &mut mint, reports)?
        }
        _ if lots.is_empty() => None,
        _ => {
            tracing::warn!("no plate is read: --data-dir says where it is kept who has to pay");
            None
        }
    };
    let lots = car_parks.as_ref().map(|car_parks| -> Arc<dyn Desk> { car_parks.lots() });
    let site = web::site(engine.cameras(), engine.metrics(), arguments.data_dir.clone(), lots);
    let server = web::start(&arguments.listen, site)?;
    stop_on_signal(engine.stop_switch())?;

    let (stop, above) = (engine.stop_switch(), view.clone());
    let writer = std::thread::spawn(move || {
        let written = write_all(&alarms, &mut outlet, keeper.as_ref(), above.as_ref());
        if written.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        written
    });
    watch(&engine, view.as_ref(), &policy);
    let cameras = engine.join();
    if let Some(counter) = counter {
        counter.finish();
    }
    if let Some(server) = server {
        server.stop();
    }
    if let Some(car_parks) = car_parks {
        car_parks.finish();
    }
    // What was reported before a failure is written before the failure is said.
    writer.join().map_err(|_| anyhow!("the writer of events panicked"))??;
    finish(&cameras?)
}

/// The policy of a site file, with the standing of its purposes now; `None` if it was refused, which has then been said.
pub(super) fn read_site(site: &Path, model: Option<&Path>) -> Result<Option<SitePolicy>> {
    let text = report::read(site)?;
    let compiled = policy::compile_for(&text, supplied::classes(model)?);
    report::print(site, &text, &compiled.diagnostics)?;
    Ok(compiled.policy.map(|mut policy| {
        policy.activate(jiff::Timestamp::now(), &documents::of(&policy, site));
        policy
    }))
}

/// What the engine is to do beyond the policy.
pub(super) fn options(arguments: &Run) -> Result<Options> {
    Ok(Options {
        decoder: beside("vokter-decoder")?,
        scene: beside("vokter-scene")?,
        pace: arguments.pace,
        gate: !arguments.no_gate,
        stills: arguments.stills.is_some() || arguments.data_dir.is_some(),
        now: jiff::Timestamp::now(),
    })
}

/// The cameras' sources with variables read and paths made relative to the site file.
pub(super) fn sources(policy: &SitePolicy, site: &Path) -> Result<Vec<Source>> {
    let folder = site.parent().unwrap_or(Path::new("."));
    policy.cameras().iter().map(|camera| source(camera, folder)).collect()
}

/// Shows the cameras until all have ended.
fn watch(engine: &Engine, view: Option<&LiveView>, policy: &SitePolicy) {
    let mut lines = view.map(|view| view.lines(engine.cameras(), policy.time_zone())).unwrap_or_default();
    while !engine.has_ended() {
        lines.iter_mut().for_each(crate::live_view::Line::update);
        std::thread::sleep(REFRESH);
    }
    lines.into_iter().for_each(crate::live_view::Line::finish);
}

/// Says which cameras failed; that is the exit code.
pub(super) fn finish(cameras: &[Arc<CameraHealth>]) -> Result<ExitCode> {
    let failed: Vec<_> = cameras
        .iter()
        .filter_map(|camera| match camera.state() {
            State::Failed(cause) => Some(format!("camera `{}`: {cause}", camera.name())),
            _ => None,
        })
        .collect();
    if failed.is_empty() { Ok(ExitCode::SUCCESS) } else { bail!("{}", failed.join("\nerror: ")) }
}

/// Keeps and writes what is reported. What waits is kept in one commit, and only then written: whoever reads the line knows
/// that the event is on the disk.
fn write_all(
    alarms: &Receiver<Alarm>,
    outlet: &mut Outlet,
    keeper: Option<&Keeper>,
    view: Option<&LiveView>,
) -> Result<()> {
    while let Ok(first) = alarms.recv() {
        let mut batch = vec![first];
        batch.extend(alarms.try_iter().take(limits::EVENTS_WAITING));
        let ids: Vec<_> = batch.iter().map(|alarm| id_of(&alarm.event)).collect();
        let items = keeper.map_or_else(|| vec![None; batch.len()], |keeper| keeper.keep(&batch, &ids));
        let mut write = || {
            let all = batch.iter().zip(&ids).zip(&items);
            all.map(|((alarm, id), item)| outlet.write(alarm, *id, *item)).try_for_each(|written| written.map(|_| ()))
        };
        match view {
            Some(view) => {
                let mut written = Ok(());
                view.above(|| written = write());
                written?;
            }
            None => write()?,
        }
    }
    keeper.map_or(Ok(()), Keeper::finish)
}

/// The camera's source with its variable read and its path made relative to the site file.
fn source(camera: &Camera, folder: &Path) -> Result<Source> {
    let from_variable = |variable: &str| {
        let address = std::env::var(variable)
            .map_err(|_| anyhow!("camera `{}` takes its address from {variable}, which is not set", camera.name))?;
        let source = Source::from_address(&address);
        let source = source.with_context(|| format!("{variable}, the address of camera `{}`", camera.name))?;
        // What is in a variable may be a secret, so it is not said: only that it is none of what it should be.
        match &source {
            Source::File(file) if !folder.join(&file.path).exists() => {
                bail!("{variable}, the address of camera `{}`, is neither an address nor a file", camera.name)
            }
            _ => Ok(source),
        }
    };
    let source = match &camera.source {
        Source::Env(variable) => from_variable(variable)?,
        source => source.clone(),
    };
    Ok(match source {
        Source::File(mut file) => {
            file.path = folder.join(&file.path).display().to_string();
            Source::File(file)
        }
        source => source,
    })
}

/// One detector a session and, where lanes are read, one reader of plates.
pub(super) fn networks(arguments: &Run, policy: &SitePolicy) -> Result<(Vec<Detector>, Vec<PlateChain>)> {
    let runtime = Runtime::load(&find_library()?)?;
    let path = find_model(arguments.model.as_deref())?;
    let model = Model::open(&runtime, &path)?;
    let task = model.manifest().task;
    if task != Task::Detection {
        let task = task.name();
        bail!(
            "{} is a model for {task}, and no purpose of a site reads plates with it (IVA-7a);\n\
             name one for detection with --model, or leave --model out",
            path.display()
        );
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let sessions = arguments.sessions.map_or(cores, usize::from).clamp(1, limits::SESSIONS);
    let detectors = (0..sessions).map(|_| Detector::new(&model, Thresholds::default())).collect();
    let mut rules = policy.purposes().iter().flat_map(|purpose| &purpose.rules);
    if !rules.any(|rule| matches!(rule.condition, Condition::PlateRead { .. })) {
        return Ok((detectors, Vec::new()));
    }
    let [finder, reader] = find_plate_models()?;
    let (finder, reader) = (ModelFile::open(&finder)?, ModelFile::open(&reader)?);
    let readers = (0..sessions).map(|_| PlateChain::open(&runtime, &finder, &reader));
    let readers = readers.collect::<Result<_, _>>()?;
    Ok((detectors, readers))
}

/// A program that is installed beside this one.
fn beside(name: &str) -> Result<PathBuf> {
    let executable = std::env::current_exe().context("this program cannot be found")?;
    let program = executable.with_file_name(name);
    if !program.is_file() {
        bail!("a program is missing: {}; `make release` builds it, beside vokter", program.display());
    }
    Ok(program)
}

/// Ctrl-C and SIGTERM finish what is in hand; a second one ends at once.
pub(super) fn stop_on_signal(stop: Arc<AtomicBool>) -> Result<()> {
    ctrlc::set_handler(move || {
        if stop.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .context("signals cannot be handled")
}
