/* Adds two numbers, as a component of the action world. */
#define ACTION_IMPLEMENTATION
#include "action.h"

#include <stdbool.h>

/* A decimal number `digits / 10^scale`: sums of these are exact, unlike those of floating point. */
typedef struct {
  int64_t digits;
  int scale;
} decimal;

static const int scale_max = 18;

/* Text that grows in place, at the end of the heap. */
typedef struct {
  char *start;
  size_t length;
} writer;

static text literal(const char *terminated) {
  size_t length = 0;
  while (terminated[length] != '\0') length++;
  return (text){terminated, length};
}

static bool equal(text a, text b) {
  if (a.length != b.length) return false;
  for (size_t i = 0; i < a.length; i++)
    if (a.start[i] != b.start[i]) return false;
  return true;
}

static void append(writer *out, text piece) {
  for (size_t i = 0; i < piece.length; i++) out->start[out->length++] = piece.start[i];
}

static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/* The end of the JSON value at `at`. The input is known to be valid JSON: the host has checked it. */
static size_t value_end(text json, size_t at) {
  int depth = 0;
  for (size_t i = at; i < json.length; i++) {
    char c = json.start[i];
    if (c == '"') {
      for (i++; json.start[i] != '"'; i++)
        if (json.start[i] == '\\') i++;
      if (depth == 0) return i + 1;
    } else if (c == '{' || c == '[') {
      depth++;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i;
      if (--depth == 0) return i + 1;
    } else if (depth == 0 && (c == ',' || c == ':' || is_space(c))) {
      return i;
    }
  }
  return json.length;
}

static size_t skip(text json, size_t at) {
  while (at < json.length && (is_space(json.start[at]) || json.start[at] == ',' || json.start[at] == ':')) at++;
  return at;
}

/* The value of a member of an object, as text; empty when there is none. `key` has its quotes. */
static text find_member(text json, text key) {
  text found = {json.start, 0};
  size_t at = skip(json, 0);
  if (json.start[at] != '{') return found;
  at = skip(json, at + 1);
  while (json.start[at] == '"') {
    size_t end = value_end(json, at);
    text name = {json.start + at, end - at};
    at = skip(json, end);
    end = value_end(json, at);
    if (equal(name, key)) found = (text){json.start + at, end - at};
    at = skip(json, end);
  }
  return found;
}

/* Reads digits with an optional sign and fraction, at most 18 of them; no exponent. */
static bool parse_decimal(text source, decimal *out) {
  size_t at = source.start[0] == '-' ? 1 : 0;
  int64_t digits = 0;
  int scale = 0, count = 0;
  bool fraction = false;
  for (; at < source.length; at++) {
    char c = source.start[at];
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9' || ++count > scale_max) return false;
    digits = digits * 10 + (c - '0');
    if (fraction) scale++;
  }
  *out = (decimal){source.start[0] == '-' ? -digits : digits, scale};
  return count > 0;
}

static bool rescale(decimal *number, int scale) {
  while (number->scale < scale) {
    if (number->digits > INT64_MAX / 10 || number->digits < INT64_MIN / 10) return false;
    number->digits *= 10;
    number->scale++;
  }
  return true;
}

static bool add(decimal a, decimal b, decimal *sum) {
  int scale = a.scale > b.scale ? a.scale : b.scale;
  if (!rescale(&a, scale) || !rescale(&b, scale)) return false;
  sum->scale = scale;
  if (__builtin_add_overflow(a.digits, b.digits, &sum->digits)) return false;
  while (sum->scale > 0 && sum->digits % 10 == 0) {
    sum->digits /= 10;
    sum->scale--;
  }
  return true;
}

static void append_decimal(writer *out, decimal number) {
  char reversed[24];
  int length = 0;
  uint64_t rest = number.digits < 0 ? -(uint64_t)number.digits : (uint64_t)number.digits;
  do {
    reversed[length++] = (char)('0' + rest % 10);
    rest /= 10;
    if (length == number.scale) reversed[length++] = '.';
  } while (rest > 0 || length <= number.scale + (number.scale > 0));
  if (number.digits < 0) reversed[length++] = '-';
  while (length > 0) out->start[out->length++] = reversed[--length];
}

static action_result finish(writer out, bool is_error) {
  return (action_result){is_error, out.start, out.length};
}

static action_result fail(const char *name, const char *what) {
  writer out = {action_allocate(128, 1), 0};
  append(&out, literal("{\"error\":\"Expected "));
  append(&out, literal(name));
  append(&out, literal(what));
  append(&out, literal("\"}"));
  return finish(out, true);
}

action_result action_run(text input) {
  static const char *const names[] = {"param1", "param2"};
  static const char *const keys[] = {"\"param1\"", "\"param2\""};
  decimal numbers[2], sum;
  text sources[2];
  for (int i = 0; i < 2; i++) {
    sources[i] = find_member(input, literal(keys[i]));
    if (sources[i].length == 0) return fail(names[i], " to be present");
  }
  for (int i = 0; i < 2; i++)
    if (!parse_decimal(sources[i], &numbers[i])) return fail(names[i], " to be a number");
  if (!add(numbers[0], numbers[1], &sum)) return fail("a sum", " of at most 18 digits");
  writer out = {action_allocate(64, 1), 0};
  append(&out, literal("{\"result\":"));
  append_decimal(&out, sum);
  append(&out, literal("}"));
  return finish(out, false);
}
