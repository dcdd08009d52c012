/*
 * chat-pidfd: as chat-signal, but its child has a descriptor of its parent, and signals through that: pidfd_open(2).
 *
 *   ./chat-pidfd listen 9000        and in another terminal: ./chat-pidfd call 9000
 *
 * Compare with chat-signal when the parent is gone first: a descriptor stands for one process, and no other ever gets it.
 */
#include "tcp.h"

#include <signal.h>
#include <sys/syscall.h>

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

  int parent = syscall(SYS_pidfd_open, getpid(), 0);
  if (parent < 0) die("pidfd_open");
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    copy(0, peer);
    dprintf(1, "* end of input\n");
    close(peer);
    if (syscall(SYS_pidfd_send_signal, parent, SIGTERM, NULL, 0) < 0) perror("* the other process");
    _exit(0);
  }
  copy(peer, 1);
  dprintf(1, "* the other side has left\n");
  close(peer);
  kill(child, SIGTERM);
  return 0;
}
