//! One life of an open log file: frames are read by position, each verified alone.

use std::sync::Arc;

use crate::base::PageNo;
use crate::env::VfsFile;
use crate::error::{Error, Result};
use crate::page::PageRef;

use super::frame::{FRAME_HEADER_BYTES, FrameHeader, FrameKind, frame_holds};
use super::index::Version;
use super::layout::WalLayout;

/// A log file with what its frames are checked against.
pub struct Log {
    /// The file.
    pub file: Box<dyn VfsFile>,
    /// Its sizes.
    pub layout: WalLayout,
    /// Salt of this epoch's frames.
    pub salt: u64,
}

impl Log {
    /// The page image in the frame of `version`, if it is still that frame.
    pub fn read_page(&self, no: PageNo, version: Version) -> Result<PageRef> {
        let bytes = FRAME_HEADER_BYTES + self.layout.page_size as usize;
        let mut frame = vec![0u8; bytes];
        self.file.read_exact_at(&mut frame, version.offset)?;
        let header = FrameHeader::decode(&frame).filter(|header| {
            header.kind == FrameKind::Page
                && header.len == self.layout.page_size
                && header.lsn == version.lsn
                && header.page_no == u64::from(no.0)
        });
        if header.is_none() || !frame_holds(&frame, self.salt) {
            return Err(Error::corrupt(format!(
                "the log's frame {} of page {no} is not what was written",
                version.lsn
            )));
        }
        Ok(Arc::from(&frame[FRAME_HEADER_BYTES..]))
    }
}
