/*
 * getppid-race: a parent and its child end at about the same moment, and the child signals the parent first. Whom does it reach?
 *
 *   ./getppid-race 1000 getppid        kill(getppid(), SIGUSR1)
 *   ./getppid-race 1000 pidfd          pidfd_send_signal(2), to a descriptor of the parent made before the fork
 *
 * The trials are spread over delays between the parent's end and the child's signal. Compare the last column: the stranger
 * is this process, the subreaper that adopts the child, signalled in the parent's place.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int delays[] = {0, 2, 4, 6, 8, 10, 20, 100}; /* microseconds */
enum { DELAYS = sizeof delays / sizeof *delays, PARENT = 0, NOBODY, STRANGER };

__attribute__((noreturn)) static void die(const char *what) {
  perror(what);
  _exit(1);
}

static long long microseconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) < 0) die("clock_gettime");
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void end_together(atomic_int *here, const sigset_t *usr1, int delay, int by_pidfd) {
  if (sigprocmask(SIG_UNBLOCK, usr1, NULL) < 0) die("sigprocmask");
  int parent = by_pidfd ? (int)syscall(SYS_pidfd_open, getpid(), 0) : -1;
  if (by_pidfd && parent < 0) die("pidfd_open");
  pid_t child = fork();
  if (child < 0) die("fork");
  atomic_fetch_add(here, 1);
  while (atomic_load(here) < 2) sched_yield();
  if (child > 0) _exit(0);
  for (long long until = microseconds() + delay; microseconds() < until;) sched_yield(); /* to sleep would not be exact */
  if (by_pidfd) syscall(SYS_pidfd_send_signal, parent, SIGUSR1, NULL, 0); /* ESRCH is an answer: it is gone */
  else kill(getppid(), SIGUSR1);
  _exit(0);
}

static int trial(atomic_int *here, const sigset_t *usr1, int delay, int by_pidfd) {
  int status;
  atomic_store(here, 0);
  pid_t parent = fork();
  if (parent == 0) end_together(here, usr1, delay, by_pidfd);
  if (parent < 0 || waitpid(parent, &status, 0) < 0) die("fork and wait");
  while (waitpid(-1, NULL, 0) > 0) { /* the child, adopted */ }
  if (sigtimedwait(usr1, NULL, &(struct timespec){0}) > 0) return STRANGER; /* it has come to us */
  return WIFSIGNALED(status) ? PARENT : NOBODY;
}

int main(int argc, char **argv) {
  int reached[DELAYS][3] = {0}, strangers = 0, trials = argc == 3 ? atoi(argv[1]) : 0;
  int by_pidfd = argc == 3 && strcmp(argv[2], "pidfd") == 0;
  sigset_t usr1;
  if (trials < 1) return fprintf(stderr, "usage: %s TRIALS getppid|pidfd\n", argv[0]), 2;
  atomic_int *here = mmap(NULL, sizeof *here, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (here == MAP_FAILED) die("mmap");
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) die("prctl");
  if (sigemptyset(&usr1) < 0 || sigaddset(&usr1, SIGUSR1) < 0 || sigprocmask(SIG_BLOCK, &usr1, NULL) < 0) die("block");
  for (int i = 0; i < trials; i++) reached[i % DELAYS][trial(here, &usr1, delays[i % DELAYS], by_pidfd)]++;
  for (int i = 0; i < DELAYS; i++) {
    const int *of = reached[i];
    printf("delay %3d us: parent %3d, nobody %3d, stranger %3d\n", delays[i], of[PARENT], of[NOBODY], of[STRANGER]);
    strangers += of[STRANGER];
  }
  printf("strangers %d of %d trials\n", strangers, trials);
  return 0;
}
