/// Longest text that a module is given as one argv entry: 128 KiB, Linux's own bound (`MAX_ARG_STRLEN`).
const MODULE_ARGUMENT_BYTES_MAX: usize = 128 * 1024;
/// The same for a component. The adapter inside one that was made of a module keeps all arguments in less
/// than 64 KiB, and traps when they are longer.
const COMPONENT_ARGUMENT_BYTES_MAX: usize = 32 * 1024;

/// Whether an input of so many bytes fits into one argv entry of a module, with the NUL that ends it.
pub fn fits_module_argument(len: usize) -> bool {
    len < MODULE_ARGUMENT_BYTES_MAX
}

/// Whether an input of so many bytes fits into one argument of a component.
pub fn fits_component_argument(len: usize) -> bool {
    len < COMPONENT_ARGUMENT_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_room_for_the_final_nul() {
        assert!(fits_module_argument(131_071));
        assert!(!fits_module_argument(131_072));
        assert!(fits_component_argument(32_767));
        assert!(!fits_component_argument(32_768));
    }
}
