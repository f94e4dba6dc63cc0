// The threads of a process that run parts of kernels, as a C file of its own: one team for all
// objects. Parts are taken one by one, as in ../../../autograd/src/engine/wasm/thread-mailbox.ts: a
// thread that counts `left` down from more than 0 has taken one, and nothing that it reads about it
// changes until it has counted it as `done`.
import { partsPerThread } from "@nabla/autograd/backend";

/** What segments know of the team; both files declare it. */
export const teamType = `
typedef void part_function(char *memory, uint32_t *table, long part, long parts);
typedef struct {
  uint32_t (*begin)(uint32_t threads);
  void (*divide)(part_function *run, char *memory, uint32_t *table, long worth);
  void (*end)(void);
} team_functions;`;

/** The exported function that returns the address of the team's functions. */
export const teamName = "team";

/** Nanoseconds for which a thread spins before it sleeps: between runs, within one, for the others. */
const looking = 30_000;
const lookingInRun = 100_000;
const lookingForOthers = 200_000;

/** The most threads of a team, beside those that call it. */
const mostThreads = 63;

export const teamText: string = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
${teamType}
#define LOAD(word) __atomic_load_n(&word, __ATOMIC_SEQ_CST)
#define STORE(word, value) __atomic_store_n(&word, value, __ATOMIC_SEQ_CST)
#define ADD(word, value) __atomic_fetch_add(&word, value, __ATOMIC_SEQ_CST)
#if defined(__x86_64__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE()
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER, finished = PTHREAD_COND_INITIALIZER;
/* A word for each line: threads that look at one do not slow down those that count another. */
static struct { _Alignas(128) uint32_t word; } busy, news, running, sleeping, waiting, wanted;
static struct { _Alignas(128) int32_t word; } left, done;
static struct { part_function *run; char *memory; uint32_t *table; long parts; } job;
/* Threads that have started; only whoever is busy changes it. */
static uint32_t started;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1000000000 * (int64_t)t.tv_sec + t.tv_nsec;
}

static void take(void) {
  const int32_t mine = ADD(left.word, -1);
  if (mine <= 0) return;
  const long parts = job.parts;
  job.run(job.memory, job.table, parts - mine, parts);
  ADD(done.word, 1);
  if (LOAD(waiting.word) == 0) return;
  pthread_mutex_lock(&lock);
  pthread_cond_signal(&finished);
  pthread_mutex_unlock(&lock);
}

static void *work(void *given) {
  const uint32_t own = (uint32_t)(uintptr_t)given;
  for (;;) {
    const uint32_t before = LOAD(news.word);
    while (own <= LOAD(wanted.word) && LOAD(left.word) > 0) take();
    const int64_t end = now() + (LOAD(running.word) ? ${lookingInRun} : ${looking});
    do for (int i = 0; i < 64 && LOAD(news.word) == before; i++) PAUSE();
    while (LOAD(news.word) == before && now() < end);
    if (LOAD(news.word) != before) continue;
    pthread_mutex_lock(&lock);
    ADD(sleeping.word, 1);
    while (LOAD(news.word) == before) pthread_cond_wait(&told, &lock);
    ADD(sleeping.word, -1);
    pthread_mutex_unlock(&lock);
  }
  return 0;
}

static void start(uint32_t count) {
  if (started == 0) {
    /* Threads never end, so this file has to stay where it is. */
    Dl_info own;
    if (dladdr(&started, &own) == 0 || dlopen(own.dli_fname, RTLD_NOW) == 0) return;
  }
  /* Signals are for the threads of the host. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (started < count) {
    pthread_t thread;
    if (pthread_create(&thread, 0, work, (void *)(uintptr_t)(started + 1)) != 0) break;
    pthread_detach(thread);
    started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, 0);
}

/* Returns whether the team is at the caller's disposal, until it calls \`end\`. */
static uint32_t begin(uint32_t threads) {
  if (__atomic_exchange_n(&busy.word, 1, __ATOMIC_SEQ_CST) != 0) return 0;
  const uint32_t others = threads - 1 < ${mostThreads} ? threads - 1 : ${mostThreads};
  if (started < others) start(others);
  STORE(wanted.word, others < started ? others : started);
  STORE(running.word, started > 0);
  if (started > 0) return 1;
  STORE(busy.word, 0);
  return 0;
}

static void divide(part_function *run, char *memory, uint32_t *table, long worth) {
  const long most = ${partsPerThread} * (LOAD(wanted.word) + 1L), parts = worth < most ? worth : most;
  job.run = run;
  job.memory = memory;
  job.table = table;
  job.parts = parts;
  STORE(done.word, 0);
  STORE(left.word, (int32_t)parts - 1);
  ADD(news.word, 1);
  if (LOAD(sleeping.word) > 0) {
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&told);
    pthread_mutex_unlock(&lock);
  }
  int32_t mine = (int32_t)parts;
  do {
    run(memory, table, parts - mine, parts);
    ADD(done.word, 1);
    mine = ADD(left.word, -1);
  } while (mine > 0);
  const int64_t end = now() + ${lookingForOthers};
  do for (int i = 0; i < 64 && LOAD(done.word) < parts; i++) PAUSE();
  while (LOAD(done.word) < parts && now() < end);
  if (LOAD(done.word) == parts) return;
  pthread_mutex_lock(&lock);
  STORE(waiting.word, 1);
  while (LOAD(done.word) < parts) pthread_cond_wait(&finished, &lock);
  STORE(waiting.word, 0);
  pthread_mutex_unlock(&lock);
}

static void end(void) {
  STORE(running.word, 0);
  STORE(busy.word, 0);
}

static const team_functions functions = {begin, divide, end};
__attribute__((visibility("default"))) uint64_t ${teamName}(void) {
  return (uint64_t)(uintptr_t)&functions;
}
`;
