//! Closed sets of words, each with its meaning: what `site.toml` may say, and `vokter explain` explains.

/// Declares a closed enum whose variants have a word and a one-line meaning.
macro_rules! vocabulary {
    (
        $(#[$about:meta])*
        pub enum $Name:ident {
            $( $(#[$more:meta])* $Variant:ident = $word:literal : $summary:literal, )+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $Name {
            $(
                #[doc = $summary]
                $(#[$more])*
                #[serde(rename = $word)]
                $Variant,
            )+
        }

        impl $Name {
            /// Every one, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// The word that `site.toml` uses.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$Variant => $word),+ }
            }

            /// What it means, in one line.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$Variant => $summary),+ }
            }

            /// The one of that name, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

pub(crate) use vocabulary;
