/*
 * join-group: tries to put itself into a process group, and says whether the kernel let it.
 *
 *   join-group PGID
 *
 * Compare: a group of the own session (the shell's, `join-group $$` under an interactive shell), and a group of another
 * session (one of another terminal). setpgid(2) allows the first and refuses the second, EPERM: a group lies in one session.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: join-group PGID\n"), 2;
  pid_t wanted = atoi(argv[1]), session = getsid(0);
  if (setpgid(0, wanted) == 0) printf("joined group %d of session %d\n", wanted, session);
  else printf("refused group %d: %s; still in group %d of session %d\n", wanted, strerror(errno), getpgrp(), session);
  return 0;
}
