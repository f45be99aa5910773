//===- ThreadPoolTest.cpp - The pool behind ecolm_parallel_for ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Every item once, whatever the numbers; nested, concurrent, forked and
// restarted.
//
//===----------------------------------------------------------------------===//

#include "ThreadPool.h"
#include "ecolm/Runtime/Model.h"
#include "gtest/gtest.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace ecolm::runtime;

namespace {

using Body = std::function<void(int64_t, int64_t)>;

void parallelFor(int64_t count, int64_t cost, Body body) {
  ecolm_parallel_for(
      [](void *captures, int64_t begin, int64_t end) {
        (*static_cast<Body *>(captures))(begin, end);
      },
      &body, count, cost);
}

/// The ranges that a loop was cut into.
std::set<std::pair<int64_t, int64_t>> rangesOf(int64_t count, int64_t cost) {
  std::mutex mutex;
  std::set<std::pair<int64_t, int64_t>> ranges;
  parallelFor(count, cost, [&](int64_t begin, int64_t end) {
    std::lock_guard<std::mutex> lock(mutex);
    EXPECT_TRUE(ranges.insert({begin, end}).second);
  });
  return ranges;
}

class ThreadPool : public testing::Test {
protected:
  void SetUp() override {
    startThreads(4);
    limitThreads(maxThreads);
    setOperationsPerThread(0);
  }
  void TearDown() override {
    stopThreads();
    setOperationsPerThread(defaultOperationsPerThread);
    limitThreads(maxThreads);
  }
};

TEST_F(ThreadPool, EveryItemOnce) {
  for (int threads : {1, 2, 3, 4, 7, 16}) {
    ASSERT_EQ(startThreads(threads), threads);
    for (int64_t count = 0; count < 70; ++count) {
      std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
      parallelFor(count, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
          ++visits[static_cast<size_t>(i)];
      });
      for (auto &visit : visits)
        ASSERT_EQ(visit, 1);
    }
  }
}

TEST_F(ThreadPool, PartsAreContiguousAndBalanced) {
  for (int64_t count : {INT64_C(2), INT64_C(10), INT64_C(1001), INT64_MAX}) {
    auto ranges = rangesOf(count, 1);
    EXPECT_EQ(ranges.size(), static_cast<size_t>(std::min<int64_t>(count, 4)));
    int64_t next = 0;
    for (auto [begin, end] : ranges) {
      EXPECT_EQ(begin, next);
      EXPECT_GE(end - begin, count / 4);
      EXPECT_LE(end - begin, count / 4 + 1);
      next = end;
    }
    EXPECT_EQ(next, count);
    // The numbers alone decide.
    EXPECT_EQ(rangesOf(count, 1), ranges);
  }
}

TEST_F(ThreadPool, SmallLoopsStayOnTheCaller) {
  setOperationsPerThread(1000);
  EXPECT_EQ(rangesOf(100, 10).size(), 1u);
  EXPECT_EQ(rangesOf(100, 20).size(), 2u);
  EXPECT_EQ(rangesOf(100, 1000).size(), 4u);
  EXPECT_EQ(rangesOf(100, INT64_MAX).size(), 4u);
  EXPECT_EQ(rangesOf(100, -5).size(), 1u);
  EXPECT_EQ(rangesOf(0, 1000).size(), 0u);
  EXPECT_EQ(rangesOf(-3, 1000).size(), 0u);
  std::thread::id caller = std::this_thread::get_id();
  parallelFor(100, 10, [&](int64_t, int64_t) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
}

TEST_F(ThreadPool, TheLimitHolds) {
  limitThreads(2);
  EXPECT_EQ(rangesOf(100, 1).size(), 2u);
  EXPECT_EQ(runningThreads(), 2);
  limitThreads(1);
  EXPECT_EQ(rangesOf(100, 1).size(), 1u);
}

TEST_F(ThreadPool, TheCallerWorksToo) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  // Each part waits for all others, so four threads there must be.
  std::atomic<int> arrived{0};
  parallelFor(4, 1, [&](int64_t, int64_t) {
    ++arrived;
    while (arrived < 4)
      std::this_thread::yield();
    std::lock_guard<std::mutex> lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(threads.size(), 4u);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 1u);
}

TEST_F(ThreadPool, NestedLoopsRunInline) {
  std::atomic<int64_t> sum{0};
  parallelFor(8, 1, [&](int64_t begin, int64_t end) {
    std::thread::id outer = std::this_thread::get_id();
    for (int64_t i = begin; i < end; ++i)
      parallelFor(100, 1, [&](int64_t from, int64_t to) {
        EXPECT_EQ(std::this_thread::get_id(), outer);
        EXPECT_EQ(to - from, 100);
        sum += to - from;
      });
  });
  EXPECT_EQ(sum, 800);
}

TEST_F(ThreadPool, HostThreadsMayCallAtTheSameTime) {
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> hosts;
  for (int host = 0; host < 4; ++host)
    hosts.emplace_back([&] {
      for (int round = 0; round < 500; ++round)
        parallelFor(37, 1,
                    [&](int64_t begin, int64_t end) { sum += end - begin; });
    });
  for (std::thread &host : hosts)
    host.join();
  EXPECT_EQ(sum, 4 * 500 * 37);
}

TEST_F(ThreadPool, SleepersWakeUp) {
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(rangesOf(64, 1).size(), 4u);
    // Far beyond the time that a worker spins.
    usleep(5000);
  }
}

TEST_F(ThreadPool, StartsByItself) {
  stopThreads();
  int64_t parts = std::min(availableProcessors(), 64);
  EXPECT_EQ(rangesOf(64, 1).size(), static_cast<size_t>(parts));
}

TEST_F(ThreadPool, WorksInAForkedChild) {
  rangesOf(64, 1);
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // The child has no workers until it asks for them.
    alarm(20);
    bool ok = !rangesOf(64, 1).empty() && startThreads(3) == 3 &&
              rangesOf(64, 1).size() == 3;
    stopThreads();
    _exit(ok ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

} // namespace
