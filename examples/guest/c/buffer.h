// The guest's side of the buffer interface, first form. One buffer carries the arguments in and the
// result out. The action defines `main`, which takes `buffer_input` and ends with
// `buffer_return_ok` or `buffer_return_error`. Included by one file of a program.
#ifndef WASMWHISK_BUFFER_H
#define WASMWHISK_BUFFER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static char *buffer;
static size_t buffer_length;

// Called by the host before `_start`: makes room for the arguments.
__attribute__((export_name("wasm_memory_buffer_allocate_space"))) void buffer_allocate(size_t bytes) {
  buffer = realloc(buffer, bytes > 0 ? bytes : 1);
  if (buffer == NULL) abort();
  buffer_length = bytes;
}

__attribute__((export_name("get_wasm_memory_buffer_pointer"))) char *buffer_pointer(void) {
  return buffer;
}

__attribute__((export_name("get_wasm_memory_buffer_len"))) size_t buffer_size(void) {
  return buffer_length;
}

// The arguments. Their length in bytes is the last of one or two program arguments; `start` is NULL
// when the host did not call as agreed.
static inline json_text buffer_input(int argc, char **argv) {
  if (argc < 1 || argc > 2) {
    fprintf(stderr, "expected one or two arguments, got %d\n", argc);
    return (json_text){NULL, 0};
  }
  return (json_text){buffer, strtoul(argv[argc - 1], NULL, 10)};
}

static inline void buffer_return(const char *tag, const char *json) {
  size_t length = strlen(json) + strlen(tag) + 5;
  // The arguments lie in the buffer too, so the result is written beside them first.
  char *result = malloc(length + 1);
  if (result == NULL) abort();
  buffer_length = (size_t)snprintf(result, length + 1, "{\"%s\":%s}", tag, json);
  free(buffer);
  buffer = result;
}

// Ends well: `json` is the action's result.
static inline void buffer_return_ok(const char *json) { buffer_return("Ok", json); }

// Ends with an error that the caller sees: `json` is any JSON.
static inline void buffer_return_error(const char *json) { buffer_return("Err", json); }

#endif
