//! Types that statements make: enumerations and domains.
//!
//! ```text
//! value of an enumeration   place label        "\u{1000}red": one character for the place in the order
//! places                    0x1000 0x2000 ..   with room between them for ALTER TYPE .. ADD VALUE
//! ```
//!
//! Reading a label is the catalog's: [`Catalog::parse`] does it for every type, so that whoever has a catalog
//! needs to ask nothing about the type before.
//!
//! U1  Places grow strictly in the order of the labels: values compare as texts do.
//! U2  A type's OID is even; the next one is its array type's.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::base::limits::IDENTIFIER_BYTES_MAX;
use crate::base::words::quoted;
use crate::error::{Error, Result, SqlState};
use crate::value::array::parse_array_with;
use crate::value::enumeration::read_label;
use crate::value::{Datum, SqlType, TypeName};

use super::Catalog;

/// A type of the catalog.
#[derive(Clone, Debug)]
pub struct UserType {
    /// Its OID.
    pub id: ObjectId,
    /// Its schema.
    pub schema: String,
    /// Its name, folded.
    pub name: String,
    /// What it is.
    pub kind: UserTypeKind,
}

/// What a type of the catalog is.
#[derive(Clone, Debug)]
pub enum UserTypeKind {
    /// An enumeration: its labels in order.
    Enum(Vec<EnumLabel>),
    /// A domain.
    Domain(Domain),
}

/// A label of an enumeration.
#[derive(Clone, PartialEq, Debug)]
pub struct EnumLabel {
    /// What stands before it in values.
    pub place: char,
    /// The label.
    pub text: String,
    /// `enumsortorder`: what PostgreSQL would show as its place.
    pub order: f32,
}

/// A type with conditions.
#[derive(Clone, Debug)]
pub struct Domain {
    /// The type below all domains.
    pub base: TypeName,
    /// The domain it is over, if that is one.
    pub parent: Option<ObjectId>,
    /// NOT NULL.
    pub not_null: bool,
    /// DEFAULT, as SQL.
    pub default: Option<String>,
    /// CHECK: name and condition on VALUE, as SQL.
    pub checks: Vec<(String, String)>,
}

/// The distance of places that are given one after the other.
const STEP: u32 = 0x1000;
/// The distance kept from a neighbour when a label goes between two.
const NEAR: u32 = 0x40;
/// Places end here.
const PLACE_END: u32 = 0x10_f000;

/// Where a new label goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EnumPosition {
    /// Behind all.
    Last,
    /// Before a label.
    Before(String),
    /// After a label.
    After(String),
}

/// The labels of a new enumeration.
pub fn enum_labels(texts: &[String]) -> Result<Vec<EnumLabel>> {
    let count = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let step = STEP.min(PLACE_END / count.saturating_add(2));
    if step == 0 {
        return Err(Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many labels of an enumeration"));
    }
    let mut labels: Vec<EnumLabel> = Vec::with_capacity(texts.len());
    for (at, text) in (1..).zip(texts) {
        check_label(text)?;
        if labels.iter().any(|label| label.text == *text) {
            return Err(Error::new(
                SqlState::UNIQUE_VIOLATION,
                "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"",
            ));
        }
        labels.push(EnumLabel { place: place(at * step), text: text.clone(), order: at as f32 });
    }
    Ok(labels)
}

fn duplicate(text: &str) -> Error {
    Error::new(SqlState::DUPLICATE_OBJECT, format!("enum label \"{text}\" already exists"))
}

// Surrogates are no characters: what would be there and behind is moved up.
fn place(number: u32) -> char {
    let number = if number >= 0xd800 { number + 0x800 } else { number };
    char::from_u32(number).unwrap_or(char::MAX)
}

fn number(place: char) -> u32 {
    let number = u32::from(place);
    if number >= 0xe000 { number - 0x800 } else { number }
}

/// Refuses a label that is too long (42602).
pub fn check_label(text: &str) -> Result<()> {
    if text.len() <= IDENTIFIER_BYTES_MAX {
        return Ok(());
    }
    Err(Error::new(SqlState::INVALID_NAME, format!("invalid enum label \"{text}\""))
        .with_detail(format!("Labels must be {IDENTIFIER_BYTES_MAX} bytes or less.")))
}

/// The labels with one more.
pub fn with_label(labels: &[EnumLabel], text: &str, position: &EnumPosition) -> Result<Vec<EnumLabel>> {
    check_label(text)?;
    if labels.iter().any(|label| label.text == text) {
        return Err(duplicate(text));
    }
    let place_of = |wanted: &str| {
        labels.iter().position(|label| label.text == wanted).ok_or_else(|| {
            Error::new(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("\"{wanted}\" is not an existing enum label"),
            )
        })
    };
    let at = match position {
        EnumPosition::Last => labels.len(),
        EnumPosition::Before(other) => place_of(other)?,
        EnumPosition::After(other) => place_of(other)? + 1,
    };
    let before = at.checked_sub(1).and_then(|at| labels.get(at));
    let after = labels.get(at);
    let low = before.map_or(0, |label| number(label.place));
    let high = after.map_or(PLACE_END, |label| number(label.place));
    let room = (high.saturating_sub(low)) / 2;
    if room == 0 {
        return Err(Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "no room for a label between two others")
            .with_hint("Make a new type with the labels and convert the columns to it."));
    }
    // Labels that go to one spot one after the other leave the room where the next one will go.
    let number = match position {
        EnumPosition::Last => low + room.min(STEP),
        EnumPosition::Before(_) => low + room.min(NEAR),
        EnumPosition::After(_) => high - room.min(NEAR),
    };
    let order = match (before, after) {
        (None, None) => 1.0,
        (None, Some(after)) => after.order - 1.0,
        (Some(before), None) => before.order + 1.0,
        (Some(before), Some(after)) => before.order.midpoint(after.order),
    };
    let mut labels = labels.to_vec();
    labels.insert(at, EnumLabel { place: place(number), text: text.to_owned(), order });
    Ok(labels)
}

impl UserType {
    /// As a type of expressions; a domain is what it is over.
    pub fn sql_type(&self) -> TypeName {
        match &self.kind {
            UserTypeKind::Enum(_) => TypeName::plain(SqlType::Enum(self.id.0)),
            UserTypeKind::Domain(domain) => domain.base,
        }
    }

    /// The labels, if it is an enumeration.
    pub fn labels(&self) -> Option<&[EnumLabel]> {
        match &self.kind {
            UserTypeKind::Enum(labels) => Some(labels),
            UserTypeKind::Domain(_) => None,
        }
    }

    /// The domain, if it is one.
    pub fn domain(&self) -> Option<&Domain> {
        match &self.kind {
            UserTypeKind::Enum(_) => None,
            UserTypeKind::Domain(domain) => Some(domain),
        }
    }

    /// Schema and name as SQL.
    pub fn qualified(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }

    /// The value of a label (22P02).
    pub fn read(&self, text: &str) -> Result<Datum> {
        read_label(&self.name, self.labels().unwrap_or(&[]).iter().map(|l| (l.place, l.text.as_str())), text)
    }

    /// Name and labels as one text, for functions that read labels without a catalog.
    pub fn packed(&self) -> String {
        let mut packed = format!("{}\0{}", self.id.0, self.name);
        for label in self.labels().unwrap_or(&[]) {
            packed.push('\0');
            packed.push(label.place);
            packed.push_str(&label.text);
        }
        packed
    }
}

impl Catalog {
    /// The type of that name in `schema`.
    pub fn user_type(&self, schema: &str, name: &str) -> Option<&Arc<UserType>> {
        self.types.values().find(|ty| ty.name == name && ty.schema == schema)
    }

    /// The type of a name along a search path, or in the schema named.
    pub fn find_type(
        &self,
        search_path: &[String],
        schema: Option<&str>,
        name: &str,
    ) -> Option<&Arc<UserType>> {
        match schema {
            _ if self.types.is_empty() => None,
            Some(schema) => self.user_type(schema, name),
            None => search_path.iter().find_map(|schema| self.user_type(schema, name)),
        }
    }

    /// The type that an enumeration, or the elements of an array, is of.
    pub fn type_of(&self, ty: SqlType) -> Option<&Arc<UserType>> {
        match ty.element().unwrap_or(ty) {
            SqlType::Enum(oid) => self.types.get(&ObjectId(oid)),
            _ => None,
        }
    }

    /// A domain and those below it, the lowest first.
    pub fn domain_chain(&self, id: ObjectId) -> Vec<(&UserType, &Domain)> {
        let mut chain = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next.filter(|_| chain.len() <= self.types.len()) {
            let Some(user) = self.types.get(&id) else { break };
            let Some(domain) = user.domain() else { break };
            chain.push((&**user, domain));
            next = domain.parent;
        }
        chain.reverse();
        chain
    }

    /// What a column of a domain gets when nothing says otherwise, as SQL.
    pub fn domain_default(&self, id: ObjectId) -> Option<String> {
        self.types.get(&id)?.domain()?.default.clone()
    }

    /// A value of any type from its text.
    pub fn parse(&self, text: &str, ty: TypeName) -> Result<Datum> {
        match self.type_of(ty.ty) {
            None if ty.ty == SqlType::Regtype && !self.types.is_empty() => {
                Datum::parse(text, ty).or_else(|error| {
                    let named = self.types.values().find(|user| user.name == text.trim());
                    named.map(|user| Datum::Int(i64::from(user.sql_type().ty.oid()))).ok_or(error)
                })
            }
            None => Datum::parse(text, ty),
            Some(user) => match ty.ty.element() {
                None => user.read(text),
                Some(element) => parse_array_with(text, element, &mut |item| user.read(item))?.datum(),
            },
        }
    }

    /// A type as SQL that this catalog understands.
    pub fn type_sql(&self, ty: TypeName) -> String {
        match self.type_of(ty.ty) {
            None => ty.to_string(),
            Some(user) => {
                let name = user.qualified();
                if ty.ty.element().is_some() { name + "[]" } else { name }
            }
        }
    }

    /// The type of a column as SQL: its domain, if it has one.
    pub fn column_type_sql(&self, ty: TypeName, domain: Option<ObjectId>) -> String {
        match domain.and_then(|domain| self.types.get(&domain)) {
            Some(user) => user.qualified(),
            None => self.type_sql(ty),
        }
    }

    /// The name messages show for a type.
    pub fn type_name(&self, ty: SqlType) -> String {
        match (self.type_of(ty), ty.element()) {
            (None, _) => ty.name().to_owned(),
            (Some(user), None) => user.name.clone(),
            (Some(user), Some(_)) => format!("{}[]", user.name),
        }
    }
}
