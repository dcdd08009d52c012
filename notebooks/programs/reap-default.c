/*
 * reap-default: nothing is done about SIGCHLD, and nobody waits. Leaves zombies, on purpose.
 *
 * To run by hand: see reap.h. The default action is to ignore the signal; compare with reap-ignore all the same.
 */
#include "reap.h"

static const struct sigaction on_sigchld = {.sa_handler = SIG_DFL};
