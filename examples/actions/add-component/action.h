/*
 * The action world for C without generated code: the canonical ABI of
 *
 *   wasmwhisk:action/handler@0.1.0  run: func(input: string) -> result<string, string>
 *
 * The host allocates the input by `cabi_realloc`, calls the export below with its address and
 * length, and reads the answer from the address it returns. When it has read the answer it calls the
 * second export, which gives back all memory that the run took. Freestanding: no C library is linked,
 * nothing is imported.
 */
#ifndef WASMWHISK_ACTION_H
#define WASMWHISK_ACTION_H

#include <stddef.h>
#include <stdint.h>

/* A piece of UTF-8 text; not terminated. */
typedef struct {
  const char *start;
  size_t length;
} text;

/* result<string, string>, laid out as the canonical ABI has it. */
typedef struct {
  uint8_t is_error;
  const char *start;
  size_t length;
} action_result;

/* What an action defines. */
action_result action_run(text input);

/* Gives `size` bytes; traps when the memory limit is reached. */
void *action_allocate(size_t size, size_t alignment);

#define ACTION_EXPORT(name) __attribute__((export_name(name)))

#ifdef ACTION_IMPLEMENTATION

extern unsigned char __heap_base;

static uintptr_t action_heap_end = 0;

void *action_allocate(size_t size, size_t alignment) {
  if (action_heap_end == 0) action_heap_end = (uintptr_t)&__heap_base;
  uintptr_t start = (action_heap_end + alignment - 1) & ~(uintptr_t)(alignment - 1);
  uintptr_t end = start + size;
  uintptr_t available = (uintptr_t)__builtin_wasm_memory_size(0) << 16;
  if (end < start) __builtin_trap();
  if (end > available) {
    size_t pages = (end - available + 0xffff) >> 16;
    if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) __builtin_trap();
  }
  action_heap_end = end;
  return (void *)start;
}

/* The canonical ABI's allocator. The host only asks for new space; growing copies. */
ACTION_EXPORT("cabi_realloc")
void *action_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
  char *space = action_allocate(size, alignment);
  for (size_t i = 0; i < old_size && i < size; i++) space[i] = ((char *)old)[i];
  return space;
}

ACTION_EXPORT("wasmwhisk:action/handler@0.1.0#run")
action_result *action_entry(const char *start, size_t length) {
  static action_result result;
  result = action_run((text){start, length});
  return &result;
}

/*
 * Overwrites what it gives back, as another allocator might: a host that reads the answer too late
 * finds bytes that are not UTF-8.
 */
ACTION_EXPORT("cabi_post_wasmwhisk:action/handler@0.1.0#run")
void action_post_return(action_result *result) {
  *result = (action_result){UINT8_MAX, NULL, SIZE_MAX};
  for (unsigned char *at = &__heap_base; (uintptr_t)at < action_heap_end; at++) *at = UINT8_MAX;
  action_heap_end = 0;
}

#endif
#endif
