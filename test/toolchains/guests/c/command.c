// The action of test/toolchains/guests/README.md as a WASI command.
#include "answer.h"

#include "../../../../examples/guest/c/command.h"

// For the component only. Debian's wasi-libc takes all memory from its heap's base for its own when it first
// allocates. The adapter's state must not lie there, so the adapter asks for its memory here.
__attribute__((export_name("cabi_realloc"))) void *command_realloc(void *old, size_t old_size,
                                                                   size_t alignment, size_t size) {
  (void)old_size, (void)alignment;
  void *space = realloc(old, size);
  if (space == NULL) abort();
  return space;
}

int main(int argc, char **argv) {
  answer_text out = answer(command_input(argc, argv));
  // A command has no other way to say that its result is an error.
  if (out.is_error) fputs("{\"error\":", stdout);
  fwrite(out.start, 1, out.length, stdout);
  puts(out.is_error ? "}" : "");
  return 0;
}
