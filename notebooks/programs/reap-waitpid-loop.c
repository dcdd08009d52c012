/*
 * reap-waitpid-loop: a SIGCHLD handler that calls waitpid until no ended child is left.
 *
 * To run by hand: see reap.h. Compare with reap-waitpid, which calls it once, and with reap-wait-loop, which blocks.
 */
#include "reap.h"

static void handler(int signal) {
  int saved = errno;
  (void)signal;
  begin_run();
  while (waitpid(-1, NULL, WNOHANG) > 0) { /* SIGCHLDs coalesce: one run may stand for many ends */ }
  errno = saved; /* ECHILD from the last call is nothing to whoever was interrupted */
}

static const struct sigaction on_sigchld = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
