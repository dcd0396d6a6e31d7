// The action of test/toolchains/guests/README.md as a component of the action world: the canonical ABI
// without generated code. Like code of wit-bindgen it frees its result in post-return; and it
// overwrites the result first, so that a host which reads it later reads something else.
#include "answer.h"

#include <stdint.h>

typedef struct {
  uint8_t is_error;
  char *start;
  size_t length;
} action_result;

__attribute__((export_name("cabi_realloc"))) void *action_realloc(void *old, size_t old_size,
                                                                  size_t alignment, size_t size) {
  (void)old_size, (void)alignment;
  if (size == 0) return (void *)alignment;
  void *space = realloc(old, size);
  if (space == NULL) abort();
  return space;
}

__attribute__((export_name("wasmwhisk:action/handler@0.1.0#run"))) action_result *action_run(
    char *start, size_t length) {
  answer_text out = answer((json_text){start, length});
  fflush(stdout);
  free(start);
  action_result *result = malloc(sizeof *result);
  if (result == NULL) abort();
  *result = (action_result){out.is_error, out.start, out.length};
  return result;
}

__attribute__((export_name("cabi_post_wasmwhisk:action/handler@0.1.0#run"))) void action_post_return(
    action_result *result) {
  // No UTF-8 begins with this byte.
  memset(result->start, 0xff, result->length);
  free(result->start);
  memset(result, 0xff, sizeof *result);
  free(result);
}
