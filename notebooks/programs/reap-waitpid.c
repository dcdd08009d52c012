/*
 * reap-waitpid: a SIGCHLD handler that calls waitpid once. Leaves zombies, on purpose.
 *
 * To run by hand: see reap.h. Compare with reap-wait, which does the same, and with reap-waitpid-loop.
 */
#include "reap.h"

static void handler(int signal) {
  int saved = errno;
  (void)signal;
  begin_run();
  if (waitpid(-1, NULL, WNOHANG) < 0) { /* another function than wait, and still one child a run */ }
  errno = saved;
}

static const struct sigaction on_sigchld = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
