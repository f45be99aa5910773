//===- TensorBuilders.cpp - Builds linalg operations ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds elementwise operations with numpy broadcasting, and reductions.
//
//===----------------------------------------------------------------------===//

#include "TensorBuilders.h"
#include "SizeArithmetic.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

Value ecolm::createEmpty(GraphRewriter &rewriter, Location loc,
                         RankedTensorType type, ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> dynamic;
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (type.isDynamicDim(dim))
      dynamic.push_back(getValueOrCreateConstantIndexOp(rewriter, loc, size));
  return tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                 type.getElementType(), dynamic);
}

Value ecolm::createFilled(GraphRewriter &rewriter, Location loc,
                          RankedTensorType type, ArrayRef<OpFoldResult> sizes,
                          Value value) {
  Value init = createEmpty(rewriter, loc, type, sizes);
  return linalg::FillOp::create(rewriter, loc, value, init).getResult(0);
}

//===----------------------------------------------------------------------===//
// Broadcasting
//===----------------------------------------------------------------------===//

namespace {
/// How an operand finds its element for an element of the result: through the
/// map, or, where only the running program knows whether a dimension is one
/// and repeats, through indices chosen there.
struct OperandAccess {
  TypedAttr constant;
  AffineMap map;
  /// For each dimension whether it is one, or null where that is certain.
  SmallVector<Value> isOne;
};

/// The dimension of an operand that dimension `dim` of the result stands for;
/// negative where the operand has fewer dimensions.
int64_t alignDim(Value operand, RankedTensorType type, int64_t dim) {
  return dim + cast<RankedTensorType>(operand.getType()).getRank() -
         type.getRank();
}
} // namespace

/// True if dimension `dim` of `operand` certainly is that of the result: no
/// other operand could make it repeat.
static bool decidesResult(GraphRewriter &rewriter, ValueRange operands,
                          Value operand, int64_t dim, RankedTensorType type) {
  int64_t own = alignDim(operand, type, dim);
  return llvm::all_of(operands, [&](Value other) {
    int64_t theirs = alignDim(other, type, dim);
    return theirs < 0 ||
           cast<RankedTensorType>(other.getType()).getDimSize(theirs) == 1 ||
           rewriter.haveSameSize(operand, own, other, theirs);
  });
}

/// The size of dimension `dim` of what `operands` broadcast to.
static OpFoldResult findResultSize(GraphRewriter &rewriter, Location loc,
                                   ValueRange operands, int64_t dim,
                                   RankedTensorType type) {
  SizeArithmetic sizes(rewriter, loc);
  if (!type.isDynamicDim(dim))
    return sizes.constant(type.getDimSize(dim));
  std::optional<OpFoldResult> size;
  SmallVector<std::pair<Value, int64_t>> seen;
  for (Value operand : operands) {
    int64_t own = alignDim(operand, type, dim);
    auto operandType = cast<RankedTensorType>(operand.getType());
    if (own < 0 || operandType.getDimSize(own) == 1)
      continue;
    // A number above one is the size, and all others are checked against it.
    if (!operandType.isDynamicDim(own))
      return sizes.constant(operandType.getDimSize(own));
    if (llvm::any_of(seen, [&](auto &entry) {
          return rewriter.haveSameSize(entry.first, entry.second, operand, own);
        }))
      continue;
    seen.push_back({operand, own});
    OpFoldResult next = rewriter.getSize(operand, own);
    size = size ? sizes.selectEqual(*size, 1, next, *size) : next;
  }
  return size ? *size : sizes.constant(1);
}

/// Decides how `operand` is read. A dimension that is neither one nor the
/// result's stops the program.
static OperandAccess createAccess(GraphRewriter &rewriter, Location loc,
                                  Value operand, RankedTensorType type,
                                  ArrayRef<OpFoldResult> resultSizes,
                                  llvm::function_ref<bool(int64_t)> isCertain) {
  OperandAccess access;
  SizeArithmetic sizes(rewriter, loc);
  auto operandType = cast<RankedTensorType>(operand.getType());
  SmallVector<AffineExpr> exprs;
  bool needsChoice = false;
  for (int64_t own = 0; own < operandType.getRank(); ++own) {
    int64_t dim = own + type.getRank() - operandType.getRank();
    bool repeats =
        operandType.getDimSize(own) == 1 && type.getDimSize(dim) != 1;
    exprs.push_back(repeats ? rewriter.getAffineConstantExpr(0)
                            : rewriter.getAffineDimExpr(dim));
    access.isOne.push_back(nullptr);
    if (!operandType.isDynamicDim(own) || isCertain(dim))
      continue;
    needsChoice = true;
    Value size = sizes.materialize(rewriter.getSize(operand, own));
    auto equals = [&](OpFoldResult other) -> Value {
      return arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::eq,
                                   size, sizes.materialize(other));
    };
    access.isOne.back() = equals(sizes.constant(1));
    Value fits = arith::OrIOp::create(rewriter, loc, access.isOne.back(),
                                      equals(resultSizes[dim]));
    createAssert(rewriter, loc, fits,
                 "the shapes of its inputs do not broadcast");
  }
  AffineMap map =
      AffineMap::get(type.getRank(), 0, exprs, rewriter.getContext());
  if (!needsChoice)
    access.map = map;
  return access;
}

/// The element of `operand` for the current element of the result.
static Value createChosenElement(ImplicitLocOpBuilder &builder, Value operand,
                                 const OperandAccess &access,
                                 RankedTensorType type) {
  auto operandType = cast<RankedTensorType>(operand.getType());
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  SmallVector<Value> indices;
  for (int64_t own = 0; own < operandType.getRank(); ++own) {
    int64_t dim = own + type.getRank() - operandType.getRank();
    Value index = linalg::IndexOp::create(builder, dim);
    if (operandType.getDimSize(own) == 1)
      index = zero;
    else if (Value isOne = access.isOne[own])
      index = arith::SelectOp::create(builder, isOne, zero, index);
    indices.push_back(index);
  }
  return tensor::ExtractOp::create(builder, operand, indices);
}

/// The generic operation over `type` that reads `operands` as `accesses` say.
static Value createGeneric(GraphRewriter &rewriter, Location loc,
                           ValueRange operands,
                           ArrayRef<OperandAccess> accesses,
                           RankedTensorType type, ArrayRef<OpFoldResult> sizes,
                           ScalarBody body) {
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (auto [operand, access] : llvm::zip_equal(operands, accesses))
    if (access.map) {
      inputs.push_back(operand);
      maps.push_back(access.map);
    }
  maps.push_back(rewriter.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  Value init = createEmpty(rewriter, loc, type, sizes);
  auto build = [&](OpBuilder &nested, Location nestedLoc,
                   ValueRange arguments) {
    ImplicitLocOpBuilder builder(nestedLoc, nested);
    SmallVector<Value> values;
    for (auto [operand, access] : llvm::zip_equal(operands, accesses)) {
      if (access.constant) {
        values.push_back(arith::ConstantOp::create(builder, access.constant));
      } else if (access.map) {
        values.push_back(arguments.front());
        arguments = arguments.drop_front();
      } else {
        values.push_back(createChosenElement(builder, operand, access, type));
      }
    }
    linalg::YieldOp::create(builder, body(builder, values));
  };
  return linalg::GenericOp::create(rewriter, loc, type, inputs, init, maps,
                                   iterators, build)
      .getResult(0);
}

Value ecolm::createElementwise(GraphRewriter &rewriter, Location loc,
                               ValueRange operands, RankedTensorType type,
                               ScalarBody body) {
  if (isShapeLike(type) && llvm::all_of(operands.getTypes(), isShapeLike)) {
    SmallVector<SmallVector<Value>> columns;
    for (Value operand : operands)
      columns.push_back(getScalars(rewriter, loc, operand));
    ImplicitLocOpBuilder builder(loc, rewriter);
    SmallVector<Value> results;
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      SmallVector<Value> row;
      for (SmallVector<Value> &column : columns)
        row.push_back(column[column.size() == 1 ? 0 : i]);
      results.push_back(body(builder, row));
    }
    return createFromScalars(rewriter, loc, type, results);
  }

  SmallVector<OpFoldResult> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    sizes.push_back(findResultSize(rewriter, loc, operands, dim, type));
  SmallVector<OperandAccess> accesses;
  for (Value operand : operands) {
    OperandAccess access;
    access.constant = getScalarConstant(operand);
    if (!access.constant)
      access =
          createAccess(rewriter, loc, operand, type, sizes, [&](int64_t dim) {
            return decidesResult(rewriter, operands, operand, dim, type);
          });
    accesses.push_back(access);
  }
  return createGeneric(rewriter, loc, operands, accesses, type, sizes, body);
}

Value ecolm::createBroadcast(GraphRewriter &rewriter, Location loc, Value input,
                             RankedTensorType type,
                             ArrayRef<OpFoldResult> sizes) {
  OperandAccess access =
      createAccess(rewriter, loc, input, type, sizes, [&](int64_t dim) {
        std::optional<OpFoldResult> known =
            rewriter.getKnownSize(input, alignDim(input, type, dim));
        return known && *known == sizes[dim];
      });
  return createGeneric(
      rewriter, loc, input, access, type, sizes,
      [](ImplicitLocOpBuilder &, ValueRange values) { return values[0]; });
}

Value ecolm::createReduction(GraphRewriter &rewriter, Location loc, Value input,
                             ArrayRef<int64_t> axes, Type elementType,
                             Value init, ScalarBody body) {
  auto inputType = cast<RankedTensorType>(input.getType());
  int64_t rank = inputType.getRank();
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  for (int64_t axis : axes)
    iterators[axis] = utils::IteratorType::reduction;
  SmallVector<int64_t> shape;
  SmallVector<OpFoldResult> sizes;
  SmallVector<AffineExpr> exprs;
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (iterators[dim] == utils::IteratorType::reduction)
      continue;
    shape.push_back(inputType.getDimSize(dim));
    sizes.push_back(rewriter.getSize(input, dim));
    exprs.push_back(rewriter.getAffineDimExpr(dim));
  }
  auto type = RankedTensorType::get(shape, elementType);
  Value filled = createFilled(rewriter, loc, type, sizes, init);
  SmallVector<AffineMap> maps = {
      rewriter.getMultiDimIdentityMap(rank),
      AffineMap::get(rank, 0, exprs, rewriter.getContext())};
  auto build = [&](OpBuilder &nested, Location nestedLoc, ValueRange values) {
    ImplicitLocOpBuilder builder(nestedLoc, nested);
    linalg::YieldOp::create(builder, body(builder, {values[1], values[0]}));
  };
  return linalg::GenericOp::create(rewriter, loc, type, input, filled, maps,
                                   iterators, build)
      .getResult(0);
}
