// The guest's side of the buffer interface, second form: arguments and result are apart, and the
// result is plain JSON. The action defines `main`, which takes `second_input` and ends with
// `second_return`. Included by one file of a program.
#ifndef WASMWHISK_BUFFER_SECOND_H
#define WASMWHISK_BUFFER_SECOND_H

#include <stdlib.h>
#include <string.h>

#include "json.h"

static json_text second_input;
static char *second_result;

// Called by the host before `_start`: gives the address for so many bytes of arguments.
__attribute__((export_name("set_input"))) char *second_set_input(size_t bytes) {
  char *input = malloc(bytes > 0 ? bytes : 1);
  if (input == NULL) abort();
  second_input = (json_text){input, bytes};
  return input;
}

__attribute__((export_name("get_result"))) char *second_get_result(void) { return second_result; }

__attribute__((export_name("get_result_len"))) size_t second_get_result_len(void) {
  return second_result == NULL ? 0 : strlen(second_result);
}

// `json` is the action's result: an object or an array.
static inline void second_return(const char *json) {
  second_result = strdup(json);
  if (second_result == NULL) abort();
}

#endif
