//! The mistakes: those of the protocol that other systems or our own model made, and the defect of each
//! requirement. Each is a text to find, once, and what to put in its place.

/// What must become of a mutant.
pub(super) enum Verdict {
    /// A test fails.
    Caught,
    /// Something else makes the safeguard redundant, and this is what.
    Redundant(&'static str),
}

/// A text of a file and what to put in its place.
pub(super) struct Edit {
    pub(super) file: &'static str,
    pub(super) find: &'static str,
    pub(super) replace: &'static str,
}

/// One mistake.
pub(super) struct Mutant {
    pub(super) name: &'static str,
    /// The rule it breaks; for whoever reads the list.
    #[allow(dead_code, reason = "said to readers, not to the program")]
    pub(super) rule: &'static str,
    pub(super) edits: &'static [Edit],
    pub(super) verdict: Verdict,
    /// The only tests to try, if others would take long to find nothing.
    pub(super) by: Option<&'static str>,
}

/// All of them.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "no barrier at commit",
        rule: "K1: a Full commit waits for a sync",
        edits: &[Edit {
            file: "core/src/pager/flush.rs",
            find: "        log.file.sync(if grew { SyncKind::DataAndSize } else { SyncKind::Data })?;\n",
            replace: "        let _ = (log, grew, SyncKind::Data);\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "the barrier only when the log grew",
        rule: "K1: a barrier is never skipped because nothing looks dirty",
        edits: &[Edit {
            file: "core/src/pager/flush.rs",
            find: "        log.file.sync(if grew { SyncKind::DataAndSize } else { SyncKind::Data })?;\n",
            replace: "        if grew {\n            log.file.sync(SyncKind::DataAndSize)?;\n        }\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "published before the sync",
        rule: "K2: no Full commit is visible before its sync",
        edits: &[Edit {
            file: "core/src/pager/flush.rs",
            find: "            let target = state.appended;\n",
            replace: "            let target = state.appended;\n            self.publish_through(&mut state, target);\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a failed sync is tried again",
        rule: "K3: a failed sync poisons",
        edits: &[Edit {
            file: "core/src/pager/flush.rs",
            find: "                    self.poisoned_by(error);\n",
            replace: "                    let _ = error;\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a poisoned handle writes",
        rule: "B.2: nothing is written after a failure of the storage",
        edits: &[Edit {
            file: "core/src/pager/shared.rs",
            find: "        match self.poison.get() {\n            None => Ok(()),\n            Some(cause) =>",
            replace: "        match self.poison.get().filter(|cause| cause.is_empty()) {\n            None => Ok(()),\n            Some(cause) =>",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a failed commit write is called a clean refusal",
        rule: "V1: after the commit frame was handed over the outcome is unknown",
        edits: &[Edit {
            file: "core/src/pager/writer.rs",
            find: ".map_err(|error| (error, true))?;",
            replace: ".map_err(|error| (error, false))?;",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "no attempt number",
        rule: "W3: an aborted attempt's frames never fit behind a later one's",
        edits: &[Edit {
            file: "core/src/pager/writer.rs",
            find: "        writer.attempt += 1;\n",
            replace: "",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "no LSN check",
        rule: "S1, the expected LSN",
        edits: &[Edit {
            file: "core/src/wal/scan.rs",
            find: "header.lsn == at.lsn && header.chain64",
            replace: "header.chain64",
        }],
        verdict: Verdict::Redundant("the chain proves the order already; the LSN is a cheap second guard"),
        by: None,
    },
    Mutant {
        name: "no chain",
        rule: "W2: a frame proves all before it",
        edits: &[Edit {
            file: "core/src/wal/scan.rs",
            find: "header.lsn == at.lsn && header.chain64 == chain_after(header.self64, at.chain)",
            replace: "header.lsn == at.lsn",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "no sum of a frame's payload",
        rule: "W1: a frame is verified before it is believed",
        edits: &[Edit {
            file: "core/src/wal/scan.rs",
            find: "        frame_holds(frame, salt).then(||",
            replace: "        (frame_holds(frame, salt) || offset < u32::MAX).then(||",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a checkpoint ignores readers",
        rule: "P3: a page is overwritten only with what every reader may see",
        edits: &[Edit {
            file: "core/src/pager/readers.rs",
            find: "        self.oldest().map_or(published, |oldest| oldest.min(published))",
            replace: "        published",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "an expired reader reads on",
        rule: "CRIT-003: an ended reader answers nothing",
        edits: &[Edit {
            file: "core/src/pager/readers.rs",
            find: "        self.slot(of.no).is_some_and(|slot| slot.state.load(Ordering::SeqCst) == of.state)",
            replace: "        self.slot(of.no).is_some()",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "no look at the tail after a read",
        rule: "C.6 step 4: a frame that was passed while it was read is read again",
        edits: &[Edit {
            file: "core/src/pager/shared.rs",
            find: "                && self.tail_lsn.load(Ordering::SeqCst) > version.lsn.0\n",
            replace: "                && self.tail_lsn.load(Ordering::SeqCst) == u64::MAX - version.lsn.0\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "segments are free when a checkpoint begins",
        rule: "G2: nothing is used again before both slots are durable",
        edits: &[Edit {
            file: "core/src/pager/checkpoint.rs",
            find: "        let old_count = checkpointer.meta.roots.page_count;\n        let grows",
            replace: "        self.segments.lock().free_before(end.end.segment);\n        let old_count = checkpointer.meta.roots.page_count;\n        let grows",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "no barrier before the slots of a checkpoint",
        rule: "step 4: pages are durable before a slot names them",
        edits: &[Edit {
            file: "core/src/pager/checkpoint.rs",
            find: "            db.sync(if run.grows { SyncKind::DataAndSize } else { SyncKind::Data })?;\n",
            replace: "",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "no barrier of the log before its pages are copied",
        rule: "H1: a page is written only from a durable frame",
        edits: &[Edit {
            file: "core/src/pager/checkpoint.rs",
            find: "        if !self.is_barrier_free() {\n            self.make_durable(through, Durability::Full)?;\n        }\n",
            replace: "",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "slot B before slot A",
        rule: "the evidence rule: B(n) is seen only when A(n) is durable",
        edits: &[Edit {
            file: "core/src/pager/checkpoint.rs",
            find: "        for offset in [meta::META_A_OFFSET, meta::META_B_OFFSET] {",
            replace: "        for offset in [meta::META_B_OFFSET, meta::META_A_OFFSET] {",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "no barrier between the slots",
        rule: "the evidence rule",
        edits: &[Edit {
            file: "core/src/pager/checkpoint.rs",
            find: "            if barriers {\n                db.sync(SyncKind::Data)?;\n            }\n        }\n        self.meta = next;",
            replace: "        }\n        if barriers {\n            db.sync(SyncKind::Data)?;\n        }\n        self.meta = next;",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "one slot only",
        rule: "C.5.8: both slots carry the new tail before anything is recycled",
        edits: &[Edit {
            file: "core/src/pager/checkpoint.rs",
            find: "        for offset in [meta::META_A_OFFSET, meta::META_B_OFFSET] {",
            replace: "        for offset in [meta::META_A_OFFSET] {",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a stale checkpoint publishes",
        rule: "finding 1: what is forgotten is what was copied",
        edits: &[Edit {
            file: "core/src/wal/index.rs",
            find: "        let at = self.ends.partition_point(|end| end.seq < through);\n        let end = *self.ends.get(at).filter(|end| end.seq == through)?;",
            replace: "        let at = self.ends.len().checked_sub(1)?;\n        let end = *self.ends.get(at).filter(|end| end.seq >= through)?;",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a checkpoint copies the oldest version",
        rule: "H1: the newest version not after S",
        edits: &[Edit {
            file: "core/src/wal/index.rs",
            find: "                Some((*no, *versions.get(after.checked_sub(1)?)?))",
            replace: "                Some((*no, *versions.get(after.min(1).checked_sub(1)?)?))",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "slot A is rebuilt under its old number",
        rule: "C.9 item 5: an equal pair proves that A was durable",
        edits: &[Edit {
            file: "core/src/pager/open.rs",
            find: "    let seq = b.seq + 1;",
            replace: "    let seq = b.seq;",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a slot is believed without proof",
        rule: "C.8 step 3: A is durable only if B says the same",
        edits: &[Edit {
            file: "core/src/pager/open.rs",
            find: "if a == b { durable(*a) } else { rebuilt_from(*b) }",
            replace: "if a.seq >= b.seq { durable(*a) } else { rebuilt_from(*b) }",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "the newer slot decides, and is written again",
        rule: "O4: the only slot that may name a state is never the one written next",
        edits: &[Edit {
            file: "core/src/pager/open.rs",
            find: "if a == b { durable(*a) } else { rebuilt_from(*b) }",
            replace: "Metas { slot_a_durable: a == b, chosen: *a }",
        }],
        verdict: Verdict::Caught,
        by: Some("storage"),
    },
    Mutant {
        name: "no normalisation at open",
        rule: "C.8 step 3: both slots are durable before anything relies on one",
        edits: &[Edit {
            file: "core/src/pager/recover.rs",
            find: "    normalise(db, &metas)?;\n",
            replace: "    let _ = (normalise, &db);\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "recovery goes on in the segments of the old chain",
        rule: "O2: recovery writes to segments the old chain does not use",
        edits: &[Edit {
            file: "core/src/pager/recover.rs",
            find: "        (0..count).filter(|segment| !found.segments.contains(segment)).take(wanted).collect();",
            replace: "        (0..count).take(wanted).collect();",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "recovery does not sync what it wrote",
        rule: "O2: it switches only to what is durable",
        edits: &[Edit {
            file: "core/src/pager/recover.rs",
            find: "    old.file.sync(SyncKind::DataAndSize)?;\n    let free",
            replace: "    let free",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "one barrier for both slots at recovery",
        rule: "C.8 step 7: A, barrier, B, barrier",
        edits: &[Edit {
            file: "core/src/pager/open.rs",
            find: "        db.write_all_at(&bytes, offset)?;\n        db.sync(SyncKind::Data)?;\n    }\n    Ok(())",
            replace: "        db.write_all_at(&bytes, offset)?;\n    }\n    db.sync(SyncKind::Data)?;\n    Ok(())",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a lost acknowledged commit goes unnoticed",
        rule: "F12: the look-ahead for commits that knew of later ones",
        edits: &[Edit {
            file: "core/src/pager/recover.rs",
            find: "    if options.accept_loss {\n        return Ok(());\n    }\n    match find_lost_commit",
            replace: "    if options.accept_loss || found.commit_count < u64::MAX {\n        return Ok(());\n    }\n    match find_lost_commit",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "the log is removed before the slots are clean",
        rule: "E1: a crash leaves a log that is needed and there, or one that is not needed",
        edits: &[Edit {
            file: "core/src/pager/lifetime.rs",
            find: "        checkpointer.write_meta(&*db, next, true).map_err(|error| self.poisoned_by(error))?;\n        self.give_back_end(",
            replace: "        let _ = self.env.vfs.remove(&log_name(&self.name));\n        checkpointer.write_meta(&*db, next, true).map_err(|error| self.poisoned_by(error))?;\n        self.give_back_end(",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a free page is handed out twice",
        rule: "HIGH-002: a page taken from the list leaves it",
        edits: &[Edit {
            file: "core/src/pager/write.rs",
            find: "        free_list::set_count(self.page_mut(head)?, last);\n",
            replace: "        let _ = self.page_mut(head)?;\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "an orphan after a free",
        rule: "HIGH-003: page_count = reachable + free",
        edits: &[Edit {
            file: "core/src/pager/write.rs",
            find: "        self.push_free(no)?;\n        self.roots.free_count += 1;",
            replace: "        if no.0 % 5 != 0 {\n            self.push_free(no)?;\n            self.roots.free_count += 1;\n        }",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a rolled back page stays dirty",
        rule: "CRIT-004: what was first touched after the mark goes",
        edits: &[Edit {
            file: "core/src/pager/dirty.rs",
            find: "                None => self.pages.remove(&no),",
            replace: "                None => None,",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a savepoint does not bring the roots back",
        rule: "CRIT-004: free list and counts follow",
        edits: &[Edit {
            file: "core/src/pager/write.rs",
            find: "        self.roots = self.dirty.rollback_to(savepoint).expect(\"the savepoint is still set\");",
            replace: "        let _ = self.dirty.rollback_to(savepoint).expect(\"the savepoint is still set\");",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a rollback leaves its pages in the cache",
        rule: "CRIT-004: nothing shared is dirty",
        edits: &[Edit {
            file: "core/src/pager/write.rs",
            find: "            self.shared.give_writer_back(writer);\n",
            replace: "            for (no, image) in self.dirty.take_images() {\n                self.shared.pool.insert(no, image, self.base, crate::wal::index::NEVER, self.base);\n            }\n            self.shared.give_writer_back(writer);\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a commit does not cut the range of what it supersedes",
        rule: "C2: a cached image holds for its range only",
        edits: &[Edit {
            file: "core/src/pager/writer.rs",
            find: "                self.pool.supersede(page.no, seq);\n",
            replace: "",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "the catalog does not follow a savepoint",
        rule: "CRIT-004: the catalog goes back with the pages",
        edits: &[Edit {
            file: "core/src/db/session.rs",
            find: "                    writing.catalog = Arc::clone(catalog);\n                    writing.catalog_changed = *changed;\n",
            replace: "                    let _ = changed;\n",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "a reader does not check the floor",
        rule: "R1: a checkpoint sees the reader, or the reader the floor",
        edits: &[Edit {
            file: "core/src/pager/readers.rs",
            find: "            if self.floor.load(Ordering::SeqCst) <= seq.0 {",
            replace: "            if self.floor.load(Ordering::SeqCst) < u64::MAX {",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "the end of the file is cut off under a checkpoint",
        rule: "H5: a checkpoint under way has written past the end that the slots know",
        edits: &[Edit {
            file: "core/src/pager/checkpoint.rs",
            find: "        if checkpointer.run.is_some() {\n            return;\n        }\n",
            replace: "",
        }],
        verdict: Verdict::Caught,
        by: None,
    },
    Mutant {
        name: "level None refuses a page that the log has",
        rule: "no level loses anything to a killed process: a torn page is read from the log",
        edits: &[Edit {
            file: "core/src/pager/open.rs",
            find: "found.is_some_and(|found| found.pages.contains_key(&PageNo(no)));",
            replace: "found.is_some_and(|found| found.pages.contains_key(&PageNo(no)) && no == 0);",
        }],
        verdict: Verdict::Caught,
        by: Some("storage"),
    },
    Mutant {
        name: "level None checks no sums when it opens",
        rule: "a file of level None that the power tore is refused, not read",
        edits: &[Edit {
            file: "core/src/pager/recover.rs",
            find: "    check_unsafe_pages(db, meta, Some(&found), options)?;\n",
            replace: "    let _ = check_unsafe_pages;\n",
        }],
        verdict: Verdict::Caught,
        by: Some("storage"),
    },
    Mutant {
        name: "a segment that the file ends in is taken for a new one",
        rule: "O2: recovery does not write over what it reads, also where the power took the end of the log",
        edits: &[Edit {
            file: "core/src/pager/recover.rs",
            find: "    let count = whole_segments(old)?;\n",
            replace: "    let _ = whole_segments;\n    let count = layout.segment_count(old.file.size()?);\n",
        }],
        verdict: Verdict::Caught,
        by: Some("storage"),
    },
    Mutant {
        name: "recovery goes on in the segments of a broken commit",
        rule: "O2: doing it again ends the same; a torn write may make such a commit whole",
        edits: &[
            Edit {
                file: "core/src/wal/scan.rs",
                find: "    let mut at = tail;\n",
                replace: "    let (mut at, mut whole) = (tail, 1);\n",
            },
            Edit {
                file: "core/src/wal/scan.rs",
                find: "                out.commit_count += 1;\n",
                replace: "                out.commit_count += 1;\n                whole = out.segments.len();\n",
            },
            Edit {
                file: "core/src/wal/scan.rs",
                find: "    Ok(out)\n}\n\n/// Looks through",
                replace: "    out.segments.truncate(whole);\n    Ok(out)\n}\n\n/// Looks through",
            },
        ],
        verdict: Verdict::Caught,
        by: Some("storage"),
    },
];
