//! The state of a faulty disk: what is on the medium, what processes see, and what lies between.
//!
//! ```text
//! durable image --- pending changes, in order ---> cached image
//!        ^ what a power cut starts from                ^ what reads see
//! ```
//!
//! I1  `cached` = `durable` + pending changes, unless a sync of the file failed or lied.
//! I2  A pending write lies within one block; larger writes are several.
//! I3  Inode numbers are never reused, so a stale handle cannot reach another file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::crash::{Crash, Damage, noise};
use super::image::{BLOCK_BYTES, Image, SECTOR_BYTES, parts};
use crate::env::SplitMix64;

#[derive(Clone, Default)]
pub(super) struct Inode {
    pub(super) durable: Image,
    pub(super) cached: Image,
    /// The handle that holds the lock.
    pub(super) locked_by: Option<u64>,
}

/// An unsynced change.
#[derive(Clone)]
pub(super) enum Change {
    Write { inode: usize, offset: u64, bytes: Arc<[u8]> },
    Size { inode: usize, to: u64 },
    Link { name: String, inode: usize },
    Unlink { name: String },
}

#[derive(Clone)]
pub(super) struct Disk {
    pub(super) inodes: Vec<Inode>,
    /// Names as processes see them.
    pub(super) names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pub(super) pending: Vec<Change>,
    pub(super) random: SplitMix64,
    /// Names wait for a sync instead of being durable at once: breaks the contract, for detection tests.
    pub(super) lazy_names: bool,
    pub(super) capacity_bytes: u64,
}

impl Disk {
    pub(super) fn new(seed: u64) -> Disk {
        Disk {
            inodes: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            pending: Vec::new(),
            random: SplitMix64::new(seed),
            lazy_names: false,
            capacity_bytes: u64::MAX,
        }
    }

    /// A new file. In flight, its name is pending; once [`Disk::settle_names`] ran, durable.
    pub(super) fn link(&mut self, name: &str) -> usize {
        let inode = self.inodes.len();
        self.inodes.push(Inode::default());
        self.names.insert(name.to_owned(), inode);
        self.pending.push(Change::Link { name: name.to_owned(), inode });
        inode
    }

    /// Removes a name; same rule as [`Disk::link`].
    pub(super) fn unlink(&mut self, name: &str) {
        self.names.remove(name);
        self.pending.push(Change::Unlink { name: name.to_owned() });
    }

    /// The operation that changed names returned: they are durable, unless names are lazy.
    pub(super) fn settle_names(&mut self) {
        if !self.lazy_names {
            self.sync_names();
        }
    }

    fn sync_names(&mut self) {
        let mut rest = Vec::with_capacity(self.pending.len());
        for change in self.pending.drain(..) {
            match change {
                Change::Link { name, inode } => {
                    self.durable_names.insert(name, inode);
                }
                Change::Unlink { name } => {
                    self.durable_names.remove(&name);
                }
                Change::Write { .. } | Change::Size { .. } => rest.push(change),
            }
        }
        self.pending = rest;
    }

    /// Sum of all sizes.
    pub(super) fn used_bytes(&self) -> u64 {
        self.names.values().map(|inode| self.inodes[*inode].cached.size()).sum()
    }

    pub(super) fn write(&mut self, inode: usize, bytes: &[u8], offset: u64) {
        let cached = &mut self.inodes[inode].cached;
        cached.write(bytes, offset);
        let end = offset + bytes.len() as u64;
        let grows = end > cached.size();
        cached.grow(end);
        for (block, within, range) in parts(offset, bytes.len()) {
            let offset = (block * BLOCK_BYTES + within) as u64;
            self.pending.push(Change::Write { inode, offset, bytes: Arc::from(&bytes[range]) });
        }
        if grows {
            self.pending.push(Change::Size { inode, to: end });
        }
    }

    pub(super) fn set_size(&mut self, inode: usize, to: u64) {
        self.inodes[inode].cached.set_size(to);
        self.pending.push(Change::Size { inode, to });
    }

    /// Makes everything pending of a file durable.
    pub(super) fn sync(&mut self, inode: usize) {
        self.resolve(inode, true, |_| Fate::Kept);
        // A1 holds for sizes even after a failed sync of this file lost one.
        let size = self.inodes[inode].cached.size();
        self.inodes[inode].durable.set_size(size);
    }

    /// A sync that failed as kernels fail: every pending write is kept, lost or garbage on the medium,
    /// and is marked clean, so that no later sync will write it again while reads still show it.
    pub(super) fn fail_sync(&mut self, inode: usize) {
        let sizes_kept = self.random.chance(1, 2);
        self.resolve(inode, sizes_kept, |random| match random.below(3) {
            0 => Fate::Kept,
            1 => Fate::Lost,
            _ => Fate::Garbage,
        });
    }

    /// A sync that says it worked but left out one block.
    pub(super) fn lie_sync(&mut self, inode: usize) {
        let is_mine = |change: &&Change| matches!(change, Change::Write { inode: of, .. } if *of == inode);
        let writes = self.pending.iter().filter(is_mine).count();
        let victim = self.random.index(writes);
        let mut seen = 0;
        self.resolve(inode, true, |_| {
            seen += 1;
            if seen - 1 == victim { Fate::Lost } else { Fate::Kept }
        });
    }

    fn resolve(&mut self, inode: usize, sizes_kept: bool, mut fate: impl FnMut(&mut SplitMix64) -> Fate) {
        let mut rest = Vec::new();
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Write { inode: of, offset, bytes } if of == inode => {
                    let durable = &mut self.inodes[inode].durable;
                    match fate(&mut self.random) {
                        Fate::Kept => durable.write(&bytes, offset),
                        Fate::Lost => {}
                        Fate::Garbage => {
                            let block = (offset / BLOCK_BYTES as u64) as usize;
                            *durable.block_mut(block) = noise(self.random.next_u64());
                        }
                    }
                }
                Change::Size { inode: of, to } if of == inode => {
                    if sizes_kept {
                        self.inodes[inode].durable.set_size_late(to);
                    }
                }
                other => rest.push(other),
            }
        }
        self.pending = rest;
        self.inodes[inode].durable.cut();
        if self.lazy_names {
            self.sync_names();
        }
    }

    /// Number of pending block writes, and whether sizes or names are pending.
    pub(super) fn pending_counts(&self) -> (usize, bool) {
        let writes = self.pending.iter().filter(|change| matches!(change, Change::Write { .. })).count();
        (writes, writes < self.pending.len())
    }

    /// The disk after a power cut: what is durable, plus what `crash` keeps.
    pub(super) fn after_crash(&self, crash: &Crash) -> Disk {
        let (writes, _) = self.pending_counts();
        let mut images: Vec<Image> = self.inodes.iter().map(|inode| inode.durable.clone()).collect();
        let mut names = self.durable_names.clone();
        let mut sizes_left: Vec<usize> = vec![0; images.len()];
        for change in &self.pending {
            if let Change::Size { inode, .. } = change {
                sizes_left[*inode] += 1;
            }
        }
        for (file, changes) in sizes_left.iter_mut().enumerate() {
            *changes = crash.sizes_kept(file, *changes);
        }
        let (mut write, mut name_change) = (0, 0);
        for change in &self.pending {
            match change {
                Change::Write { inode, offset, bytes } => {
                    let kept = crash.keeps(write, writes);
                    apply(&mut images[*inode], *offset, bytes, kept, crash.damage_of(write, writes));
                    write += 1;
                }
                Change::Size { inode, to } => {
                    if sizes_left[*inode] > 0 {
                        sizes_left[*inode] -= 1;
                        images[*inode].set_size_late(*to);
                    }
                }
                Change::Link { name, inode } => {
                    if crash.keeps_name(name_change) {
                        names.insert(name.clone(), *inode);
                    }
                    name_change += 1;
                }
                Change::Unlink { name } => {
                    if crash.keeps_name(name_change) {
                        names.remove(name);
                    }
                    name_change += 1;
                }
            }
        }
        let mut disk = Disk::new(self.random.clone().next_u64());
        disk.lazy_names = self.lazy_names;
        disk.capacity_bytes = self.capacity_bytes;
        for (name, inode) in names {
            let mut image = images[inode].clone();
            image.cut();
            disk.put(name, image);
        }
        disk
    }

    /// The disk after the death of the process alone: all changes are still there, still unsynced.
    pub(super) fn after_kill(&self) -> Disk {
        let mut disk = self.clone();
        for inode in &mut disk.inodes {
            inode.locked_by = None;
        }
        disk
    }

    /// Creates or replaces a durable file.
    pub(super) fn put(&mut self, name: String, image: Image) {
        let inode = self.inodes.len();
        self.inodes.push(Inode { durable: image.clone(), cached: image, locked_by: None });
        self.durable_names.insert(name.clone(), inode);
        self.names.insert(name, inode);
    }

    /// Files as the medium has them.
    pub(super) fn durable_files(&self) -> impl Iterator<Item = (&String, &Image)> {
        self.durable_names.iter().map(|(name, inode)| (name, &self.inodes[*inode].durable))
    }
}

enum Fate {
    Kept,
    Lost,
    Garbage,
}

impl Image {
    /// A size change that reaches the medium among block writes: a larger size uncovers what was
    /// written there already, a smaller one cuts it off.
    fn set_size_late(&mut self, to: u64) {
        if to >= self.size() {
            self.grow(to);
        } else {
            self.set_size(to);
        }
    }
}

fn apply(image: &mut Image, offset: u64, bytes: &[u8], kept: bool, damage: Damage) {
    match damage {
        Damage::No if kept => image.write(bytes, offset),
        Damage::No => {}
        Damage::Garbage { seed, .. } => {
            *image.block_mut((offset / BLOCK_BYTES as u64) as usize) = noise(seed);
        }
        Damage::Torn { sectors, .. } => {
            let start = (offset % BLOCK_BYTES as u64) as usize;
            for sector in (0..BLOCK_BYTES / SECTOR_BYTES).filter(|sector| sectors >> sector & 1 == 1) {
                // The part of the write that lies in this sector, in bytes from the start of the block.
                let from = start.max(sector * SECTOR_BYTES);
                let to = (start + bytes.len()).min((sector + 1) * SECTOR_BYTES);
                if from < to {
                    image.write(&bytes[from - start..to - start], offset + (from - start) as u64);
                }
            }
        }
    }
}
