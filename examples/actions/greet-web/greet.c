/* Greets whom the query or a form names, as an HTTP handler. */
#define HTTP_IMPLEMENTATION
#include "http.h"

#include <stdbool.h>

#define TEXT(literal) ((text){literal, sizeof(literal) - 1})
#define CONTENT(type) {TEXT("content-type"), TEXT(type)}

static const size_t name_max = 64;

/* Text that grows in place, at the end of the heap. */
typedef struct {
  char *start;
  size_t length;
} writer;

static bool equal(text a, text b) {
  if (a.length != b.length) return false;
  for (size_t i = 0; i < a.length; i++)
    if (a.start[i] != b.start[i]) return false;
  return true;
}

static void append(writer *out, text piece) {
  for (size_t i = 0; i < piece.length; i++) out->start[out->length++] = piece.start[i];
}

static text written(writer out) { return (text){out.start, out.length}; }

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of a member of `a=1&b=2`, still encoded; empty when there is none. */
static text find_member(text pairs, text name) {
  size_t at = 0;
  while (at < pairs.length) {
    size_t end = at;
    while (end < pairs.length && pairs.start[end] != '&') end++;
    size_t value = at;
    while (value < end && pairs.start[value] != '=') value++;
    if (value < end && equal((text){pairs.start + at, value - at}, name))
      return (text){pairs.start + value + 1, end - value - 1};
    at = end + 1;
  }
  return (text){pairs.start, 0};
}

static text decode(text encoded) {
  writer out = {http_allocate(encoded.length, 1), 0};
  for (size_t i = 0; i < encoded.length; i++) {
    char c = encoded.start[i];
    if (c == '+') c = ' ';
    if (c == '%' && i + 2 < encoded.length) {
      int high = hex_digit(encoded.start[i + 1]), low = hex_digit(encoded.start[i + 2]);
      if (high >= 0 && low >= 0) {
        c = (char)(high << 4 | low);
        i += 2;
      }
    }
    out.start[out.length++] = c;
  }
  return written(out);
}

/* What a browser sends must not become a part of the page. */
static void append_escaped(writer *out, text plain) {
  for (size_t i = 0; i < plain.length; i++) {
    char c = plain.start[i];
    if (c == '<') append(out, TEXT("&lt;"));
    else if (c == '>') append(out, TEXT("&gt;"));
    else if (c == '&') append(out, TEXT("&amp;"));
    else if (c == '"') append(out, TEXT("&quot;"));
    else append(out, (text){&c, 1});
  }
}

static http_response fail(uint16_t status, text json) {
  return (http_response){status, {CONTENT("application/json")}, json};
}

static http_response greet_in_text(text name) {
  writer out = {http_allocate(name.length + 16, 1), 0};
  append(&out, TEXT("Hello, "));
  append(&out, name);
  append(&out, TEXT("!\n"));
  return (http_response){200, {CONTENT("text/plain; charset=utf-8")}, written(out)};
}

/* Two cookies: a header that is repeated. */
static http_response greet_in_page(text name, text encoded) {
  writer cookie = {http_allocate(encoded.length + 16, 1), 0};
  append(&cookie, TEXT("visitor="));
  append(&cookie, encoded);
  writer out = {http_allocate(name.length * 6 + 64, 1), 0};
  append(&out, TEXT("<!doctype html><p>Hello, <b>"));
  append_escaped(&out, name);
  append(&out, TEXT("</b>!</p>\n"));
  return (http_response){
      200,
      {CONTENT("text/html; charset=utf-8"),
       {TEXT("set-cookie"), written(cookie)},
       {TEXT("set-cookie"), TEXT("greeted=yes; HttpOnly")}},
      written(out),
  };
}

static http_response greet(http_request request) {
  bool posted = equal(request.method, TEXT("POST"));
  if (!posted && !equal(request.method, TEXT("GET")))
    return (http_response){405, {{TEXT("allow"), TEXT("GET, POST")}}, TEXT("")};
  text encoded = find_member(posted ? request.body : request.query, TEXT("name"));
  text name = decode(encoded);
  if (name.length == 0) return fail(400, TEXT("{\"error\":\"Tell me your name\"}"));
  if (name.length > name_max) return fail(400, TEXT("{\"error\":\"Your name is too long\"}"));
  return posted ? greet_in_page(name, encoded) : greet_in_text(name);
}

http_response http_serve(http_request request) {
  http_log(request.method);
  http_log(TEXT(" "));
  http_log(request.path);
  http_log(TEXT("\n"));
  if (equal(request.path, TEXT("/greet"))) return greet(request);
  return fail(404, TEXT("{\"error\":\"There is only /greet\"}"));
}
