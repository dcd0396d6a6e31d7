// Stands in for a request over the network: waits for 300 ms without using the processor.
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "buffer-second.h"

static int64_t now_ns(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) abort();
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t wait_ms(void) {
  json_text value = json_member(second_input, "wait_ms");
  return json_is_integer(value) ? strtoll(value.start, NULL, 10) : 300;
}

int main(void) {
  int64_t start = now_ns();
  int64_t wanted = wait_ms() * 1000000;
  int64_t elapsed;
  // A host's timer may come a little early.
  while ((elapsed = now_ns() - start) < wanted) {
    int64_t rest = wanted - elapsed;
    struct timespec pause = {.tv_sec = rest / 1000000000, .tv_nsec = rest % 1000000000};
    if (clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL) != 0) {
      second_return("{\"error\":\"the host cannot wait\"}");
      return 0;
    }
  }
  char json[64];
  snprintf(json, sizeof json, "{\"request_time\":%lld}", (long long)(elapsed / 1000000));
  second_return(json);
  return 0;
}
