//! Running programs over a text.

use crate::error::Result;

use super::Spans;
use super::class::{is_word, other_cases};
use super::compile::{Instruction, Program, too_complex};
use super::parse::Assertion;

/// Most steps of one search.
pub(super) const STEPS_MAX: u64 = 200_000_000;

struct Input<'t> {
    text: &'t str,
    steps: u64,
}

impl Input<'_> {
    fn step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps > STEPS_MAX { Err(too_complex()) } else { Ok(()) }
    }

    fn after(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    fn holds(&self, assertion: Assertion, at: usize) -> bool {
        let (before, after) = (self.before(at), self.after(at));
        let (word_before, word_after) = (before.is_some_and(is_word), after.is_some_and(is_word));
        match assertion {
            Assertion::TextStart => at == 0,
            Assertion::TextEnd => at == self.text.len(),
            Assertion::LineStart => before.is_none_or(|c| c == '\n'),
            Assertion::LineEnd => after.is_none_or(|c| c == '\n'),
            Assertion::WordStart => !word_before && word_after,
            Assertion::WordEnd => word_before && !word_after,
            Assertion::Boundary => word_before != word_after,
            Assertion::NoBoundary => word_before == word_after,
        }
    }
}

/// The states alive at one place, each once, in order of preference.
struct States {
    list: Vec<(usize, usize)>,
    seen: Vec<bool>,
}

impl States {
    fn new(size: usize) -> States {
        States { list: Vec::new(), seen: vec![false; size] }
    }
    fn clear(&mut self) {
        self.list.clear();
        self.seen.fill(false);
    }
}

/// The first match at or after a byte offset.
pub(super) fn find(program: &Program, text: &str, from: usize) -> Result<Option<(usize, usize)>> {
    let mut input = Input { text, steps: 0 };
    if !program.has_back {
        return search(program, &mut input, from, None);
    }
    let mut at = from;
    loop {
        let mut slots = Vec::new();
        if let Some(end) = backtrack(program, &mut input, at, &mut slots, None)? {
            return Ok(Some((at, end)));
        }
        match input.after(at) {
            Some(c) => at += c.len_utf8(),
            None => return Ok(None),
        }
    }
}

/// Advances all states together. With `only` it is enough that a match begins at `from` and, if given,
/// ends there.
fn search(
    program: &Program,
    input: &mut Input<'_>,
    from: usize,
    only: Option<Option<usize>>,
) -> Result<Option<(usize, usize)>> {
    let size = program.code.len();
    let (mut current, mut next) = (States::new(size), States::new(size));
    let mut best: Option<(usize, usize)> = None;
    let mut at = from;
    loop {
        if best.is_none() && (only.is_none() || at == from) {
            follow(program, input, &mut current, 0, at, at)?;
        }
        let c = input.after(at);
        next.clear();
        for place in 0..current.list.len() {
            let (state, start) = current.list[place];
            input.step()?;
            match &program.code[state] {
                Instruction::Match => {
                    if only.flatten().is_some_and(|end| end != at) {
                        continue;
                    }
                    let better = match best {
                        None => true,
                        Some((known, _)) => start < known || (start == known && !program.shortest),
                    };
                    if better {
                        best = Some((start, at));
                    }
                    if matches!(only, Some(None)) {
                        return Ok(best);
                    }
                }
                Instruction::Set(class) => {
                    if let Some(c) = c
                        && class.has(c)
                    {
                        follow(program, input, &mut next, state + 1, at + c.len_utf8(), start)?;
                    }
                }
                _ => {}
            }
        }
        if let Some((start, _)) = best {
            // What begins later, or begins here where the shortest has been found, cannot win any more.
            let last = if program.shortest { start } else { start + 1 };
            next.list.retain(|(_, other)| *other < last);
        }
        core::mem::swap(&mut current, &mut next);
        let Some(c) = c else { return Ok(best) };
        at += c.len_utf8();
        if current.list.is_empty() && (best.is_some() || only.is_some()) {
            return Ok(best);
        }
    }
}

/// Adds a state and all that is reached from it without a character.
fn follow(
    program: &Program,
    input: &mut Input<'_>,
    states: &mut States,
    state: usize,
    at: usize,
    start: usize,
) -> Result<()> {
    let mut stack = vec![state];
    while let Some(state) = stack.pop() {
        if core::mem::replace(&mut states.seen[state], true) {
            continue;
        }
        input.step()?;
        match &program.code[state] {
            Instruction::Split(first, second) => stack.extend([*second, *first]),
            Instruction::Jump(to) => stack.push(*to),
            Instruction::Save(_) => stack.push(state + 1),
            Instruction::Assert(assertion) => {
                if input.holds(*assertion, at) {
                    stack.push(state + 1);
                }
            }
            Instruction::Look { ahead, negated, program: inner } => {
                if looks(&program.inner[*inner], input, at, *ahead)? != *negated {
                    stack.push(state + 1);
                }
            }
            Instruction::Set(_) | Instruction::Match | Instruction::Back(_) => {
                states.list.push((state, start))
            }
        }
    }
    Ok(())
}

/// Whether a constraint's program matches from a place, or up to it.
fn looks(program: &Program, input: &mut Input<'_>, at: usize, ahead: bool) -> Result<bool> {
    if ahead {
        return Ok(search(program, input, at, Some(None))?.is_some());
    }
    let mut from = at;
    loop {
        if search(program, input, from, Some(Some(at)))?.is_some() {
            return Ok(true);
        }
        match input.before(from) {
            Some(c) => from -= c.len_utf8(),
            None => return Ok(false),
        }
    }
}

/// Where the groups are inside a known match.
pub(super) fn groups(program: &Program, text: &str, span: (usize, usize), count: usize) -> Result<Spans> {
    let mut input = Input { text, steps: 0 };
    let mut slots = vec![None; (count + 1) * 2];
    if program.has_back {
        backtrack(program, &mut input, span.0, &mut slots, Some(span.1))?;
    } else {
        slots = priority(program, &mut input, span, slots)?;
    }
    let mut spans: Spans = slots.chunks(2).map(|pair| Some((pair[0]?, pair[1]?))).collect();
    spans[0] = Some(span);
    Ok(spans)
}

type Slots = Vec<Option<usize>>;

/// All ways together, each with its slots, the preferred ones first; the first that ends right wins.
fn priority(program: &Program, input: &mut Input<'_>, span: (usize, usize), slots: Slots) -> Result<Slots> {
    let size = program.code.len();
    let mut current: Vec<(usize, Slots)> = Vec::new();
    let mut seen = vec![false; size];
    follow_with_slots(program, input, &mut current, &mut seen, (0, slots.clone()), span.0)?;
    let mut at = span.0;
    while at < span.1 {
        let Some(c) = input.after(at) else { break };
        let mut next = Vec::new();
        seen.fill(false);
        for (state, slots) in current {
            input.step()?;
            if let Instruction::Set(class) = &program.code[state]
                && class.has(c)
            {
                let to = (state + 1, slots);
                follow_with_slots(program, input, &mut next, &mut seen, to, at + c.len_utf8())?;
            }
        }
        current = next;
        at += c.len_utf8();
    }
    let won = current.into_iter().find(|(state, _)| matches!(program.code[*state], Instruction::Match));
    Ok(won.map_or(slots, |(_, slots)| slots))
}

fn follow_with_slots(
    program: &Program,
    input: &mut Input<'_>,
    states: &mut Vec<(usize, Slots)>,
    seen: &mut [bool],
    from: (usize, Slots),
    at: usize,
) -> Result<()> {
    let mut stack = vec![from];
    while let Some((state, mut slots)) = stack.pop() {
        if core::mem::replace(&mut seen[state], true) {
            continue;
        }
        input.steps += slots.len() as u64;
        input.step()?;
        match &program.code[state] {
            Instruction::Split(first, second) => {
                stack.push((*second, slots.clone()));
                stack.push((*first, slots));
            }
            Instruction::Jump(to) => stack.push((*to, slots)),
            Instruction::Save(slot) => {
                slots[*slot] = Some(at);
                stack.push((state + 1, slots));
            }
            Instruction::Assert(assertion) => {
                if input.holds(*assertion, at) {
                    stack.push((state + 1, slots));
                }
            }
            Instruction::Look { ahead, negated, program: inner } => {
                if looks(&program.inner[*inner], input, at, *ahead)? != *negated {
                    stack.push((state + 1, slots));
                }
            }
            Instruction::Set(_) | Instruction::Match | Instruction::Back(_) => states.push((state, slots)),
        }
    }
    Ok(())
}

/// One way after the other, for back references: the end of the first match that begins at `from` (and
/// ends at `end`); `slots` are those of its groups.
fn backtrack(
    program: &Program,
    input: &mut Input<'_>,
    from: usize,
    slots: &mut Slots,
    end: Option<usize>,
) -> Result<Option<usize>> {
    let wanted = program
        .code
        .iter()
        .map(|instruction| if let Instruction::Save(slot) = instruction { slot + 1 } else { 0 })
        .max()
        .unwrap_or(0);
    slots.resize(slots.len().max(wanted), None);
    let mut best: Option<(usize, Slots)> = None;
    let mut stack: Vec<(usize, usize, Slots)> = vec![(0, from, slots.clone())];
    while let Some((mut state, mut at, mut mine)) = stack.pop() {
        loop {
            input.steps += mine.len() as u64;
            input.step()?;
            match &program.code[state] {
                Instruction::Match => {
                    if end.is_none_or(|end| end == at) && best.as_ref().is_none_or(|(known, _)| at > *known) {
                        best = Some((at, mine));
                        if end.is_some() || program.shortest {
                            stack.clear();
                        }
                    }
                    break;
                }
                Instruction::Split(first, second) => {
                    // A loop whose body matched nothing would go round for ever.
                    let again = stack.iter().rev().take(64).any(|(s, p, _)| s == second && *p == at);
                    if !again {
                        stack.push((*second, at, mine.clone()));
                    }
                    if again && *first < state {
                        break;
                    }
                    state = *first;
                    continue;
                }
                Instruction::Jump(to) => {
                    state = *to;
                    continue;
                }
                Instruction::Save(slot) => mine[*slot] = Some(at),
                Instruction::Assert(assertion) => {
                    if !input.holds(*assertion, at) {
                        break;
                    }
                }
                Instruction::Look { ahead, negated, program: inner } => {
                    if looks(&program.inner[*inner], input, at, *ahead)? == *negated {
                        break;
                    }
                }
                Instruction::Set(class) => match input.after(at) {
                    Some(c) if class.has(c) => at += c.len_utf8(),
                    _ => break,
                },
                Instruction::Back(number) => {
                    let (Some(Some(low)), Some(Some(high))) =
                        (mine.get(number * 2), mine.get(number * 2 + 1))
                    else {
                        break;
                    };
                    let Some(length) = repeated(input.text, *low, *high, at, program.insensitive) else {
                        break;
                    };
                    at += length;
                }
            }
            state += 1;
        }
    }
    Ok(best.map(|(at, found)| {
        *slots = found;
        at
    }))
}

/// The bytes at `at` that repeat a group.
fn repeated(text: &str, low: usize, high: usize, at: usize, insensitive: bool) -> Option<usize> {
    let group = text.get(low..high)?;
    let rest = text.get(at..)?;
    if !insensitive {
        return rest.starts_with(group).then_some(group.len());
    }
    let mut length = 0;
    let mut others = rest.chars();
    for c in group.chars() {
        let other = others.next()?;
        if c != other && !other_cases(c).any(|c| c == other) {
            return None;
        }
        length += other.len_utf8();
    }
    Some(length)
}
