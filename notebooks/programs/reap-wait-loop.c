/*
 * reap-wait-loop: a SIGCHLD handler that calls wait until no child is left. Stops serving while one lives, on purpose.
 *
 * To run by hand: see reap.h; leave a second client connected when you kill the first, and connect a third. Compare with
 * reap-waitpid-loop.
 */
#include "reap.h"

static void handler(int signal) {
  int saved = errno;
  (void)signal;
  begin_run();
  while (wait(NULL) > 0) { /* blocks as long as any child runs: wait has no WNOHANG */ }
  errno = saved;
}

static const struct sigaction on_sigchld = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
