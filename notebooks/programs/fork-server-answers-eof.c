/*
 * fork-server-answers-eof: takes the 0 of read(2) for an empty message and answers it. On purpose.
 *
 *   ./fork-server-answers-eof 8080                               then ./client 8080, leave: the child dies of SIGPIPE
 *   sh -c "trap '' PIPE; exec ./fork-server-answers-eof 8080"    the same with SIGPIPE ignored: it never ends
 *
 * Compare with fork-server, which ends with status 0 in both cases. What is ignored stays so over fork and exec.
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

static void serve(int connection) {
  char text[512];
  for (;;) {
    ssize_t count = read(connection, text, sizeof text);
    if (count < 0) die("read");
    if (dprintf(connection, "you said: %.*s\n", (int)count, text) < 0) continue; /* and the error means nothing to it */
  }
  dprintf(1, "child %d: end of file\n", getpid());
}

int main(int argc, char **argv) {
  struct sigaction reap = {.sa_handler = on_sigchld, .sa_flags = SA_RESTART};
  if (argc != 2) return fprintf(stderr, "usage: %s PORT\n", argv[0]), 2;
  if (sigaction(SIGCHLD, &reap, NULL) < 0) die("sigaction");
  int listener = listen_at(argv[1]);
  dprintf(1, "listening %s\n", argv[1]);
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) die("accept");
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
      close(listener);
      dprintf(1, "child %d serves\n", getpid());
      serve(connection);
      _exit(0);
    }
    close(connection);
  }
}
