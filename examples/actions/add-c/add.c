// The forerunner's `add` as a plain program: JSON in by argument or stdin, JSON out as the last line
// of stdout.
#include <stdio.h>
#include <stdlib.h>

#include "command.h"

static bool is_number(const char *name, json_text value) {
  if (value.start == NULL)
    printf("{\"error\":\"Expected %s to be present\"}\n", name);
  else if (!json_is_number(value))
    printf("{\"error\":\"Expected %s to be a number\"}\n", name);
  else
    return true;
  return false;
}

int main(int argc, char **argv) {
  json_text input = command_input(argc, argv);
  json_text first = json_member(input, "param1");
  json_text second = json_member(input, "param2");
  if (!is_number("param1", first) || !is_number("param2", second)) return 0;
  fprintf(stderr, "adding %.*s and %.*s\n", (int)first.length, first.start, (int)second.length,
          second.start);
  // Integers stay integers, of 64 bits; anything else is added as floating point.
  if (json_is_integer(first) && json_is_integer(second))
    printf("{\"result\":%lld}\n", strtoll(first.start, NULL, 10) + strtoll(second.start, NULL, 10));
  else
    printf("{\"result\":%.17g}\n", strtod(first.start, NULL) + strtod(second.start, NULL));
  return 0;
}
