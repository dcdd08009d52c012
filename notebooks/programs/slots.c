/*
 * slots: how many processes a user may start beside the zombies that are there. Leaves zombies, on purpose.
 *
 *   ./slots LIMIT ENDED        press Enter to go on; as an ordinary user: root is exempt from this limit
 *
 * It sets its RLIMIT_NPROC, starts ENDED children that end at once, then others that stay, until fork(2) fails with EAGAIN.
 * On Enter it waits for those that ended, and starts more. Compare with slots-wait.c, which waits at once, and differs
 * in one word: without WNOWAIT. The kernel takes a process off the count when it has been waited for (release_task).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 100 };

static int running;

static void start_others(const char *when) {
  pid_t pid = 0;
  while (running < MOST && (pid = fork()) > 0) running++;
  if (running < MOST && pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* they end with their parent */
    for (;;) pause();
  }
  printf("%s, user %d: running %d, then: %s\n", when, getuid(), running, running < MOST ? strerror(errno) : "no refusal");
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: slots LIMIT ENDED\n"), 2;
  struct rlimit limit = {(rlim_t)atoi(argv[1]), (rlim_t)atoi(argv[1])};
  if (setrlimit(RLIMIT_NPROC, &limit) < 0) return perror("setrlimit"), 1;
  for (int i = 0; i < atoi(argv[2]); i++) {
    siginfo_t end;
    pid_t pid = fork();
    if (pid < 0) break; /* this user has as many already: the next attempt says so */
    if (pid == 0) _exit(0);
    if (waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT) < 0) return perror("waitid"), 1;
  }
  start_others("at first");
  if (getchar() == EOF) return 1;
  while (waitpid(-1, NULL, WNOHANG) > 0) { /* until none is left that has ended */ }
  start_others("later");
  for (;;) pause();
}
