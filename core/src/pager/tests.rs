//! Tests of the pager's face.
