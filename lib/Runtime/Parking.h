//===- Parking.h - Waits for a number to change -------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Spins for a while and then sleeps in the kernel, which is how threads of the
// pool await each other.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_PARKING_H
#define ECOLM_LIB_RUNTIME_PARKING_H

#include <atomic>
#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ecolm {
namespace runtime {

/// Tells the processor that this is a loop that waits.
inline void relaxProcessor() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// The kernel's wait and wake on one word of this process.
inline long futex(std::atomic<uint32_t> &word, int operation, uint32_t value) {
  static_assert(sizeof(word) == sizeof(uint32_t), "the kernel sees 32 bits");
  return syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value,
                 nullptr, nullptr, 0);
}

/// Returns when `word` no longer holds `old`: looks `rounds` times, then sleeps
/// with `asleep` raised. Sequentially consistent: either this thread sees the
/// new value, or the one who wrote it sees `asleep` and wakes us.
inline void awaitChange(std::atomic<uint32_t> &word, uint32_t old,
                        std::atomic<uint32_t> &asleep, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    if (word.load(std::memory_order_acquire) != old)
      return;
    relaxProcessor();
  }
  asleep.store(1);
  while (word.load() == old)
    futex(word, FUTEX_WAIT, old);
  asleep.store(0);
}

/// Wakes the thread that sleeps on `word`. Call after changing it.
inline void wake(std::atomic<uint32_t> &word, std::atomic<uint32_t> &asleep) {
  if (asleep.load() != 0)
    futex(word, FUTEX_WAKE, INT_MAX);
}

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_PARKING_H
