/*
 * one-wait: a SIGCHLD handler that waits once a signal. Leaves zombies, on purpose.
 *
 *   ./one-wait CHILDREN &        then  kill -CHLD $!  and look with ps, again and again
 *
 * SIGCHLD is blocked until all children have ended: one signal stands for all of them, one is waited for, and the others
 * stay. Each SIGCHLD sent by hand lets the handler run once more. Compare with no-wait.c, which has no handler.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_once(int signal_number) {
  int saved = errno;
  (void)signal_number;
  waitpid(-1, NULL, WNOHANG);
  errno = saved;
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = wait_once};
  int children = argc > 1 ? atoi(argv[1]) : 3;
  sigset_t child, before;
  siginfo_t end;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  if (sigaction(SIGCHLD, &action, NULL) < 0 || sigprocmask(SIG_BLOCK, &child, &before) < 0) return perror("sigaction"), 1;
  for (int i = 0; i < children; i++) {
    pid_t pid = fork();
    if (pid < 0) return perror("fork"), 1;
    if (pid == 0) _exit(42);
    if (waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT) < 0) return perror("waitid"), 1;
    printf("child %d\n", pid);
    fflush(stdout); /* or the next child would inherit what is in the buffer */
  }
  if (sigprocmask(SIG_SETMASK, &before, NULL) < 0) return perror("sigprocmask"), 1;
  printf("ready %d\n", getpid());
  fflush(stdout);
  for (;;) pause();
}
