/*
 * terminal: what a terminal window is to the kernel: it holds the master of a pseudo-terminal, and a program leads a
 * session on the slave (pty(7), tty_ioctl(4)).
 *
 *   terminal ROWS COLUMNS PROGRAM [ARGUMENT...]     standard input: the keyboard; standard output: the screen
 *
 * The first line it writes is "PID SLAVE CHILD"; after it, what the screen shows. It stays when its program has ended
 * (as a window told to hold does), so that only the end of the keyboard closes the master: that is the hang-up.
 */
#include "wire.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

static void lead(const char *slave, char **argv) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (setsid() < 0) die("setsid");
  int tty = open(slave, O_RDWR); /* a session leader without one gets it as its controlling terminal */
  if (tty < 0) die("%s", slave);
  for (int i = 0; i < STREAMS; i++)
    if (dup2(tty, i) < 0) _exit(126);
  if (tty >= STREAMS) close(tty);
  execvp(argv[0], argv);
  dprintf(2, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

static void show(const char *bytes, ssize_t count) {
  for (ssize_t done; count > 0; bytes += done, count -= done)
    if ((done = write(1, bytes, count)) < 0) exit(0); /* nobody looks any more: the window is closed */
}

int main(int argc, char **argv) {
  char screen[65536], keys[4096];
  ssize_t typed = 0, sent = 0; /* of keys: those that the terminal has not taken yet stand in between */
  sigset_t child;
  if (argc < 4) return fprintf(stderr, "usage: terminal ROWS COLUMNS PROGRAM [ARGUMENT...]\n"), 2;
  struct winsize size = {.ws_row = atoi(argv[1]), .ws_col = atoi(argv[2])};
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) die("open a pseudo-terminal");
  if (ioctl(master, TIOCSWINSZ, &size) < 0) die("set the window size");
  char *slave = ptsname(master);
  int held = open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC); /* or the master reads EIO before the program has opened it */
  if (held < 0) die("%s", slave);

  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  int ended = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (ended < 0) die("signalfd");
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) lead(slave, argv + 3);
  dprintf(1, "%d %s %d\n", getpid(), slave, pid);

  for (;;) {
    int waiting = sent < typed; /* a program that does not read its terminal must not keep us from its screen */
    struct pollfd on[3] = {{0, waiting ? 0 : POLLIN, 0}, {master, POLLIN | (waiting ? POLLOUT : 0), 0}, {ended, POLLIN, 0}};
    struct signalfd_siginfo info;
    ssize_t count;
    if (poll(on, 3, -1) < 0 && errno != EINTR) die("poll");
    if (on[1].revents & POLLIN && (count = read(master, screen, sizeof screen)) > 0) show(screen, count);
    if (on[1].revents & POLLOUT && (count = write(master, keys + sent, typed - sent)) > 0) sent += count;
    if (on[0].revents && !waiting) {
      sent = 0;
      if ((typed = read(0, keys, sizeof keys)) <= 0) return 0;
    } else if (on[0].revents && sent < typed) return 0; /* the window is closed: keys that nobody takes do not hold it open */
    while (read(ended, &info, sizeof info) > 0) waitpid(pid, NULL, WNOHANG);
  }
}
