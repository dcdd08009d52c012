/*
 * tcp-client: one connection; who closes it first is for us to say.
 *
 *   ./tcp-client 8080 bye      ask the server to close first, and close when it has
 *   ./tcp-client 8080 leave    close first
 *   ./tcp-client 8080 wait     close when the server has, whatever makes it
 *   ./tcp-client 8080 keep     ask the server to close first, and keep our end open until standard input ends
 *   ./tcp-client 8080 bye 40000      from a port of our choice
 *
 * Run `ss -tano` after each, and compare whose port stands on the left of the TIME-WAIT.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: tcp-client PORT bye|leave|wait|keep [OWN_PORT]\n"), 2;
  const char *manner = argv[2];
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}}, own = server;
  char bytes[4096];
  ssize_t count, total = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);

  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0) return perror("socket"), 1;
  own.sin_port = htons(argc > 3 ? atoi(argv[3]) : 0);
  if (own.sin_port != 0 && bind(s, (struct sockaddr *)&own, sizeof own) < 0) return perror("bind"), 1;
  if (connect(s, (struct sockaddr *)&server, sizeof server) < 0) return perror("connect"), 1;
  if (getsockname(s, (struct sockaddr *)&own, &(socklen_t){sizeof own}) < 0) return perror("getsockname"), 1;
  printf("connected from %d\n", ntohs(own.sin_port));

  if (strcmp(manner, "leave") == 0) {
    if (close(s) < 0) return perror("close"), 1;
    return printf("closed first\n"), 0;
  }
  if (strcmp(manner, "wait") != 0 && write(s, "bye\n", 4) != 4) return perror("write"), 1;
  while ((count = read(s, bytes, sizeof bytes)) > 0) total += count;
  printf("received %zd bytes, %s\n", total, count == 0 ? "end of file" : strerror(errno));
  if (strcmp(manner, "keep") == 0)
    while (read(0, bytes, sizeof bytes) > 0) { /* our end stays open until nobody wants it any more */ }
  if (close(s) < 0) return perror("close"), 1;
  return printf("closed second\n"), 0;
}
