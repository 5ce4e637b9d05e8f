//! The closed set of things that Vokter can see (INV-1).

use serde::{Deserialize, Serialize};

/// A class of object. The set is closed: there is no attribute of a person here, and none can be added by a
/// model, a policy file or a plug-in (IVA-3, IVA-4b, IVA-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectClass {
    /// A human being, and nothing more about them.
    Person,
    /// A bicycle, with or without a rider.
    Bicycle,
    /// A passenger car or van.
    Car,
    /// A motorcycle or moped.
    Motorcycle,
    /// A bus or coach.
    Bus,
    /// A lorry.
    Truck,
    /// A vehicle registration plate. Only a parking purpose may look for it (IVA-7a).
    Plate,
}

impl ObjectClass {
    /// Every class, in declaration order.
    pub const ALL: [Self; 7] =
        [Self::Person, Self::Bicycle, Self::Car, Self::Motorcycle, Self::Bus, Self::Truck, Self::Plate];

    /// The word that `site.toml` and events use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Bicycle => "bicycle",
            Self::Car => "car",
            Self::Motorcycle => "motorcycle",
            Self::Bus => "bus",
            Self::Truck => "truck",
            Self::Plate => "plate",
        }
    }

    /// The class of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whether networks take one for the other from frame to frame: two boxes in one place are then one object.
    pub const fn is_taken_for(self, other: Self) -> bool {
        const fn group(class: ObjectClass) -> u8 {
            match class {
                ObjectClass::Person => 0,
                ObjectClass::Bicycle | ObjectClass::Motorcycle => 1,
                ObjectClass::Car | ObjectClass::Bus | ObjectClass::Truck => 2,
                ObjectClass::Plate => 3,
            }
        }
        group(self) == group(other)
    }

    /// Position in [`Self::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A set of object classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectSet(u8);

impl ObjectSet {
    /// Whether the class is in the set.
    pub const fn contains(self, class: ObjectClass) -> bool {
        self.0 & (1 << class.index()) != 0
    }

    /// The classes in the set, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = ObjectClass> {
        ObjectClass::ALL.into_iter().filter(move |class| self.contains(*class))
    }

    /// The classes in either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<ObjectClass> for ObjectSet {
    fn from_iter<I: IntoIterator<Item = ObjectClass>>(classes: I) -> Self {
        Self(classes.into_iter().fold(0, |bits, class| bits | 1 << class.index()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inv_1_the_classes_are_these_seven_and_no_other() {
        let names: Vec<_> = ObjectClass::ALL.iter().map(|class| class.name()).collect();
        assert_eq!(names, ["person", "bicycle", "car", "motorcycle", "bus", "truck", "plate"]);
        for class in ObjectClass::ALL {
            assert_eq!(ObjectClass::from_name(class.name()), Some(class));
            assert_eq!(ObjectClass::ALL[class.index()], class);
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: ObjectSet = [ObjectClass::Car, ObjectClass::Bus].into_iter().collect();
        assert!(set.contains(ObjectClass::Car) && !set.contains(ObjectClass::Person));
        assert_eq!(set.iter().collect::<Vec<_>>(), [ObjectClass::Car, ObjectClass::Bus]);
    }
}
