/*
 * accept-eintr: a server whose only child ends while it waits for a connection. Is accept interrupted?
 *
 *   ./accept-eintr 8080 accept handler &    a SIGCHLD handler without SA_RESTART; then kill the child that it names
 *   ./accept-eintr 8080 accept restart &    with SA_RESTART: compare
 *   ./accept-eintr 8080 accept default &    no handler
 *   ./accept-eintr 8080 poll restart &      it waits in poll, which no flag restarts: signal(7)
 *
 * It serves one connection (`bash -c ': < /dev/tcp/127.0.0.1/8080'`) and ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t runs;

static void handler(int signal) {
  int saved = errno;
  (void)signal;
  runs++;
  while (waitpid(-1, NULL, WNOHANG) > 0) { /* SIGCHLDs coalesce */ }
  errno = saved;
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: accept-eintr PORT accept | poll handler | restart | default\n"), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int by_poll = strcmp(argv[2], "poll") == 0, yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sigaction action = {.sa_handler = strcmp(argv[3], "default") == 0 ? SIG_DFL : handler, .sa_flags = strcmp(argv[3], "restart") == 0 ? SA_RESTART : 0};
  if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0) return perror("socket"), 1;
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 16) < 0) return perror("listen"), 1;
  if (sigaction(SIGCHLD, &action, NULL) < 0) return perror("sigaction"), 1;
  pid_t pid = fork();
  if (pid < 0) return perror("fork"), 1;
  if (pid == 0) for (;;) pause();
  printf("listening %s, child %d\n", argv[1], pid);
  for (;;) {
    struct pollfd readable = {listener, POLLIN, 0};
    fflush(stdout);
    int got = by_poll ? poll(&readable, 1, -1) : accept(listener, NULL, NULL);
    if (got >= 0) break;
    printf("%s: %s (runs of the handler: %d)\n", argv[2], strerror(errno), runs);
    if (errno != EINTR) return 1;
  }
  printf("%s: a connection (runs of the handler: %d)\n", argv[2], runs);
  return 0;
}
