/*
 * chain: a line of descent, one process a letter: p a plain one, s a subreaper. Each is the child of the one before.
 *
 *   ./chain spp &        then kill one of the PIDs that it prints, and ask ps for the parent of the next
 *
 * Each but the last waits for whatever children it has or is given; all stay until a signal ends them. Compare `ppp` and
 * `spp`: the orphan of the second process goes to PID 1, or to the first (prctl(2), PR_SET_CHILD_SUBREAPER).
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: chain LETTERS\n"), 2;
  for (int i = 0; argv[1][i]; i++) {
    if (argv[1][i] == 's' && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return perror("prctl"), 1;
    printf("%s %d, child of %d\n", argv[1][i] == 's' ? "subreaper" : "plain", getpid(), getppid());
    fflush(stdout); /* or the child would inherit what is in the buffer */
    if (argv[1][i + 1] == '\0') break;
    pid_t child = fork();
    if (child < 0) return perror("fork"), 1;
    if (child == 0) continue;
    while (wait(NULL) > 0) { /* children of its own, and adopted ones */ }
    for (;;) pause();
  }
  printf("ready %d\n", getpid());
  fflush(stdout);
  for (;;) pause();
}
