/*
 * small-init: the least that a PID 1 has to do: wait for every child, its own and the adopted ones.
 *
 *   unshare --user --map-root-user --pid --fork --mount-proc ./small-init COMMAND [ARGUMENT...]
 *
 * It starts COMMAND, passes SIGTERM and SIGINT on to it, and ends as it ends (the namespace ends with it). Compare with
 * COMMAND itself as PID 1: sleep(1), say, which never waits. tini and `docker --init` do this, and more.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t command;

static void pass_on(int signal_number) {
  int saved = errno;
  if (command > 0) kill((pid_t)command, signal_number);
  errno = saved;
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART}; /* PID 1 gets only what it has a handler for */
  if (argc < 2) return fprintf(stderr, "usage: small-init COMMAND [ARGUMENT...]\n"), 2;
  if (sigaction(SIGTERM, &action, NULL) < 0 || sigaction(SIGINT, &action, NULL) < 0) return perror("sigaction"), 1;
  command = fork();
  if (command < 0) return perror("fork"), 1;
  if (command == 0) { /* exec sets both signals back to their defaults */
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  for (;;) {
    int status;
    pid_t ended = wait(&status);
    if (ended < 0) return perror("wait"), 1;
    if (ended == command) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}
