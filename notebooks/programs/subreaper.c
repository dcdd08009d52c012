/*
 * subreaper: declares itself a subreaper, prctl(2), and becomes COMMAND: the orphans among its descendants are now its children.
 *
 *   ./subreaper bash        in it: (sleep 100 &) ; ps -o pid,ppid,comm
 *
 * Compare with a bash of which nobody has made one: there the orphan's parent is PID 1. On a desktop it is systemd --user that
 * is the subreaper of everything you start.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: %s COMMAND [ARGUMENT...]\n", argv[0]), 2;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return perror("prctl"), 1;
  execvp(argv[1], argv + 1); /* the attribute stays over execve */
  return perror(argv[1]), 1;
}
