//===- PowerOfTwoScale.cpp - Multiplications that are shifts --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Recognizes operations that multiply an f32 tensor by powers of two.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/PowerOfTwoScale.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Support/PowerOfTwo.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include <cstring>

using namespace mlir;
using namespace ecolm;

/// The numbers of a constant tensor or scalar, one element for a splat, and
/// whether they run along the last dimension only.
static std::optional<SmallVector<float>>
getConstantNumbers(Value value, SymbolTableCollection &symbols) {
  if (auto splat = value.getDefiningOp<tensor::SplatOp>())
    value = splat.getInput();
  FloatAttr scalar;
  if (matchPattern(value, m_Constant(&scalar)) && scalar.getType().isF32())
    return SmallVector<float>{scalar.getValue().convertToFloat()};
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isF32())
    return std::nullopt;
  // Only a row may be more than a splat: leading dimensions are one.
  bool isRow =
      type.getRank() == 0 || type.getNumElements() == type.getShape().back();

  DenseFPElementsAttr dense;
  if (matchPattern(value, m_Constant(&dense))) {
    if (dense.isSplat())
      return SmallVector<float>{dense.getSplatValue<float>()};
    if (isRow)
      return llvm::to_vector(dense.getValues<float>());
    return std::nullopt;
  }
  WeightOp weight = getDeclaration(value, symbols);
  if (!weight || !isRow)
    return std::nullopt;
  std::optional<WeightBytes> bytes = findSourceBytes(weight);
  if (!bytes || bytes->get().size() % sizeof(float))
    return std::nullopt;
  SmallVector<float> numbers(bytes->get().size() / sizeof(float));
  std::memcpy(numbers.data(), bytes->get().data(), bytes->get().size());
  return numbers;
}

/// The scale by `numbers`, or by their reciprocals.
static std::optional<PowerOfTwoScale>
makeScale(Value input, ArrayRef<float> numbers, bool divide) {
  PowerOfTwoScale scale;
  scale.input = input;
  scale.negative = !numbers.empty() && numbers.front() < 0;
  for (float number : numbers) {
    std::optional<int32_t> exponent =
        getExactLog2(scale.negative ? -number : number);
    if (!exponent)
      return std::nullopt;
    scale.exponents.push_back(divide ? -*exponent : *exponent);
  }
  if (scale.exponents.empty())
    return std::nullopt;
  if (llvm::all_equal(scale.exponents))
    scale.exponents.resize(1);
  return scale;
}

/// The scale that `body`, one product or quotient within `generic`, is.
static std::optional<PowerOfTwoScale>
findScaleInGeneric(linalg::GenericOp generic, SymbolTableCollection &symbols) {
  if (generic.getNumResults() != 1 ||
      generic.getNumParallelLoops() != generic.getNumLoops())
    return std::nullopt;
  Operation &body = generic.getBody()->front();
  if (!isa<arith::MulFOp, arith::DivFOp>(body) ||
      generic.getBody()->getTerminator()->getOperands() !=
          ValueRange(body.getResults()))
    return std::nullopt;
  MLIRContext *context = generic.getContext();
  int64_t rank = generic.getNumLoops();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(rank, context);
  if (generic.getIndexingMapsArray().back() != identity)
    return std::nullopt;

  for (unsigned side : {0, 1}) {
    auto argument = dyn_cast<BlockArgument>(body.getOperand(side));
    if (!argument || argument.getOwner() != generic.getBody() ||
        (side == 1 && isa<arith::DivFOp>(body)))
      continue;
    OpOperand &operand = generic->getOpOperand(argument.getArgNumber());
    if (!generic.isDpsInput(&operand) ||
        generic.getMatchingIndexingMap(&operand) != identity ||
        operand.get().getType() != generic.getResultTypes()[0])
      continue;

    Value other = body.getOperand(1 - side);
    bool runsAlong = true;
    auto factor = dyn_cast<BlockArgument>(other);
    if (factor && factor.getOwner() == generic.getBody()) {
      OpOperand &source = generic->getOpOperand(factor.getArgNumber());
      AffineMap map = generic.getMatchingIndexingMap(&source);
      other = source.get();
      // Numbers run along the last dimension or do not run at all.
      for (AffineExpr expr : map.getResults())
        if (!isa<AffineConstantExpr>(expr) &&
            expr != getAffineDimExpr(rank - 1, context))
          return std::nullopt;
      runsAlong = llvm::any_of(map.getResults(), llvm::IsaPred<AffineDimExpr>);
    }
    std::optional<SmallVector<float>> numbers =
        getConstantNumbers(other, symbols);
    if (numbers && (runsAlong || numbers->size() == 1))
      return makeScale(operand.get(), *numbers, isa<arith::DivFOp>(body));
  }
  return std::nullopt;
}

std::optional<PowerOfTwoScale>
ecolm::findPowerOfTwoScale(Operation *op, SymbolTableCollection &symbols) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return findScaleInGeneric(generic, symbols);
  if (!isa<arith::MulFOp, arith::DivFOp>(op) ||
      !isa<RankedTensorType>(op->getResult(0).getType()))
    return std::nullopt;
  bool divide = isa<arith::DivFOp>(op);
  for (unsigned side : {1, 0}) {
    if (side == 0 && divide)
      continue;
    if (std::optional<SmallVector<float>> numbers =
            getConstantNumbers(op->getOperand(side), symbols))
      return makeScale(op->getOperand(1 - side), *numbers, divide);
  }
  return std::nullopt;
}
