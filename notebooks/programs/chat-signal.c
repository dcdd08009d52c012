/*
 * chat-signal: whichever of the two processes comes to its end kills the other one first.
 *
 *   ./chat-signal listen 9000        and in another terminal: ./chat-signal call 9000
 *
 * Compare with chat: Ctrl-D and the leaving of the other side now end both processes. Then kill -KILL one of them: who is
 * killed signals nobody. And who is getppid() when the parent is gone?
 */
#include "tcp.h"

#include <signal.h>

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
    kill(getppid(), SIGTERM);
    _exit(0);
  }
  copy(peer, 1);
  dprintf(1, "* the other side has left\n");
  close(peer);
  kill(child, SIGTERM);
  return 0;
}
