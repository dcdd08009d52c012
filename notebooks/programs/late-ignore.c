/*
 * late-ignore: three children end and become zombies; then SIGCHLD is set to SIG_IGN, or they are waited for.
 *
 *   ./late-ignore ignore     press Enter when it says "zombies", and look with `ps` before and after
 *   ./late-ignore wait       compare
 *
 * What SIG_IGN does is done when a child ends; these have ended. End of file ends the program.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 3 };

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: late-ignore ignore | wait\n"), 2;
  siginfo_t info;
  char byte;
  for (int i = 0; i < CHILDREN; i++) {
    pid_t pid = fork();
    if (pid < 0) return perror("fork"), 1;
    if (pid == 0) _exit(0);
    if (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) < 0) return perror("waitid"), 1; /* ended, and not waited for */
  }
  printf("zombies %d\n", CHILDREN);
  fflush(stdout);
  if (read(0, &byte, 1) != 1) return 1;
  if (strcmp(argv[1], "ignore") == 0) {
    if (signal(SIGCHLD, SIG_IGN) == SIG_ERR) return perror("signal"), 1;
  } else {
    for (int i = 0; i < CHILDREN; i++)
      if (wait(NULL) < 0) return perror("wait"), 1;
  }
  printf("done: %s\n", argv[1]);
  fflush(stdout);
  while (read(0, &byte, 1) > 0) { /* stays, to be looked at */ }
  return 0;
}
