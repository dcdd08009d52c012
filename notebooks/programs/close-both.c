/*
 * close-both: both ends of one connection, in one process; both close before either has heard of it.
 *
 *   ./close-both 8080 both          then ss -tano
 *   ./close-both 8080 one           only one end closes first, the other when it has heard: compare
 *
 * To have it so every time each end first sends until nothing more fits: its FIN then waits behind that data. Both call
 * shutdown(2); only then do both read. The FINs cross: RFC 9293, 3.6, case 3 and figure 13.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char bytes[65536];

static void check(int result, const char *what) {
  if (result < 0) perror(what), exit(1);
}

static void fill(int s) {
  while (write(s, bytes, sizeof bytes) > 0) { /* until nothing more fits */ }
  if (errno != EAGAIN) perror("write"), exit(1);
}

/* Reads what comes to the two ends until both have read the end; whoever has not closed yet does so then. */
static void drain(struct pollfd on[2], int closed[2]) {
  for (int ended = 0; ended < 2;) {
    check(poll(on, 2, -1), "poll");
    for (int i = 0; i < 2; i++) {
      if (on[i].fd < 0 || !on[i].revents) continue;
      ssize_t count = read(on[i].fd, bytes, sizeof bytes);
      check(count, "read");
      if (count > 0) continue;
      if (!closed[i]) check(shutdown(on[i].fd, SHUT_WR), "shutdown");
      on[i].fd = -1, ended++;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: close-both PORT both|one\n"), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  check(listener, "socket"), check(client, "socket");
  check(bind(listener, (struct sockaddr *)&at, sizeof at), "bind");
  check(listen(listener, 1), "listen");
  printf("listening %s\n", argv[1]);
  check(connect(client, (struct sockaddr *)&at, sizeof at), "connect");
  int server = accept(listener, NULL, NULL);
  check(server, "accept");
  check(fcntl(client, F_SETFL, O_NONBLOCK), "fcntl"), check(fcntl(server, F_SETFL, O_NONBLOCK), "fcntl");
  fill(client), fill(server);
  int both = strcmp(argv[2], "both") == 0;
  check(shutdown(server, SHUT_WR), "shutdown");
  if (both) check(shutdown(client, SHUT_WR), "shutdown"); /* has not heard of it: the FIN waits behind the data */
  printf("server's end closed first%s\n", both ? ", client's end before it had heard of it" : "");
  drain((struct pollfd[2]){{server, POLLIN, 0}, {client, POLLIN, 0}}, (int[2]){1, both});
  return 0;
}
