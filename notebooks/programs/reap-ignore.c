/*
 * reap-ignore: SIGCHLD is ignored, and said to be. Children that end become no zombies, and leave no status.
 *
 * To run by hand: see reap.h. Compare with reap-default, which differs in one word.
 */
#include "reap.h"

static const struct sigaction on_sigchld = {.sa_handler = SIG_IGN};
