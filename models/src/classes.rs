//! From a model's own classes to the closed set (INV-1).

use vokter_rules::object::ObjectClass;

/// What becomes of one of a model's classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is one of the closed set.
    Becomes(ObjectClass),
    /// The manifest says that it is dropped in the decoder.
    Ignored,
    /// The manifest does not speak of it, which is refused.
    Unmapped,
}

/// A model's classes, in the order of its output, and what becomes of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassMap {
    labels: Vec<(String, Fate)>,
}

impl ClassMap {
    /// Classes by their position in the output.
    pub fn new(labels: impl IntoIterator<Item = (String, Fate)>) -> Self {
        Self { labels: labels.into_iter().collect() }
    }

    /// How many classes the model tells apart.
    pub const fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether the model has no classes at all.
    pub const fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The class of that position; `None` if it is dropped.
    pub fn class(&self, index: usize) -> Option<ObjectClass> {
        match self.labels.get(index)?.1 {
            Fate::Becomes(class) => Some(class),
            Fate::Ignored | Fate::Unmapped => None,
        }
    }

    /// Each label and what becomes of it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Fate)> {
        self.labels.iter().map(|(label, fate)| (label.as_str(), *fate))
    }
}

/// The list of that name, if it is a well-known one.
pub fn standard_list(name: &str) -> Option<&'static [&'static str]> {
    (name == "coco-80").then_some(&COCO_80)
}

/// The 80 classes of COCO (Lin et al. 2014), as YOLOX and its kin number and spell them.
pub const COCO_80: [&str; 80] = [
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "airplane",
    "bus",
    "train",
    "truck",
    "boat",
    "traffic light",
    "fire hydrant",
    "stop sign",
    "parking meter",
    "bench",
    "bird",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "bear",
    "zebra",
    "giraffe",
    "backpack",
    "umbrella",
    "handbag",
    "tie",
    "suitcase",
    "frisbee",
    "skis",
    "snowboard",
    "sports ball",
    "kite",
    "baseball bat",
    "baseball glove",
    "skateboard",
    "surfboard",
    "tennis racket",
    "bottle",
    "wine glass",
    "cup",
    "fork",
    "knife",
    "spoon",
    "bowl",
    "banana",
    "apple",
    "sandwich",
    "orange",
    "broccoli",
    "carrot",
    "hot dog",
    "pizza",
    "donut",
    "cake",
    "chair",
    "couch",
    "potted plant",
    "bed",
    "dining table",
    "toilet",
    "tv",
    "laptop",
    "mouse",
    "remote",
    "keyboard",
    "cell phone",
    "microwave",
    "oven",
    "toaster",
    "sink",
    "refrigerator",
    "book",
    "clock",
    "vase",
    "scissors",
    "teddy bear",
    "hair drier",
    "toothbrush",
];
