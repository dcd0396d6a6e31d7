// The answers of test/toolchains/guests/README.md in C, for the command and for the component.
#ifndef ANSWER_H
#define ANSWER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../../examples/guest/c/json.h"

static int runs = 0;

typedef struct {
  bool is_error;
  // Of `malloc`; not terminated.
  char *start;
  size_t length;
} answer_text;

static inline answer_text answer_pieces(bool is_error, size_t count, const json_text *pieces) {
  answer_text out = {is_error, NULL, 0};
  for (size_t i = 0; i < count; i++) out.length += pieces[i].length;
  out.start = malloc(out.length > 0 ? out.length : 1);
  if (out.start == NULL) abort();
  char *at = out.start;
  for (size_t i = 0; i < count; i++) {
    memcpy(at, pieces[i].start, pieces[i].length);
    at += pieces[i].length;
  }
  return out;
}

static inline json_text piece(const char *text) { return (json_text){text, strlen(text)}; }

static inline answer_text answer_log(void) {
  puts("first line on stdout");
  puts("zweite Zeile: grün, 你好, 🦀");
  // What follows on stderr comes after it.
  fflush(stdout);
  fputs("a line on stderr\n", stderr);
  return answer_pieces(false, 1, (json_text[]){piece("{\"logged\":true}")});
}

static inline answer_text answer(json_text args) {
  runs++;
  json_text ask = json_member(args, "ask");
  const char *word = ask.start == NULL ? "" : ask.start;
  char number[24];
  if (strncmp(word, "\"result\"", ask.length) == 0) {
    json_text name = json_member(args, "name");
    // Without its quotes.
    json_text inner = {name.start + 1, name.length - 2};
    return answer_pieces(false, 3,
                         (json_text[]){piece("{\"greeting\":\"Hello, "), inner, piece("!\"}")});
  }
  if (strncmp(word, "\"error\"", ask.length) == 0)
    return answer_pieces(true, 1, (json_text[]){piece("{\"reason\":\"asked for\"}")});
  if (strncmp(word, "\"log\"", ask.length) == 0) return answer_log();
  if (strncmp(word, "\"echo\"", ask.length) == 0) {
    json_text text = json_member(args, "text");
    // The texts that are sent need no escapes in JSON.
    snprintf(number, sizeof number, "%zu", text.length - 2);
    return answer_pieces(false, 5,
                         (json_text[]){piece("{\"text\":"), text, piece(",\"bytes\":"),
                                       piece(number), piece("}")});
  }
  if (strncmp(word, "\"turn\"", ask.length) == 0) {
    json_text wait = json_member(args, "waitMs");
    // Ended by a comma or a brace.
    unsigned long milliseconds = strtoul(wait.start, NULL, 10);
    if (milliseconds > 0) usleep((useconds_t)milliseconds * 1000);
    json_text turn = json_member(args, "number");
    snprintf(number, sizeof number, "%d", runs);
    return answer_pieces(false, 5,
                         (json_text[]){piece("{\"number\":"), turn, piece(",\"runs\":"),
                                       piece(number), piece("}")});
  }
  abort();
}

#endif
