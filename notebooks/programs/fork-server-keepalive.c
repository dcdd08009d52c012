/*
 * fork-server-keepalive: asks the kernel to ask a silent client whether it is still there: SO_KEEPALIVE, tcp(7).
 *
 *   ./fork-server-keepalive 8080        then a client; cut the network between them, end the client, and wait 2 seconds
 *
 * Compare with fork-server: its child waits for ever. Real servers have longer times than 1 second; the default is 2 hours.
 */
#include "tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/wait.h>

static void on_sigchld(int signal_number) {
  int saved = errno;
  (void)signal_number;
  while (waitpid(-1, NULL, WNOHANG) > 0) { /* SIGCHLDs coalesce: one wait is not enough */ }
  errno = saved;
}

static void keep_alive(int connection) {
  int one = 1; /* on; and 1 second of silence, 1 second between questions, 1 question */
  if (setsockopt(connection, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one) < 0) die("SO_KEEPALIVE");
  if (setsockopt(connection, IPPROTO_TCP, TCP_KEEPIDLE, &one, sizeof one) < 0) die("TCP_KEEPIDLE");
  if (setsockopt(connection, IPPROTO_TCP, TCP_KEEPINTVL, &one, sizeof one) < 0) die("TCP_KEEPINTVL");
  if (setsockopt(connection, IPPROTO_TCP, TCP_KEEPCNT, &one, sizeof one) < 0) die("TCP_KEEPCNT");
}

static void serve(int connection) {
  char text[512];
  for (;;) {
    ssize_t count = read(connection, text, sizeof text);
    if (count < 0) die("read");
    if (count == 0) break; /* end of file: nobody can send here any more */
    if (write(connection, text, count) != count) die("write");
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
      keep_alive(connection);
      serve(connection);
      _exit(0);
    }
    close(connection);
  }
}
