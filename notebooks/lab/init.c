/*
 * init: the first process of a sandbox; every other process in it is its descendant.
 *
 *   init SCRATCH SOCKET [never] [tmp] [SYSCTL=VALUE...]      standard input: the lifeline
 *
 * It sets the sandbox up, with the sysctls of its own network namespace and, with `tmp`, a /tmp of its own, prints "ready PID" (PID as the host sees it), and
 * from then on
 *   - starts what `enter` asks for over SOCKET, each in a session of its own,
 *   - waits for its children, adopted ones too; with `never`, only for those that it started itself,
 *   - ends when the lifeline does: whoever opened the sandbox holds the other end, so the kernel closes it however
 *     that process dies. As PID 1 its own end is enough (the kernel kills the rest: pid_namespaces(7)); elsewhere it is
 *     a subreaper (prctl(2)), so that nothing it is answerable for can escape, and it kills and waits for all of it.
 */
#include "wire.h"

#include <dirent.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

enum { MOST = 256 }; /* commands under way at once */

static struct { pid_t pid; int client; } started[MOST];

static void mount_or_die(const char *type, const char *where, unsigned long flags, const char *options) {
  if (mount(type, where, type, flags, options) < 0) die("mount %s on %s", type, where);
}

static void loopback_up(void) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (s < 0 || ioctl(s, SIOCSIFFLAGS, &request) < 0) die("bring up lo");
  close(s);
}

/* Ours to set, as the network namespace is: network_namespaces(7). */
static void set_sysctl(const char *setting) {
  char path[256] = "/proc/sys/";
  const char *value = strchr(setting, '=');
  if (!value || value - setting > 200) errno = EINVAL, die("set %s", setting);
  strncat(path, setting, value - setting);
  for (char *dot = path; (dot = strchr(dot, '.'));) *dot = '/';
  FILE *file = fopen(path, "we");
  if (!file || fputs(value + 1, file) == EOF || fclose(file) == EOF) die("set %s", setting);
}

static void own_tmp(const char *scratch) {
  char own[256];
  snprintf(own, sizeof own, "%s/.tmp", scratch);
  if (mkdir(own, 0700) < 0 || chmod(own, 01777) < 0) die("mkdir %s", own);
  if (mount(own, "/tmp", NULL, MS_BIND, NULL) < 0) die("mount %s on /tmp", own);
}

static void furnish(const char *scratch, char **settings) {
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) die("make mounts private");
  mount_or_die("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount_or_die("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"); /* pts/0 is the first terminal */
  mount_or_die("tmpfs", scratch, MS_NOSUID | MS_NODEV, "mode=0755,size=256m");
  loopback_up();
  if (sethostname("box", 3) < 0) die("sethostname");
  if (*settings && strcmp(*settings, "tmp") == 0) own_tmp(scratch), settings++;
  while (*settings) set_sysctl(*settings++);
}

static int listen_at(const char *path) {
  struct sockaddr_un at = address(path);
  int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at) < 0 || listen(s, 64) < 0) die("listen at %s", path);
  return s;
}

static void become(char **argv, int fds[STREAMS]) {
  sigset_t none;
  for (int s = 1; s < NSIG; s++) signal(s, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid(); /* PGID and SID of its own: entered from outside, it would show 0 for both */
  for (int i = 0; i < STREAMS; i++)
    if (dup2(fds[i], i) < 0) _exit(126);
  execvp(argv[0], argv);
  dprintf(2, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

/* Reads one request into text, points argv at its words and takes the descriptors; -1 if it is none. */
static int receive(int client, char *text, char **argv, int fds[STREAMS]) {
  union Rights rights;
  struct iovec words = {text, MESSAGE};
  struct msghdr message = {.msg_iov = &words, .msg_iovlen = 1, .msg_control = rights.space, .msg_controllen = sizeof rights.space};
  ssize_t length = recvmsg(client, &message, MSG_CMSG_CLOEXEC);
  struct cmsghdr *streams = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  int count = 0;
  if (!streams || streams->cmsg_type != SCM_RIGHTS || streams->cmsg_len != CMSG_LEN(STREAMS * sizeof(int))) return -1;
  memcpy(fds, CMSG_DATA(streams), STREAMS * sizeof(int));
  for (char *word = text; word < text + length && count < WORDS; word += strlen(word) + 1) argv[count++] = word;
  argv[count] = NULL;
  return 0;
}

static void start(int listener) {
  static char text[MESSAGE];
  char *argv[WORDS + 1];
  int fds[STREAMS], slot = 0;
  int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (client < 0) return;
  while (slot < MOST && started[slot].pid) slot++;
  if (slot == MOST || receive(client, text, argv, fds) < 0) {
    close(client);
    return;
  }
  pid_t pid = fork();
  if (pid == 0) become(argv, fds);
  for (int i = 0; i < STREAMS; i++) close(fds[i]);
  if (pid < 0) close(client);
  else started[slot].pid = pid, started[slot].client = client;
}

static void report(int slot, int status) {
  if (send(started[slot].client, &status, sizeof status, MSG_NOSIGNAL) < 0) { /* the client is gone; nobody asks */ }
  close(started[slot].client);
  started[slot].pid = 0;
}

static void reap(int adopted_too) {
  int status;
  if (adopted_too) { /* of all at once: who ends between two looks must not be taken for an adopted one */
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) /* SIGCHLDs coalesce: one wait is not enough */
      for (int i = 0; i < MOST; i++)
        if (started[i].pid == pid) report(i, status);
    return;
  }
  for (int i = 0; i < MOST; i++)
    if (started[i].pid && waitpid(started[i].pid, &status, WNOHANG) > 0) report(i, status);
}

static void kill_children(void) {
  DIR *proc = opendir("/proc");
  if (!proc) return;
  for (struct dirent *entry; (entry = readdir(proc));) {
    char path[300], line[512], *after;
    int pid = atoi(entry->d_name), parent;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *stat = pid > 0 ? fopen(path, "re") : NULL;
    if (!stat) continue;
    if (fgets(line, sizeof line, stat) && (after = strrchr(line, ')')) && sscanf(after, ") %*c %d", &parent) == 1 && parent == getpid())
      kill(pid, SIGKILL);
    fclose(stat);
  }
  closedir(proc);
}

static void leave(const char *scratch) {
  if (getpid() == 1) _exit(0);
  do kill_children(); /* the children of those killed come to this subreaper, and are next */
  while (waitpid(-1, NULL, 0) > 0);
  execlp("rm", "rm", "-rf", "--", scratch, (char *)NULL);
  die("rm -rf %s", scratch);
}

int main(int argc, char **argv) {
  char self[32] = "";
  sigset_t child;
  if (argc < 3) return fprintf(stderr, "usage: init SCRATCH SOCKET [never] [tmp] [SYSCTL=VALUE...]\n"), 2;
  int never = argc > 3 && strcmp(argv[3], "never") == 0;
  close_range(STREAMS, ~0U, 0); /* what whoever opened the sandbox had open is not for those inside */
  if (readlink("/proc/self", self, sizeof self - 1) < 0) die("read /proc/self"); /* the old /proc still counts as the host does */
  if (setsid() < 0 && getpid() != getsid(0)) die("setsid");
  if (getpid() == 1) furnish(argv[1], argv + 3 + never);
  else if (mkdir(argv[1], 0755) < 0) die("mkdir %s", argv[1]); /* here, and not by the opener: what it makes nobody removes if it dies */
  else if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) die("become a subreaper");
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* what it starts is an ordinary process of its user */
  if (chdir(argv[1]) < 0) die("chdir %s", argv[1]);
  int listener = listen_at(argv[2]);
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &child, NULL) < 0) die("sigprocmask");
  int ended = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (ended < 0) die("signalfd");
  signal(SIGPIPE, SIG_IGN); /* whoever opened this may be gone by now: for the lifeline to say, not for "ready" to die of */
  printf("ready %s\n", self);
  fflush(stdout);

  for (;;) {
    struct pollfd on[3 + MOST] = {{0, POLLIN, 0}, {listener, POLLIN, 0}, {ended, POLLIN, 0}};
    struct signalfd_siginfo info;
    for (int i = 0; i < MOST; i++) on[3 + i] = (struct pollfd){started[i].pid ? started[i].client : -1, POLLIN, 0};
    if (poll(on, 3 + MOST, -1) < 0 && errno != EINTR) die("poll");
    if (on[0].revents) leave(argv[1]);
    for (int i = 0; i < MOST; i++) /* who asked is gone: what it asked for ends too */
      if (on[3 + i].revents && started[i].pid) kill(-started[i].pid, SIGKILL);
    while (read(ended, &info, sizeof info) > 0) { /* one notice may stand for many ends */ }
    reap(!never);
    if (on[1].revents & POLLIN) start(listener);
  }
}
