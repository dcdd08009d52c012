/*
 * reap-wait: a SIGCHLD handler that calls wait once. Leaves zombies, on purpose.
 *
 * To run by hand: see reap.h. Compare with reap-waitpid-loop.
 */
#include "reap.h"

static void handler(int signal) {
  int saved = errno;
  (void)signal;
  begin_run();
  if (wait(NULL) < 0) { /* one run for several ends takes one child away: the others stay */ }
  errno = saved;
}

static const struct sigaction on_sigchld = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
