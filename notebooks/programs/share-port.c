/*
 * share-port: sockets that listen at one port by SO_REUSEPORT, and which of them gets each of many connections.
 *
 *   ./share-port 8080 1000 2       two listen
 *   ./share-port 8080 1000 1       the second is bound but does not listen: compare
 *
 * The kernel chooses by a hash of addresses and ports (socket(7), SO_REUSEPORT; reuseport_select_sock in
 * net/core/sock_reuseport.c), so the counts differ from run to run. The server's end closes first, and the client
 * resets what is left, so that a thousand connections do not leave a thousand TIME_WAITs.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void check(int result, const char *what) {
  if (result < 0) perror(what), exit(1);
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: share-port PORT CONNECTIONS 1|2\n"), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int connections = atoi(argv[2]), listening = atoi(argv[3]), got[2] = {0};
  struct pollfd on[2];
  for (int i = 0; i < 2; i++) {
    on[i] = (struct pollfd){socket(AF_INET, SOCK_STREAM, 0), POLLIN, 0};
    check(on[i].fd, "socket");
    check(setsockopt(on[i].fd, SOL_SOCKET, SO_REUSEPORT, &(int){1}, sizeof(int)), "setsockopt");
    check(bind(on[i].fd, (struct sockaddr *)&at, sizeof at), "bind");
    if (i < listening) check(listen(on[i].fd, 8), "listen");
    else on[i].fd = -1 - on[i].fd; /* poll(2) passes over it */
  }
  for (int n = 0; n < connections; n++) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    check(client, "socket");
    check(connect(client, (struct sockaddr *)&at, sizeof at), "connect");
    check(poll(on, 2, -1), "poll");
    for (int i = 0; i < 2; i++) {
      if (on[i].fd < 0 || !on[i].revents) continue;
      int connection = accept(on[i].fd, NULL, NULL);
      check(connection, "accept"), check(close(connection), "close");
      got[i]++;
    }
    check(setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)), "setsockopt");
    check(close(client), "close");
  }
  printf("%d connections: %d to the first socket, %d to the second\n", connections, got[0], got[1]);
  return 0;
}
