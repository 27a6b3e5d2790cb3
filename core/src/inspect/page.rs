//! One page in readable form.

use crate::base::{Lsn, PageNo};
use crate::error::Result;
use crate::page::bytes::{
    KIND_AT, KIND_KEY_INTERIOR, KIND_KEY_LEAF, KIND_OVERFLOW, KIND_OVERFLOW_MAP, KIND_ROW_INTERIOR,
    KIND_ROW_LEAF, TREE_HEADER_BYTES, u32_at,
};
use crate::page::key_page::KeyPage;
use crate::page::overflow::{Run, read_runs};
use crate::page::row_interior::RowInterior;
use crate::page::row_leaf::{RowLeafHead, find_rowid_range};
use crate::page::{free_list, seal};

use super::File;

/// Where a page's newest image stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// In the database file, at this offset.
    File(u64),
    /// In the log: its frame begins at this offset.
    Log(u64),
}

/// A page, decoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageReport {
    /// Its number.
    pub no: PageNo,
    /// Where its newest image is.
    pub origin: Origin,
    /// The frame it was last logged in.
    pub lsn: Lsn,
    /// What is wrong with checksum or number, in words.
    pub damage: Option<String>,
    /// Whether it is on the free list; the content of a free page is stale.
    pub is_free: bool,
    /// What it holds, or would if it were whole.
    pub content: Content,
}

/// What a page holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// Rows of a table.
    RowLeaf {
        /// The tree it belongs to.
        root: PageNo,
        /// Columns its rows were written with.
        columns: usize,
        /// Rows.
        rows: usize,
        /// The first and last rowid.
        rowids: Option<(i64, i64)>,
        /// Bytes of values that no row uses.
        garbage_bytes: usize,
        /// No leaf is to the right.
        rightmost: bool,
    },
    /// Children of a table's tree, each with the first rowid it may hold (the first child: none).
    RowInterior {
        /// The tree it belongs to.
        root: PageNo,
        /// Storeys below.
        level: u8,
        /// The children.
        children: Vec<(Option<i64>, PageNo)>,
    },
    /// Entries of an index.
    KeyLeaf {
        /// The tree it belongs to.
        root: PageNo,
        /// Entries.
        entries: usize,
        /// What all of them begin with.
        prefix: Vec<u8>,
        /// Bytes in use.
        used_bytes: usize,
    },
    /// Children of an index, each with the separator before it (the first child: none).
    KeyInterior {
        /// The tree it belongs to.
        root: PageNo,
        /// Storeys below.
        level: u8,
        /// The children.
        children: Vec<(Vec<u8>, PageNo)>,
    },
    /// A part of a value out of line.
    Value {
        /// Which part, from 0.
        place: u32,
    },
    /// Where the parts of a value are.
    RunList {
        /// The runs.
        runs: Vec<Run>,
        /// The list page after this one.
        next: PageNo,
    },
    /// A part of the free list.
    FreeTrunk {
        /// The trunk after this one.
        next: PageNo,
        /// The pages it lists.
        pages: Vec<PageNo>,
    },
    /// Zeros only.
    Empty,
    /// Nothing known, or a page that contradicts itself.
    Unreadable(String),
}

impl File {
    /// One page, decoded; a damaged one as far as it can be.
    pub fn page_report(&self, no: PageNo) -> Result<PageReport> {
        let (page, origin) = self.raw_page(no)?;
        let salt = self.meta.as_ref().map_or(0, |meta| meta.db_salt);
        let damage = seal::check(&page, no, salt).err().map(|error| error.message().to_owned());
        let lsn =
            u64::from(u32_at(&page, seal::LSN_OFFSET)) | u64::from(u32_at(&page, seal::LSN_OFFSET + 4)) << 32;
        let content =
            decode(&page, no).unwrap_or_else(|error| Content::Unreadable(error.message().to_owned()));
        Ok(PageReport { no, origin, lsn: Lsn(lsn), damage, is_free: self.is_free(no), content })
    }

    /// Every page of the file by number, with what could not be read.
    pub fn page_reports(&self) -> Result<impl Iterator<Item = (PageNo, Result<PageReport>)> + '_> {
        let last = if self.meta.is_some() { self.last_page()? } else { 0 };
        Ok((1..=last).map(|no| (PageNo(no), self.page_report(PageNo(no)))))
    }
}

fn decode(page: &[u8], no: PageNo) -> Result<Content> {
    if page.iter().all(|byte| *byte == 0) {
        return Ok(Content::Empty);
    }
    if page.get(free_list::TAG_OFFSET..free_list::TAG_OFFSET + 4) == Some(&free_list::FREE_TRUNK_TAG[..]) {
        let trunk = free_list::read_trunk(page, no)?;
        let pages = (0..trunk.count).map(|at| free_list::trunk_entry(page, no, at)).collect::<Result<_>>()?;
        return Ok(Content::FreeTrunk { next: trunk.next, pages });
    }
    Ok(match page[KIND_AT] {
        KIND_ROW_LEAF => {
            let head = RowLeafHead::fields(page);
            Content::RowLeaf {
                root: head.root,
                columns: head.columns,
                rows: head.count,
                rowids: find_rowid_range(page, TREE_HEADER_BYTES, head.count),
                garbage_bytes: head.garbage,
                rightmost: head.rightmost,
            }
        }
        KIND_ROW_INTERIOR => {
            let view = RowInterior::open(page)?;
            let children = (0..view.count())
                .map(|at| (at.checked_sub(1).map(|before| view.key(before)), view.child(at)))
                .collect();
            Content::RowInterior { root: view.root(), level: view.level(), children }
        }
        KIND_KEY_LEAF => {
            let view = KeyPage::open(page)?;
            Content::KeyLeaf {
                root: view.root(),
                entries: view.count(),
                prefix: view.prefix().to_vec(),
                used_bytes: view.used_bytes(),
            }
        }
        KIND_KEY_INTERIOR => {
            let view = KeyPage::open(page)?;
            let mut children = vec![(Vec::new(), view.child(0)?)];
            for at in 0..view.count() {
                let entry = view.entry(at)?;
                children.push((entry.key, entry.child));
            }
            Content::KeyInterior { root: view.root(), level: view.level(), children }
        }
        KIND_OVERFLOW => Content::Value { place: u32_at(page, KIND_AT + 4) },
        KIND_OVERFLOW_MAP => {
            let mut runs = Vec::new();
            let next = read_runs(page, &mut runs)?;
            Content::RunList { runs, next }
        }
        kind => Content::Unreadable(format!("page {no} is of kind {kind}, which is unknown")),
    })
}
