//! Which frame of the log holds a page as a snapshot sees it.
//!
//! Reads no frames and drops none of its own accord. A page that is not here, or not for this snapshot,
//! is read from the database file.
//!
//! ```text
//! page 7:  commit 3   commit 5   commit 9
//!          snapshot 6 reads the frame of commit 5, valid for the snapshots 5 to 8
//! ```
//!
//! X1  Versions of a page are in commit order, one per commit.
//! X2  Versions are of commits after the checkpoint; they leave together when a checkpoint passes them.
//! X3  Memory is bounded by the frames between the log's tail and head; [`WalIndex::memory_bytes`] says
//!     how much it is, so that whoever fills the log can stop in time.

use std::collections::VecDeque;

use crate::base::hash::HashMap;
use crate::base::{CommitSeq, Lsn, PageNo};
use crate::page::Roots;
use crate::page::meta::LogPosition;

/// One page image in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version {
    /// The commit that wrote it.
    pub seq: CommitSeq,
    /// Its frame's LSN.
    pub lsn: Lsn,
    /// Where its frame stands in the log file.
    pub offset: u64,
}

/// The end of a commit: where the log goes on, and the roots it left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CommitEnd {
    /// The commit.
    pub seq: CommitSeq,
    /// Where the next one begins.
    pub end: LogPosition,
    /// Roots after it.
    pub roots: Roots,
}

/// What a snapshot sees of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lookup {
    /// Its image in the log; none: it is in the database file.
    pub version: Option<Version>,
    /// The first later commit that changed the page.
    pub next: CommitSeq,
}

/// All versions between the log's tail and head.
#[derive(Debug, Default)]
pub struct WalIndex {
    pages: HashMap<PageNo, Vec<Version>>,
    ends: VecDeque<CommitEnd>,
    version_count: usize,
}

/// Room made at once for the ends of commits.
const ENDS_STEP: usize = 128;
/// What an allocation costs beside its bytes, supposedly.
const ALLOCATION_BYTES: usize = 16;

/// "No later commit".
pub const NEVER: CommitSeq = CommitSeq(u64::MAX);

impl WalIndex {
    /// What `snapshot` sees of page `no`.
    pub fn find(&self, no: PageNo, snapshot: CommitSeq) -> Lookup {
        let Some(versions) = self.pages.get(&no) else {
            return Lookup { version: None, next: NEVER };
        };
        let after = versions.partition_point(|version| version.seq <= snapshot);
        Lookup {
            version: after.checked_sub(1).and_then(|at| versions.get(at).copied()),
            next: versions.get(after).map_or(NEVER, |version| version.seq),
        }
    }

    /// Adds a commit's page images.
    pub fn append(&mut self, commit: CommitEnd, pages: impl Iterator<Item = (PageNo, Lsn, u64)>) {
        assert!(self.ends.back().is_none_or(|last| last.seq < commit.seq), "X1: commits come in order");
        for (no, lsn, offset) in pages {
            // Most pages have one version: room for it and no more.
            let versions = self.pages.entry(no).or_insert_with(|| Vec::with_capacity(1));
            versions.push(Version { seq: commit.seq, lsn, offset });
            self.version_count += 1;
        }
        if self.ends.len() == self.ends.capacity() {
            // Not twice as many: the memory is somebody's limit.
            self.ends.reserve_exact(ENDS_STEP);
        }
        self.ends.push_back(commit);
    }

    /// What a checkpoint through `through` must copy, ascending by page, and where it ends. `through` is
    /// a commit of this index.
    pub fn plan(&self, through: CommitSeq) -> Option<(Vec<(PageNo, Version)>, CommitEnd)> {
        let at = self.ends.partition_point(|end| end.seq < through);
        let end = *self.ends.get(at).filter(|end| end.seq == through)?;
        let mut pages: Vec<(PageNo, Version)> = self
            .pages
            .iter()
            .filter_map(|(no, versions)| {
                let after = versions.partition_point(|version| version.seq <= through);
                Some((*no, *versions.get(after.checked_sub(1)?)?))
            })
            .collect();
        crate::base::order::sort_by_key(&mut pages, |(no, _)| *no);
        Some((pages, end))
    }

    /// Forgets everything up to `through`: the database file holds it now.
    pub fn drop_through(&mut self, through: CommitSeq) {
        let mut dropped = 0;
        self.pages.retain(|_, versions| {
            let after = versions.partition_point(|version| version.seq <= through);
            dropped += versions.drain(..after).len();
            !versions.is_empty()
        });
        self.version_count -= dropped;
        if self.pages.capacity() > 1024 && self.pages.len() < self.pages.capacity() / 8 {
            self.pages.shrink_to_fit();
        }
        let after = self.ends.partition_point(|end| end.seq <= through);
        self.ends.drain(..after);
        if self.ends.capacity() > 4 * (self.ends.len() + ENDS_STEP) {
            self.ends.shrink_to(self.ends.len() + ENDS_STEP);
        }
    }

    /// Page images in the index.
    pub fn version_count(&self) -> usize {
        self.version_count
    }

    /// Memory the index holds, in bytes, roughly: counted, not measured.
    pub fn memory_bytes(&self) -> usize {
        // A list of one version is one allocation of its own size; a longer one has room for twice.
        let lists = 2 * self.version_count * size_of::<Version>() + self.pages.len() * ALLOCATION_BYTES;
        let table = self.pages.capacity() * (size_of::<(PageNo, Vec<Version>)>() + 1);
        lists + table + self.ends.capacity() * size_of::<CommitEnd>()
    }

    /// Page images of commits after `seq`.
    pub fn images_after(&self, seq: CommitSeq) -> u64 {
        let later =
            |versions: &Vec<Version>| versions.len() - versions.partition_point(|version| version.seq <= seq);
        self.pages.values().map(later).sum::<usize>() as u64
    }

    /// The segment in which the log after commit `seq` begins; none: before the first commit here.
    pub fn segment_after(&self, seq: CommitSeq) -> Option<u32> {
        let after = self.ends.partition_point(|end| end.seq <= seq);
        Some(self.ends.get(after.checked_sub(1)?)?.end.segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(seq: u64) -> CommitEnd {
        CommitEnd { seq: CommitSeq(seq), end: LogPosition::default(), roots: Roots::default() }
    }

    fn seen(index: &WalIndex, no: u32, snapshot: u64) -> (Option<u64>, u64) {
        let lookup = index.find(PageNo(no), CommitSeq(snapshot));
        (lookup.version.map(|version| version.seq.0), lookup.next.0)
    }

    #[test]
    fn a_snapshot_sees_the_newest_version_not_after_it() {
        let mut index = WalIndex::default();
        for seq in [3, 5, 9] {
            index.append(commit(seq), [(PageNo(7), Lsn(seq), seq * 100)].into_iter());
        }
        assert_eq!(seen(&index, 7, 2), (None, 3));
        assert_eq!(seen(&index, 7, 3), (Some(3), 5));
        assert_eq!(seen(&index, 7, 8), (Some(5), 9));
        assert_eq!(seen(&index, 7, 9), (Some(9), u64::MAX));
        assert_eq!(seen(&index, 8, 9), (None, u64::MAX));
    }

    #[test]
    fn a_checkpoint_copies_the_newest_of_its_time_and_the_rest_stays() {
        let mut index = WalIndex::default();
        index.append(commit(1), [(PageNo(7), Lsn(1), 10), (PageNo(3), Lsn(2), 20)].into_iter());
        index.append(commit(2), [(PageNo(7), Lsn(4), 30)].into_iter());
        index.append(commit(3), [(PageNo(7), Lsn(6), 40)].into_iter());
        let (pages, end) = index.plan(CommitSeq(2)).unwrap();
        assert_eq!(end.seq, CommitSeq(2));
        let offsets: Vec<_> = pages.iter().map(|(no, version)| (no.0, version.offset)).collect();
        assert_eq!(offsets, [(3, 20), (7, 30)]);
        index.drop_through(CommitSeq(2));
        assert_eq!(seen(&index, 7, 3), (Some(3), u64::MAX));
        assert_eq!(seen(&index, 3, 3), (None, u64::MAX));
        assert_eq!(index.version_count(), 1);
        assert!(index.plan(CommitSeq(2)).is_none());
    }
}
