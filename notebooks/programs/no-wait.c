/*
 * no-wait: a parent that never waits. Leaves zombies, on purpose.
 *
 *   ./no-wait [CHILDREN] &        then  ps -o pid,ppid,stat,comm --ppid $!
 *
 * Its children end at once with status 42; it sleeps until a signal ends it. Compare with waits.c, which has one line
 * more; and with `env --ignore-signal=CHLD ./no-wait &`: the same program, and no zombie (wait(2), NOTES).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int children = argc > 1 ? atoi(argv[1]) : 1;
  for (int i = 0; i < children; i++) {
    pid_t pid = fork();
    if (pid < 0) return perror("fork"), 1;
    if (pid == 0) _exit(42);
    printf("child %d\n", pid);
    fflush(stdout); /* or the next child would inherit what is in the buffer */
  }
  printf("ready %d\n", getpid());
  fflush(stdout);
  for (;;) pause();
}
