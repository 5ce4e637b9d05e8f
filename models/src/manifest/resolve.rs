//! From `model.toml` as written to a [`Manifest`]; gathers every mistake.

use super::written::{
    Names, Range, Written, WrittenClasses, WrittenElement, WrittenInput, WrittenOutput, WrittenResize,
};
use super::{Colour, Decoder, Input, Letterboxing, Manifest, Mistake, Task, TensorLayout, counting};
use crate::classes::{ClassMap, Fate, standard_list};
use crate::decode::yolox;
use crate::graph::Element;
use crate::plate::corners;
use std::collections::BTreeSet;
use std::path::Path;
use vokter_frames::Resize;
use vokter_rules::digest::Digest;
use vokter_rules::limits;
use vokter_rules::object::ObjectClass;

/// The margin of a reader that says none: that of the project's own.
const MARGIN: [f32; 2] = [0.04, 0.10];

pub(super) fn resolve(written: Written, folder: &Path) -> Result<Manifest, Vec<Mistake>> {
    let mut mistakes = vec![];
    let task = written.task;
    for (key, text, instead) in [
        ("file", &written.file, "the path of the ONNX file, from this manifest on"),
        ("licence", &written.licence, "the licence of the weights, such as \"Apache-2.0\""),
        ("source", &written.source, "the address or the person that the file is from"),
    ] {
        if text.trim().is_empty() {
            mistakes.push(Mistake::Empty(key, instead));
        }
    }
    let sha256 = Digest::parse(written.sha256.trim());
    if sha256.is_none() {
        mistakes.push(Mistake::Digest);
    }
    let decoder = decoder(&written.output, task, &mut mistakes);
    let input = input(&written.input, task, decoder.as_ref(), &mut mistakes);
    repeated(&written.output.names, "output.names", &mut mistakes);
    let classes = classes(written.classes, task, &mut mistakes);
    let counting = counting::resolve(written.counting, task, &classes, &mut mistakes);
    let file = folder.join(&written.file);
    let stem = || Path::new(&written.file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match (sha256, decoder) {
        (Some(sha256), Some(decoder)) if mistakes.is_empty() => Ok(Manifest {
            name: written.name.unwrap_or_else(stem),
            file,
            sha256,
            licence: written.licence,
            source: written.source,
            task,
            input,
            decoder,
            outputs: written.output.names,
            classes,
            counting,
        }),
        _ => Err(mistakes),
    }
}

fn repeated(names: &[String], key: &'static str, mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    mistakes.extend(names.iter().filter(|name| !seen.insert(*name)).map(|name| Mistake::Twice(name.clone(), key)));
}

fn input(written: &WrittenInput, task: Task, decoder: Option<&Decoder>, mistakes: &mut Vec<Mistake>) -> Input {
    let mut wrong = |key, what: &str| mistakes.push(Mistake::Input { key, what: what.to_owned() });
    let step = match decoder {
        Some(Decoder::Yolox | Decoder::Yunet) => yolox::SIDE_STEP,
        Some(Decoder::PlateCorners) => corners::STRIDE,
        _ => 1,
    };
    for (key, side) in [("input.width", written.width), ("input.height", written.height)] {
        if !(limits::PICTURE_SIDE_MIN..=limits::PICTURE_WIDTH).contains(&side) || !side.is_multiple_of(step) {
            let (least, most) = (limits::PICTURE_SIDE_MIN.max(step), limits::PICTURE_WIDTH);
            wrong(key, &format!("{side} is no side of this input; write a multiple of {step} from {least} to {most}"));
        }
    }
    let element = match written.element {
        WrittenElement::F32 => Element::F32,
        WrittenElement::U8 => Element::U8,
    };
    if task != Task::PlateReading {
        if written.layout != TensorLayout::Nchw || element != Element::F32 {
            wrong("input", "pictures are given to this task as f32 in nchw; export the model so");
        }
        if written.colour == Colour::Grey {
            wrong("input.colour", "pictures are given to this task in colour; write \"rgb\" or \"bgr\"");
        }
        if written.letterbox == Letterboxing::Stretch {
            wrong("input.letterbox", "pictures keep their proportion in this task; write \"top-left\" or \"centre\"");
        }
    }
    match (written.letterbox, written.pad) {
        (Letterboxing::Stretch, Some(_)) => wrong("input.pad", "a stretched picture has no border; take it out"),
        (Letterboxing::TopLeft | Letterboxing::Centre, None) => {
            wrong("input.pad", "is missing; write the grey level of the border, 0 to 255 (114 for YOLO networks)");
        }
        _ => {}
    }
    let is_of_plates = matches!(task, Task::PlateDetection | Task::PlateReading);
    let (resize, margin) = (written.resize.filter(|_| is_of_plates), written.margin);
    if margin.is_some_and(|margin| margin.iter().any(|part| !(0.0..=1.0).contains(part))) {
        wrong(
            "input.margin",
            "is no margin; write the parts of a plate's sides that are added, 0 to 1: [across, down]",
        );
    }
    for (key, is_misplaced, owner) in [
        ("input.resize", written.resize.is_some() && !is_of_plates, "tasks `plate-detection` and `plate-reading`"),
        ("input.margin", margin.is_some() && task != Task::PlateReading, "task `plate-reading`"),
    ] {
        if is_misplaced {
            mistakes.push(Mistake::Misplaced { key, owner });
        }
    }
    Input {
        name: written.name.clone(),
        layout: written.layout,
        element,
        width: written.width,
        height: written.height,
        colour: written.colour,
        white: if written.range == Range::Bytes { 255.0 } else { 1.0 },
        letterbox: written.letterbox,
        pad: written.pad.unwrap_or(0),
        resize: match resize {
            Some(WrittenResize::Linear) => Resize::Linear,
            Some(WrittenResize::Averaged) | None => Resize::Averaged,
        },
        margin: margin.unwrap_or(MARGIN),
    }
}

fn decoder(written: &WrittenOutput, task: Task, mistakes: &mut Vec<Mistake>) -> Option<Decoder> {
    let plate = [
        ("output.alphabet", written.alphabet.is_some()),
        ("output.slots", written.slots.is_some()),
        ("output.pad", written.pad.is_some()),
    ];
    let of_others =
        [("output.rows", written.rows.is_some(), "yolo-nms"), ("output.scores", written.scores.is_some(), "detr")];
    let of_plates = plate.iter().map(|(key, is_there)| (*key, *is_there, "plate-slots"));
    for (key, is_there, owner) in of_others.into_iter().chain(of_plates) {
        if is_there && owner != written.decoder {
            mistakes.push(Mistake::Misplaced { key, owner: owner_of(owner) });
        }
    }
    let mut missing = |key, instead| mistakes.push(Mistake::Missing { key, instead });
    let decoder = match written.decoder.as_str() {
        "yolox" => Some(Decoder::Yolox),
        "yolov8" => Some(Decoder::Yolov8),
        "yunet" => Some(Decoder::Yunet),
        "plate-corners" => Some(Decoder::PlateCorners),
        "yolo-nms" => {
            if written.rows.is_none() {
                missing("output.rows", "\"picture-box-class-score\" or \"box-score-class\"");
            }
            written.rows.map(|rows| Decoder::YoloNms { rows })
        }
        "detr" => {
            if written.scores.is_none() {
                missing("output.scores", "\"sigmoid\" or \"softmax\"");
            }
            written.scores.map(|scores| Decoder::Detr { scores })
        }
        "plate-slots" => {
            for (key, _) in plate.iter().filter(|(_, is_there)| !is_there) {
                missing(key, "what the model was trained with");
            }
            let (alphabet, slots, pad) = (written.alphabet.clone()?, written.slots?, written.pad?);
            check_alphabet(&alphabet, slots, pad, mistakes);
            Some(Decoder::PlateSlots { alphabet, slots, pad })
        }
        other => {
            mistakes.push(Mistake::UnknownDecoder(other.to_owned()));
            None
        }
    }?;
    if !decoder.serves(task) {
        let instead = match task {
            Task::Detection => "\"yolox\", \"yolov8\", \"yolo-nms\" or \"detr\"",
            Task::PlateDetection => "\"plate-corners\", \"yolox\", \"yolov8\", \"yolo-nms\" or \"detr\"",
            Task::PlateReading => "\"plate-slots\"",
            Task::FaceMasking => "\"yunet\"",
        };
        mistakes.push(Mistake::WrongDecoder { decoder: decoder.name(), task: task.name(), instead });
    }
    let (found, wanted) = (written.names.len(), decoder.outputs());
    if found != wanted {
        mistakes.push(Mistake::OutputCount { found, decoder: decoder.name(), wanted });
    }
    Some(decoder)
}

fn owner_of(decoder: &str) -> &'static str {
    match decoder {
        "yolo-nms" => "decoder `yolo-nms`",
        "detr" => "decoder `detr`",
        _ => "decoder `plate-slots`",
    }
}

fn check_alphabet(alphabet: &str, slots: usize, pad: char, mistakes: &mut Vec<Mistake>) {
    let characters: BTreeSet<_> = alphabet.chars().collect();
    if characters.len() != alphabet.chars().count() || characters.len() < 2 {
        mistakes.push(Mistake::Alphabet("a character occurs twice, or there is but one"));
    }
    if !characters.contains(&pad) {
        mistakes.push(Mistake::Alphabet("the character `output.pad` is not in it"));
    }
    if !(1..=limits::PLATE_SLOTS).contains(&slots) {
        mistakes.push(Mistake::Alphabet("`output.slots` must be from 1 to 16"));
    }
}

fn classes(written: Option<WrittenClasses>, task: Task, mistakes: &mut Vec<Mistake>) -> ClassMap {
    let Some(written) = written else {
        if task.has_classes() {
            let instead = "the table [classes] with `names` and a map, or names = \"coco-80\"";
            mistakes.push(Mistake::Missing { key: "classes", instead });
        }
        return ClassMap::default();
    };
    if !task.has_classes() {
        mistakes.push(Mistake::Misplaced { key: "classes", owner: "tasks `detection` and `plate-detection`" });
        return ClassMap::default();
    }
    let names: Vec<String> = match written.names {
        Names::Each(names) => names,
        Names::List(name) => match standard_list(&name) {
            Some(list) => list.iter().map(|name| (*name).to_owned()).collect(),
            None => {
                mistakes.push(Mistake::UnknownList(name));
                return ClassMap::default();
            }
        },
    };
    if names.is_empty() || names.len() > limits::MODEL_CLASSES {
        mistakes.push(Mistake::Empty("classes.names", "the model's classes, in the order of its output, 4096 at most"));
    }
    repeated(&names, "classes.names", mistakes);
    let others = match written.others.as_deref() {
        None => Fate::Unmapped,
        Some("ignore") => Fate::Ignored,
        Some(other) => {
            mistakes.push(Mistake::Others(other.to_owned()));
            Fate::Ignored
        }
    };
    let known: BTreeSet<_> = names.iter().collect();
    let strangers = written.map.keys().filter(|label| !known.contains(label));
    mistakes.extend(strangers.map(|label| Mistake::UnknownLabel(label.clone())));
    let allowed: Vec<ObjectClass> = ObjectClass::ALL
        .into_iter()
        .filter(|class| (*class == ObjectClass::Plate) == (task == Task::PlateDetection))
        .collect();
    let choices = || allowed.iter().map(|class| class.name()).collect::<Vec<_>>().join(", ");
    let map = ClassMap::new(names.iter().map(|label| {
        let fate = match written.map.get(label).map(String::as_str) {
            None => others,
            Some("ignore") => Fate::Ignored,
            Some(name) => match ObjectClass::from_name(name).filter(|class| allowed.contains(class)) {
                Some(class) => Fate::Becomes(class),
                None => {
                    let (label, class) = (label.clone(), name.to_owned());
                    mistakes.push(Mistake::UnknownClass { label, class, classes: choices() });
                    Fate::Ignored
                }
            },
        };
        (label.clone(), fate)
    }));
    if mistakes.is_empty() && !map.iter().any(|(_, fate)| matches!(fate, Fate::Becomes(_))) {
        mistakes.push(Mistake::NothingFound(choices()));
    }
    map
}
