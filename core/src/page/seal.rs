//! The common page header: what proves that a page is the one asked for, whole and ours.
//!
//! ```text
//! 0      4         8          16
//! | crc  | page_no | lsn      | content ...
//! ```
//!
//! The checksum covers the database's salt and everything after itself, so a page of another database,
//! a page in another's place, a torn page and a page of zeros are all refused.

use crate::base::{Lsn, PageNo};
use crate::error::{Error, Result};

use super::PAGE_HEADER_BYTES;

/// Where the CRC-32 stands (u32).
pub const CRC_OFFSET: usize = 0;
/// Where the page's own number stands (u32).
pub const PAGE_NO_OFFSET: usize = 4;
/// Where the LSN of the page's frame in the log stands (u64).
pub const LSN_OFFSET: usize = 8;

const _: () = assert!(LSN_OFFSET + 8 == PAGE_HEADER_BYTES);

fn checksum(page: &[u8], db_salt: u64) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&db_salt.to_le_bytes());
    hasher.update(&page[PAGE_NO_OFFSET..]);
    hasher.finalize()
}

/// Fills in the header of a page that is about to be logged.
pub fn seal(page: &mut [u8], no: PageNo, lsn: Lsn, db_salt: u64) {
    page[PAGE_NO_OFFSET..LSN_OFFSET].copy_from_slice(&no.0.to_le_bytes());
    page[LSN_OFFSET..PAGE_HEADER_BYTES].copy_from_slice(&lsn.0.to_le_bytes());
    let crc = checksum(page, db_salt);
    page[CRC_OFFSET..PAGE_NO_OFFSET].copy_from_slice(&crc.to_le_bytes());
}

/// Refuses a page that is not number `no` of this database, whole.
pub fn check(page: &[u8], no: PageNo, db_salt: u64) -> Result<()> {
    if page.len() < PAGE_HEADER_BYTES {
        return Err(Error::corrupt(format!("page {no} is shorter than its header")));
    }
    let word = |at: usize| u32::from_le_bytes([page[at], page[at + 1], page[at + 2], page[at + 3]]);
    if word(CRC_OFFSET) != checksum(page, db_salt) {
        return Err(Error::corrupt(format!("page {no} fails its checksum")));
    }
    if word(PAGE_NO_OFFSET) != no.0 {
        let found = word(PAGE_NO_OFFSET);
        return Err(Error::corrupt(format!("page {no} holds the content of page {found}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_a_wrong_number_and_a_wrong_salt_are_refused() {
        let mut page: Vec<u8> = (0..4096u32).map(|i| (i % 251) as u8).collect();
        seal(&mut page, PageNo(7), Lsn(99), 0x5a17);
        check(&page, PageNo(7), 0x5a17).unwrap();
        assert!(check(&page, PageNo(8), 0x5a17).is_err());
        assert!(check(&page, PageNo(7), 0x5a18).is_err());
        assert!(check(&page[..4095], PageNo(7), 0x5a17).is_err());
        assert!(check(&page[..3], PageNo(7), 0x5a17).is_err());
        for bit in 0..4096 * 8 {
            page[bit / 8] ^= 1 << (bit % 8);
            assert!(check(&page, PageNo(7), 0x5a17).is_err(), "bit {bit}");
            page[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(check(&[0u8; 4096], PageNo(0), 0x5a17).is_err());
    }
}
