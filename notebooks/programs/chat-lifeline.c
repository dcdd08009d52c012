/*
 * chat-lifeline: each of the two processes holds one end of a socket pair. When one ends, by whatever cause, the kernel
 * closes its end, and the other one sees that.
 *
 *   ./chat-lifeline listen 9000        and in another terminal: ./chat-lifeline call 9000
 *
 * Compare with chat and chat-signal: no way of ending leaves a process behind, not even kill -KILL, on either side.
 */
#include "tcp.h"

#include <poll.h>
#include <sys/wait.h>

/* What comes from one descriptor goes to the other, until there is no more, or nobody holds the other end of the lifeline. */
static void copy(int from, int to, int lifeline) {
  struct pollfd on[2] = {{from, POLLIN, 0}, {lifeline, POLLIN, 0}};
  char text[512];
  ssize_t count;
  for (;;) {
    if (poll(on, 2, -1) < 0) die("poll");
    if (on[1].revents) return;
    if ((count = read(from, text, sizeof text)) == 0) return;
    if (count < 0) die("read");
    if (write(to, text, count) != count) die("write");
  }
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

  int life[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, life) < 0) die("socketpair");
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    close(life[0]);
    copy(0, peer, life[1]);
    shutdown(peer, SHUT_RDWR); /* for all who have it open; an error here means that it is shut already */
    _exit(0);
  }
  close(life[1]);
  copy(peer, 1, life[0]);
  shutdown(peer, SHUT_RDWR);
  close(life[0]);
  if (waitpid(child, NULL, 0) < 0) die("waitpid");
  dprintf(1, "* over\n");
  return 0;
}
