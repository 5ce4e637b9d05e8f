//! The right edge of the log's Merkle tree (RFC 6962, section 2.1): all that is needed to add a leaf and to know the root.
//!
//! The tree itself is only built to be checked, in `verify.rs`, by `ct-merkle`; the test below holds this edge against it.

use crate::crypto::Hash;
use sha2::{Digest as _, Sha256};

/// The complete subtrees of a tree, largest first: one for each bit of its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of a tree of that size, as [`Self::peaks`] gave it.
    pub fn of_bytes(size: u64, peaks: &[u8]) -> Option<Self> {
        let (peaks, rest) = peaks.as_chunks::<32>();
        let fits = rest.is_empty() && peaks.len() == usize::try_from(size.count_ones()).ok()?;
        fits.then(|| Self { size, peaks: peaks.to_vec() })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the subtrees, one after another.
    pub fn peaks(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: &[u8]) {
        let mut node: Hash = Sha256::new().chain_update([0]).chain_update(leaf).finalize().into();
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            node = parent(&left, &node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| parent(left, &right))
    }
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;

    #[test]
    fn the_edge_has_the_root_of_the_whole_tree() {
        let (mut edge, mut tree) = (Frontier::default(), MemoryBackedTree::<Sha256, Vec<u8>>::new());
        for number in 0_u32..300 {
            let leaf = number.to_le_bytes().to_vec();
            edge.push(&leaf);
            tree.push(leaf);
            assert_eq!(edge.root().as_slice(), tree.root().as_bytes().as_slice(), "{number}");
            assert_eq!(Frontier::of_bytes(edge.size(), &edge.peaks()).as_ref(), Some(&edge));
        }
        assert!(Frontier::of_bytes(3, &[0; 32]).is_none());
    }
}
