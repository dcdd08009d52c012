/*
 * first-thread-ends: a process that ps calls defunct, and that runs.
 *
 *   ./first-thread-ends &        then  ps -o pid,stat,comm $!;  ps -L -o pid,lwp,stat,comm $!;  and kill -9 $!
 *
 * Its first thread ends (pthread_exit(3)), another goes on printing a line for each that it reads. /proc/PID/stat shows
 * the state of the first thread: Z. Compare with no-wait.c: there nothing runs any more, and kill -9 changes nothing.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *answer(void *nothing) {
  char line[80];
  printf("ready %d\n", getpid());
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = '\0';
    printf("still here: %s\n", line);
    fflush(stdout);
  }
  return nothing;
}

int main(void) {
  pthread_t other;
  int error = pthread_create(&other, NULL, answer, NULL);
  if (error != 0) return fprintf(stderr, "pthread_create: %s\n", strerror(error)), 1;
  pthread_exit(NULL);
}
