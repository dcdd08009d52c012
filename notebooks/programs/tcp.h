/* TCP on 127.0.0.1, for the programs here: what is the same in all of them, and never the point. */
#ifndef TCP_H
#define TCP_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Says what failed, and ends this process: by _exit, as it may be a child. */
__attribute__((noreturn)) static inline void die(const char *what) {
  perror(what);
  _exit(1);
}

static inline struct sockaddr_in local(const char *port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

/* A listening socket. With SO_REUSEADDR, set before bind, or a restart would have to wait for TIME_WAIT (ip(7), socket(7)). */
static inline int listen_at(const char *port) {
  struct sockaddr_in at = local(port);
  int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0) die("socket");
  if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) die("SO_REUSEADDR");
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0) die("bind");
  if (listen(listener, 16) < 0) die("listen");
  return listener;
}

static inline int connect_to(const char *port) {
  struct sockaddr_in at = local(port);
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connection < 0) die("socket");
  if (connect(connection, (struct sockaddr *)&at, sizeof at) < 0) die("connect");
  return connection;
}

#endif
