//! Which file system a device carries, from the kernel's list of mounts.

/// The file system of the mount with that device number, from the text of `/proc/self/mountinfo`.
pub(crate) fn file_system_of(mounts: &str, device: u64) -> Option<String> {
    // The kernel packs a device number so that both parts may have more than eight bits.
    let major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000);
    let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00);
    let wanted = format!("{major}:{minor}");
    mounts.lines().find_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        (mount.split(' ').nth(2)? == wanted).then(|| source.split(' ').next().unwrap_or_default().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::file_system_of;

    #[test]
    fn the_mount_of_a_device_names_its_file_system() {
        let mounts = "22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n\
                      30 22 0:26 / /tmp rw,nosuid - tmpfs tmpfs rw,size=1g\n\
                      41 22 259:65537 / /data rw - xfs /dev/nvme0n1p1 rw\n";
        assert_eq!(file_system_of(mounts, 8 << 8 | 2).as_deref(), Some("ext4"));
        assert_eq!(file_system_of(mounts, 26).as_deref(), Some("tmpfs"));
        let large = 259 << 8 | 0x01 | (0x1_0000_u64 >> 8) << 20;
        assert_eq!(file_system_of(mounts, large).as_deref(), Some("xfs"));
        assert_eq!(file_system_of(mounts, 9 << 8), None);
        assert_eq!(file_system_of("nonsense", 0), None);
    }
}
