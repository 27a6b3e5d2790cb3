//! EXPLAIN: the operators as an indented list, as PostgreSQL draws them.
//!
//! ```text
//! Sort  (rows=10)
//!   Sort Key: t.a
//!   ->  Index Scan using t_a_idx on t  (rows=10)
//!         Index Cond: t.a = 5
//! ```

use core::fmt;

use crate::plan::{JoinKind, SetOperator};

use super::plan::{Access, Node, Operation, PhysicalPlan, ScanPlan};

impl PhysicalPlan {
    /// The lines of EXPLAIN. `figures`: rows that came out and times begun, by node, when the plan was run.
    pub(crate) fn explain(&self, figures: Option<&[(u64, u64)]>) -> Vec<String> {
        let mut lines = Vec::new();
        draw(&self.root, figures, 0, &mut lines);
        for (number, subplan) in self.subplans.iter().enumerate() {
            let kind = if subplan.outer.is_empty() { "InitPlan" } else { "SubPlan" };
            lines.push(format!("  {kind} {}", number + 1));
            draw(&subplan.root, figures, 1, &mut lines);
        }
        lines
    }

    /// How many nodes there are, subplans included.
    pub(crate) fn node_count(&self) -> usize {
        self.nodes
    }
}

impl fmt::Display for PhysicalPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain(None).join("\n"))
    }
}

fn draw(node: &Node, figures: Option<&[(u64, u64)]>, depth: usize, lines: &mut Vec<String>) {
    let (head, below) = if depth == 0 {
        (String::new(), "  ".to_owned())
    } else {
        let pad = " ".repeat(depth * 6 - 4);
        (format!("{pad}->  "), format!("{pad}      "))
    };
    let actual = match figures.and_then(|figures| figures.get(node.number)) {
        Some((_, 0)) => "  (never executed)".to_owned(),
        Some((rows, loops)) => format!("  (actual rows={rows} loops={loops})"),
        None => String::new(),
    };
    lines.push(format!("{head}{}  (rows={:.0}){actual}", title(&node.operation), node.rows));
    lines.extend(node.details.iter().map(|detail| format!("{below}{detail}")));
    for input in node.inputs() {
        draw(input, figures, depth + 1, lines);
    }
}

fn title(operation: &Operation) -> String {
    match operation {
        Operation::Values { rows } if rows.len() == 1 => "Result".to_owned(),
        Operation::Values { .. } => "Values Scan".to_owned(),
        Operation::Scan(scan) => scan_title(scan),
        Operation::SystemScan { view, .. } => format!("System Scan on {}", view.name),
        Operation::Functions { .. } => "Function Scan".to_owned(),
        Operation::TableRef { table } => format!("CTE Scan on table {table}"),
        Operation::With { table, definition, .. } => {
            format!("With table {table}  (SubPlan {})", definition + 1)
        }
        Operation::Recursive { table, step, .. } => {
            format!("Recursive Union of table {table}  (SubPlan {})", step + 1)
        }
        Operation::Window { .. } => "WindowAgg".to_owned(),
        Operation::Filter { .. } => "Filter".to_owned(),
        Operation::Project { .. } => "Project".to_owned(),
        Operation::Join(join) => {
            let way = match (&join.lookup, join.left_keys.is_empty()) {
                (Some(lookup), _) => {
                    return format!(
                        "Adaptive {}Join  (lookup: {})",
                        kind(join.matching.kind),
                        scan_title(&lookup.scan)
                    );
                }
                (None, false) => "Hash",
                (None, true) => "Nested Loop",
            };
            match (way, join.matching.kind) {
                ("Nested Loop", JoinKind::Inner) => way.to_owned(),
                (way, of) => format!("{way} {}Join", kind(of)),
            }
        }
        Operation::LateralJoin { right, matching, .. } => {
            format!("Nested Loop {}Join  (SubPlan {})", kind(matching.kind), right + 1)
        }
        Operation::Aggregate { sets: Some(_), .. } => "MixedAggregate".to_owned(),
        Operation::Aggregate { groups, .. } if groups.is_empty() => "Aggregate".to_owned(),
        Operation::Aggregate { .. } => "HashAggregate".to_owned(),
        Operation::Distinct { on, .. } if on.is_empty() => "Unique".to_owned(),
        Operation::Distinct { .. } => "Unique On".to_owned(),
        Operation::Sort { .. } => "Sort".to_owned(),
        Operation::TopN { .. } => "Top-N Sort".to_owned(),
        Operation::Limit { .. } => "Limit".to_owned(),
        Operation::Append { .. } => "Append".to_owned(),
        Operation::CountedSet { operator, all, .. } => {
            let word = match operator {
                SetOperator::Union => "Union",
                SetOperator::Intersect => "Intersect",
                SetOperator::Except => "Except",
            };
            format!("HashSetOp {word}{}", if *all { " All" } else { "" })
        }
        Operation::Insert { plan, .. } => format!("Insert on {}", plan.table.name),
        Operation::Update { plan, .. } => format!("Update on {}", plan.table.name),
        Operation::Merge { plan, .. } => format!("Merge on {}", plan.table.name),
        Operation::Delete { plan, .. } => format!("Delete on {}", plan.table.name),
    }
}

fn kind(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::Inner => "",
        JoinKind::Left => "Left ",
        JoinKind::Right => "Right ",
        JoinKind::Full => "Full ",
        JoinKind::Semi => "Semi ",
        JoinKind::Anti => "Anti ",
    }
}

fn scan_title(scan: &ScanPlan) -> String {
    let table = &scan.table.name;
    let backward = if scan.descending { " Backward" } else { "" };
    match &scan.access {
        Access::Full => format!("Seq Scan{backward} on {table}"),
        Access::Rowids(_) => format!("Rowid Range Scan{backward} on {table}"),
        Access::RowidList(_) => format!("Rowid Scan on {table}"),
        Access::Index { index, .. } => format!("Index Scan{backward} using {} on {table}", index.name),
        Access::IndexList { index, .. } => format!("Index List Scan using {} on {table}", index.name),
        Access::Nothing => format!("Empty Scan on {table}"),
    }
}
