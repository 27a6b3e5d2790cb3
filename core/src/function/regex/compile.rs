//! Tree to instructions.

use crate::error::{Error, Result, SqlState};

use super::Options;
use super::class::Class;
use super::parse::{Assertion, Node};

/// Most instructions of a pattern.
pub(super) const INSTRUCTIONS_MAX: usize = 50_000;

#[derive(Debug)]
pub(super) enum Instruction {
    /// One character of the set.
    Set(Class),
    /// Both ways; the first is preferred.
    Split(usize, usize),
    Jump(usize),
    /// Notes the place in a slot.
    Save(usize),
    Assert(Assertion),
    /// Whether the program with this number matches here.
    Look {
        ahead: bool,
        negated: bool,
        program: usize,
    },
    /// What a group matched, again.
    Back(usize),
    Match,
}

#[derive(Debug)]
pub(super) struct Program {
    pub(super) code: Vec<Instruction>,
    /// The programs of constraints.
    pub(super) inner: Vec<Program>,
    /// The shortest match is wanted rather than the longest.
    pub(super) shortest: bool,
    pub(super) has_back: bool,
    pub(super) insensitive: bool,
}

pub(super) fn too_complex() -> Error {
    Error::new(SqlState::STATEMENT_TOO_COMPLEX, "regular expression is too complex")
}

pub(super) fn compile(root: &Node, groups: usize, options: Options) -> Result<Program> {
    let mut program = Program {
        code: Vec::new(),
        inner: Vec::new(),
        shortest: preference(root) == Some(false),
        has_back: false,
        insensitive: options.insensitive,
    };
    let _ = groups;
    program.add(root, options)?;
    program.code.push(Instruction::Match);
    Ok(program)
}

/// Whether a pattern prefers the longest match (`Some(true)`), the shortest, or has no preference.
fn preference(node: &Node) -> Option<bool> {
    match node {
        Node::Any(_) => Some(true),
        Node::Repeat { node, least, most, greedy } => {
            // {m} has its atom's preference.
            if *most == Some(*least) && *greedy { preference(node) } else { Some(*greedy) }
        }
        Node::Group(_, inner) => preference(inner),
        Node::Concat(parts) => parts.iter().find_map(preference),
        Node::Empty | Node::Set(_) | Node::Assert(_) | Node::Look { .. } | Node::Back(_) => None,
    }
}

impl Program {
    fn push(&mut self, instruction: Instruction) -> Result<usize> {
        if self.code.len() >= INSTRUCTIONS_MAX {
            return Err(too_complex());
        }
        self.code.push(instruction);
        Ok(self.code.len() - 1)
    }

    fn add(&mut self, node: &Node, options: Options) -> Result<()> {
        match node {
            Node::Empty => {}
            Node::Set(class) => {
                self.push(Instruction::Set(class.clone()))?;
            }
            Node::Assert(assertion) => {
                self.push(Instruction::Assert(*assertion))?;
            }
            Node::Concat(parts) => {
                for part in parts {
                    self.add(part, options)?;
                }
            }
            Node::Any(branches) => self.add_any(branches, options)?,
            Node::Group(None, inner) => self.add(inner, options)?,
            Node::Group(Some(number), inner) => {
                self.push(Instruction::Save(number * 2))?;
                self.add(inner, options)?;
                self.push(Instruction::Save(number * 2 + 1))?;
            }
            Node::Repeat { node, least, most, greedy } => {
                self.add_repeat(node, *least, *most, *greedy, options)?
            }
            Node::Look { ahead, negated, node } => {
                let inner = compile(node, 0, options)?;
                if self.code.len() + inner.code.len() > INSTRUCTIONS_MAX {
                    return Err(too_complex());
                }
                self.inner.push(inner);
                let program = self.inner.len() - 1;
                self.push(Instruction::Look { ahead: *ahead, negated: *negated, program })?;
            }
            Node::Back(number) => {
                self.has_back = true;
                self.push(Instruction::Back(*number))?;
            }
        }
        Ok(())
    }

    fn add_any(&mut self, branches: &[Node], options: Options) -> Result<()> {
        let mut ends = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            if at + 1 == branches.len() {
                self.add(branch, options)?;
                break;
            }
            let split = self.push(Instruction::Split(0, 0))?;
            self.add(branch, options)?;
            ends.push(self.push(Instruction::Jump(0))?);
            self.code[split] = Instruction::Split(split + 1, self.code.len());
        }
        let end = self.code.len();
        for at in ends {
            self.code[at] = Instruction::Jump(end);
        }
        Ok(())
    }

    fn add_repeat(
        &mut self,
        node: &Node,
        least: u32,
        most: Option<u32>,
        greedy: bool,
        options: Options,
    ) -> Result<()> {
        for _ in 0..least {
            self.add(node, options)?;
        }
        let split = |greedy: bool, into: usize, past: usize| {
            if greedy { Instruction::Split(into, past) } else { Instruction::Split(past, into) }
        };
        let Some(most) = most else {
            let at = self.push(Instruction::Split(0, 0))?;
            self.add(node, options)?;
            self.push(Instruction::Jump(at))?;
            self.code[at] = split(greedy, at + 1, self.code.len());
            return Ok(());
        };
        let mut splits = Vec::new();
        for _ in least..most {
            splits.push(self.push(Instruction::Split(0, 0))?);
            self.add(node, options)?;
        }
        let end = self.code.len();
        for at in splits {
            self.code[at] = split(greedy, at + 1, end);
        }
        Ok(())
    }
}
