// A random number of 64 bits. Most of them are beyond what a JavaScript number holds exactly, so
// nobody on the way may parse the result.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  uint64_t number;
  if (getentropy(&number, sizeof number) != 0) {
    puts("{\"error\":\"no randomness\"}");
    return 0;
  }
  printf("{\"random\":%" PRIu64 "}\n", number);
  return 0;
}
