//! Sets of characters.

/// What a set is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Item {
    Range(char, char),
    /// A named class or its opposite.
    Named(Named, bool),
}

/// `[:alpha:]` and its kin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Named {
    Alpha,
    Digit,
    Alnum,
    Upper,
    Lower,
    Space,
    Blank,
    Punct,
    Print,
    Graph,
    Cntrl,
    Xdigit,
    Word,
}

/// A set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Class {
    pub(super) items: Vec<Item>,
    pub(super) negated: bool,
    pub(super) insensitive: bool,
    /// A negated set under newline-sensitive matching leaves line breaks out.
    pub(super) no_newline: bool,
}

impl Named {
    pub(super) fn of(name: &str) -> Option<Named> {
        Some(match name {
            "alpha" => Named::Alpha,
            "digit" => Named::Digit,
            "alnum" => Named::Alnum,
            "upper" => Named::Upper,
            "lower" => Named::Lower,
            "space" => Named::Space,
            "blank" => Named::Blank,
            "punct" => Named::Punct,
            "print" => Named::Print,
            "graph" => Named::Graph,
            "cntrl" => Named::Cntrl,
            "xdigit" => Named::Xdigit,
            "word" => Named::Word,
            _ => return None,
        })
    }

    fn has(self, c: char) -> bool {
        match self {
            Named::Alpha => c.is_alphabetic(),
            Named::Digit => c.is_ascii_digit(),
            Named::Alnum => c.is_alphanumeric(),
            Named::Upper => c.is_uppercase(),
            Named::Lower => c.is_lowercase(),
            Named::Space => c.is_whitespace(),
            Named::Blank => matches!(c, ' ' | '\t'),
            Named::Punct => c.is_ascii_punctuation(),
            Named::Print => !c.is_control(),
            Named::Graph => !c.is_control() && !c.is_whitespace(),
            Named::Cntrl => c.is_control(),
            Named::Xdigit => c.is_ascii_hexdigit(),
            Named::Word => is_word(c),
        }
    }
}

/// Letters, digits and the underscore.
pub(super) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl Class {
    pub(super) fn of(item: Item, insensitive: bool) -> Class {
        Class { items: vec![item], negated: false, insensitive, no_newline: false }
    }

    fn has_exactly(&self, c: char) -> bool {
        self.items.iter().any(|item| match item {
            Item::Range(from, to) => (*from..=*to).contains(&c),
            Item::Named(named, negated) => named.has(c) != *negated,
        })
    }

    pub(super) fn has(&self, c: char) -> bool {
        if self.no_newline && c == '\n' {
            return false;
        }
        let mut found = self.has_exactly(c);
        if !found && self.insensitive {
            found = other_cases(c).any(|c| self.has_exactly(c));
        }
        found != self.negated
    }
}

/// A character's single lower and upper forms.
pub(super) fn other_cases(c: char) -> impl Iterator<Item = char> {
    [crate::base::casing::lower(c), crate::base::casing::upper(c)].into_iter()
}
