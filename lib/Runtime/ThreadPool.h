//===- ThreadPool.h - The threads behind ecolm_parallel_for -- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Starts, limits and stops the worker threads of a program.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_THREADPOOL_H
#define ECOLM_LIB_RUNTIME_THREADPOOL_H

#include <stdint.h>

namespace ecolm {
namespace runtime {

/// Largest number of threads, the calling one included.
constexpr int maxThreads = 256;

/// Processors that this process may run on.
int availableProcessors();

/// Stops the pool and starts it with `threads` threads, the calling one
/// included. Returns how many there are, which is fewer when the system gives
/// no more. Without a call, the first parallel loop starts one thread for each
/// available processor.
int startThreads(int threads);

/// The number of threads that loops can use now.
int runningThreads();

/// Ends and joins the workers.
void stopThreads();

/// Lets only the first `threads` threads take part in loops from here on.
void limitThreads(int threads);

/// Loops of fewer scalar operations than this per thread use fewer threads.
/// Zero makes every loop use all of them, as the self-test wants.
void setOperationsPerThread(int64_t operations);

/// The value that programs start with. About ten microseconds of vector work,
/// several times what it takes to wake and await a spinning thread. Zero where
/// a sanitizer is to see every loop shared.
#ifdef ECOLM_SHARE_EVERY_LOOP
constexpr int64_t defaultOperationsPerThread = 0;
#else
constexpr int64_t defaultOperationsPerThread = 32768;
#endif

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_THREADPOOL_H
