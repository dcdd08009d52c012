/*
 * chat-shutdown: at the end of its input it says so to the other side: shutdown(2). Leaves a process behind, on purpose.
 *
 *   ./chat-shutdown listen 9000        and in another terminal: ./chat-shutdown call 9000; then Ctrl-D
 *
 * Compare with chat: there close(2) only gives up one of two descriptors, and the connection stays as it was.
 */
#include "tcp.h"

/* What comes from one descriptor goes to the other, until there is no more. */
static void copy(int from, int to) {
  char text[512];
  ssize_t count;
  while ((count = read(from, text, sizeof text)) > 0)
    if (write(to, text, count) != count) die("write");
  if (count < 0) die("read");
}

int main(int argc, char **argv) {
  int peer;
  if (argc != 3) return fprintf(stderr, "usage: %s listen|call PORT\n", argv[0]), 2;
  if (strcmp(argv[1], "call") == 0) peer = connect_to(argv[2]);
  else {
    int listener = listen_at(argv[2]);
    dprintf(1, "* listening %s\n", argv[2]);
    if ((peer = accept(listener, NULL, NULL)) < 0) die("accept");
    close(listener);
  }
  dprintf(1, "* connected\n");

  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    copy(0, peer);
    dprintf(1, "* end of input\n");
    if (shutdown(peer, SHUT_WR) < 0) die("shutdown");
    close(peer);
    _exit(0);
  }
  copy(peer, 1);
  dprintf(1, "* the other side has left\n");
  close(peer);
  return 0;
}
