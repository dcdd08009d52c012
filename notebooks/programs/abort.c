/*
 * abort: serves one client 100,000 bytes, closes and ends; with `abort`, SO_LINGER with a timeout of zero makes the
 * close a reset (socket(7), tcp(7); RFC 9293, 3.10.5: ABORT).
 *
 *   ./abort 8080 close      and from another shell: ./slow-reader 8080, Enter when it has closed; then ss -tano
 *   ./abort 8080 abort      the same: compare what the reader receives
 *
 * write(2) has returned for all of it by then: it means that the kernel has taken the bytes, not that anybody has them.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  static char answer[100000];
  if (argc != 3) return fprintf(stderr, "usage: abort PORT close|abort\n"), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  setvbuf(stdout, NULL, _IOLBF, 0);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return perror("socket"), 1;
  if (setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &(int){2 * sizeof answer}, sizeof(int)) < 0) return perror("setsockopt"), 1;
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0) return perror("bind"), 1;
  if (listen(listener, 8) < 0) return perror("listen"), 1;
  printf("listening %s\n", argv[1]);

  int connection = accept(listener, NULL, NULL);
  if (connection < 0) return perror("accept"), 1;
  struct linger now = {.l_onoff = strcmp(argv[2], "abort") == 0, .l_linger = 0};
  if (setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof now) < 0) return perror("setsockopt"), 1;
  ssize_t count = write(connection, answer, sizeof answer);
  if (count < 0) return perror("write"), 1;
  printf("wrote %zd bytes\n", count);
  if (close(connection) < 0) return perror("close"), 1;
  printf("closed first\n");
  return 0;
}
