// The action of test/toolchains/guests/README.md as a WASI command.
#include "answer.h"

#include "../../../../examples/guest/c/command.h"

int main(int argc, char **argv) {
  answer_text out = answer(command_input(argc, argv));
  // A command has no other way to say that its result is an error.
  if (out.is_error) fputs("{\"error\":", stdout);
  fwrite(out.start, 1, out.length, stdout);
  puts(out.is_error ? "}" : "");
  return 0;
}
