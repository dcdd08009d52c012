/*
 * hold-port: binds at once, listens when told to (a line on standard input), and holds on until standard input ends.
 *
 *   ./hold-port 8080 reuseaddr      in two shells; then Enter in the first, Enter in the second: compare
 *   ./hold-port 8080 reuseport      the same
 *
 * Says whether it was bind or listen that refused.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: hold-port PORT [reuseaddr] [reuseport]\n"), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  char line[80];
  setvbuf(stdout, NULL, _IOLBF, 0);

  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0) return perror("socket"), 1;
  for (int i = 2; i < argc; i++) {
    int which = strcmp(argv[i], "reuseport") == 0 ? SO_REUSEPORT : SO_REUSEADDR;
    if (setsockopt(s, SOL_SOCKET, which, &(int){1}, sizeof(int)) < 0) return perror(argv[i]), 1;
  }
  if (bind(s, (struct sockaddr *)&at, sizeof at) < 0) return perror("bind"), 1;
  printf("bound %s, user %d\n", argv[1], getuid());
  while (fgets(line, sizeof line, stdin)) {
    if (listen(s, 8) < 0) return perror("listen"), 1;
    printf("listening %s\n", argv[1]);
  }
  return 0;
}
