//! The write-ahead log: frames, recovery, the version index, checkpoints.
