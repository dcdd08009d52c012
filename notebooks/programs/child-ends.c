/*
 * child-ends: what a parent is sent when a child of it ends or stops, and what is left of the child.
 *
 *   ./child-ends exits | is-killed | stops              SIGCHLD at its default
 *   ./child-ends exits ignored                          SIGCHLD set to SIG_IGN
 *   ./child-ends exits silent                           a child that was made to end without a signal: clone(2)
 *   ./child-ends stops nocldstop                        SA_NOCLDSTOP set
 *
 * SIGCHLD is blocked from the start, so that what is sent stays pending until we look: no handler, no race.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char stack[64 * 1024] __attribute__((aligned(16)));

static int child(void *how) {
  if (strcmp(how, "is-killed") == 0) raise(SIGKILL);
  if (strcmp(how, "stops") == 0) raise(SIGSTOP);
  _exit(7);
}

static const char *code(int si_code) {
  return si_code == CLD_EXITED ? "CLD_EXITED" : si_code == CLD_KILLED ? "CLD_KILLED" : si_code == CLD_STOPPED ? "CLD_STOPPED" : "another code";
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: child-ends exits | is-killed | stops [ignored | silent | nocldstop]\n"), 2;
  const char *how = argv[1], *parent = argc > 2 ? argv[2] : "";
  struct sigaction action = {.sa_handler = strcmp(parent, "ignored") == 0 ? SIG_IGN : SIG_DFL, .sa_flags = strcmp(parent, "nocldstop") == 0 ? SA_NOCLDSTOP : 0};
  sigset_t chld;
  siginfo_t info;
  int status;
  sigemptyset(&chld);
  sigaddset(&chld, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &chld, NULL) < 0 || sigaction(SIGCHLD, &action, NULL) < 0) return perror("SIGCHLD"), 1;
  /* Without flags but its exit signal, clone is fork: SIGCHLD is what fork asks for. */
  pid_t pid = clone(child, stack + sizeof stack, strcmp(parent, "silent") == 0 ? 0 : SIGCHLD, argv[1]);
  if (pid < 0) return perror("clone"), 1;
  if (waitid(P_PID, pid, &info, WEXITED | WSTOPPED | WNOWAIT | __WALL) < 0 && errno != ECHILD) return perror("waitid"), 1;
  int sent = sigtimedwait(&chld, &info, &(struct timespec){0}); /* sent before waitid could see the end: one look is enough */
  if (sent == SIGCHLD) printf("child %d %s: the parent was sent SIGCHLD, %s, about %d\n", pid, how, code(info.si_code), info.si_pid);
  else printf("child %d %s: the parent was sent nothing\n", pid, how);
  if (strcmp(how, "stops") == 0 && kill(pid, SIGKILL) < 0) return perror("kill"), 1;
  pid_t waited = waitpid(pid, &status, __WALL);
  if (waited == pid) printf("waitpid: %s %d\n", WIFEXITED(status) ? "exit status" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  else printf("waitpid: %s\n", strerror(errno));
  return 0;
}
