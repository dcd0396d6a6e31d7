// Just enough JSON for small guests: the text of one member of an object, found without building a
// tree. The host has checked that the arguments are JSON, so nothing is validated twice.
#ifndef WASMWHISK_JSON_H
#define WASMWHISK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

// A piece of JSON text; `start` is NULL where there is none.
typedef struct {
  const char *start;
  size_t length;
} json_text;

static inline const char *json_skip_space(const char *at, const char *end) {
  while (at < end && (unsigned char)*at <= ' ') at++;
  return at;
}

// From the opening quote to behind the closing one.
static inline const char *json_skip_string(const char *at, const char *end) {
  at++;
  while (at < end && *at != '"') at += *at == '\\' && at + 1 < end ? 2 : 1;
  return at < end ? at + 1 : end;
}

static inline const char *json_skip_value(const char *at, const char *end) {
  int depth = 0;
  while (at < end) {
    if (*at == '"') {
      at = json_skip_string(at, end);
      if (depth == 0) return at;
      continue;
    }
    if (*at == '{' || *at == '[') {
      depth++;
    } else if (*at == '}' || *at == ']') {
      // A closing bracket at depth 0 ends the object around a number or literal.
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (*at == ',' || (unsigned char)*at <= ' ')) {
      return at;
    }
    at++;
  }
  return at;
}

// The value of a member. The name is compared as it is written, so it must need no escapes.
static inline json_text json_member(json_text object, const char *name) {
  json_text found = {NULL, 0};
  const char *end = object.start + object.length;
  const char *at = json_skip_space(object.start, end);
  if (at == end || *at != '{') return found;
  at = json_skip_space(at + 1, end);
  while (at < end && *at == '"') {
    const char *key = at + 1;
    at = json_skip_string(at, end);
    size_t key_length = (size_t)(at - key) - 1;
    // Over the colon.
    at = json_skip_space(at, end);
    at = json_skip_space(at < end ? at + 1 : end, end);
    const char *value = at;
    at = json_skip_value(at, end);
    // The last of several equal keys wins, as it does in JavaScript.
    if (key_length == strlen(name) && memcmp(key, name, key_length) == 0)
      found = (json_text){value, (size_t)(at - value)};
    at = json_skip_space(at, end);
    if (at < end && *at == ',') at = json_skip_space(at + 1, end);
  }
  return found;
}

static inline bool json_is_number(json_text value) {
  return value.length > 0 && (*value.start == '-' || (*value.start >= '0' && *value.start <= '9'));
}

static inline bool json_is_integer(json_text value) {
  if (!json_is_number(value)) return false;
  for (size_t at = 1; at < value.length; at++)
    if (value.start[at] < '0' || value.start[at] > '9') return false;
  return true;
}

#endif
