//! `vokter demo`

use super::run::{finish, networks, options, read_site, sources, stop_on_signal};
use crate::arguments::Demo;
use crate::command::drivers;
use crate::live_view::{Line, LiveView};
use crate::outlet::{Outlet, id_of};
use crate::parking::LotFile;
use crate::{logs, truth};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use vokter_pipeline::{Alarm, Engine, Tally};
use vokter_rules::policy::SitePolicy;

const REFRESH: Duration = Duration::from_millis(150);
/// Of what truly happens, so much must be found, and of what is found, so little may be wrong, in hundredths.
const FOUND: usize = 95;
const WRONG: usize = 5;

pub fn run(arguments: &Demo) -> Result<ExitCode> {
    let Some(policy) = read_site(&arguments.site, arguments.model.as_deref())? else { return Ok(ExitCode::FAILURE) };
    let view = LiveView::new();
    logs::start(Some(view.clone()));
    let sources = sources(&policy, &arguments.site)?;
    let expected = truth::expected(&policy, &sources)?;
    let (events, stills) = (arguments.out.join("events.jsonl"), arguments.out.join("stills"));
    clear(&arguments.out, &events, &stills)?;
    let mut outlet = Outlet::open(&events, Some(&stills))?;
    let run = arguments.as_run(events, stills.clone());
    let (detectors, readers) = networks(&run, &policy)?;
    let lots = LotFile::all(&policy, &arguments.site)?;
    let drivers = truth::drivers(&policy, &sources, &drivers::entries(&lots))?;
    let (engine, alarms, reports) = Engine::start(&policy, sources, detectors, readers, &options(&run)?)?;
    stop_on_signal(engine.stop_switch())?;
    let car_park = drivers::open(&policy, lots, drivers, &engine, reports, &arguments.out)?;
    introduce(&policy, arguments.fast);

    let (above, zone) = (view.clone(), policy.time_zone().clone());
    let writer = std::thread::spawn(move || {
        let mut all = Vec::new();
        for alarm in alarms {
            let still = outlet.write(&alarm, id_of(&alarm.event), None)?;
            let time = zone.to_datetime(alarm.event.time()).strftime("%H:%M:%S").to_string();
            let line = alarm_line(&alarm, &time, still.map(|name| stills.join(name)).as_deref());
            above.above(|| println!("{line}"));
            all.push(alarm);
        }
        anyhow::Ok(all)
    });
    let has_ended = Arc::new(AtomicBool::new(false));
    let (car_parks, terminal) = car_park.unzip();
    let terminal = terminal.map(|terminal| {
        let above = view.clone();
        terminal.run(Arc::clone(&has_ended), move |line| above.above(|| println!("{line}")))
    });
    let mut lines = view.lines(engine.cameras(), policy.time_zone());
    let counts = view.note("counts");
    while !engine.has_ended() {
        lines.iter_mut().for_each(Line::update);
        counts.set_message(engine.tallies().iter().map(shown).collect::<Vec<_>>().join("   "));
        std::thread::sleep(REFRESH);
    }
    lines.into_iter().for_each(Line::finish);
    counts.finish_and_clear();
    let tallies = engine.tallies().to_vec();
    let cameras = engine.join();
    let alarms = writer.join().map_err(|_| anyhow::anyhow!("the writer of events panicked"))??;
    finish(&cameras?)?;
    has_ended.store(true, Ordering::Relaxed);
    let parked = terminal.map(|terminal| terminal.join().map_err(|_| anyhow::anyhow!("the terminal panicked")));
    if let Some((terminal, parked)) = parked.transpose()? {
        let parked = terminal.close(parked, &arguments.out)?;
        anyhow::ensure!(parked.still_known == 0, "{} who have paid are still known", parked.still_known);
    }
    if let Some(car_parks) = car_parks {
        car_parks.finish();
    }
    close(&truth::compare(&expected, &alarms, &tallies), &tallies, &arguments.out)
}

/// Takes away what an earlier demo left.
fn clear(out: &Path, events: &Path, stills: &Path) -> Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    for old in std::fs::read_dir(stills).into_iter().flatten().flatten() {
        if old.path().extension().is_some_and(|extension| extension == "jpg") {
            std::fs::remove_file(old.path()).with_context(|| format!("{} is in the way", old.path().display()))?;
        }
    }
    match std::fs::remove_file(events) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context("an earlier demo is in the way")
        }
        _ => Ok(()),
    }
}

fn introduce(policy: &SitePolicy, fast: bool) {
    println!(
        "A day at {}, {} synthetic cameras{}.",
        policy.name(),
        policy.cameras().len(),
        if fast { "" } else { ", in two minutes" }
    );
    println!("Each is analysed only when and for what its purpose in site.toml says:");
    for purpose in policy.purposes() {
        let rules: Vec<_> =
            purpose.rules.iter().map(|rule| format!("{} on {}", rule.condition.name(), rule.camera)).collect();
        println!("  {} ({})", purpose.name, purpose.kind.name());
        println!("    {}", rules.join(", "));
    }
    println!();
}

fn alarm_line(alarm: &Alarm, time: &str, still: Option<&Path>) -> String {
    let event = &alarm.event;
    let way = event.direction().map(|direction| format!(" {direction}")).unwrap_or_default();
    let still = still.map(|path| format!("\n  {}", path.display())).unwrap_or_default();
    format!("{time} ALARM {} {}: {}{way}{still}", event.camera(), event.rule(), event.class().name())
}

/// A count as `street left 7 right 9`.
fn shown(tally: &Arc<Tally>) -> String {
    let mut sides: Vec<(&str, u64)> = Vec::new();
    for (_, towards, number) in tally.exact().iter() {
        match sides.iter_mut().find(|(side, _)| *side == towards) {
            Some((_, sum)) => *sum += number,
            None => sides.push((towards, number)),
        }
    }
    sides.sort_unstable();
    let sides: Vec<_> = sides.iter().map(|(side, number)| format!("{side} {number}")).collect();
    format!("{} {}", tally.camera, if sides.is_empty() { "none yet".to_owned() } else { sides.join(" ") })
}

/// The closing table, and whether the promise was kept.
fn close(rows: &[truth::Row], tallies: &[Arc<Tally>], out: &Path) -> Result<ExitCode> {
    println!("\nCounted, in memory only:");
    for tally in tallies {
        println!("  {:<28} {}", format!("{} / {}", tally.purpose, tally.rule), shown(tally));
    }
    println!("\n  {:<32} {:>10} {:>6} {:>7} {:>6}", "rule", "happened", "found", "missed", "false");
    let row = |name: &str, there: usize, found: usize, wrong: usize| {
        println!("  {name:<32} {there:>10} {found:>6} {:>7} {wrong:>6}", there - found);
    };
    for one in rows {
        row(&one.name, one.there, one.found, one.wrong);
    }
    let sum = |of: fn(&truth::Row) -> usize| rows.iter().map(of).sum::<usize>();
    let (there, found, wrong) = (sum(|row| row.there), sum(|row| row.found), sum(|row| row.wrong));
    row("all", there, found, wrong);
    println!("\nAlarms with masked pictures: {}", out.display());
    let kept = found * 100 >= there * FOUND && wrong * 100 <= (found + wrong) * WRONG;
    if !kept {
        println!("That is fewer than {FOUND} % found, or more than {WRONG} % false.");
    }
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
