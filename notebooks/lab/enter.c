/*
 * enter: run a command inside a sandbox, with this process's standard streams, and end as it ends.
 *
 *   enter SOCKET COMMAND [ARGUMENT...]
 *
 * The command is a child of the sandbox's init, not of this process; this one waits, and ends with its exit status, or
 * by the same signal. When this process is killed, init ends the command's process group.
 */
#include "wire.h"

#include <sys/prctl.h>

int main(int argc, char **argv) {
  static char text[MESSAGE];
  size_t length = 0;
  int status;
  union Rights rights = {0};
  if (argc < 3) return fprintf(stderr, "usage: enter SOCKET COMMAND [ARGUMENT...]\n"), 2;

  for (int i = 2; i < argc; i++) {
    size_t size = strlen(argv[i]) + 1;
    if (length + size > sizeof text || i - 2 >= WORDS) errno = E2BIG, die("%s", argv[2]);
    memcpy(text + length, argv[i], size);
    length += size;
  }
  struct iovec words = {text, length};
  struct msghdr message = {.msg_iov = &words, .msg_iovlen = 1, .msg_control = rights.space, .msg_controllen = sizeof rights.space};
  struct cmsghdr *streams = CMSG_FIRSTHDR(&message);
  streams->cmsg_level = SOL_SOCKET;
  streams->cmsg_type = SCM_RIGHTS;
  streams->cmsg_len = CMSG_LEN(STREAMS * sizeof(int));
  memcpy(CMSG_DATA(streams), (int[STREAMS]){0, 1, 2}, STREAMS * sizeof(int));

  struct sockaddr_un at = address(argv[1]);
  int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (s < 0 || connect(s, (struct sockaddr *)&at, sizeof at) < 0) die("reach the sandbox at %s", argv[1]);
  if (sendmsg(s, &message, 0) < 0) die("ask for %s", argv[2]);
  for (int i = 0; i < STREAMS; i++) close(i); /* or the pipes would never see their end */

  if (recv(s, &status, sizeof status, 0) != sizeof status) return 125; /* the sandbox closed first */
  if (WIFSIGNALED(status)) {
    prctl(PR_SET_DUMPABLE, 0); /* one core file is enough */
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
  }
  return WEXITSTATUS(status);
}
