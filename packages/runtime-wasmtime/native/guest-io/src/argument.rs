/// Longest text that is given to a guest as one argv entry: 128 KiB, Linux's own bound (`MAX_ARG_STRLEN`).
pub const ARGUMENT_BYTES_MAX: usize = 128 * 1024;

/// Whether an input of so many bytes fits into one argv entry, with the NUL that ends it.
pub fn fits_argument(len: usize) -> bool {
    len < ARGUMENT_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_room_for_the_final_nul() {
        assert!(fits_argument(131_071));
        assert!(!fits_argument(131_072));
    }
}
