//===- QuantizedPath.cpp - Operations that must not multiply --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Collects the operations between a quantizer and the float result of the
// linear layer that it feeds.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/QuantizedPath.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace ecolm;

/// Whether `value` is known before the program runs.
static bool isKnown(Value value) {
  Operation *producer = value.getDefiningOp();
  if (!producer)
    return false;
  if (auto splat = dyn_cast<tensor::SplatOp>(producer))
    return isKnown(splat.getInput());
  return producer->hasTrait<OpTrait::ConstantLike>() ||
         isa<GetWeightOp>(producer);
}

/// Whether `op` scales `operand` by something known, or by a scale that stands
/// on the path itself (that of quantize_int8).
static bool isScale(Operation *op, Value operand,
                    const SetVector<Operation *> &path) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    Operation &body = generic.getBody()->front();
    if (!isa<arith::MulFOp, arith::DivFOp>(body) ||
        generic.getBody()->getOperations().size() != 2)
      return false;
    return llvm::all_of(generic.getDpsInputs(), [&](Value input) {
      return input == operand || isKnown(input) ||
             path.contains(input.getDefiningOp());
    });
  }
  if (!isa<arith::MulFOp, arith::DivFOp>(op))
    return false;
  return llvm::all_of(op->getOperands(), [&](Value input) {
    return input == operand || isKnown(input) ||
           path.contains(input.getDefiningOp());
  });
}

/// Whether the path leads through `op`, a user of `operand`. Past the linear
/// operation only its conversion and its scale belong to it.
static bool continuesThrough(Operation *op, Value operand,
                             const SetVector<Operation *> &path) {
  if (isa<DequantizeOp, ButterflyOp, ButterflyFactorOp, MatmulOp,
          GroupMatmulOp>(op))
    return op->getOperand(0) == operand ||
           (isa<DequantizeOp>(op) &&
            path.contains(op->getOperand(0).getDefiningOp()));
  return isa<ShiftOp, PermuteOp, arith::SIToFPOp, arith::ExtSIOp, arith::MulIOp,
             arith::NegFOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             tensor::ExtractSliceOp, tensor::PadOp>(op) ||
         isScale(op, operand, path);
}

/// Follows the results of `quantizer` to the end of its linear layers.
static void followFrom(Operation *quantizer, SetVector<Operation *> &path) {
  SmallVector<Operation *> worklist = {quantizer};
  path.insert(quantizer);
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    for (OpOperand &use : op->getUses())
      if (continuesThrough(use.getOwner(), use.get(), path) &&
          path.insert(use.getOwner()))
        worklist.push_back(use.getOwner());
  }
}

SetVector<Operation *> ecolm::collectQuantizedPath(Operation *root,
                                                   PathScope scope) {
  SetVector<Operation *> path;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (scope == PathScope::Functions) {
      if (isa<FunctionOpInterface>(op) && op->hasAttr(kQuantizedAttr))
        op->walk([&](Operation *inner) {
          if (inner != op)
            path.insert(inner);
        });
    } else if (isa<LogQuantizeOp, QuantizeInt8Op, TernaryQuantizeOp,
                   PotQuantizeOp>(op)) {
      followFrom(op, path);
    }
  });
  // What stands in the region of an operation is part of it.
  for (Operation *op : llvm::to_vector(path))
    op->walk([&](Operation *inner) { path.insert(inner); });
  return path;
}
