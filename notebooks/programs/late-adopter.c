/*
 * late-adopter: adopts orphans, and waits for those that ended only when it is told to.
 *
 *   ./late-adopter COMMAND [ARGUMENT...]        press Enter to let it wait; look with ps before and after
 *
 * It is a subreaper, or PID 1 where it runs as that (`unshare --pid --fork`). COMMAND starts with SIGCHLD at its default.
 * Under `env --ignore-signal=CHLD` it ignores SIGCHLD itself; compare: then the kernel keeps nothing for it (wait(2), NOTES).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_for_all(void) {
  pid_t pid;
  int status;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) printf("waited for %d\n", pid);
  printf("waited: %s\n", pid == 0 ? "others run" : strerror(errno));
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: late-adopter COMMAND [ARGUMENT...]\n"), 2;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return perror("prctl"), 1;
  printf("adopting %d\n", getpid());
  fflush(stdout); /* or the child would inherit what is in the buffer */
  pid_t command = fork();
  if (command < 0) return perror("fork"), 1;
  if (command == 0) {
    signal(SIGCHLD, SIG_DFL);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  for (int key; (key = getchar()) != EOF;)
    if (key == '\n') wait_for_all();
  for (;;) pause();
}
