/*
 * greedy-handler: a SIGCHLD handler that waits for any child, and a library that waits for its own. Loses statuses, on purpose.
 *
 *   ./greedy-handler ended      a child of popen ends before pclose is called; press Enter to let it end
 *   ./greedy-handler running    it ends while pclose waits
 *   ./greedy-handler system     it is system that waits
 *
 * The child's exit status is 7: see who gets it. Compare with picky-handler, which differs in the handler.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t worker; /* our own child; 0 when it has been waited for */

static void handler(int signal) {
  int saved = errno;
  (void)signal;
  pid_t pid;
  while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) /* whosoever it is: also children that the library started */
    if (pid == worker) worker = 0;
  errno = saved;
}

static void report(const char *what, int status) {
  if (status < 0) printf("%s: %s\n", what, strerror(errno));
  else printf("%s: exit status %d\n", what, WEXITSTATUS(status));
}

int main(int argc, char **argv) {
  static const char slow[] = "read line; exit 7"; /* until Enter is pressed: it reads our standard input */
  const char *when = argc == 2 ? argv[1] : "";
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
  sigset_t chld, before;
  siginfo_t info;
  FILE *stream = NULL;
  sigemptyset(&chld);
  sigaddset(&chld, SIGCHLD);
  if (sigaction(SIGCHLD, &action, NULL) < 0 || sigprocmask(SIG_BLOCK, &chld, &before) < 0) return perror("SIGCHLD"), 1;
  if ((worker = fork()) < 0) return perror("fork"), 1;
  if (worker == 0) _exit(0);
  while (worker != 0) sigsuspend(&before);
  printf("the handler waited for our own child\n");
  if (strcmp(when, "system") != 0 && !(stream = popen(slow, "r"))) return perror("popen"), 1;
  printf("press Enter: %s\n", *when ? when : "system");
  fflush(stdout);
  if (strcmp(when, "ended") == 0 && waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) < 0) return perror("waitid"), 1;
  if (sigprocmask(SIG_SETMASK, &before, NULL) < 0) return perror("sigprocmask"), 1; /* ended: the handler runs here */
  if (stream) report("pclose", pclose(stream));
  else report("system", system(slow));
  return 0;
}
