/*
 * tracefs: an instance of the kernel's trace, kept for as long as whoever asked for it lives.
 *
 *   tracefs PID KILOBYTES      standard input: the lifeline; standard output: "ready", then the trace as text, under
 *                              "followed:" or "others:", whichever it is of
 *
 * What PID starts from now on is followed, and all that descends from it. KILOBYTES is the size of a processor's buffer.
 *
 * An instance has buffers and settings of its own: nothing that it records is seen elsewhere (Documentation/trace/ftrace.rst,
 * "Instances"). tracefs is mounted in a mount namespace of this process, so the host's mounts stay as they are.
 *
 * There are two, which complement each other. What is recorded goes by who is running: the first records those followed
 * (set_event_pid, with the option event-fork); the second, of all others (set_event_notrace_pid), only what they may do to
 * those followed. The SIGINT of a Ctrl-C comes from a kworker, that of a timer from an interrupt, and a packet may arrive
 * while whoever runs. The list of PIDs is written once, at the beginning: a later write copies it, and who is forked
 * meanwhile would be left out (trace_pid_write() in kernel/trace/trace.c).
 *
 * A line on the lifeline is written into the trace as a marker: when it comes out again, all that happened before it has
 * come out.
 *
 * The instances go when the lifeline ends: the kernel closes that however its owner dies. Only SIGKILL to this very
 * process can leave them behind; their names say whose they were (PID, start time), and the next to come removes them.
 */
#include "wire.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { PAUSE = 50 }; /* ms between two looks: to be woken by every event would disturb what is looked at */

static const char *const instances = "/sys/kernel/tracing/instances";
static char own[64], others[72]; /* the two instances */

/* Without these the account would have holes. */
static const char *const needed[] = {
  "task/task_newtask", "sched/sched_process_exec", "sched/sched_process_exit", "signal/signal_generate", "signal/signal_deliver",
  "syscalls/sys_exit_clone", "syscalls/sys_exit_wait4", "syscalls/sys_enter_exit_group", "syscalls/sys_enter_kill", "syscalls/sys_exit_kill",
  "syscalls/sys_exit_setsid", "syscalls/sys_enter_setpgid", "syscalls/sys_exit_setpgid", NULL,
};

/* Not every architecture or kernel has these. */
static const char *const wanted[] = {
  "syscalls/sys_exit_clone3", "syscalls/sys_exit_fork", "syscalls/sys_exit_vfork", "syscalls/sys_enter_exit", "syscalls/sys_enter_tkill",
  "syscalls/sys_exit_tkill", "syscalls/sys_enter_tgkill", "syscalls/sys_exit_tgkill", "syscalls/sys_enter_waitid", "syscalls/sys_exit_waitid",
  "syscalls/sys_enter_unshare", "syscalls/sys_exit_unshare", "syscalls/sys_enter_setns", "syscalls/sys_exit_setns", "syscalls/sys_enter_prctl",
  "syscalls/sys_exit_prctl", "sock/inet_sock_set_state", NULL,
};

/* Of others only what can befall somebody else than themselves. */
static const char *const foreign[] = {"signal/signal_generate", "sock/inet_sock_set_state", NULL};

/* What would be of no use is not even recorded: { event, filter }. */
static const char *const filters[][2] = {
  {"syscalls/sys_exit_clone", "ret > 0"}, {"syscalls/sys_exit_clone3", "ret > 0"}, {"syscalls/sys_exit_fork", "ret > 0"},
  {"syscalls/sys_exit_vfork", "ret > 0"}, {"syscalls/sys_exit_wait4", "ret > 0"}, {"syscalls/sys_exit_setsid", "ret > 0"},
  {"syscalls/sys_enter_prctl", "option == 36"}, /* PR_SET_CHILD_SUBREAPER */
  {"syscalls/sys_enter_unshare", "unshare_flags & 0x20000000"}, /* CLONE_NEWPID */
  {"sock/inet_sock_set_state", "protocol == 6"}, /* TCP */
};

__attribute__((noreturn)) static void refuse(const char *what) {
  printf("refused: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int file_of(const char *instance, const char *file, int flags) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", instance, file);
  return open(path, flags | O_CLOEXEC);
}

static int put(const char *instance, const char *file, const char *text) {
  int fd = file_of(instance, file, O_WRONLY);
  ssize_t done = fd < 0 ? -1 : write(fd, text, strlen(text));
  int error = errno;
  if (fd >= 0) close(fd);
  return errno = error, done < 0 ? -1 : 0;
}

static int event(const char *instance, const char *event, const char *file, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "events/%s/%s", event, file);
  return put(instance, path, text);
}

/* When a process started, in clock ticks since boot (proc_pid_stat(5), field 22); 0 if there is none. */
static unsigned long long started(int pid) {
  char path[32], line[1024], *after;
  unsigned long long when = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *stat = fopen(path, "re");
  if (!stat) return 0;
  if (fgets(line, sizeof line, stat) && (after = strrchr(line, ')')) &&
      sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &when) != 1)
    when = 0;
  fclose(stat);
  return when;
}

/* TCP in the kernel's own threads: ksoftirqd, which takes over when there is much to do, and the idle task, 0. They act for everybody. */
static const char *packets(void) {
  static char filter[4096] = "protocol == 6 && (common_pid == 0";
  size_t length = strlen(filter);
  DIR *proc = opendir("/proc");
  for (struct dirent *entry; proc && (entry = readdir(proc)) && length < sizeof filter - 64;) {
    char path[300], comm[32] = "";
    snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
    FILE *file = atoi(entry->d_name) > 0 ? fopen(path, "re") : NULL;
    if (!file) continue;
    if (fgets(comm, sizeof comm, file) && strncmp(comm, "ksoftirqd/", 10) == 0)
      length += snprintf(filter + length, sizeof filter - length, " || common_pid == %d", atoi(entry->d_name));
    fclose(file);
  }
  if (proc) closedir(proc);
  return strcat(filter, ")");
}

static void sweep(void) {
  DIR *all = opendir(instances);
  if (!all) return;
  for (struct dirent *entry; (entry = readdir(all));) {
    unsigned long long when;
    int pid;
    if (sscanf(entry->d_name, "procnotes-%d-%llu", &pid, &when) != 2 || started(pid) == when) continue;
    if (unlinkat(dirfd(all), entry->d_name, AT_REMOVEDIR) < 0) { /* another was first, or it is in use: not ours to mind */ }
  }
  closedir(all);
}

static void leave(void) {
  const char *const both[] = {own, others};
  for (int i = 0; i < 2; i++)
    if (*both[i] && rmdir(both[i]) < 0 && errno != ENOENT) fprintf(stderr, "remove the trace instance %s: %s\n", both[i], strerror(errno));
}

static void make(const char *instance, const char *list, const char *pid, const char *kilobytes) {
  if (mkdir(instance, 0700) < 0) refuse("make a trace instance");
  if (put(instance, "trace_clock", "mono") < 0) refuse("trace_clock"); /* CLOCK_MONOTONIC, as Node's performance.now() */
  if (put(instance, "buffer_size_kb", kilobytes) < 0) refuse("buffer_size_kb");
  put(instance, "options/record-cmd", "0"); /* names would have to be remembered, and nobody reads them */
  if (put(instance, "options/event-fork", "1") < 0) refuse("options/event-fork");
  if (put(instance, list, pid) < 0) refuse(list);
}

static void settle(const char *pid, const char *kilobytes) {
  if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
    mount("tracefs", "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL); /* or it is mounted already, or chdir says why not */
  if (chdir(instances) < 0) refuse(instances);
  sweep();
  atexit(leave);
  snprintf(own, sizeof own, "procnotes-%d-%llu", getpid(), started(getpid()));
  snprintf(others, sizeof others, "%s-others", own);
  make(own, "set_event_pid", pid, kilobytes);
  make(others, "set_event_notrace_pid", pid, kilobytes);
  for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) event(own, filters[i][0], "filter", filters[i][1]);
  event(others, "sock/inet_sock_set_state", "filter", packets());
  /* Not a child's SIGCHLD, a fault, SIGPIPE (13), or what threads of one process send each other (SI_TKILL, -6): there are floods of them. */
  event(others, "signal/signal_generate", "filter", "(code <= 0 || code == 128) && code != -6 && sig != 13");
  for (int i = 0; needed[i]; i++)
    if (event(own, needed[i], "enable", "1") < 0) refuse(needed[i]);
  for (int i = 0; wanted[i]; i++) event(own, wanted[i], "enable", "1");
  for (int i = 0; foreign[i]; i++) event(others, foreign[i], "enable", "1");
}

static int say(const char *text, ssize_t count) {
  for (ssize_t sent = 0, done; sent < count; sent += done)
    if ((done = write(1, text + sent, count - sent)) < 0) return -1;
  return 0;
}

/* Writes out what a trace holds by now, whole lines under a heading; -1 when nobody reads it any more. */
static int drain(int trace, const char *heading) {
  static char text[65536];
  ssize_t count = read(trace, text, sizeof text);
  if (count > 0 && say(heading, strlen(heading)) < 0) return -1;
  for (; count > 0; count = read(trace, text, sizeof text))
    if (say(text, count) < 0) return -1;
  return 0;
}

/* Not to be late: what the buffers have no room for is lost. A reader that is late itself finds it in the socket. */
static void hurry(void) {
  int room = 64 * 1024 * 1024;
  setpriority(PRIO_PROCESS, 0, -20);
  setsockopt(1, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: tracefs PID KILOBYTES\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN); /* its end is that of the lifeline, and no other: the instances have to be removed */
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  settle(argv[1], argv[2]);
  hurry();
  int mine = file_of(own, "trace_pipe", O_RDONLY | O_NONBLOCK), theirs = file_of(others, "trace_pipe", O_RDONLY | O_NONBLOCK);
  int marker = file_of(own, "trace_marker", O_WRONLY);
  if (mine < 0 || theirs < 0 || marker < 0) refuse("open the trace");
  printf("ready\n");
  fflush(stdout);

  struct pollfd lifeline = {0, POLLIN, 0};
  do {
    char said[4096];
    ssize_t count;
    if (poll(&lifeline, 1, PAUSE) < 0 && errno != EINTR) die("poll");
    if (!lifeline.revents) continue;
    if ((count = read(0, said, sizeof said - 1)) <= 0) break;
    said[count] = '\0';
    for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
      if (write(marker, line, strlen(line)) < 0) die("trace_marker");
  } while (drain(theirs, "others:\n") == 0 && drain(mine, "followed:\n") == 0); /* a mark is in the second: before it, all of both has come */
  close(mine); /* open, they would keep the instances from being removed */
  close(theirs);
  close(marker);
  return 0;
}
