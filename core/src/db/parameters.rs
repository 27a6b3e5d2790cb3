//! Parameters from Rust values.
//!
//! A statement knows the type of each `$n`; a Rust value says what it is; the two meet when the statement
//! runs (22003 when it does not fit, 42804 when it is no such thing). Text fits every type, through the
//! type's input function, which is how a `numeric` is passed without loss. Nothing is rounded into an integer
//! (22P02, as its text would be), and no text holds a NUL (22021).

use crate::base::Cell;
use crate::error::{Error, Result, SqlState};
use crate::exec::LentCells;
use crate::parse::Literal;
use crate::record::encode_plain;
use crate::value::{Datum, Numeric, SqlType, TypeName, assignment_cast, cast, temporal};

use super::lists;
use super::session::SessionCell;

/// A Rust value that can be a parameter.
pub trait ToDatum {
    /// The value in the kind closest to it.
    fn to_datum(&self) -> Datum;
    /// What it is by itself; `None`: a [`Datum`] that is already in the parameter's own kind.
    fn sql_type(&self) -> Option<SqlType>;
    /// The value as a column of type `to` stores it, when that needs no conversion: a row that is inserted
    /// as it comes goes to its page without a [`Datum`]. `None` is always right.
    fn as_cell(&self, to: SqlType) -> Option<Cell<'_>> {
        let _ = to;
        None
    }
}

/// The parameters of one call: `()`, a tuple, an array, a slice or a vector.
///
/// ```
/// use decentdb_core::db::Params;
/// fn takes(_: impl Params) {}
/// takes(());
/// takes((1, "two", None::<i64>));
/// takes([1, 2, 3]);
/// ```
pub trait Params {
    /// How many there are.
    fn count(&self) -> usize;
    /// Parameter `index`, from 0, handed to `take`.
    fn with(&self, index: usize, take: &mut dyn FnMut(&dyn ToDatum) -> Result<()>) -> Result<()>;
    /// Parameter `index`, from 0, lent; `None` is always right.
    fn lend(&self, index: usize) -> Option<&dyn ToDatum> {
        let _ = index;
        None
    }
}

/// Parameters for a statement that takes them as they come.
pub(super) struct Lent<'a, P>(pub(super) &'a P);

impl<P: Params> LentCells for Lent<'_, P> {
    #[inline]
    fn cell(&self, index: usize, ty: SqlType) -> Option<Cell<'_>> {
        self.0.lend(index)?.as_cell(ty)
    }
}

macro_rules! values {
    ($($ty:ty => $sql:ident, $value:ident => $datum:expr, $cell:expr;)*) => {$(
        impl ToDatum for $ty {
            fn to_datum(&self) -> Datum {
                let $value = self;
                $datum
            }
            fn sql_type(&self) -> Option<SqlType> {
                Some(SqlType::$sql)
            }
            #[inline]
            fn as_cell(&self, to: SqlType) -> Option<Cell<'_>> {
                let $value = self;
                (to == SqlType::$sql).then(|| $cell)
            }
        }
    )*};
}

values! {
    bool => Bool, value => Datum::Bool(*value), Cell::Int(i64::from(*value));
    i8 => Int2, value => Datum::Int(i64::from(*value)), Cell::Int(i64::from(*value));
    i16 => Int2, value => Datum::Int(i64::from(*value)), Cell::Int(i64::from(*value));
    i32 => Int4, value => Datum::Int(i64::from(*value)), Cell::Int(i64::from(*value));
    i64 => Int8, value => Datum::Int(*value), Cell::Int(*value);
    u8 => Int2, value => Datum::Int(i64::from(*value)), Cell::Int(i64::from(*value));
    u16 => Int4, value => Datum::Int(i64::from(*value)), Cell::Int(i64::from(*value));
    u32 => Int8, value => Datum::Int(i64::from(*value)), Cell::Int(i64::from(*value));
    f32 => Float4, value => Datum::Float(f64::from(*value)), Cell::Int(i64::from(value.to_bits().cast_signed()));
    f64 => Float8, value => Datum::Float(*value), Cell::Int(value.to_bits().cast_signed());
    u128 => Uuid, value => Datum::Uuid(*value), Cell::Wide(value.cast_signed());
    [u8] => Bytea, value => Datum::Bytes(value.into()), Cell::Bytes(value);
    Vec<u8> => Bytea, value => Datum::Bytes(value.as_slice().into()), Cell::Bytes(value);
}

impl ToDatum for str {
    fn to_datum(&self) -> Datum {
        Datum::Text(self.into())
    }
    fn sql_type(&self) -> Option<SqlType> {
        Some(SqlType::Text)
    }
    #[inline]
    fn as_cell(&self, to: SqlType) -> Option<Cell<'_>> {
        // A NUL is refused where values are fitted.
        (to == SqlType::Text && !has_nul(self)).then_some(Cell::Bytes(self.as_bytes()))
    }
}

impl ToDatum for String {
    fn to_datum(&self) -> Datum {
        self.as_str().to_datum()
    }
    fn sql_type(&self) -> Option<SqlType> {
        Some(SqlType::Text)
    }
    #[inline]
    fn as_cell(&self, to: SqlType) -> Option<Cell<'_>> {
        self.as_str().as_cell(to)
    }
}

impl ToDatum for Datum {
    fn to_datum(&self) -> Datum {
        self.clone()
    }
    fn sql_type(&self) -> Option<SqlType> {
        None
    }
    fn as_cell(&self, to: SqlType) -> Option<Cell<'_>> {
        match (self, to) {
            (Datum::Null, _) => Some(Cell::Null),
            (Datum::Text(text), _) if has_nul(text) => None,
            (Datum::Bool(_), SqlType::Bool)
            | (Datum::Int(_), SqlType::Int8)
            | (Datum::Float(_), SqlType::Float8)
            | (Datum::Text(_), SqlType::Text)
            | (Datum::Bytes(_), SqlType::Bytea)
            | (Datum::Uuid(_), SqlType::Uuid) => Some(encode_plain(self, to)),
            _ => None,
        }
    }
}

impl<T: ToDatum> ToDatum for Option<T> {
    fn to_datum(&self) -> Datum {
        self.as_ref().map_or(Datum::Null, T::to_datum)
    }
    fn sql_type(&self) -> Option<SqlType> {
        self.as_ref().and_then(T::sql_type)
    }
    fn as_cell(&self, to: SqlType) -> Option<Cell<'_>> {
        self.as_ref().map_or(Some(Cell::Null), |value| value.as_cell(to))
    }
}

impl<T: ToDatum + ?Sized> ToDatum for &T {
    fn to_datum(&self) -> Datum {
        (*self).to_datum()
    }
    fn sql_type(&self) -> Option<SqlType> {
        (*self).sql_type()
    }
    #[inline]
    fn as_cell(&self, to: SqlType) -> Option<Cell<'_>> {
        (**self).as_cell(to)
    }
}

impl Params for () {
    fn count(&self) -> usize {
        0
    }
    fn with(&self, _: usize, _: &mut dyn FnMut(&dyn ToDatum) -> Result<()>) -> Result<()> {
        Ok(())
    }
}

impl<T: ToDatum> Params for [T] {
    fn count(&self) -> usize {
        self.len()
    }
    fn with(&self, index: usize, take: &mut dyn FnMut(&dyn ToDatum) -> Result<()>) -> Result<()> {
        self.get(index).map_or(Ok(()), |value| take(value))
    }
    fn lend(&self, index: usize) -> Option<&dyn ToDatum> {
        Some(self.get(index)?)
    }
}

impl<T: ToDatum, const N: usize> Params for [T; N] {
    fn count(&self) -> usize {
        N
    }
    fn with(&self, index: usize, take: &mut dyn FnMut(&dyn ToDatum) -> Result<()>) -> Result<()> {
        self.as_slice().with(index, take)
    }
    fn lend(&self, index: usize) -> Option<&dyn ToDatum> {
        self.as_slice().lend(index)
    }
}

impl<T: ToDatum> Params for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }
    fn with(&self, index: usize, take: &mut dyn FnMut(&dyn ToDatum) -> Result<()>) -> Result<()> {
        self.as_slice().with(index, take)
    }
    fn lend(&self, index: usize) -> Option<&dyn ToDatum> {
        self.as_slice().lend(index)
    }
}

impl<T: Params + ?Sized> Params for &T {
    fn count(&self) -> usize {
        (*self).count()
    }
    fn with(&self, index: usize, take: &mut dyn FnMut(&dyn ToDatum) -> Result<()>) -> Result<()> {
        (*self).with(index, take)
    }
    fn lend(&self, index: usize) -> Option<&dyn ToDatum> {
        (**self).lend(index)
    }
}

macro_rules! tuples {
    ($count:literal: $($name:ident $at:tt)*) => {
        impl<$($name: ToDatum),*> Params for ($($name,)*) {
            fn count(&self) -> usize {
                $count
            }
            fn with(&self, index: usize, take: &mut dyn FnMut(&dyn ToDatum) -> Result<()>) -> Result<()> {
                match index {
                    $($at => take(&self.$at),)*
                    _ => Ok(()),
                }
            }
            #[inline]
            fn lend(&self, index: usize) -> Option<&dyn ToDatum> {
                match index {
                    $($at => Some(&self.$at),)*
                    _ => None,
                }
            }
        }
    };
}
tuples!(1: A 0);
tuples!(2: A 0 B 1);
tuples!(3: A 0 B 1 C 2);
tuples!(4: A 0 B 1 C 2 D 3);
tuples!(5: A 0 B 1 C 2 D 3 E 4);
tuples!(6: A 0 B 1 C 2 D 3 E 4 F 5);
tuples!(7: A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuples!(8: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
tuples!(9: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
tuples!(10: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);
tuples!(11: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10);
tuples!(12: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);

/// The values of all parameters, each in the kind its statement wants.
pub(super) fn gather(
    params: &(impl Params + ?Sized),
    types: &[SqlType],
    session: &SessionCell,
) -> Result<Vec<Datum>> {
    let read = |text: &str, ty: TypeName| session.lock().settings.read(text, ty);
    if params.count() != types.len() {
        return Err(Error::new(
            SqlState::PROTOCOL_VIOLATION,
            format!(
                "bind message supplies {} parameters, but the statement requires {}",
                params.count(),
                types.len()
            ),
        ));
    }
    let mut values = Vec::with_capacity(types.len());
    for (index, ty) in types.iter().enumerate() {
        params.with(index, &mut |value| {
            values.push(fit(value.to_datum(), value.sql_type(), *ty, index, &read)?);
            Ok(())
        })?;
    }
    Ok(values)
}

/// One value in the kind the parameter wants.
fn fit(
    datum: Datum,
    from: Option<SqlType>,
    to: SqlType,
    index: usize,
    read: &dyn Fn(&str, TypeName) -> Result<Datum>,
) -> Result<Datum> {
    // Only what depends on the session asks it.
    let parse = |text: &str| {
        let ty = TypeName::plain(to);
        if !temporal::is_momentary(to) {
            return Datum::parse(text, ty);
        }
        temporal::parse_timeless(text, ty)?.map_or_else(|| read(text, ty), Ok)
    };
    let mismatch = |what: &str| {
        Error::new(
            SqlState::DATATYPE_MISMATCH,
            format!("parameter ${} is of type {}, but the value is {what}", index + 1, to.name()),
        )
    };
    match (datum, from) {
        (Datum::Null, _) => Ok(Datum::Null),
        (Datum::Text(text), _) if has_nul(&text) => Err(nul()),
        // As the text of the value would be: a parameter is never rounded.
        (Datum::Float(value), Some(from)) if is_integer(to) && value.fract() != 0.0 => Err(Error::new(
            SqlState::INVALID_TEXT_REPRESENTATION,
            format!("invalid input syntax for type {}: \"{}\"", to.name(), Datum::Float(value).to_text(from)),
        )),
        (datum, None) => {
            if is_kind(&datum, to) {
                check_range(datum, to)
            } else if let Datum::Text(text) = &datum {
                parse(text)
            } else {
                Err(mismatch("of another kind"))
            }
        }
        (Datum::Text(text), Some(SqlType::Json)) if to.element().is_some() => parse(&lists::literal(&text)?),
        (Datum::Text(text), Some(_)) if !is_text(to) => parse(&text),
        (datum, Some(from)) if from == to || is_text(from) => Ok(datum),
        (datum, Some(from)) if assignment_cast(from, to) => cast(&datum, from, TypeName::plain(to), false),
        (_, Some(from)) => Err(mismatch(&format!("of type {}", from.name()))),
    }
}

/// Refuses what is no text in PostgreSQL's sense, as a statement or as a value.
pub(super) fn check_text(text: &str) -> Result<()> {
    if has_nul(text) { Err(nul()) } else { Ok(()) }
}

fn has_nul(text: &str) -> bool {
    text.as_bytes().contains(&0)
}

fn nul() -> Error {
    let message = "invalid byte sequence for encoding \"UTF8\": 0x00";
    Error::new(SqlState::CHARACTER_NOT_IN_REPERTOIRE, message)
}

fn is_integer(ty: SqlType) -> bool {
    matches!(ty, SqlType::Int2 | SqlType::Int4 | SqlType::Int8 | SqlType::Oid)
}

fn is_text(ty: SqlType) -> bool {
    matches!(ty, SqlType::Text | SqlType::Varchar | SqlType::Char | SqlType::Name | SqlType::Unknown)
}

/// Whether values of the type are kept in this variant.
fn is_kind(datum: &Datum, ty: SqlType) -> bool {
    match datum {
        Datum::Bool(_) => ty == SqlType::Bool,
        Datum::Int(_) => matches!(
            ty,
            SqlType::Int2
                | SqlType::Int4
                | SqlType::Int8
                | SqlType::Oid
                | SqlType::Date
                | SqlType::Time
                | SqlType::TimeTz
                | SqlType::Regtype
                | SqlType::Timestamp
                | SqlType::TimestampTz
        ),
        Datum::Float(_) => matches!(ty, SqlType::Float4 | SqlType::Float8),
        Datum::Numeric(_) => ty == SqlType::Numeric,
        Datum::Text(_) => is_text(ty),
        Datum::Array(array) => ty.element() == Some(array.element),
        Datum::Bytes(_) => ty == SqlType::Bytea,
        Datum::Uuid(_) => ty == SqlType::Uuid,
        Datum::Interval(_) => ty == SqlType::Interval,
        Datum::Null => true,
    }
}

fn check_range(datum: Datum, ty: SqlType) -> Result<Datum> {
    match (&datum, ty) {
        (Datum::Int(_), SqlType::Int2 | SqlType::Int4) => {
            cast(&datum, SqlType::Int8, TypeName::plain(ty), false)
        }
        _ => Ok(datum),
    }
}

/// What a literal lifted out of a text is by itself: its type as a bound literal would have it.
pub(super) fn literal_type(literal: &Literal) -> Option<SqlType> {
    match literal {
        Literal::Integer(value) if i32::try_from(*value).is_ok() => Some(SqlType::Int4),
        Literal::Integer(_) => Some(SqlType::Int8),
        Literal::Decimal(_) => Some(SqlType::Numeric),
        Literal::Bool(_) => Some(SqlType::Bool),
        Literal::Text(_) | Literal::Null | Literal::Default => None,
    }
}

/// The literals of a text as parameters.
pub(super) fn literals(literals: &[Literal], types: &[SqlType]) -> Result<Vec<Datum>> {
    if literals.len() != types.len() {
        return Err(Error::internal("a normalised statement lost a literal"));
    }
    // The text with its literals says it better.
    let unread = |_: &str, _: TypeName| Err(Error::unsupported("a literal that the session reads"));
    literals
        .iter()
        .zip(types)
        .enumerate()
        .map(|(index, (literal, ty))| {
            let (datum, from) = match literal {
                Literal::Null => (Datum::Null, None),
                Literal::Bool(value) => (Datum::Bool(*value), Some(SqlType::Bool)),
                Literal::Integer(value) => (Datum::Int(*value), literal_type(literal)),
                Literal::Decimal(text) => (Datum::Numeric(Numeric::parse(text)?), Some(SqlType::Numeric)),
                Literal::Text(text) => (Datum::Text(text.clone()), Some(SqlType::Text)),
                Literal::Default => return Err(Error::internal("DEFAULT was lifted out of a text")),
            };
            fit(datum, from, *ty, index, &unread)
        })
        .collect()
}
