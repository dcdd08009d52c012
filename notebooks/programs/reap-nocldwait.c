/*
 * reap-nocldwait: a handler that waits for nobody, and SA_NOCLDWAIT: children that end become no zombies.
 *
 * To run by hand: see reap.h. Compare with reap-ignore: here the handler runs (on Linux; POSIX leaves it open).
 */
#include "reap.h"

static void handler(int signal) {
  (void)signal;
  begin_run();
}

static const struct sigaction on_sigchld = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NOCLDSTOP | SA_NOCLDWAIT};
