/*
 * reap.h: the server of the source, one process a connection. Each reap-*.c says what it does about SIGCHLD.
 *
 *   cc -D_GNU_SOURCE -o reap-wait reap-wait.c
 *   ./reap-wait serve 8080 &           "listening 8080"; "child PID" for each connection, "handler" for each run of it
 *   ./five-connections 8080 5 &        kill it, and compare what `ps` shows of the children of one server and the next
 *
 *   ./reap-wait 1000 5 [one | apart]   the same 1000 times, counted: see reap-trials.h
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct sigaction on_sigchld; /* what the program that includes this does about SIGCHLD */
static volatile sig_atomic_t runs;        /* of its handler */
static int serving;                       /* by hand: the handler says that it runs */

static inline void begin_run(void) {
  runs++;
  if (serving && write(1, "handler\n", 8) < 0) { /* nobody reads */ }
}

static void die(const char *what) {
  perror(what);
  _exit(1);
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Listens on loopback; port 0 is any that is free. Gives the port. */
static int listen_at(int port, int *listener) {
  struct sockaddr_in at = loopback(port);
  socklen_t length = sizeof at;
  int yes = 1;
  if ((*listener = socket(AF_INET, SOCK_STREAM, 0)) < 0) die("socket");
  if (setsockopt(*listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0) die("setsockopt");
  if (bind(*listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(*listener, 16) < 0) die("listen");
  if (getsockname(*listener, (struct sockaddr *)&at, &length) < 0) die("getsockname");
  return ntohs(at.sin_port);
}

/* Accepts a connection and forks its child, which calls `before`, reads until the client's FIN, and calls `after`. */
static pid_t serve(int listener, void (*before)(int), void (*after)(int), int number) {
  char byte;
  int connection = accept(listener, NULL, NULL);
  if (connection < 0) die("accept");
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid > 0) {
    close(connection); /* the child's now; kept here it would never be closed to the client */
    return pid;
  }
  close(listener);
  if (before) before(number);
  while (read(connection, &byte, 1) > 0) { /* a real one would answer here */ }
  if (after) after(number);
  _exit(0);
}

static void serve_for_ever(int port) {
  int listener;
  serving = 1;
  if (sigaction(SIGCHLD, &on_sigchld, NULL) < 0) die("sigaction");
  printf("listening %d\n", listen_at(port, &listener));
  for (;;) {
    fflush(stdout);
    printf("child %d\n", serve(listener, NULL, NULL, 0));
  }
}

#include "reap-trials.h"

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: %s serve PORT | TRIALS CONNECTIONS [one | apart]\n", argv[0]), 2;
  if (strcmp(argv[1], "serve") == 0) serve_for_ever(atoi(argv[2]));
  return try(atoi(argv[1]), atoi(argv[2]), argc > 3 ? argv[3] : "all");
}
