//===- ThreadPool.cpp - The threads behind ecolm_parallel_for -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A fixed pool with one mailbox per worker: threads spin for a while, then
// sleep.
//
//===----------------------------------------------------------------------===//

#include "ThreadPool.h"

#include "Parking.h"
#include "ecolm/Runtime/Model.h"

#include <atomic>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

// How a loop runs:
//
//   caller                         worker w (1 <= w < threads)
//   ------                         ---------------------------
//   take `busy`                    spin, then sleep on mailbox[w].ticket
//   write `job`, `unfinished`
//   ++mailbox[w].ticket  --------> sees the new ticket
//   do part 0                      take part w, if it is there; read `job`
//   take and do what no            do part w
//     worker has begun
//   wait for unfinished == 0 <---- --unfinished
//   release `busy`
//
// Only the workers that take part are woken, and only who has taken a part
// reads `job`, so it never changes under a reader. A worker that the system
// does not let run, because something else wants its processor, keeps nobody
// waiting. A loop that finds `busy` taken is nested in another one, or comes
// from a second thread of a host program; it runs inline.

namespace ecolm {
namespace runtime {
namespace {

using LoopBody = void (*)(void *, int64_t, int64_t);

/// What a ticket calls for.
struct Job {
  LoopBody body;
  void *captures;
  int64_t count;
  int64_t parts;
};

/// One cache line per worker, so that a spinning one disturbs no other.
struct alignas(64) Mailbox {
  std::atomic<uint32_t> ticket{0};
  /// The last ticket whose part somebody has taken.
  std::atomic<uint32_t> taken{0};
  std::atomic<uint32_t> asleep{0};
  pthread_t thread{};
};

/// Long enough to bridge the gap between two loops of a token (some tens of
/// microseconds), short enough not to burn a core between prompts. With more
/// threads than processors, whoever spins keeps the awaited one from running.
constexpr int spinRounds = 2000, crowdedSpinRounds = 20;

struct Pool {
  std::atomic<bool> busy{false};
  std::atomic<bool> started{false};
  std::atomic<bool> stopping{false};
  std::atomic<int> limit{maxThreads};
  std::atomic<int> spin{spinRounds};
  std::atomic<int64_t> operationsPerThread{defaultOperationsPerThread};
  /// Threads in all; changes only under `busy`.
  int threads = 1;
  Job job{};
  alignas(64) std::atomic<uint32_t> unfinished{0};
  std::atomic<uint32_t> callerAsleep{0};
  Mailbox mailboxes[maxThreads];
};

Pool pool;

/// 2 MiB: generated code keeps frames small, and address space is not free
/// under a limit.
constexpr size_t stackBytes = 2u << 20;

/// Runs part `part` of a job: contiguous, and decided by the numbers alone.
void runPart(const Job &job, int64_t part) {
  // count * part may overflow 64 bits; quotient and remainder do not.
  int64_t share = job.count / job.parts, rest = job.count % job.parts;
  int64_t begin = part * share + (part < rest ? part : rest);
  int64_t end = begin + share + (part < rest ? 1 : 0);
  if (begin < end)
    job.body(job.captures, begin, end);
}

/// True for the first who asks for the part of `ticket`. The part before it was
/// done before the ticket was given out.
bool takePart(Mailbox &mailbox, uint32_t ticket) {
  uint32_t before = ticket - 1;
  return mailbox.taken.compare_exchange_strong(before, ticket);
}

void *workerMain(void *argument) {
  Mailbox &mailbox = *static_cast<Mailbox *>(argument);
  int64_t part = &mailbox - pool.mailboxes;
  // Workers are joined before mailboxes are reused, so tickets start at 0.
  for (uint32_t seen = 0;;) {
    awaitChange(mailbox.ticket, seen, mailbox.asleep, pool.spin.load());
    if (pool.stopping.load())
      return nullptr;
    seen = mailbox.ticket.load();
    if (!takePart(mailbox, seen))
      continue;
    runPart(pool.job, part);
    if (pool.unfinished.fetch_sub(1) == 1)
      wake(pool.unfinished, pool.callerAsleep);
  }
}

bool startWorker(Mailbox &mailbox) {
  mailbox.ticket.store(0);
  mailbox.taken.store(0);
  mailbox.asleep.store(0);
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return false;
  // Signals are the main thread's business.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool ok =
      pthread_attr_setstacksize(&attributes, stackBytes) == 0 &&
      pthread_create(&mailbox.thread, &attributes, workerMain, &mailbox) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return ok;
}

/// Joins every worker. Call with `busy` taken.
void joinWorkers() {
  pool.stopping.store(true);
  for (int i = 1; i < pool.threads; ++i) {
    pool.mailboxes[i].ticket.fetch_add(1);
    wake(pool.mailboxes[i].ticket, pool.mailboxes[i].asleep);
    pthread_join(pool.mailboxes[i].thread, nullptr);
  }
  pool.threads = 1;
  pool.stopping.store(false);
}

/// Threads do not survive a fork; the child starts its own when it needs them.
void forgetWorkers() {
  pool.threads = 1;
  pool.started.store(false);
  pool.unfinished.store(0);
  pool.busy.store(false);
}

/// Brings the pool to `threads` threads. Call with `busy` taken.
void startWorkers(int threads) {
  static bool watchesForks = false;
  if (!watchesForks)
    watchesForks = pthread_atfork(nullptr, nullptr, forgetWorkers) == 0;
  joinWorkers();
  pool.spin.store(threads > availableProcessors() ? crowdedSpinRounds
                                                  : spinRounds);
  while (pool.threads < threads && startWorker(pool.mailboxes[pool.threads]))
    ++pool.threads;
  pool.started.store(true);
}

/// Waits for a loop on another thread to end.
void takePool() {
  while (pool.busy.exchange(true))
    sched_yield();
}

/// Runs the job with `parts` threads. Call with `busy` taken.
void runParts(const Job &job) {
  pool.job = job;
  pool.unfinished.store(static_cast<uint32_t>(job.parts - 1));
  for (int64_t i = 1; i < job.parts; ++i) {
    pool.mailboxes[i].ticket.fetch_add(1);
    wake(pool.mailboxes[i].ticket, pool.mailboxes[i].asleep);
  }
  runPart(job, 0);
  for (int64_t i = 1; i < job.parts; ++i) {
    Mailbox &mailbox = pool.mailboxes[i];
    if (!takePart(mailbox, mailbox.ticket.load()))
      continue;
    runPart(job, i);
    pool.unfinished.fetch_sub(1);
  }
  for (uint32_t left; (left = pool.unfinished.load()) != 0;)
    awaitChange(pool.unfinished, left, pool.callerAsleep, pool.spin.load());
}

/// How many threads a loop is worth.
int64_t partsFor(int64_t count, int64_t cost) {
  int64_t parts = pool.threads, limit = pool.limit.load();
  int64_t grain = pool.operationsPerThread.load();
  int64_t work = 0;
  if (__builtin_mul_overflow(count, cost > 1 ? cost : 1, &work))
    work = INT64_MAX;
  if (parts > limit)
    parts = limit;
  if (parts > count)
    parts = count;
  if (grain > 0 && parts > work / grain)
    parts = work / grain;
  return parts > 1 ? parts : 1;
}

/// A library that is unloaded must leave no thread in its code.
__attribute__((destructor)) void stopAtUnload() { stopThreads(); }

} // namespace

int availableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
  // More processors than a cpu_set_t holds.
  if (count < 1)
    count = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  return count < 1 ? 1 : count > maxThreads ? maxThreads : count;
}

int startThreads(int threads) {
  takePool();
  startWorkers(threads < maxThreads ? threads : maxThreads);
  int started = pool.threads;
  pool.busy.store(false);
  return started;
}

void stopThreads() {
  takePool();
  joinWorkers();
  pool.started.store(false);
  pool.busy.store(false);
}

int runningThreads() {
  takePool();
  int threads = pool.threads, limit = pool.limit.load();
  pool.busy.store(false);
  return threads < limit ? threads : limit;
}

void limitThreads(int threads) { pool.limit.store(threads); }

void setOperationsPerThread(int64_t operations) {
  pool.operationsPerThread.store(operations);
}

} // namespace runtime
} // namespace ecolm

extern "C" __attribute__((visibility("default"))) int32_t
ecolm_set_threads(int32_t threads) {
  return ecolm::runtime::startThreads(threads);
}

extern "C" __attribute__((visibility("default"))) void
ecolm_parallel_for(void (*body)(void *, int64_t, int64_t), void *captures,
                   int64_t count, int64_t cost) {
  using namespace ecolm::runtime;
  if (count <= 0)
    return;
  if (count == 1 || pool.busy.exchange(true))
    return body(captures, 0, count);
  if (!pool.started.load())
    startWorkers(availableProcessors());
  int64_t parts = partsFor(count, cost);
  if (parts > 1)
    runParts({body, captures, count, parts});
  pool.busy.store(false);
  if (parts == 1)
    body(captures, 0, count);
}
