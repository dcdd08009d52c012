/*
 * late-wait: a parent that waits for its child when it is told to, and says what wait4(2) brought.
 *
 *   ./late-wait          press Enter to let it wait; look at the child with ps before and after
 *   ./late-wait lives    the same with a child that does not end by itself
 *
 * The child uses up a twentieth of a second of CPU time and 16 MiB of memory, says so, and ends with status 42. Compare
 * what it said with what its parent fetches when it has long been dead. `env --ignore-signal=CHLD ./late-wait` keeps nothing.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long milliseconds(const struct rusage *used) {
  return (used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000 + (used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1000;
}

static void work(void) {
  enum { SIZE = 16 << 20 };
  struct rusage used;
  volatile char *memory = malloc(SIZE);
  if (!memory) perror("malloc"), _exit(1);
  do {
    for (int i = 0; i < SIZE; i += 4096) memory[i]++;
    if (getrusage(RUSAGE_SELF, &used) < 0) perror("getrusage"), _exit(1);
  } while (milliseconds(&used) < 50);
  dprintf(1, "child %d used %ld ms, %ld kB\n", getpid(), milliseconds(&used), used.ru_maxrss);
}

int main(int argc, char **argv) {
  struct rusage used;
  int status;
  pid_t child = fork();
  if (child < 0) return perror("fork"), 1;
  if (child == 0) {
    work();
    if (argc > 1 && strcmp(argv[1], "lives") == 0) pause();
    _exit(42);
  }
  dprintf(1, "ready %d, child %d\n", getpid(), child);
  if (getchar() == EOF) return 1;
  if (wait4(child, &status, 0, &used) < 0) dprintf(1, "fetched nothing of %d: %s\n", child, strerror(errno));
  else if (WIFEXITED(status)) dprintf(1, "fetched of %d: status %d, %ld ms, %ld kB\n", child, WEXITSTATUS(status), milliseconds(&used), used.ru_maxrss);
  else dprintf(1, "fetched of %d: killed by SIG%s, %ld ms, %ld kB\n", child, sigabbrev_np(WTERMSIG(status)), milliseconds(&used), used.ru_maxrss);
  for (;;) pause();
}
