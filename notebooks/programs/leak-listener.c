/*
 * leak-listener: a server whose helper inherits the listening socket. Leaks it, on purpose.
 *
 *   ./leak-listener 8080 &     kill -9 it, and try ./tcp-client 8080 bye and ./serve 8080 reuseaddr; end the helper, try again
 *   compare with leak-listener-cloexec.c, which differs in one flag
 *
 * A descriptor survives exec unless it is close-on-exec: execve(2), open(2) on O_CLOEXEC. A socket listens for as long as
 * anybody has it open, and the helper does not know that it has.
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

  int listener = socket(AF_INET, SOCK_STREAM, 0);
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
