//! Choosing one of several signatures by the types of the arguments (PostgreSQL, chapter 10.2 and 10.3).
//!
//! Does not know what the signatures belong to: functions, aggregates and operators all come here.
//!
//! ```text
//! exact match -> coercible candidates -> most exact -> most preferred -> unknown literals decide
//! ```

use crate::value::{SqlType, TypeCategory, common_type, implicit_cast};

/// What a parameter accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Parameter {
    /// A type.
    Of(SqlType),
    /// Any type; the argument is handed over as it is.
    Any,
    /// Any type but an array.
    AnyNonArray,
    /// Any type; the argument is handed over as the text its output function gives.
    AnyAsText,
}

/// The outcome of a choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Choice {
    /// This candidate.
    One(usize),
    /// Nothing fits.
    None,
    /// Several fit equally well.
    Ambiguous,
}

fn accepts(parameter: Parameter, argument: SqlType) -> bool {
    match parameter {
        Parameter::Of(SqlType::AnyElement) => argument != SqlType::Void,
        Parameter::Of(SqlType::AnyArray) => argument == SqlType::Unknown || argument.element().is_some(),
        Parameter::Of(ty) => argument == SqlType::Unknown || implicit_cast(argument, ty),
        Parameter::AnyNonArray => argument != SqlType::Void && argument.element().is_none(),
        Parameter::Any | Parameter::AnyAsText => argument != SqlType::Void,
    }
}

fn is_exactly(parameter: Parameter, argument: SqlType) -> bool {
    parameter == Parameter::Of(argument)
}

fn is_preferred_in(parameter: Parameter, category: TypeCategory) -> bool {
    match parameter {
        Parameter::Of(ty) => ty.category() == category && ty.is_preferred(),
        Parameter::Any | Parameter::AnyNonArray | Parameter::AnyAsText => false,
    }
}

fn category(parameter: Parameter) -> TypeCategory {
    match parameter {
        Parameter::Of(ty) => ty.category(),
        Parameter::Any | Parameter::AnyNonArray | Parameter::AnyAsText => TypeCategory::Pseudo,
    }
}

/// What `AnyElement` stands for in a call: `None` when the arguments do not agree, `Unknown` when they do
/// not tell.
pub(crate) fn unify(parameters: &[Parameter], arguments: &[SqlType]) -> Option<SqlType> {
    let mut elements = Vec::new();
    for (parameter, argument) in parameters.iter().zip(arguments) {
        match parameter {
            _ if *argument == SqlType::Unknown => {}
            Parameter::Of(SqlType::AnyElement) | Parameter::AnyNonArray => elements.push(*argument),
            Parameter::Of(SqlType::AnyArray) => elements.push(argument.element()?),
            _ => {}
        }
    }
    if elements.is_empty() {
        return Some(SqlType::Unknown);
    }
    common_type(&elements)
}

fn fits(parameters: &[Parameter], arguments: &[SqlType]) -> bool {
    parameters.iter().zip(arguments).all(|(parameter, argument)| accepts(*parameter, *argument))
        && unify(parameters, arguments).is_some()
}

/// Chooses among candidates that all take as many arguments as are given.
pub(crate) fn choose(candidates: &[Vec<Parameter>], arguments: &[SqlType]) -> Choice {
    let exact = candidates.iter().position(|parameters| {
        parameters.iter().zip(arguments).all(|(parameter, argument)| is_exactly(*parameter, *argument))
    });
    if let Some(at) = exact {
        return Choice::One(at);
    }
    let mut left: Vec<usize> = (0..candidates.len()).filter(|at| fits(&candidates[*at], arguments)).collect();
    match left[..] {
        [] => return Choice::None,
        [only] => return Choice::One(only),
        _ => {}
    }
    let known = |argument: SqlType| argument != SqlType::Unknown;

    keep_best(&mut left, |at| {
        candidates[at].iter().zip(arguments).filter(|(p, a)| known(**a) && is_exactly(**p, **a)).count()
    });
    if let [only] = left[..] {
        return Choice::One(only);
    }
    keep_best(&mut left, |at| {
        candidates[at]
            .iter()
            .zip(arguments)
            .filter(|(p, a)| known(**a) && (is_exactly(**p, **a) || is_preferred_in(**p, a.category())))
            .count()
    });
    if let [only] = left[..] {
        return Choice::One(only);
    }
    if arguments.iter().all(|argument| known(*argument)) {
        return Choice::Ambiguous;
    }
    if let Some(narrowed) = narrow_by_unknown(&left, candidates, arguments) {
        left = narrowed;
        if let [only] = left[..] {
            return Choice::One(only);
        }
    }
    // Last: suppose that the unknown arguments have the type of the known ones.
    let mut types = arguments.iter().filter(|argument| known(**argument));
    if let Some(first) = types.next()
        && types.all(|ty| ty == first)
    {
        let supposed = vec![*first; arguments.len()];
        let mut fitting = left.iter().filter(|at| fits(&candidates[**at], &supposed));
        if let (Some(only), None) = (fitting.next(), fitting.next()) {
            return Choice::One(*only);
        }
    }
    Choice::Ambiguous
}

/// Keeps the candidates with the highest score.
fn keep_best(left: &mut Vec<usize>, score: impl Fn(usize) -> usize) {
    let best = left.iter().map(|at| score(*at)).max().unwrap_or(0);
    left.retain(|at| score(*at) == best);
}

/// Each unknown argument takes the category all candidates agree on, or string if any accepts one;
/// `None` when that decides nothing.
fn narrow_by_unknown(
    left: &[usize],
    candidates: &[Vec<Parameter>],
    arguments: &[SqlType],
) -> Option<Vec<usize>> {
    let mut slots = Vec::new();
    for (slot, _) in arguments.iter().enumerate().filter(|(_, ty)| **ty == SqlType::Unknown) {
        let mut wanted = category(candidates[left[0]][slot]);
        let mut conflict = false;
        for at in left {
            let here = category(candidates[*at][slot]);
            if here != wanted {
                if here == TypeCategory::String {
                    wanted = TypeCategory::String;
                } else if wanted != TypeCategory::String {
                    conflict = true;
                }
            }
        }
        if conflict && wanted != TypeCategory::String {
            return None;
        }
        let preferred = left.iter().any(|at| is_preferred_in(candidates[*at][slot], wanted));
        slots.push((slot, wanted, preferred));
    }
    let kept: Vec<usize> = left
        .iter()
        .copied()
        .filter(|at| {
            slots.iter().all(|(slot, wanted, preferred)| {
                let parameter = candidates[*at][*slot];
                category(parameter) == *wanted && (!preferred || is_preferred_in(parameter, *wanted))
            })
        })
        .collect();
    if kept.is_empty() { None } else { Some(kept) }
}
