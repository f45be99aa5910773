//===- ErrorsTest.cpp - Messages when nothing works any more --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Failures move, know their place, and have a word left when there is no
// memory for one.
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "gtest/gtest.h"

#include <utility>

using namespace ecolm::runtime;

namespace {

TEST(Status, MovesAndKnowsItsPlace) {
  Status status = Status::failure(ExitCode::BadInput, "%d of %d", 1, 2);
  Status moved = std::move(status);
  EXPECT_STREQ(status.message(), "");
  moved = std::move(moved).in("file '%s'", "x");
  EXPECT_STREQ(moved.message(), "file 'x': 1 of 2");
  EXPECT_EQ(moved.code(), ExitCode::BadInput);
  EXPECT_STREQ(Status::quiet(ExitCode::Interrupted).in("x").message(), "");
}

TEST(Status, HasAWordLeftForAMessageThatCannotBeMade) {
  // No character of this locale: formatting fails as without memory.
  Status status = Status::failure(ExitCode::Usage, "%ls", L"\x20AC");
  EXPECT_EQ(status.code(), ExitCode::Usage);
  EXPECT_STREQ(status.message(), "not enough memory to say what went wrong");
}

TEST(OutOfMemory, EndsTheProgramWithAMessage) {
  EXPECT_EXIT(exitOutOfMemory(123), testing::ExitedWithCode(5),
              "error: not enough memory for 123 bytes");
}

} // namespace
