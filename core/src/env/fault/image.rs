//! The content of one file as 4 KiB blocks that copies share.
//!
//! A crash test copies whole disks thousands of times; a copy here costs one counter per block. Does
//! not know what is durable: a file has two images, one on the medium and one as processes see it.
//!
//! I1  Bytes past the size are zero after [`Image::cut`]; a write past the size keeps them until then.

use std::sync::Arc;

/// The unit in which an unsynced write persists or is damaged (A3 of the VFS contract).
pub const BLOCK_BYTES: usize = 4096;
/// The unit in which a block may be torn.
pub const SECTOR_BYTES: usize = 512;
/// Largest file: what a test writes by mistake must not eat the machine's memory.
pub(super) const FILE_BYTES_MAX: u64 = 1 << 34;

type Block = [u8; BLOCK_BYTES];

#[derive(Clone, Default)]
pub(super) struct Image {
    /// `None` reads as zeros.
    blocks: Vec<Option<Arc<Block>>>,
    size: u64,
}

/// Parts of a byte range, each within one block: block, offset within it, range of the buffer.
pub(super) fn parts(
    offset: u64,
    bytes: usize,
) -> impl Iterator<Item = (usize, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == bytes {
            return None;
        }
        let at = offset + done as u64;
        let (block, within) = ((at / BLOCK_BYTES as u64) as usize, (at % BLOCK_BYTES as u64) as usize);
        let here = (BLOCK_BYTES - within).min(bytes - done);
        done += here;
        Some((block, within, done - here..done))
    })
}

impl Image {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Copies bytes out; what was never written is zero. The caller checked the size.
    pub(super) fn read(&self, buf: &mut [u8], offset: u64) {
        for (block, within, range) in parts(offset, buf.len()) {
            let out = &mut buf[range];
            match self.blocks.get(block) {
                Some(Some(bytes)) => out.copy_from_slice(&bytes[within..within + out.len()]),
                Some(None) | None => out.fill(0),
            }
        }
    }

    /// Copies bytes in and leaves the size alone.
    pub(super) fn write(&mut self, bytes: &[u8], offset: u64) {
        for (block, within, range) in parts(offset, bytes.len()) {
            let part = &bytes[range];
            self.block_mut(block)[within..within + part.len()].copy_from_slice(part);
        }
    }

    /// The block of that number, made if missing, no longer shared.
    pub(super) fn block_mut(&mut self, block: usize) -> &mut Block {
        if self.blocks.len() <= block {
            self.blocks.resize(block + 1, None);
        }
        Arc::make_mut(self.blocks[block].get_or_insert_with(|| Arc::new([0; BLOCK_BYTES])))
    }

    /// Sets the size; what a smaller size cuts off is gone.
    pub(super) fn set_size(&mut self, size: u64) {
        self.size = size;
        self.cut();
    }

    /// Grows the size without zeroing what already lies there.
    pub(super) fn grow(&mut self, size: u64) {
        self.size = self.size.max(size);
    }

    /// Zeroes everything past the size (I1).
    pub(super) fn cut(&mut self) {
        let keep = self.size.div_ceil(BLOCK_BYTES as u64) as usize;
        self.blocks.truncate(keep);
        let within = (self.size % BLOCK_BYTES as u64) as usize;
        if within != 0 && self.blocks.len() == keep && self.blocks[keep - 1].is_some() {
            self.block_mut(keep - 1)[within..].fill(0);
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.size as usize];
        self.read(&mut bytes, 0);
        bytes
    }
}
