/*
 * chat: two people, two processes a side: the parent reads the socket, its child the terminal. Leaves one behind, on purpose.
 *
 *   ./chat listen 9000        and in another terminal: ./chat call 9000
 *
 * End one side (Ctrl-D, Ctrl-C, kill of one process, either side) and look with ps at who is left. Compare with its twins:
 * chat-shutdown (tells the other side), chat-signal (and its own other half, by kill), chat-lifeline (by a socket pair).
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
    close(peer);
    _exit(0);
  }
  copy(peer, 1);
  dprintf(1, "* the other side has left\n");
  close(peer);
  return 0;
}
