/*
 * exec-server-cloexec: runs a program for each client, as inetd does, and keeps the listening socket to itself.
 *
 *   ./exec-server-cloexec 8080 cat        then ./client 8080, kill the server, and look who listens: ss -tlnp
 *
 * Compare with exec-server: one line. It could say it in socket(2) as well, SOCK_CLOEXEC; so can accept4(2) and open(2).
 */
#include "tcp.h"

#include <errno.h>
#include <fcntl.h>
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
  if (fcntl(listener, F_SETFD, FD_CLOEXEC) < 0) die("fcntl");
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
