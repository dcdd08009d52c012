/*
 * serve: a server to be restarted; it sets SO_REUSEADDR before bind, or not at all.
 *
 *   ./serve 8080              and from another shell: ./tcp-client 8080 bye; then Ctrl-C here, and again ./serve 8080
 *   ./serve 8080 reuseaddr    the same, both times; compare. Compare with serve-late.c, too.
 *
 * One client after another. To one that sends a line the server says goodbye: it closes first. To one that closes it
 * answers by closing. Who closed first holds TIME_WAIT: RFC 9293, 3.6; `ss -tano` shows it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int option(int s) {
  int on = -1;
  if (getsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, &(socklen_t){sizeof on}) < 0) perror("getsockopt");
  return on;
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: %s PORT [reuseaddr]\n", argv[0]), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int reuse = argc > 2 && strcmp(argv[2], "reuseaddr") == 0;
  setvbuf(stdout, NULL, _IOLBF, 0);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return perror("socket"), 1;
  if (reuse && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0) return perror("setsockopt"), 1;
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0) return perror("bind"), 1;
  if (listen(listener, 8) < 0) return perror("listen"), 1;
  printf("listening %s, SO_REUSEADDR %d\n", argv[1], option(listener));

  for (;;) {
    char byte;
    ssize_t count;
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) return perror("accept"), 1;
    printf("accepted, SO_REUSEADDR %d\n", option(connection));
    while ((count = read(connection, &byte, 1)) == 1 && byte != '\n') { /* up to the end of the line, or of the connection */ }
    if (count < 0) perror("read");
    close(connection);
    printf("closed %s\n", count == 1 ? "first" : "second");
  }
}
