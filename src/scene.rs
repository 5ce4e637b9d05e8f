//! The program `vokter-scene`: a synthetic camera. The engine starts it for `scene:` sources; people use it to write
//! films, the truth about them, and pictures for training.

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use vokter_scenes::{Canvas, Film, Scenario, program, worker};

/// A synthetic camera: the same scenario gives the same pictures, with the truth about what they show.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true, max_term_width = 80)]
#[command(after_help = "Examples:
  vokter-scene still yard.toml --frame 100 --out yard.png
  vokter-scene film yard.toml | ffplay -
  vokter-scene film yard.toml | ffmpeg -i - -c:v libx264 yard.mp4
  vokter-scene truth yard.toml            what happens, one JSON line each
  vokter-scene shapes yard.toml           its lines and zones for site.toml
  vokter-scene dataset --out pictures/ --pictures 1000")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a scenario as raw video (YUV4MPEG2)
    Film(FilmArguments),
    /// Write one frame as a picture, with --boxes the objects marked
    Still(StillArguments),
    /// Say what truly happens, as JSON lines
    Truth(Scene),
    /// Say where a scenario's lines and zones lie in the picture
    Shapes(Scene),
    /// Write random pictures with the boxes of what they show, for training
    Dataset(DatasetArguments),
}

#[derive(Args)]
struct Scene {
    /// The scenario file
    #[arg(value_name = "SCENARIO.toml")]
    scenario: PathBuf,
}

#[derive(Args)]
struct FilmArguments {
    #[command(flatten)]
    scene: Scene,
    /// Most frames to write
    #[arg(long, value_name = "N", default_value_t = usize::MAX, hide_default_value = true)]
    frames: usize,
    /// Where to; - is standard output
    #[arg(long, value_name = "FILE.y4m", default_value = "-")]
    out: PathBuf,
}

#[derive(Args)]
struct StillArguments {
    #[command(flatten)]
    scene: Scene,
    /// Which frame, counted from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    frame: usize,
    /// Where to
    #[arg(long, value_name = "FILE.png")]
    out: PathBuf,
    /// Mark what is in it
    #[arg(long)]
    boxes: bool,
}

#[derive(Args)]
struct DatasetArguments {
    /// A folder: pictures.u8 (N x H x W x 3 bytes, blue first) and labels.json
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pictures: usize,
    /// Decides on all of them
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Width in pixels
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u16).range(64..=3840))]
    width: u16,
    /// Height in pixels
    #[arg(long, default_value_t = 288, value_parser = clap::value_parser!(u16).range(64..=2160))]
    height: u16,
}

fn main() -> ExitCode {
    let descriptors: Option<Vec<i32>> = std::env::args().skip(1).map(|argument| argument.parse().ok()).collect();
    let done = match descriptors.as_deref() {
        // The engine starts it so, as it starts a decoder.
        Some(&[stream, memory, released, scenario]) => {
            worker::serve([stream, memory, released, scenario]).map_err(anyhow::Error::from)
        }
        _ => run(&Arguments::parse().command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    match command {
        Command::Film(arguments) => film(arguments),
        Command::Still(arguments) => still(arguments),
        Command::Truth(scene) => truth(&scene.read()?),
        Command::Shapes(scene) => shapes(scene.read()?),
        Command::Dataset(arguments) => {
            let (width, height) = (usize::from(arguments.width), usize::from(arguments.height));
            let bar = indicatif::ProgressBar::new(arguments.pictures as u64);
            let each = |done: usize| bar.set_position(done as u64);
            let written =
                program::write_dataset(&arguments.out, arguments.pictures, arguments.seed, width, height, each);
            written.with_context(|| format!("{} cannot be written", arguments.out.display()))
        }
    }
}

impl Scene {
    fn read(&self) -> Result<Scenario> {
        let shown = self.scenario.display();
        let text = std::fs::read_to_string(&self.scenario).with_context(|| format!("{shown} cannot be read"))?;
        Scenario::from_toml(&text).with_context(|| format!("{shown} is no scenario"))
    }
}

fn film(arguments: &FilmArguments) -> Result<()> {
    let mut film = Film::new(arguments.scene.read()?);
    let mut out: Box<dyn Write> = if arguments.out.as_os_str() == "-" {
        Box::new(BufWriter::new(std::io::stdout().lock()))
    } else {
        let file = File::create(&arguments.out);
        Box::new(BufWriter::new(file.with_context(|| format!("{} cannot be written", arguments.out.display()))?))
    };
    match program::write_film(&mut film, arguments.frames, &mut out) {
        // Whoever watched has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("the film cannot be written"),
    }
}

fn still(arguments: &StillArguments) -> Result<()> {
    let mut film = Film::new(arguments.scene.read()?);
    let (width, height) = film.scenario().size;
    let (mut canvas, mut seen) = (Canvas::new(width, height), Vec::new());
    let frames = film.scenario().frames();
    anyhow::ensure!(arguments.frame < frames, "the scenario has {frames} frames");
    for frame in 0..=arguments.frame {
        film.next_time();
        if frame < arguments.frame {
            film.skip();
        } else {
            film.next_into(&mut canvas, &mut seen);
        }
    }
    let picture = program::picture(&canvas, if arguments.boxes { &seen } else { &[] });
    picture.save(&arguments.out).with_context(|| format!("{} cannot be written", arguments.out.display()))
}

fn truth(scenario: &Scenario) -> Result<()> {
    for happening in scenario.happenings() {
        println!("{}", serde_json::to_string(&happening)?);
    }
    Ok(())
}

fn shapes(scenario: Scenario) -> Result<()> {
    let film = Film::new(scenario);
    for (name, points) in film.scenario().shapes_in_picture(film.view()) {
        let points: Vec<_> = points.iter().map(|point| format!("[{:.3}, {:.3}]", point.x, point.y)).collect();
        println!("{name} = [{}]", points.join(", "));
    }
    Ok(())
}
