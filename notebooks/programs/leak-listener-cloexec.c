/*
 * leak-listener-cloexec: leak-listener.c, but the listening socket is close-on-exec: the helper does not get it.
 *
 *   ./leak-listener-cloexec 8080 &     kill -9 it, and try ./tcp-client 8080 bye and ./serve 8080 reuseaddr
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: %s PORT\n", argv[0]), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  setvbuf(stdout, NULL, _IOLBF, 0);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return perror("socket"), 1;
  if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0) return perror("setsockopt"), 1;
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0) return perror("bind"), 1;
  if (listen(listener, 8) < 0) return perror("listen"), 1;

  pid_t helper = fork();
  if (helper < 0) return perror("fork"), 1;
  if (helper == 0) {
    execlp("sleep", "sleep", "infinity", (char *)NULL);
    _exit(127);
  }
  printf("listening %s, helper %d\n", argv[1], helper);
  pause();
  return 0;
}
