/*
 * reap-trials.h: reap.h's server with client after client, each killed when all its connections are served; and the count.
 *
 *   ./reap-wait 1000 5          1000 trials of a client with five connections, on all CPUs
 *   ./reap-wait 1000 5 one      all of it on one CPU
 *   ./reap-wait 5 5 apart       the client closes its connections itself, 50 ms apart
 *
 * Prints a line of JSON: in how many trials 0, 1, 2, ... zombies were left when all children had ended, and in how many the
 * handler ran 0, 1, 2, ... times; and how far apart the first and the last child saw the end of its connection (the
 * least, the median and the most of all trials, in microseconds).
 */
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

enum { MOST = 16 };

static int ready[2];  /* a pipe: each child says that it serves */
static double *ended; /* shared: when each child saw the end of its connection, in microseconds */

static void say_ready(int number) {
  if (write(ready[1], &number, 1) != 1) _exit(1);
}

static void note_end(int number) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  ended[number] = now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void client(int port, int connections, int apart) {
  struct sockaddr_in at = loopback(port);
  int s[MOST];
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody stays when the trials are broken off */
  for (int i = 0; i < connections; i++)
    if ((s[i] = socket(AF_INET, SOCK_STREAM, 0)) < 0 || connect(s[i], (struct sockaddr *)&at, sizeof at) < 0) die("connect");
  if (!apart) for (;;) pause();
  for (int i = 0; i < connections; i++) {
    nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
    close(s[i]);
  }
  _exit(0);
}

static void play_clients(int port, int trials, int connections, int apart) {
  for (int trial = 0; trial < trials; trial++) {
    char byte;
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) client(port, connections, apart);
    for (int i = 0; i < connections; i++)
      if (read(ready[0], &byte, 1) != 1) die("read from the server");
    if (!apart && kill(pid, SIGKILL) < 0) die("kill");
    if (waitpid(pid, NULL, 0) < 0) die("waitpid");
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_counts(const char *name, const int *count, int most) {
  printf(", \"%s\": [%d", name, count[0]);
  for (int i = 1; i <= most; i++) printf(", %d", count[i]);
  printf("]");
}

static void serve_trials(int listener, int trials, int connections) {
  static int zombies[MOST + 1], ran[MOST + 1];
  double *spread = calloc(trials, sizeof *spread);
  if (!spread || sigaction(SIGCHLD, &on_sigchld, NULL) < 0) die("set up");
  for (int trial = 0; trial < trials; trial++) {
    pid_t pids[MOST];
    siginfo_t info;
    int left = 0;
    runs = 0;
    for (int i = 0; i < connections; i++) pids[i] = serve(listener, say_ready, note_end, i);
    for (int i = 0; i < connections; i++) /* until it has ended; WNOWAIT looks and takes nothing away */
      while (waitid(P_PID, pids[i], &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) { /* the handler ran */ }
    while (waitpid(-1, NULL, WNOHANG) > 0) left++; /* what has ended and was not waited for: the zombies */
    zombies[left]++;
    ran[runs]++;
    qsort(ended, connections, sizeof *ended, ascending);
    spread[trial] = ended[connections - 1] - ended[0];
  }
  qsort(spread, trials, sizeof *spread, ascending);
  printf("{\"trials\": %d, \"connections\": %d, \"apart_us\": [%.0f, %.0f, %.0f]", trials, connections, spread[0], spread[trials / 2], spread[trials - 1]);
  print_counts("zombies", zombies, connections);
  print_counts("runs", ran, connections);
  printf("}\n");
}

static int try(int trials, int connections, const char *how) {
  int listener, port = listen_at(0, &listener), status = 1;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  if (trials < 1 || connections < 1 || connections > MOST) return fprintf(stderr, "1 trial or more, 1 to %d connections\n", MOST), 2;
  if (strcmp(how, "one") == 0 && sched_setaffinity(0, sizeof one, &one) < 0) die("sched_setaffinity");
  ended = mmap(NULL, MOST * sizeof *ended, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (ended == MAP_FAILED || pipe(ready) < 0) die("set up");
  pid_t server = fork();
  if (server < 0) die("fork");
  if (server == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve_trials(listener, trials, connections);
    exit(0);
  }
  close(listener);
  close(ready[1]); /* so that the server's end is the end of the pipe */
  play_clients(port, trials, connections, strcmp(how, "apart") == 0);
  return waitpid(server, &status, 0) < 0 || status != 0;
}
