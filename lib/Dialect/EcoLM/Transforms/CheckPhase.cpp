//===- CheckPhase.cpp - The contract of each phase ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Fails where the IR holds what a phase should have taken away.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"

namespace ecolm {
#define GEN_PASS_DEF_CHECKPHASE
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Dialects of IR on tensors.
static constexpr StringLiteral kTensorDialects[] = {
    "ecolm", "func", "linalg", "tensor", "arith",
    "math",  "cf",   "scf",    "affine", "ub"};

/// The word for `phase` in messages.
static StringRef getPhaseName(CheckedPhase phase) {
  switch (phase) {
  case CheckedPhase::Import:
    return "import";
  case CheckedPhase::Recognize:
    return "recognize";
  case CheckedPhase::Optimize:
    return "optimize";
  case CheckedPhase::Lower:
    return "lower";
  }
  return "";
}

/// Why no operation of the dialect of `op` may occur, or an empty string.
static StringRef checkDialect(Operation *op, CheckedPhase phase) {
  StringRef dialect = op->getName().getDialectNamespace();
  if (isa<ModuleOp>(op))
    return "";
  switch (phase) {
  case CheckedPhase::Import:
    return dialect == "onnx" || dialect == "func" ? ""
                                                  : "expected a graph of onnx";
  case CheckedPhase::Recognize:
  case CheckedPhase::Optimize:
    return llvm::is_contained(kTensorDialects, dialect)
               ? ""
               : "expected ecolm, linalg and arithmetic on tensors";
  case CheckedPhase::Lower:
    // The bytes of declared weights are written beside the code.
    return dialect == "llvm" || isa<WeightOp>(op) ? ""
                                                  : "expected the LLVM dialect";
  }
  return "";
}

/// Whether the weight `value` comes from a declaration and is not packed.
static bool isUnpacked(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return value.getDefiningOp<GetWeightOp>() &&
         !(type && isa_and_nonnull<PackedAttr>(type.getEncoding()));
}

/// Why optimized IR may not hold `op`, or an empty string.
static StringRef checkOptimized(Operation *op) {
  if (isa<ButterflyFactorOp>(op))
    return "its stages are not fused";
  if (isa<ButterflyOp, MatmulOp, GroupMatmulOp>(op) &&
      llvm::any_of(op->getOperands().drop_front(), isUnpacked))
    return "a weight is not packed";
  return "";
}

namespace {

struct CheckPhasePass final : ecolm::impl::CheckPhaseBase<CheckPhasePass> {
  using Base::Base;

  void runOnOperation() override {
    bool failed = false;
    getOperation()->walk([&](Operation *op) {
      StringRef why = checkDialect(op, phase);
      if (why.empty() && phase == CheckedPhase::Optimize)
        why = checkOptimized(op);
      if (why.empty())
        return;
      op->emitOpError() << "may not occur after the " << getPhaseName(phase)
                        << " phase: " << why;
      failed = true;
    });
    if (phase == CheckedPhase::Optimize &&
        !getOperation()->hasAttr(kArithmeticAttr)) {
      getOperation().emitError()
          << "expected the attribute " << kArithmeticAttr
          << " after the optimize phase: nothing chose the arithmetic of "
             "products";
      failed = true;
    }
    if (failed)
      signalPassFailure();
    else
      markAllAnalysesPreserved();
  }
};

} // namespace
