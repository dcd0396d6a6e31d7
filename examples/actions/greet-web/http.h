/*
 * HTTP handlers for C without generated code: the canonical ABI of
 *
 *   wasi:http/incoming-handler@0.2.12
 *   handle: func(request: incoming-request, response-out: response-outparam)
 *
 * and of the functions that it takes to read the request and to answer. Freestanding: no C library
 * is linked. Memory is never given back, and handles are left to the host, since an instance lives
 * for one run.
 */
#ifndef WASMWHISK_HTTP_H
#define WASMWHISK_HTTP_H

#include <stddef.h>
#include <stdint.h>

/* A piece of text or bytes; not terminated. */
typedef struct {
  const char *start;
  size_t length;
} text;

typedef struct {
  text method; /* in upper case */
  text path;   /* with the slash it begins with */
  text query;  /* without the question mark; encoded */
  text body;
} http_request;

typedef struct {
  text name;
  text value;
} http_header;

typedef struct {
  uint16_t status;
  http_header headers[4]; /* up to the first without a name */
  text body;
} http_response;

/* What a handler defines. */
http_response http_serve(http_request request);

/* Gives `size` bytes; traps when the memory limit is reached. */
void *http_allocate(size_t size, size_t alignment);

/* Writes to the log. A line ends with a line feed. */
void http_log(text piece);

#ifdef HTTP_IMPLEMENTATION

#define HTTP_EXPORT(name) __attribute__((export_name(name)))
#define HTTP_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define HTTP_TYPES(name) HTTP_IMPORT("wasi:http/types@0.2.12", name)
#define HTTP_STREAMS(name) HTTP_IMPORT("wasi:io/streams@0.2.12", name)

typedef int32_t http_handle;

/* Where a call puts what is more than one number. */
typedef struct {
  uint8_t tag; /* of a result: 0 is success; of an option: 1 is there */
  union {
    http_handle handle;
    text text;
    uint8_t error;
  };
} http_area;

typedef struct {
  uint8_t tag; /* of method: 9 is a name of its own */
  text other;
} http_method;

/* clang-format off */
HTTP_TYPES("[method]incoming-request.method") void http_request_method(http_handle, http_method *);
HTTP_TYPES("[method]incoming-request.path-with-query") void http_request_target(http_handle, http_area *);
HTTP_TYPES("[method]incoming-request.consume") void http_request_consume(http_handle, http_area *);
HTTP_TYPES("[method]incoming-body.stream") void http_body_stream(http_handle, http_area *);
HTTP_TYPES("[constructor]fields") http_handle http_fields_new(void);
HTTP_TYPES("[method]fields.append") void http_fields_append(http_handle, const char *, size_t, const char *, size_t, http_area *);
HTTP_TYPES("[constructor]outgoing-response") http_handle http_response_new(http_handle);
HTTP_TYPES("[method]outgoing-response.set-status-code") int32_t http_response_status(http_handle, int32_t);
HTTP_TYPES("[method]outgoing-response.body") void http_response_body(http_handle, http_area *);
/* result<outgoing-response, error-code>: the numbers after the handle belong to error codes. */
HTTP_TYPES("[static]response-outparam.set") void http_outparam_set(http_handle, int32_t, http_handle, int32_t, int64_t, int32_t, int32_t, int32_t, int32_t);
HTTP_TYPES("[method]outgoing-body.write") void http_body_write(http_handle, http_area *);
HTTP_TYPES("[static]outgoing-body.finish") void http_body_finish(http_handle, int32_t, http_handle, uint64_t *);
HTTP_STREAMS("[method]input-stream.blocking-read") void http_stream_read(http_handle, int64_t, http_area *);
HTTP_STREAMS("[method]output-stream.blocking-write-and-flush") void http_stream_write(http_handle, const char *, size_t, http_area *);
HTTP_STREAMS("[resource-drop]output-stream") void http_stream_drop(http_handle);
HTTP_IMPORT("wasi:cli/stderr@0.2.12", "get-stderr") http_handle http_stderr(void);
/* clang-format on */

extern unsigned char __heap_base;

static uintptr_t http_heap_end = 0;

void *http_allocate(size_t size, size_t alignment) {
  if (http_heap_end == 0) http_heap_end = (uintptr_t)&__heap_base;
  uintptr_t start = (http_heap_end + alignment - 1) & ~(uintptr_t)(alignment - 1);
  uintptr_t end = start + size;
  uintptr_t available = (uintptr_t)__builtin_wasm_memory_size(0) << 16;
  if (end < start) __builtin_trap();
  if (end > available) {
    size_t pages = (end - available + 0xffff) >> 16;
    if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) __builtin_trap();
  }
  http_heap_end = end;
  return (void *)start;
}

/* What the compiler calls to empty a structure. */
__attribute__((used)) void *memset(void *start, int byte, size_t size) {
  for (size_t i = 0; i < size; i++) ((volatile char *)start)[i] = (char)byte;
  return start;
}

/* The canonical ABI's allocator. The host only asks for new space; growing copies. */
HTTP_EXPORT("cabi_realloc")
void *http_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
  char *space = http_allocate(size, alignment);
  for (size_t i = 0; i < old_size && i < size; i++) space[i] = ((char *)old)[i];
  return space;
}

/* What cannot happen in a handler that keeps to the rules. */
static http_handle http_expect(const http_area *area) {
  if (area->tag != 0) __builtin_trap();
  return area->handle;
}

/* One call takes at most 4 KiB. */
static void http_write(http_handle stream, text piece) {
  http_area area;
  while (piece.length > 0) {
    size_t length = piece.length < 4096 ? piece.length : 4096;
    http_stream_write(stream, piece.start, length, &area);
    if (area.tag != 0) return; /* nobody reads any more */
    piece.start += length;
    piece.length -= length;
  }
}

void http_log(text piece) { http_write(http_stderr(), piece); }

static text http_read_body(http_handle request) {
  http_area area;
  http_request_consume(request, &area);
  http_body_stream(http_expect(&area), &area);
  http_handle stream = http_expect(&area);
  text body = {NULL, 0};
  for (;;) {
    http_stream_read(stream, 65536, &area);
    if (area.tag != 0) return body;
    /* Nothing else is allocated meanwhile, so that the pieces lie one behind the other. */
    if (body.length == 0) body.start = area.text.start;
    body.length += area.text.length;
  }
}

static text http_method_name(http_handle request) {
  static const text names[] = {{"GET", 3},    {"HEAD", 4},    {"POST", 4},    {"PUT", 3},  {"DELETE", 6},
                               {"CONNECT", 7}, {"OPTIONS", 7}, {"TRACE", 5}, {"PATCH", 5}};
  http_method method;
  http_request_method(request, &method);
  return method.tag < 9 ? names[method.tag] : method.other;
}

static http_request http_read(http_handle request) {
  http_area area;
  http_request_target(request, &area);
  text target = area.tag == 1 ? area.text : (text){"/", 1};
  size_t path = 0;
  while (path < target.length && target.start[path] != '?') path++;
  size_t query = path < target.length ? path + 1 : path;
  return (http_request){
      .method = http_method_name(request),
      .path = {target.start, path},
      .query = {target.start + query, target.length - query},
      .body = http_read_body(request),
  };
}

HTTP_EXPORT("wasi:http/incoming-handler@0.2.12#handle")
void http_entry(http_handle request, http_handle out) {
  http_response answer = http_serve(http_read(request));
  http_area area;
  http_handle fields = http_fields_new();
  for (size_t i = 0; i < 4 && answer.headers[i].name.length > 0; i++) {
    http_header header = answer.headers[i];
    http_fields_append(fields, header.name.start, header.name.length, header.value.start,
                       header.value.length, &area);
    if (area.tag != 0) __builtin_trap();
  }
  http_handle response = http_response_new(fields);
  if (http_response_status(response, answer.status) != 0) __builtin_trap();
  http_response_body(response, &area);
  http_handle body = http_expect(&area);
  http_body_write(body, &area);
  http_handle stream = http_expect(&area);
  http_outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
  http_write(stream, answer.body);
  http_stream_drop(stream);
  /* result<_, error-code>, five numbers of 64 bits. */
  uint64_t finished[5];
  http_body_finish(body, 0, 0, finished);
}

#endif
#endif
