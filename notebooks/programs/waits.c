/*
 * waits: a parent that waits for its children: no-wait.c with one line more.
 *
 *   ./waits [CHILDREN] &        then  ps -o pid,ppid,stat,comm --ppid $!
 *
 * Its children end at once with status 42; it waits for each, and sleeps until a signal ends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int children = argc > 1 ? atoi(argv[1]) : 1;
  for (int i = 0; i < children; i++) {
    pid_t pid = fork();
    if (pid < 0) return perror("fork"), 1;
    if (pid == 0) _exit(42);
    printf("child %d\n", pid);
    fflush(stdout); /* or the next child would inherit what is in the buffer */
    if (waitpid(pid, NULL, 0) < 0) return perror("waitpid"), 1;
  }
  printf("ready %d\n", getpid());
  fflush(stdout);
  for (;;) pause();
}
