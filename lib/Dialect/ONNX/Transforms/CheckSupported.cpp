//===- CheckSupported.cpp - The whole-graph check as a pass -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Fails if any node of a graph cannot be compiled.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Analysis/CheckSupported.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"

namespace ecolm::onnx {

#define GEN_PASS_DEF_CHECKSUPPORTED
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

namespace {

struct CheckSupported final : impl::CheckSupportedBase<CheckSupported> {
  using Base::Base;

  void runOnOperation() override {
    SupportReport report = checkSupported(getOperation());
    numNodes += report.numNodes;
    numObstacles += report.countObstacles();
    markAllAnalysesPreserved();
    if (report.isSupported())
      return;
    report.emit();
    signalPassFailure();
  }
};

} // namespace
} // namespace ecolm::onnx
