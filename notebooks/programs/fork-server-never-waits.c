/*
 * fork-server-never-waits: forks children and waits for none. Leaves zombies, on purpose.
 *
 *   ./fork-server-never-waits 8080        then ./client 8080, leave, and look at ps: <defunct>
 *
 * Compare with fork-server: there the handler of SIGCHLD takes every ended child away.
 */
#include "tcp.h"

static void serve(int connection) {
  char text[512];
  for (;;) {
    ssize_t count = read(connection, text, sizeof text);
    if (count < 0) die("read");
    if (count == 0) break; /* end of file: nobody can send here any more */
    if (write(connection, text, count) != count) die("write");
  }
  dprintf(1, "child %d: end of file\n", getpid());
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: %s PORT\n", argv[0]), 2;
  int listener = listen_at(argv[1]);
  dprintf(1, "listening %s\n", argv[1]);
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) die("accept");
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
      close(listener);
      dprintf(1, "child %d serves\n", getpid());
      serve(connection);
      _exit(0);
    }
    close(connection);
  }
}
