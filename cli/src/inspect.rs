//! What `decentdb FILE inspect` prints.

use std::fmt::Write as _;
use std::io::Write;

use decentdb::inspect::{Content, File, Origin, PageReport, Slot, Validity};

use crate::arguments::Look;

/// Children or pages printed on a line.
const LIST_MAX: usize = 12;

/// Prints it; `false` when something of it is damaged.
pub(crate) fn show(
    file: &File,
    look: Look,
    output: &mut impl Write,
) -> Result<bool, Box<dyn std::error::Error>> {
    for note in file.notes() {
        writeln!(output, "note: {note}")?;
    }
    let mut sound = file.notes().is_empty();
    match look {
        Look::Meta => sound &= meta(file, output)?,
        Look::Page(no) => {
            let report = file.page_report(decentdb::inspect::PageNo(no))?;
            sound &= report.damage.is_none();
            writeln!(output, "{}", line(&report, usize::MAX))?;
        }
        Look::Pages => {
            for (no, report) in file.page_reports()? {
                match report {
                    Ok(report) => {
                        sound &= report.damage.is_none() || report.is_free;
                        writeln!(output, "{}", line(&report, LIST_MAX))?;
                    }
                    Err(error) => {
                        sound = false;
                        writeln!(output, "page {no}: {}", error.message())?;
                    }
                }
            }
        }
        Look::Wal => wal(file, output)?,
        Look::Trees => sound &= trees(file, output)?,
    }
    Ok(sound)
}

fn meta(file: &File, output: &mut impl Write) -> std::io::Result<bool> {
    let mut sound = true;
    for (offset, slot) in file.slots() {
        write!(output, "slot at {offset}: ")?;
        match slot {
            Slot::Valid(meta) => {
                let state = format!("{:?}", meta.state).to_lowercase();
                writeln!(output, "version {}, {state}", meta.seq)?;
                writeln!(
                    output,
                    "  pages of {} bytes, log segments of {}",
                    meta.page_size, meta.wal_segment_bytes
                )?;
                writeln!(output, "  database {}, log {}", hex(&meta.db_uuid), hex(&meta.wal_uuid))?;
                let roots = &meta.roots;
                writeln!(
                    output,
                    "  checkpoint at commit {}: {} pages, {} free from page {}, catalog at page {}, schema version {}",
                    meta.checkpoint_seq,
                    roots.page_count,
                    roots.free_count,
                    roots.free_head,
                    roots.catalog_root,
                    roots.schema_version
                )?;
                let tail = &meta.tail;
                writeln!(
                    output,
                    "  log from segment {}, offset {}, lsn {}; life {}",
                    tail.segment, tail.offset, tail.lsn.0, meta.epoch
                )?;
                if let Some(since) = meta.unsafe_since {
                    writeln!(output, "  written without barriers since commit {since}")?;
                }
            }
            Slot::Unsupported(error) => {
                sound = false;
                writeln!(output, "{}", error.message())?;
            }
            Slot::Damaged => {
                sound = false;
                writeln!(output, "damaged")?;
            }
            Slot::Foreign => {
                sound = false;
                writeln!(output, "no slot of a DecentDB database")?;
            }
        }
    }
    writeln!(output, "last commit: {}", file.last_commit())?;
    Ok(sound)
}

fn wal(file: &File, output: &mut impl Write) -> std::io::Result<()> {
    let Ok(frames) = file.frames() else { return writeln!(output, "the log cannot be read") };
    let mut broken = 0;
    for frame in &frames {
        let what = match frame.validity {
            Validity::Chained => "chained",
            Validity::Whole => "whole",
            Validity::Broken => {
                broken += 1;
                continue;
            }
        };
        let header = &frame.header;
        write!(output, "{:>9} segment {} lsn {} {what}: ", frame.offset, frame.segment, header.lsn.0)?;
        match (&frame.commit, frame.link) {
            (Some(commit), _) => writeln!(
                output,
                "commit {}, {} frames, {} pages in the file, durable to {}",
                commit.seq, commit.frames, commit.roots.page_count, commit.durable
            )?,
            (None, Some(next)) => writeln!(output, "the log goes on in segment {next}")?,
            (None, None) => writeln!(output, "page {}", header.page_no)?,
        }
    }
    let chained = frames.iter().filter(|frame| frame.validity == Validity::Chained).count();
    writeln!(output, "{} frames: {chained} chained, {broken} of earlier lives or broken", frames.len())
}

fn trees(file: &File, output: &mut impl Write) -> std::io::Result<bool> {
    let page_size = file.meta().map_or(0, |meta| usize::try_from(meta.page_size).unwrap_or(0));
    let mut sound = true;
    for tree in file.trees() {
        writeln!(
            output,
            "{}: root {}, depth {}, {} interior pages, {} leaves {} % full, {} entries, {} pages of values",
            tree.name,
            tree.root,
            tree.depth,
            tree.interior_pages,
            tree.leaf_pages,
            tree.fill_percent(page_size),
            tree.entries,
            tree.value_pages
        )?;
        for problem in &tree.problems {
            sound = false;
            writeln!(output, "  {problem}")?;
        }
    }
    Ok(sound)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The first few of a list, and how many more there are.
fn list(items: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let left = items.len().saturating_sub(most);
    let mut out = items.take(most).collect::<Vec<_>>().join(" ");
    if left > 0 {
        let _ = write!(out, " and {left} more");
    }
    out
}

fn line(report: &PageReport, most: usize) -> String {
    let mut out = format!("page {}", report.no);
    match report.origin {
        Origin::File(_) => {}
        Origin::Log(offset) => {
            let _ = write!(out, " (log at {offset})");
        }
    }
    let what = if report.is_free && !matches!(report.content, Content::FreeTrunk { .. }) {
        "free".to_owned()
    } else {
        content(&report.content, most)
    };
    let _ = write!(out, ": {what}");
    if let Some(damage) = report.damage.as_ref().filter(|_| !report.is_free) {
        let _ = write!(out, "; DAMAGED: {damage}");
    }
    out
}

fn content(content: &Content, most: usize) -> String {
    match content {
        Content::RowLeaf { root, columns, rows, rowids, garbage_bytes, rightmost } => {
            let range = rowids.map_or_else(String::new, |(first, last)| format!(" {first} to {last}"));
            let end = if *rightmost { ", the last leaf" } else { "" };
            format!(
                "leaf of {root}, {rows} rows{range}, {columns} columns, {garbage_bytes} bytes of garbage{end}"
            )
        }
        Content::RowInterior { root, level, children } => {
            let children = children.iter().map(|(key, child)| match key {
                Some(key) => format!("{key}:{child}"),
                None => child.to_string(),
            });
            format!("interior of {root}, level {level}, children {}", list(children, most))
        }
        Content::KeyLeaf { root, entries, prefix, used_bytes } => {
            format!(
                "index leaf of {root}, {entries} entries, prefix {}, {used_bytes} bytes in use",
                hex(prefix)
            )
        }
        Content::KeyInterior { root, level, children } => {
            let children = children.iter().map(|(key, child)| {
                if key.is_empty() { child.to_string() } else { format!("{}:{child}", hex(key)) }
            });
            format!("index interior of {root}, level {level}, children {}", list(children, most))
        }
        Content::Value { place } => format!("part {place} of a value"),
        Content::RunList { runs, next } => {
            let runs = runs.iter().map(|run| format!("{}+{}", run.first, run.pages));
            format!("where the parts of a value are: {}; next {next}", list(runs, most))
        }
        Content::FreeTrunk { next, pages } => {
            let pages = pages.iter().map(ToString::to_string);
            format!("free list: {}; next {next}", list(pages, most))
        }
        Content::Empty => "zeros".to_owned(),
        Content::Unreadable(what) => what.clone(),
    }
}
