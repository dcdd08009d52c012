/*
 * client: sends the lines that it reads, prints what comes back.
 *
 *   ./client 8080        type; Ctrl-D says "I send no more" (shutdown) and waits for the server's end; Ctrl-C just leaves
 *
 * Compare what it says at Ctrl-D: "end" when the server has closed its side everywhere, nothing as long as one process of
 * the server has it open. "end of input" is said when the server has been told.
 */
#include "tcp.h"

#include <poll.h>

int main(int argc, char **argv) {
  char text[512];
  if (argc != 2) return fprintf(stderr, "usage: client PORT\n"), 2;
  int server = connect_to(argv[1]);
  dprintf(1, "connected\n");
  struct pollfd on[2] = {{0, POLLIN, 0}, {server, POLLIN, 0}};
  for (;;) {
    if (poll(on, 2, -1) < 0) die("poll");
    if (on[1].revents) {
      ssize_t count = read(server, text, sizeof text);
      if (count < 0) die("read");
      if (count == 0) return dprintf(1, "end\n"), 0;
      if (write(1, text, count) != count) die("write");
    }
    if (on[0].revents) {
      ssize_t count = read(0, text, sizeof text);
      if (count < 0) die("read");
      if (count > 0 && write(server, text, count) != count) die("write");
      if (count == 0) {
        on[0].fd = -1;
        if (shutdown(server, SHUT_WR) < 0) die("shutdown");
        dprintf(1, "end of input\n");
      }
    }
  }
}
