/*
 * init: the first process of a sandbox; every other process in it is its descendant.
 *
 *   init SCRATCH SOCKET [never] [tmp] [SYSCTL=VALUE...]      standard input: the lifeline
 *
 * It sets the sandbox up, with the sysctls of its own network namespace and, with `tmp`, a /tmp of its own, prints "ready PID" (PID as the host sees it), and
 * from then on
 *   - starts what it is asked for over SOCKET (wire.h), each in a session of its own,
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

enum { MOST = 256, CALLERS = 64 }; /* commands under way at once; connections that have said nothing yet */

static struct {
  unsigned number; /* 0: no command */
  pid_t pid;       /* 0: not all of its connections are there yet */
  int connections[STREAMS + 1]; /* its standard streams, and whoever asked for it; 0: none */
  unsigned length;              /* of its words, which are still to be read */
} commands[MOST];

static int callers[CALLERS]; /* 0: none */

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
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof at.sun_path) errno = ENAMETOOLONG, die("%s", path);
  strcpy(at.sun_path, path);
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at) < 0 || listen(s, STREAMS * MOST) < 0) die("listen at %s", path);
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

static void forget(int slot) {
  for (int i = 0; i <= STREAMS; i++)
    if (commands[slot].connections[i]) close(commands[slot].connections[i]);
  memset(&commands[slot], 0, sizeof commands[slot]);
}

static void start(int slot) {
  static char text[MESSAGE];
  char *argv[WORDS + 1];
  int count = 0, *streams = commands[slot].connections;
  ssize_t length = commands[slot].length < sizeof text ? commands[slot].length : sizeof text;
  ssize_t read = recv(streams[STREAMS], text, length, MSG_WAITALL);
  for (char *word = text; word < text + read && count < WORDS; word += strlen(word) + 1) argv[count++] = word;
  argv[count] = NULL;
  pid_t pid = count && read == length && !text[length - 1] ? fork() : -1;
  if (pid == 0) become(argv, streams);
  if (pid < 0) {
    forget(slot);
    return;
  }
  commands[slot].pid = pid;
  for (int i = 0; i < STREAMS; i++) close(streams[i]), streams[i] = 0;
}

/* Reads what a connection is, and starts its command when that has them all. */
static void hear(int s) {
  struct Greeting hello;
  int slot = 0, there = 0;
  int understood = recv(s, &hello, sizeof hello, MSG_WAITALL) == sizeof hello && hello.command > 0 && hello.place <= STREAMS;
  while (understood && slot < MOST && commands[slot].number != hello.command) slot++;
  if (slot == MOST)
    for (slot = 0; slot < MOST && commands[slot].number;) slot++;
  if (!understood || slot == MOST) {
    close(s);
    return;
  }
  commands[slot].number = hello.command;
  commands[slot].connections[hello.place] = s;
  if (hello.place == STREAMS) commands[slot].length = hello.length;
  for (int i = 0; i <= STREAMS; i++) there += commands[slot].connections[i] > 0;
  if (there > STREAMS) start(slot);
}

static void report(int slot, int status) {
  if (send(commands[slot].connections[STREAMS], &status, sizeof status, MSG_NOSIGNAL) < 0) { /* the client is gone; nobody asks */ }
  forget(slot);
}

static void reap(int adopted_too) {
  int status;
  if (adopted_too) { /* of all at once: who ends between two looks must not be taken for an adopted one */
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) /* SIGCHLDs coalesce: one wait is not enough */
      for (int i = 0; i < MOST; i++)
        if (commands[i].pid == pid) report(i, status);
    return;
  }
  for (int i = 0; i < MOST; i++)
    if (commands[i].pid && waitpid(commands[i].pid, &status, WNOHANG) > 0) report(i, status);
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
    struct pollfd on[3 + MOST + CALLERS] = {{0, POLLIN, 0}, {-1, POLLIN, 0}, {ended, POLLIN, 0}}, *calling = on + 3 + MOST;
    struct signalfd_siginfo info;
    for (int i = 0; i < MOST; i++) on[3 + i] = (struct pollfd){commands[i].pid ? commands[i].connections[STREAMS] : -1, POLLIN, 0};
    for (int i = 0; i < CALLERS; i++) {
      calling[i] = (struct pollfd){callers[i] ? callers[i] : -1, POLLIN, 0};
      if (!callers[i]) on[1].fd = listener;
    }
    if (poll(on, 3 + MOST + CALLERS, -1) < 0 && errno != EINTR) die("poll");
    if (on[0].revents) leave(argv[1]);
    for (int i = 0; i < MOST; i++) /* who asked is gone: what it asked for ends too */
      if (on[3 + i].revents && commands[i].pid) kill(-commands[i].pid, SIGKILL);
    while (read(ended, &info, sizeof info) > 0) { /* one notice may stand for many ends */ }
    reap(!never);
    for (int i = 0; i < CALLERS; i++)
      if (calling[i].revents) hear(callers[i]), callers[i] = 0;
    for (int i = 0; on[1].revents && i < CALLERS; i++) {
      if (callers[i]) continue;
      int s = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
      if (s < 0) break;
      callers[i] = s;
    }
  }
}
