/*
 * exec-server: runs a program for each client, as inetd does: what the client sends is its input. Leaks the port, on purpose.
 *
 *   ./exec-server 8080 cat        then ./client 8080, kill the server, and look who listens: ss -tlnp
 *
 * Compare with exec-server-cloexec: a descriptor stays open over execve(2) unless it is marked close-on-exec (fcntl(2),
 * FD_CLOEXEC), so here every program that was started has the listening socket too.
 */
#include "tcp.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static void on_sigchld(int signal_number) {
  int saved = errno;
  (void)signal_number;
  while (waitpid(-1, NULL, WNOHANG) > 0) { /* SIGCHLDs coalesce: one wait is not enough */ }
  errno = saved;
}

static void run(int connection, char **command) {
  if (dup2(connection, 0) < 0 || dup2(connection, 1) < 0) die("dup2");
  close(connection);
  execvp(command[0], command);
  die(command[0]);
}

int main(int argc, char **argv) {
  struct sigaction reap = {.sa_handler = on_sigchld, .sa_flags = SA_RESTART};
  if (argc < 3) return fprintf(stderr, "usage: %s PORT COMMAND [ARGUMENT...]\n", argv[0]), 2;
  if (sigaction(SIGCHLD, &reap, NULL) < 0) die("sigaction");
  int listener = listen_at(argv[1]);
  dprintf(1, "listening %s\n", argv[1]);
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) die("accept");
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
      dprintf(1, "child %d runs %s\n", getpid(), argv[2]);
      run(connection, argv + 2);
    }
    close(connection);
  }
}
