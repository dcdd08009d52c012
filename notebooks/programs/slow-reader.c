/*
 * slow-reader: a client that takes little at a time and begins to read only when told to (a line on standard input).
 *
 *   ./slow-reader 8080      with ./abort 8080 close, then with ./abort 8080 abort, on the other side: compare
 *
 * Its receive buffer is small, so most of an answer waits in the server's kernel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: slow-reader PORT\n"), 2;
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  char bytes[4096], word[80];
  ssize_t count, total = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);

  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0) return perror("socket"), 1;
  if (setsockopt(s, SOL_SOCKET, SO_RCVBUF, &(int){8192}, sizeof(int)) < 0) return perror("setsockopt"), 1;
  if (connect(s, (struct sockaddr *)&server, sizeof server) < 0) return perror("connect"), 1;
  printf("connected\n");
  if (!fgets(word, sizeof word, stdin)) return 1;
  while ((count = read(s, bytes, sizeof bytes)) > 0) total += count;
  printf("received %zd bytes, %s\n", total, count == 0 ? "end of file" : strerror(errno));
  return close(s) < 0 ? (perror("close"), 1) : 0;
}
