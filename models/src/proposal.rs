//! A `model.toml` to begin with, for a model that has none.

use crate::classes::COCO_80;
use crate::decode::yolox;
use crate::graph::{Element, Graph, Outlet};
use crate::manifest::Manifest;
use crate::whitelist::{Refusal, graph_refusals, refusals};
use std::fmt::Write;
use std::path::Path;
use vokter_rules::digest::Digest;
use vokter_rules::limits;
use vokter_rules::object::ObjectClass;

/// A manifest to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its text.
    pub text: String,
    /// Whether the outputs look like those of a decoder that Vokter has.
    pub is_recognised: bool,
}

impl Proposal {
    /// What would be refused under it, once licence and source are written.
    pub fn refusals(&self, graph: &Graph) -> Vec<Refusal> {
        let filled = self.text.replace("licence = \"\"", "licence = \"?\"").replace("source = \"\"", "source = \"?\"");
        match Manifest::parse(&filled, Path::new("")) {
            Ok(manifest) => refusals(&manifest, graph),
            Err(_) => graph_refusals(graph),
        }
    }
}

/// What the outputs look like.
struct Guess {
    task: &'static str,
    /// The lines below `[output]`, without the names.
    output: String,
    names: Vec<String>,
    /// How many classes there are; `None` for a task without.
    classes: Option<usize>,
    colour: &'static str,
    range: &'static str,
    letterbox: &'static str,
}

/// Proposes a manifest for a graph. What cannot be seen in a graph (licence, source, colours) must be looked up.
pub fn propose(graph: &Graph, file: &str, digest: Digest) -> Proposal {
    let sides = graph.inputs.first().and_then(|input| input.fixed_shape());
    // A graph may claim any length.
    let guess = guess(graph).filter(|guess| guess.classes.is_none_or(|classes| classes <= limits::MODEL_CLASSES));
    let is_recognised = guess.is_some();
    let guess = guess.unwrap_or_else(|| Guess {
        task: "detection",
        output: "decoder = \"yolox\"   # or yolov8, yolo-nms, detr, yunet, plate-corners, plate-slots".to_owned(),
        names: graph.outputs.iter().map(|output| output.name.clone()).collect(),
        classes: Some(0),
        colour: "rgb",
        range: "0..1",
        letterbox: "centre",
    });
    let (layout, width, height) = match sides.as_deref() {
        Some([_, 1 | 3, height, width]) => ("nchw", *width, *height),
        Some([_, height, width, 1 | 3]) => ("nhwc", *width, *height),
        _ => ("nchw", 640, 640),
    };
    let input = graph.inputs.first().cloned().unwrap_or_default();
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(format!("file = {}", quoted(file)));
    line(format!("sha256 = \"{digest}\""));
    line("licence = \"\"          # of the weights, such as Apache-2.0".to_owned());
    line("source = \"\"           # where the file is from".to_owned());
    line(format!("task = \"{}\"", guess.task));
    line("\n[input]".to_owned());
    line(format!("name = {}", quoted(&input.name)));
    if layout != "nchw" {
        line(format!("layout = \"{layout}\""));
    }
    if input.element == Element::U8 {
        line("element = \"u8\"".to_owned());
    }
    line(format!("width = {width}\nheight = {height}"));
    line(format!(
        "colour = \"{}\"        # or {}; look it up",
        guess.colour,
        if guess.colour == "rgb" { "bgr" } else { "rgb" }
    ));
    line(format!("range = \"{}\"       # what black and white are; look it up", guess.range));
    line(format!("letterbox = \"{}\"", guess.letterbox));
    if guess.letterbox != "stretch" {
        line("pad = 114".to_owned());
    }
    line("\n[output]".to_owned());
    line(guess.output);
    let names: Vec<_> = guess.names.iter().map(|name| quoted(name)).collect();
    line(format!("names = [{}]", names.join(", ")));
    if let Some(count) = guess.classes {
        classes(graph, guess.task, count, &mut out);
    }
    Proposal { text: out, is_recognised }
}

/// The table of classes.
fn classes(graph: &Graph, task: &str, count: usize, out: &mut String) {
    let own = graph.labels().filter(|labels| !labels.is_empty());
    let is_coco = |labels: &Vec<String>| labels.iter().map(String::as_str).eq(COCO_80);
    let (names, labels) = match own {
        Some(labels) if !is_coco(&labels) => (list(&labels), labels),
        None if count != COCO_80.len() => {
            let first = if task == "plate-detection" { "plate" } else { "person" };
            let labels: Vec<_> =
                (0..count.max(1)).map(|n| if n == 0 { first.to_owned() } else { format!("class {n}") }).collect();
            (format!("{}   # their names, in order", list(&labels)), labels)
        }
        _ => ("\"coco-80\"".to_owned(), COCO_80.map(str::to_owned).to_vec()),
    };
    let _ = writeln!(out, "\n[classes]\nnames = {names}\nothers = \"ignore\"\n\n[classes.map]");
    for label in &labels {
        let class = if task == "plate-detection" {
            Some(ObjectClass::Plate)
        } else {
            ObjectClass::from_name(&label.to_lowercase()).filter(|class| *class != ObjectClass::Plate)
        };
        if let Some(class) = class {
            let _ = writeln!(out, "{} = \"{}\"", quoted(label), class.name());
        }
    }
}

fn guess(graph: &Graph) -> Option<Guess> {
    let [input] = graph.inputs.as_slice() else { return None };
    let size = match input.fixed_shape().as_deref() {
        Some([_, 3, height @ ..=limits::PICTURE_WIDTH, width @ ..=limits::PICTURE_WIDTH]) => Some((*width, *height)),
        _ => None,
    };
    let lengths =
        |output: &Outlet| -> Vec<Option<usize>> { output.shape.iter().flatten().map(|side| side.length()).collect() };
    let names = || graph.outputs.iter().map(|output| output.name.clone()).collect::<Vec<_>>();
    let yolo = |output: &str, classes| Guess {
        task: if classes == 1 { "plate-detection" } else { "detection" },
        output: output.to_owned(),
        names: names(),
        classes: Some(classes),
        colour: "rgb",
        range: "0..1",
        letterbox: "centre",
    };
    match graph.outputs.as_slice() {
        [output] => match *lengths(output).as_slice() {
            [_, Some(cells), Some(numbers)]
                if numbers > 5 && size.is_some_and(|(width, height)| yolox::cells(width, height) == cells) =>
            {
                let (colour, range, letterbox) = ("bgr", "0..255", "top-left");
                Some(Guess { colour, range, letterbox, ..yolo("decoder = \"yolox\"", numbers - 5) })
            }
            [_, _, Some(6)] => {
                let labels = graph.labels().map_or(0, |labels| labels.len());
                Some(yolo("decoder = \"yolo-nms\"\nrows = \"box-score-class\"", labels))
            }
            [_, Some(7)] => Some(yolo("decoder = \"yolo-nms\"\nrows = \"picture-box-class-score\"", 1)),
            [_, Some(slots @ 4..=16), Some(characters @ 10..=128)] => Some(plate(names(), slots, characters)),
            [_, Some(numbers @ 5..), candidates] if candidates.is_none_or(|candidates| candidates > numbers) => {
                Some(yolo("decoder = \"yolov8\"", numbers - 4))
            }
            [_, Some(_) | None, Some(numbers @ 5..)] => Some(yolo("decoder = \"yolov8\"", numbers - 4)),
            _ => None,
        },
        [first, second] => match (lengths(first).as_slice(), lengths(second).as_slice()) {
            ([_, _, Some(classes)], [_, _, Some(4)]) => Some(yolo(
                "decoder = \"detr\"\nscores = \"sigmoid\"   # or softmax, with a last class for nothing",
                *classes,
            )),
            _ => None,
        },
        twelve if twelve.len() == 12 => {
            let order = ["cls", "obj", "bbox", "kps"].map(|kind| [8, 16, 32].map(|stride| format!("{kind}_{stride}")));
            let names: Vec<String> = order.into_iter().flatten().collect();
            let has_all = names.iter().all(|name| twelve.iter().any(|output| output.name == *name));
            has_all.then(|| Guess {
                task: "face-masking",
                output: "decoder = \"yunet\"".to_owned(),
                names,
                classes: None,
                colour: "bgr",
                range: "0..255",
                letterbox: "top-left",
            })
        }
        _ => None,
    }
}

fn plate(names: Vec<String>, slots: usize, characters: usize) -> Guess {
    let alphabet = if characters == 37 { "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_" } else { "" };
    Guess {
        task: "plate-reading",
        output: format!(
            "decoder = \"plate-slots\"\nalphabet = \"{alphabet}\"   # {characters} characters; look them up\n\
             slots = {slots}\npad = \"_\""
        ),
        names,
        classes: None,
        colour: "rgb",
        range: "0..255",
        letterbox: "stretch",
    }
}

fn list(labels: &[String]) -> String {
    let quoted: Vec<_> = labels.iter().map(|label| quoted(label)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            character if character.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out.push('"');
    out
}
