// The guest's side of the command interface: arguments in, and the result as the last line of
// stdout, by `printf`. What is written to stdout before it is log.
#ifndef WASMWHISK_COMMAND_H
#define WASMWHISK_COMMAND_H

#include <stdio.h>
#include <stdlib.h>

#include "json.h"

// The arguments: the program's argument, or all of stdin where they are too long for one.
static inline json_text command_input(int argc, char **argv) {
  if (argc > 1) return (json_text){argv[1], strlen(argv[1])};
  size_t capacity = 4096;
  size_t length = 0;
  char *input = malloc(capacity);
  while (input != NULL) {
    length += fread(input + length, 1, capacity - length, stdin);
    if (length < capacity) return (json_text){input, length};
    capacity *= 2;
    input = realloc(input, capacity);
  }
  abort();
}

#endif
