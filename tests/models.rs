//! What a model may say, and what is refused: a test for each refusal, on small networks that the test makes.

use crate::support::engine::{runtime, site};
use crate::support::onnx::{Onnx, decided_by_a_run};
use crate::support::{VOKTER, data, manifest_of};
use std::path::Path;
use std::process::{Command, Output};
use vokter_models::decode::yolo_nms;
use vokter_models::manifest::{Decoder, Rows, Task};
use vokter_models::{Digest, Manifest, Model, ModelError, ModelFile, Session};

/// A manifest for [`Onnx::yolox`] of three classes; `SHA` stands for the digest.
const MANIFEST: &str = r#"
file = "made.onnx"
sha256 = "SHA"
licence = "CC0-1.0"
source = "a test"
task = "detection"

[input]
name = "images"
width = 32
height = 32
colour = "bgr"
range = "0..255"
letterbox = "top-left"
pad = 114

[output]
decoder = "yolox"
names = ["output"]

[classes]
names = ["kite", "car", "person"]

[classes.map]
kite = "ignore"
car = "car"
person = "person"
"#;

/// Writes a model and its manifest.
fn write(folder: &Path, onnx: &Onnx, manifest: &str) -> std::path::PathBuf {
    write_bytes(folder, &onnx.bytes(), manifest)
}

fn write_bytes(folder: &Path, bytes: &[u8], manifest: &str) -> std::path::PathBuf {
    let path = folder.join("made.toml");
    std::fs::write(folder.join("made.onnx"), bytes).unwrap();
    std::fs::write(&path, manifest.replace("SHA", &Digest::of(bytes).to_string())).unwrap();
    path
}

/// What opening says, with the folder's name taken out.
fn said(onnx: &Onnx, manifest: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let opened = ModelFile::open(&write(folder.path(), onnx, manifest));
    opened.map(drop).map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "FOLDER"))
}

fn refused(onnx: &Onnx, manifest: &str, requirement: &str, words: &[&str]) {
    let said = said(onnx, manifest).expect_err(requirement);
    let line = said.lines().find(|line| line.trim_start().starts_with(&format!("{requirement}: ")));
    let line = line.unwrap_or_else(|| panic!("{requirement} is not cited: {said}"));
    for word in words {
        assert!(line.contains(word), "{word}: {said}");
    }
}

/// The three classes with one exchanged, in the manifest.
fn with_class(label: &str, fate: &str) -> String {
    MANIFEST
        .replace("\"kite\"", &format!("\"{label}\""))
        .replace("kite = \"ignore\"", &format!("\"{label}\" = \"{fate}\""))
}

#[test]
fn a_model_that_its_manifest_accounts_for_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = write(folder.path(), &Onnx::yolox(3), MANIFEST);
    for path in [&manifest, &folder.path().join("made.onnx")] {
        let model = Model::open(&runtime(), path).unwrap();
        assert_eq!((model.manifest().task, &model.manifest().decoder), (Task::Detection, &Decoder::Yolox));
        assert_eq!(model.manifest().name, "made");
    }
    // The manifest may also be called model.toml.
    std::fs::rename(&manifest, folder.path().join("model.toml")).unwrap();
    assert!(ModelFile::open(&folder.path().join("made.onnx")).is_ok());
    // An open input takes the manifest's size.
    let mut open = Onnx::yolox(3);
    open.input.1 = vec![-1, 3, -1, -1];
    assert!(Model::open(&runtime(), &write(folder.path(), &open, MANIFEST)).is_ok());
}

#[test]
fn inv_1_iva_4b_sex_and_age_are_refused_even_if_ignored() {
    for label in ["female", "Male", "gender", "adult", "child", "kvinne", "ageGroup", "person_child"] {
        refused(&Onnx::yolox(3), &with_class(label, "ignore"), "IVA-4b", &["the class", label, "even if ignored"]);
    }
    for output in ["age", "age:0", "genderHead", "output_sex"] {
        let manifest = MANIFEST.replace("[\"output\"]", &format!("[\"{output}\"]"));
        let mut onnx = Onnx::yolox(3);
        onnx.outputs[0].0 = output.to_owned();
        refused(&onnx, &manifest, "IVA-4b", &["the output", output]);
    }
}

#[test]
fn inv_1_iva_4b_clothing_and_looks_are_refused() {
    for label in ["red shirt", "jacket", "longSleeve", "beard", "hår"] {
        refused(&Onnx::yolox(3), &with_class(label, "ignore"), "IVA-4b", &[label]);
    }
    for label in ["tie", "handbag", "backpack", "umbrella", "hair drier", "race car", "stage"] {
        assert_eq!(said(&Onnx::yolox(3), &with_class(label, "ignore")), Ok(()), "{label}");
    }
}

#[test]
fn inv_1_iva_5_skin_ethnicity_emotion_and_religion_are_refused() {
    for label in ["skin_tone", "dark skin", "ethnicity", "race", "húðlitur", "angry", "emotion", "hijab", "religion"]
    {
        refused(&Onnx::yolox(3), &with_class(label, "ignore"), "IVA-5", &[label]);
    }
}

#[test]
fn inv_1_iva_3_identity_is_refused() {
    for label in ["face_id", "identity", "person reid", "faceEmbedding"] {
        refused(&Onnx::yolox(3), &with_class(label, "ignore"), "IVA-3", &[label, "identity"]);
    }
    for (name, shape) in [("fc1", [1, 512]), ("features", [-1, 128])] {
        let onnx = Onnx::yolox(3).with_output(name, &shape);
        refused(&onnx, MANIFEST, "IVA-3", &[name, "as face recognition gives"]);
    }
    let manifest = MANIFEST.replace("[\"output\"]", "[\"fc1\"]");
    let mut onnx = Onnx::yolox(3).with_shape(&[1, 512]);
    onnx.outputs[0].0 = "fc1".to_owned();
    refused(&onnx, &manifest, "IVA-3", &["fc1", "one vector of 512 numbers"]);
}

#[test]
fn inv_1_what_the_file_itself_calls_its_classes_counts() {
    let mut onnx = Onnx::yolox(3);
    onnx.metadata = vec![("names", "{0: 'kite', 1: 'car', 2: 'woman'}".to_owned())];
    refused(&onnx, MANIFEST, "IVA-4b", &["the class `woman`"]);
    refused(&onnx, MANIFEST, "IVA-3", &["class 2 `woman`", "manifest says `person`"]);
    onnx.metadata = vec![("names", "{0: 'kite', 1: 'car', 2: 'person', 3: 'dog'}".to_owned())];
    refused(&onnx, MANIFEST, "IVA-3", &["class 3 `dog`"]);
    onnx.metadata = vec![("description", "estimates Age".to_owned())];
    refused(&onnx, MANIFEST, "IVA-4b", &["metadata", "`age`"]);
    onnx.metadata =
        vec![("names", "{0: 'kite', 1: 'Car', 2: 'person'}".to_owned()), ("author", "Age Karlsen".to_owned())];
    assert_eq!(said(&onnx, MANIFEST), Ok(()));
}

#[test]
fn inv_1_iva_3_every_class_is_mapped() {
    let manifest = MANIFEST.replace("kite = \"ignore\"\n", "");
    refused(&Onnx::yolox(3), &manifest, "IVA-3", &["`kite` is not mapped"]);
    let others = manifest.replace("\"person\"]\n", "\"person\"]\nothers = \"ignore\"\n");
    assert_eq!(said(&Onnx::yolox(3), &others), Ok(()));
}

#[test]
fn inv_1_iva_3_every_output_is_accounted_for() {
    let onnx = Onnx::yolox(3).with_output("landmarks", &[1, 21, 10]);
    refused(&onnx, MANIFEST, "IVA-3", &["`landmarks` (f32 [1, 21, 10])", "output.names"]);
    // A number more in a row says something more.
    for shape in [[1, 21, 9], [1, 20, 8], [2, 21, 8]] {
        refused(&Onnx::yolox(3).with_shape(&shape), MANIFEST, "IVA-3", &["`output`", "not f32 [1, 21, 8]"]);
    }
    let named = MANIFEST.replace("[\"output\"]", "[\"boxes\"]");
    refused(&Onnx::yolox(3), &named, "IVA-3", &["`boxes`", "the file has `output`"]);
}

#[test]
fn inv_1_iva_3_what_a_graph_says_of_its_shapes_is_tried() {
    // The graph does not say its output's shape; the session does.
    let folder = tempfile::tempdir().unwrap();
    let mut onnx = Onnx::yolox(3).with_shape(&[1, 21, 9]);
    onnx.outputs[0].1 = vec![1, 21, 9];
    let bytes = onnx.bytes();
    let shape = [0x0a, 2, 8, 1, 0x0a, 2, 8, 21, 0x0a, 2, 8, 9];
    let place = bytes.windows(shape.len()).rposition(|window| window == shape).unwrap();
    let mut lying = bytes.clone();
    // The length of a side becomes its name, of the same two bytes.
    lying[place + 10..place + 12].copy_from_slice(&[0x12, 0]);
    std::fs::write(folder.path().join("made.onnx"), &lying).unwrap();
    let manifest = folder.path().join("made.toml");
    std::fs::write(&manifest, MANIFEST.replace("SHA", &Digest::of(&lying).to_string())).unwrap();
    assert!(ModelFile::open(&manifest).is_ok());
    let error = Model::open(&runtime(), &manifest).err().unwrap().to_string();
    assert!(error.contains("IVA-3") && error.contains("`output`") && error.contains("[1, 21, 8]"), "{error}");
}

#[test]
fn inv_1_iva_3_what_a_run_gives_is_held_to_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    for (shape, is_read) in [([1, 21, 8], true), ([1, 21, 9], false), ([3, 7, 8], false)] {
        let numbers = shape.iter().product::<i64>() as u64;
        let manifest = write_bytes(folder.path(), &decided_by_a_run(numbers, &shape), MANIFEST);
        let mut session = Model::open(&runtime(), &manifest).unwrap().session_for(32, 32).unwrap();
        match session.run() {
            Ok(()) => assert!(is_read && session.output(0).unwrap().0 == [1, 21, 8], "{shape:?}"),
            Err(error) => {
                let said = error.to_string();
                assert!(!is_read && said.contains("IVA-3") && said.contains("[1, 21, 8]"), "{said}");
                assert_eq!(session.output(0).unwrap(), (&[][..], &[][..]), "nothing of it is kept");
            }
        }
    }
}

#[test]
fn what_a_session_was_given_and_said_can_be_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let says = Onnx { says: vec![0.5; 21 * 8], ..Onnx::yolox(3) };
    for bytes in [says.bytes(), decided_by_a_run(21 * 8, &[1, 21, 8])] {
        let model = Model::open(&runtime(), &write_bytes(folder.path(), &bytes, MANIFEST)).unwrap();
        let mut session = model.session_for(32, 32).unwrap();
        session.input().unwrap().fill(9.0);
        session.run().unwrap();
        assert_eq!(session.output(0).unwrap().1.len(), 21 * 8);
        session.clear().unwrap();
        assert!(session.input().unwrap().iter().all(|number| *number == 0.0));
        assert!(session.output(0).unwrap().1.iter().all(|number| *number == 0.0));
    }
}

#[test]
fn weights_that_are_listed_as_inputs_keep_their_shapes() {
    let folder = tempfile::tempdir().unwrap();
    let mut open = Onnx { lists_weights: true, ..Onnx::yolox(3) };
    open.input.1 = vec![-1, 3, -1, -1];
    let error = Model::open(&runtime(), &write(folder.path(), &open, MANIFEST)).err().map(|error| error.to_string());
    assert_eq!(error, None);
}

#[test]
fn krs_36_a_file_is_onnx_whatever_its_bytes_look_like() {
    let folder = tempfile::tempdir().unwrap();
    // ONNX Runtime takes a file with these bytes in this place for a graph in its own format.
    let mut bytes = Onnx::yolox(3).bytes();
    bytes[4..8].copy_from_slice(b"ORTM");
    let error = ModelFile::open(&write_bytes(folder.path(), &bytes, MANIFEST)).unwrap_err().to_string();
    assert!(error.contains("ONNX Runtime's own format"), "{error}");
    // They come to stand there when the input's size is written and what is before them left out.
    let mut open = Onnx::yolox(3);
    open.input.1 = vec![-1, 3, -1, -1];
    let bytes = open.with_graph_first(&[0x6a, 0], &format!("RTM{}", "x".repeat(0x4f - 3)));
    assert_eq!(&bytes[6..10], b"ORTM");
    let manifest = write_bytes(folder.path(), &bytes, MANIFEST);
    let error = Model::open(&runtime(), &manifest).err().map(|error| error.to_string());
    assert_eq!(error, None);
}

#[test]
fn inv_1_no_field_is_hidden_behind_a_long_tag() {
    let folder = tempfile::tempdir().unwrap();
    let plain = Onnx::yolox(3).with_output("age", &[1, 1]).bytes();
    // The second output's tag in five bytes: output 12 in 32 bits, and another field in 64.
    let place = plain.windows(6).rposition(|window| window[0] == 0x62 && &window[3..] == b"\x03ag").unwrap();
    let hidden = [&plain[..place], &[0xe2, 0x80, 0x80, 0x80, 0x10], &plain[place + 1..]].concat();
    // The graph is longer by four.
    let mut bytes = hidden.clone();
    let length = (usize::from(bytes[9] & 0x7f) | usize::from(bytes[10]) << 7) + 4;
    bytes[9..11].copy_from_slice(&[length as u8 | 0x80, (length >> 7) as u8]);
    let error = ModelFile::open(&write_bytes(folder.path(), &bytes, MANIFEST)).unwrap_err().to_string();
    assert!(error.contains("damaged"), "{error}");
}

#[test]
fn krs_36_a_file_of_another_digest_is_refused() {
    let other = Digest::of(b"another file").to_string();
    refused(&Onnx::yolox(3), &MANIFEST.replace("SHA", &other), "KRS-36", &["SHA-256", &other]);
}

#[test]
fn krs_36_weights_in_another_file_are_refused() {
    let onnx = Onnx { external: true, ..Onnx::yolox(3) };
    refused(&onnx, MANIFEST, "KRS-36", &["`weights` lies in another file"]);
}

#[test]
fn krs_36_operators_from_elsewhere_are_refused() {
    for (domain, operator) in [
        ("com.example", "Spy"),
        ("com.microsoft", "EPContext"),
        ("ai.onnx.ml", "TreeEnsemble"),
        ("ai.onnx.contrib", "X"),
    ] {
        let onnx = Onnx { nodes: vec![(domain, operator)], ..Onnx::yolox(3) };
        refused(&onnx, MANIFEST, "KRS-36", &[&format!("`{domain}.{operator}`")]);
    }
    for (domain, operator) in [("ai.onnx", "Relu"), ("com.microsoft", "QLinearAdd")] {
        assert_eq!(said(&Onnx { nodes: vec![(domain, operator)], ..Onnx::yolox(3) }, MANIFEST), Ok(()));
    }
    let onnx = Onnx { functions: vec!["Helper"], ..Onnx::yolox(3) };
    refused(&onnx, MANIFEST, "KRS-36", &["`Helper`", "inlined"]);
}

#[test]
fn krs_36_the_input_is_the_manifests() {
    for (key, other) in [("\"images\"", "\"pixels\""), ("width = 32", "width = 64")] {
        let manifest = MANIFEST.replace(key, other);
        refused(&Onnx::yolox(3), &manifest, "KRS-36", &["`images` of f32 [1, 3, 32, 32]"]);
    }
}

#[test]
fn a_refusal_says_all_at_once_and_what_to_do() {
    let mut onnx = Onnx::yolox(3).with_output("embedding", &[1, 256]);
    onnx.metadata = vec![("names", "['kite', 'car', 'person']".to_owned())];
    onnx.nodes = vec![("com.example", "Spy")];
    insta::assert_snapshot!("refusal", said(&onnx, &with_class("woman", "ignore")).unwrap_err());
}

/// A measurement, before the classes of a manifest.
fn counting(classes: &str, there: u32, low: f64, high: f64) -> String {
    let low = if low.is_nan() { "nan".to_owned() } else { format!("{low:?}") };
    format!(
        "[[counting]]\nclasses = {classes}\nthere = {there}\ncounted = 97\nlow = {low}\nhigh = {high}\n\
         data = \"a day\"\n[classes]"
    )
}

#[test]
fn mistakes_in_a_manifest_are_said_with_what_to_write() {
    let cases = [
        ("licence = \"CC0-1.0\"\n", "", "missing field `licence`"),
        ("licence = \"CC0-1.0\"", "licence = \" \"", "`licence` is empty"),
        ("licence", "lisence", "unknown field `lisence`, expected one of"),
        ("\"SHA\"", "\"12\"", "`sha256` is not 64 hexadecimal digits"),
        ("task = \"detection\"", "task = \"age\"", "unknown variant `age`, expected one of"),
        ("task = \"detection\"", "task = \"plate-reading\"", "decoder `yolox` does not serve task `plate-reading`"),
        ("\"yolox\"", "\"resnet\"", "`resnet` is no decoder"),
        ("\"yolox\"", "\"yolo-nms\"", "`output.rows` is missing"),
        ("\"yolox\"", "\"detr\"", "`output.scores` is missing"),
        ("\"yolox\"", "\"yolox\"\nslots = 9", "`output.slots` belongs to decoder `plate-slots`"),
        ("[\"output\"]", "[\"output\", \"more\"]", "`output.names` has 2 names, and decoder `yolox` reads 1"),
        ("width = 32", "width = 40", "40 is no side of this input; write a multiple of 32"),
        ("\"bgr\"", "\"grey\"", "write \"rgb\" or \"bgr\""),
        ("pad = 114\n", "", "`input.pad`: is missing"),
        ("\"top-left\"\npad = 114", "\"stretch\"", "keep their proportion"),
        (
            "pad = 114",
            "pad = 114\nresize = \"linear\"",
            "`input.resize` belongs to tasks `plate-detection` and `plate-",
        ),
        ("pad = 114", "pad = 114\nmargin = [0.1, 0.1]", "`input.margin` belongs to task `plate-reading`"),
        ("pad = 114", "pad = 114\nmargin = [0.1, -0.1]", "`input.margin`: is no margin"),
        ("\"0..255\"", "\"-1..1\"", "unknown variant `-1..1`"),
        ("[\"kite\", \"car\", \"person\"]", "\"imagenet\"", "`imagenet` is no list of classes"),
        ("[\"kite\", \"car\", \"person\"]", "[\"kite\", \"car\", \"car\", \"person\"]", "`car` occurs twice"),
        ("car = \"car\"", "car = \"van\"", "`car` cannot become `van`; write \"ignore\" or one of person,"),
        ("car = \"car\"", "car = \"plate\"", "`car` cannot become `plate`"),
        ("car = \"car\"", "lorry = \"car\"", "speaks of `lorry`, which is none of the model's classes"),
        ("[classes]", "[classes]\nothers = \"person\"", "`classes.others` is `person`"),
        ("names = [\"kite\"", "label = [\"kite\"", "unknown field `label`"),
        ("[classes]", &counting("[\"bus\"]", 100, 0.9, 1.1), "`bus` is nothing that this model finds"),
        ("[classes]", &counting("[]", 100, 0.9, 1.1), "name what was counted"),
        ("[classes]", &counting("[\"car\"]", 0, 0.9, 1.1), "nothing was there"),
        ("[classes]", &counting("[\"car\"]", 100, 0.99, 1.1), "97 of 100 is 0.970, not from 0.99 to 1.1"),
        (
            "[classes]",
            &counting("[\"car\"]", 100, 0.0, 1.1),
            "ratios from 0.01 to 100; without them, the error is unknown",
        ),
        ("[classes]", &counting("[\"car\"]", 100, f64::NAN, 1.1), "the error is unknown"),
    ];
    for (from, to, cause) in cases {
        assert!(MANIFEST.contains(from), "{from}");
        let said = said(&Onnx::yolox(3), &MANIFEST.replacen(from, to, 1)).expect_err(cause);
        assert!(said.contains("FOLDER/made.toml is mistaken") && said.contains(cause), "{cause}: {said}");
    }
    let none = MANIFEST.replace("= \"car\"\n", "= \"ignore\"\n").replace("= \"person\"\n", "= \"ignore\"\n");
    assert!(said(&Onnx::yolox(3), &none).unwrap_err().contains("every class is ignored"));
    let several = MANIFEST.replace("\"SHA\"", "\"1\"").replace("pad = 114\n", "").replace("\"CC0-1.0\"", "\"\"");
    assert_eq!(said(&Onnx::yolox(3), &several).unwrap_err().lines().count(), 4, "all mistakes at once");
}

#[test]
fn nothing_that_is_said_acts_on_a_terminal() {
    for (from, to, key) in [
        ("\"CC0-1.0\"", "\"\\u001b[2J\"", "licence"),
        ("\"a test\"", "\"\\u009b2J\"", "source"),
        ("\"made.onnx\"", "\"\\u001b.onnx\"", "file"),
        ("\"images\"", "\"\\u0007\"", "input.name"),
        ("[\"output\"]", "[\"output\\n\"]", "output.names"),
        ("\"yolox\"", "\"\\u001b\"", "output.decoder"),
        ("[\"kite\"", "[\"\\u001b\"", "classes.names"),
        ("kite = \"ignore\"", "\"\\u001b\" = \"ignore\"", "classes.map"),
    ] {
        assert!(MANIFEST.contains(from), "{from}");
        let said = said(&Onnx::yolox(3), &MANIFEST.replacen(from, to, 1)).unwrap_err();
        assert!(said.contains(&format!("`{key}` holds a control character")), "{said}");
        assert!(!said.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{said}");
    }
    let said = said(&Onnx::yolox(3), &MANIFEST.replacen("task", "ta\u{1b}[2Jsk", 1)).unwrap_err();
    assert!(said.contains("mistaken") && !said.contains('\u{1b}'), "{said}");
    // ONNX Runtime repeats what it does not know.
    let folder = tempfile::tempdir().unwrap();
    let onnx = Onnx { nodes: vec![("", "Nope\u{1b}[2J")], ..Onnx::yolox(3) };
    let said = Model::open(&runtime(), &write(folder.path(), &onnx, MANIFEST)).err().unwrap().to_string();
    assert!(said.contains("Nope\u{fffd}[2J"), "{said}");
}

#[test]
fn refusals_without_end_are_counted() {
    let mut onnx = Onnx::yolox(3);
    onnx.nodes = (0..60).map(|at| ("com.example", &*format!("Spy{at}").leak())).collect();
    let lines = said(&onnx, MANIFEST).unwrap_err();
    assert_eq!((lines.lines().count(), lines.lines().last()), (52, Some("  … and 10 more")), "{lines}");
    // A word is said once of what is alike, however often it stands there.
    onnx.nodes = vec![];
    onnx.metadata = vec![("names", (0..3000).map(|at| format!("'woman {at}', ")).collect())];
    let lines = said(&onnx, MANIFEST).unwrap_err();
    assert_eq!(lines.matches("IVA-4b").count(), 1, "{lines}");
}

#[test]
fn inv_1_every_list_of_classes_in_a_file_counts() {
    let mut onnx = Onnx::yolox(3);
    let first = ("names", "['kite', 'car', 'person']".to_owned());
    onnx.metadata = vec![first.clone(), ("classes", "3".to_owned())];
    assert_eq!(said(&onnx, MANIFEST), Ok(()));
    onnx.metadata = vec![first.clone(), ("labels", "['kite', 'car', 'dog']".to_owned())];
    refused(&onnx, MANIFEST, "IVA-3", &["class 2 `dog`", "manifest says `person`"]);
    onnx.metadata = vec![first, ("id2label", "{0: 'kite', 1: 'car', 2: 'woman'}".to_owned())];
    refused(&onnx, MANIFEST, "IVA-4b", &["the class `woman`"]);
}

#[test]
fn a_model_without_a_manifest_is_refused_with_one_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    let mut onnx = Onnx::yolox(3);
    onnx.metadata = vec![("names", "['kite', 'car', 'person']".to_owned())];
    let path = folder.path().join("made.onnx");
    std::fs::write(&path, onnx.bytes()).unwrap();
    let Err(ModelError::NoManifest { example, beside, .. }) = ModelFile::open(&path) else { panic!("it has none") };
    assert_eq!(beside, folder.path().join("made.toml"));
    std::fs::write(
        beside,
        example.replace("licence = \"\"", "licence = \"MIT\"").replace("source = \"\"", "source = \"x\""),
    )
    .unwrap();
    assert_eq!(Model::open(&runtime(), &path).unwrap().manifest().classes.len(), 3);
}

#[test]
fn the_recorded_models_are_what_their_manifests_say() {
    let Some(data) = data() else { return };
    for name in ["yolox-nano", "plate-yolov9t", "plate-ocr", "yunet"] {
        let file = ModelFile::open(&manifest_of(&data, name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let Manifest { task, .. } = file.manifest();
        let opened = Model::open(&runtime(), &manifest_of(&data, name));
        assert_eq!(opened.is_ok(), task.has_classes(), "{name}: {:?}", opened.err().map(|error| error.to_string()));
    }
}

/// The largest plate that a plate detector finds in a picture, in pixels: left, top, right, bottom.
fn plate_in(model: &Model, session: &mut Session, picture: &image::RgbImage) -> Option<[f32; 4]> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let scale = (416.0 / width).min(416.0 / height);
    let (w, h) = ((width * scale) as u32, (height * scale) as u32);
    let (left, top) = ((416 - w) / 2, (416 - h) / 2);
    let small = image::imageops::resize(picture, w, h, image::imageops::FilterType::Triangle);
    let input = session.input().unwrap();
    input.fill(114.0 / 255.0);
    for (x, y, pixel) in small.enumerate_pixels() {
        for (plane, level) in pixel.0.iter().enumerate() {
            input[(plane * 416 + (y + top) as usize) * 416 + (x + left) as usize] = f32::from(*level) / 255.0;
        }
    }
    session.run().unwrap();
    let (shape, numbers) = session.output(0).unwrap();
    let rows = ndarray::ArrayView2::from_shape((shape[0], shape[1]), numbers).unwrap();
    let mut found = vec![];
    yolo_nms::decode(rows, Rows::PictureBoxClassScore, &model.manifest().classes, 0.3, &mut found);
    let best = found.into_iter().max_by(|a, b| a.score.total_cmp(&b.score))?.region;
    let (x, y) = (|x: f32| (x - left as f32) / scale, |y: f32| (y - top as f32) / scale);
    Some([x(best.left), y(best.top), x(best.right), y(best.bottom)])
}

#[test]
fn the_recorded_plate_detector_finds_the_plates_that_a_person_marked() {
    let Some(data) = data() else { return };
    let model = Model::open(&runtime(), &manifest_of(&data, "plate-yolov9t")).unwrap();
    let mut session = model.session_for(416, 416).unwrap();
    let (mut found, mut all) = (0, 0);
    for number in 1..=8 {
        let Ok(marked) = std::fs::read_to_string(data.join(format!("plates/car{number}.txt"))) else { continue };
        let marks: Vec<f32> = marked.split('\t').skip(1).take(4).map(|mark| mark.trim().parse().unwrap()).collect();
        let picture = image::open(data.join(format!("plates/car{number}.jpg"))).unwrap().to_rgb8();
        all += 1;
        if let Some(plate) = plate_in(&model, &mut session, &picture) {
            let is_there =
                |low: f32, high: f32, at: f32, length: f32| low < at + length / 2.0 && at + length / 2.0 < high;
            found += usize::from(
                is_there(plate[0], plate[2], marks[0], marks[2]) && is_there(plate[1], plate[3], marks[1], marks[3]),
            );
        }
    }
    println!("{found} of {all} plates");
    assert!(all >= 5 && found * 10 >= all * 8, "{found} of {all}");
}

#[test]
fn a_plate_reader_has_three_sides() {
    let manifest = MANIFEST[..MANIFEST.find("[output]").unwrap()].replace("\"detection\"", "\"plate-reading\"")
        + "[output]\ndecoder = \"plate-slots\"\nnames = [\"output\"]\nalphabet = \"AB_\"\nslots = 4\npad = \"_\"\n";
    assert_eq!(said(&Onnx::yolox(3).with_shape(&[1, 4, 3]), &manifest), Ok(()));
    refused(&Onnx::yolox(3).with_shape(&[1, 12]), &manifest, "IVA-3", &["f32 [1, 12]", "not f32 [1, 4, 3]"]);
}

#[test]
fn iva_7a_a_model_for_plates_runs_no_site() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = MANIFEST
        .replace("task = \"detection\"", "task = \"plate-detection\"")
        .replace("car = \"car\"", "car = \"plate\"")
        .replace("person = \"person\"", "person = \"ignore\"");
    write(folder.path(), &Onnx::yolox(3), &manifest);
    std::fs::create_dir(folder.path().join("pictures")).unwrap();
    std::fs::write(folder.path().join("site.toml"), site(&[("yard", "source = \"pictures\"".to_owned())])).unwrap();
    let output = vokter(folder.path(), &["run", "site.toml", "--model", "made.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("made.toml is a model for plate-detection") && said.contains("IVA-7a"), "{said}");
}

fn vokter(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(VOKTER).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_list_of_models_fits_a_terminal() {
    let output = vokter(Path::new("."), &["models", "list"]);
    assert_eq!(output.status.code(), Some(0));
    let list = text(&output.stdout);
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    insta::assert_snapshot!("list", list);
}

#[test]
fn inspect_shows_a_model_and_what_may_become_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let inspect = |name: &str| {
        let output = vokter(folder.path(), &["models", "inspect", name]);
        let shown = text(&output.stdout);
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        (output.status.code(), shown, text(&output.stderr))
    };
    let mut onnx = Onnx::yolox(3);
    onnx.metadata = vec![("names", "['kite', 'car', 'person']".to_owned()), ("note", "\u{1b}[2J".repeat(99))];
    std::fs::write(folder.path().join("bare.onnx"), onnx.bytes()).unwrap();
    let (code, shown, _) = inspect("bare.onnx");
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("decoder = \"yolox\"") && shown.contains("images: f32 [1, 3, 32, 32]"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "nothing for a terminal to act on");
    onnx.metadata = vec![("names", "['kite', 'man', 'woman']".to_owned())];
    std::fs::write(folder.path().join("bare.onnx"), onnx.bytes()).unwrap();
    let (code, shown, _) = inspect("bare.onnx");
    assert!(code == Some(1) && shown.contains("- IVA-4b: the class `woman`"), "{shown}");
    write(folder.path(), &Onnx::yolox(3), MANIFEST);
    let (code, shown, _) = inspect("made.onnx");
    assert!(code == Some(0) && shown.contains("may load it as `made`, for detection"), "{shown}");
    write(folder.path(), &Onnx::yolox(3).with_output("age", &[1, 1]), MANIFEST);
    for name in ["made.onnx", "made.toml"] {
        let (code, shown, _) = inspect(name);
        assert!(code == Some(1) && shown.contains("IVA-4b: the output `age`"), "{shown}");
    }
    std::fs::write(folder.path().join("text.onnx"), "this is a text, and not a model at all").unwrap();
    for (name, cause) in [("text.onnx", "no ONNX"), ("none.onnx", "cannot be read")] {
        let (code, _, said) = inspect(name);
        assert!(code == Some(1) && said.contains(cause), "{said}");
    }
}
