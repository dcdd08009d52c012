/*
 * blocked-ends: children end while the signal that tells of it is blocked. How often does the handler run afterwards?
 *
 *   ./blocked-ends 5 standard     their ends are told by SIGCHLD, as those of all children of fork are
 *   ./blocked-ends 5 realtime     by SIGRTMIN: on Linux clone(2) lets one choose
 *
 * The handler waits for one child each time that it runs; compare the runs, and the zombies that are left.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 1000 };
static char stack[64 * 1024] __attribute__((aligned(16)));
static volatile sig_atomic_t runs;

static int child(void *unused) {
  (void)unused;
  _exit(0);
}

static void handler(int signal) {
  (void)signal;
  runs++;
  if (waitpid(-1, NULL, WNOHANG | __WALL) < 0) _exit(3); /* a run without an end: that would be news */
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: blocked-ends COUNT standard | realtime\n"), 2;
  int count = atoi(argv[1]), left = 0;
  int exit_signal = strcmp(argv[2], "realtime") == 0 ? SIGRTMIN : SIGCHLD;
  struct sigaction action = {.sa_handler = handler};
  pid_t pids[MOST];
  siginfo_t info;
  sigset_t blocked;
  if (count < 1 || count > MOST) return fprintf(stderr, "1 to %d children\n", MOST), 2;
  sigemptyset(&blocked);
  sigaddset(&blocked, exit_signal);
  if (sigaction(exit_signal, &action, NULL) < 0 || sigprocmask(SIG_BLOCK, &blocked, NULL) < 0) return perror("sigaction"), 1;
  for (int i = 0; i < count; i++)
    if ((pids[i] = clone(child, stack + sizeof stack, exit_signal, NULL)) < 0) return perror("clone"), 1;
  for (int i = 0; i < count; i++) /* until it has ended; WNOWAIT looks and takes nothing away */
    if (waitid(P_PID, pids[i], &info, WEXITED | WNOWAIT | __WALL) < 0) return perror("waitid"), 1;
  if (sigprocmask(SIG_UNBLOCK, &blocked, NULL) < 0) return perror("sigprocmask"), 1; /* whatever is pending is delivered before it returns */
  while (waitpid(-1, NULL, WNOHANG | __WALL) > 0) left++;
  printf("%d children ended, told by %s; runs of the handler: %d, zombies left: %d\n", count, exit_signal == SIGCHLD ? "SIGCHLD" : "SIGRTMIN", runs, left);
  return 0;
}
