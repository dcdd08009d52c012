/*
 * five-connections: a client that opens connections to a server on this host, and waits to be killed.
 *
 *   ./five-connections 8080 5 &           then kill it, and look with `ss -tan`
 *   ./five-connections 8080 5 shared &    the same, but another process holds the connections too
 *
 * Compare the two: the kernel closes what a process held when it ends, and sends FIN when nobody holds the socket any more.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: five-connections PORT COUNT [shared]\n"), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int count = atoi(argv[2]), shared = argc > 3 && strcmp(argv[3], "shared") == 0;
  for (int i = 0; i < count; i++) {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (s < 0 || connect(s, (struct sockaddr *)&at, sizeof at) < 0) return perror("connect"), 1;
  }
  pid_t holder = shared ? fork() : getpid();
  if (holder < 0) return perror("fork"), 1;
  if (holder > 0) printf("connected %d%s\n", count, shared ? ", shared" : "");
  fflush(stdout);
  for (;;) pause();
}
