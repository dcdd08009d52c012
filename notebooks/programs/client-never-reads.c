/*
 * client-never-reads: sends as much as it is let, and reads nothing of what comes back. On purpose.
 *
 *   ./client-never-reads 8080 1000        milliseconds after which it stops believing that the server takes more
 *
 * Its receive buffer fills with echoes, then the server's send buffer, then the server's write blocks; so the server does
 * not read, and in the end this side cannot send either. Compare a server that waits for ever with one that gives up.
 */
#include "tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

int main(int argc, char **argv) {
  static const char text[4096] = {'a'};
  long sent = 0;
  if (argc != 3) return fprintf(stderr, "usage: client-never-reads PORT MILLISECONDS\n"), 2;
  int server = connect_to(argv[1]);
  dprintf(1, "connected\n");
  if (fcntl(server, F_SETFL, O_NONBLOCK) < 0) die("fcntl");
  for (;;) {
    struct pollfd on = {server, POLLOUT, 0};
    int ready = poll(&on, 1, atoi(argv[2]));
    if (ready < 0) die("poll");
    if (ready == 0) {
      dprintf(1, "stuck after %ld bytes\n", sent);
      break;
    }
    ssize_t count = send(server, text, sizeof text, MSG_NOSIGNAL);
    if (count > 0) sent += count;
    if (count < 0 && errno != EAGAIN) {
      dprintf(1, "the server gave up after %ld bytes\n", sent);
      break;
    }
  }
  pause();
  return 0;
}
