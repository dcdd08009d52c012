/*
 * option-on-accepted: SO_REUSEADDR on the listening socket, and another value on the accepted one. Serves one client
 * and closes first.
 *
 *   ./option-on-accepted 8080 on off     and from another shell: ./tcp-client 8080 bye; Ctrl-C; ./serve 8080 reuseaddr
 *   ./option-on-accepted 8080 off on     the same on another port: compare which of the two can be restarted over
 *
 * An accepted socket inherits the option from its listener; what stays in TIME_WAIT is the accepted socket's.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int get(int s) {
  int on = -1;
  if (getsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, &(socklen_t){sizeof on}) < 0) perror("getsockopt");
  return on;
}

static int set(int s, const char *word) {
  return setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &(int){strcmp(word, "on") == 0}, sizeof(int));
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: option-on-accepted PORT on|off on|off\n"), 2;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  char byte;
  setvbuf(stdout, NULL, _IOLBF, 0);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || set(listener, argv[2]) < 0) return perror("socket"), 1;
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0) return perror("bind"), 1;
  if (listen(listener, 8) < 0) return perror("listen"), 1;
  printf("listening %s, SO_REUSEADDR %d\n", argv[1], get(listener));

  int connection = accept(listener, NULL, NULL);
  if (connection < 0) return perror("accept"), 1;
  printf("accepted, SO_REUSEADDR %d\n", get(connection));
  if (set(connection, argv[3]) < 0) return perror("setsockopt"), 1;
  while (read(connection, &byte, 1) == 1 && byte != '\n') { /* what is left unread would turn close into a reset */ }
  int own = get(connection);
  if (close(connection) < 0) return perror("close"), 1;
  printf("closed first, SO_REUSEADDR %d on the listener, %d on the connection\n", get(listener), own);
  pause();
  return 0;
}
