//===- Indexing.cpp - Elements at computed places -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds tensors whose elements come from, or go to, places that the run
// computes.
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

Value ecolm::createIndexed(GraphRewriter &rewriter, Location loc,
                           RankedTensorType type, ArrayRef<OpFoldResult> sizes,
                           ScalarBody body) {
  Value init = createEmpty(rewriter, loc, type, sizes);
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto build = [&](OpBuilder &nested, Location nestedLoc, ValueRange) {
    ImplicitLocOpBuilder builder(nestedLoc, nested);
    SmallVector<Value> indices;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      indices.push_back(linalg::IndexOp::create(builder, dim));
    linalg::YieldOp::create(builder, body(builder, indices));
  };
  AffineMap map = rewriter.getMultiDimIdentityMap(type.getRank());
  return linalg::GenericOp::create(rewriter, loc, type, ValueRange(), init, map,
                                   iterators, build)
      .getResult(0);
}

SmallVector<Value> ecolm::createLoops(OpBuilder &builder, Location loc,
                                      ArrayRef<OpFoldResult> sizes,
                                      ValueRange init, LoopBody body) {
  if (sizes.empty()) {
    ImplicitLocOpBuilder inner(loc, builder);
    return body(inner, {}, init);
  }
  SizeArithmetic arithmetic(builder, loc);
  Value zero = arithmetic.materialize(arithmetic.constant(0));
  Value one = arithmetic.materialize(arithmetic.constant(1));
  SmallVector<Value> ends;
  for (OpFoldResult size : sizes)
    ends.push_back(arithmetic.materialize(size));
  scf::LoopNest nest = scf::buildLoopNest(
      builder, loc, SmallVector<Value>(sizes.size(), zero), ends,
      SmallVector<Value>(sizes.size(), one), init,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange indices,
          ValueRange carried) -> scf::ValueVector {
        ImplicitLocOpBuilder inner(nestedLoc, nested);
        SmallVector<Value> next = body(inner, indices, carried);
        return scf::ValueVector(next.begin(), next.end());
      });
  return SmallVector<Value>(nest.results.begin(), nest.results.end());
}

Value ecolm::createExtract(ImplicitLocOpBuilder &builder, Value tensor,
                           ValueRange indices) {
  if (TypedAttr constant = getScalarConstant(tensor))
    return arith::ConstantOp::create(builder, constant);
  return tensor::ExtractOp::create(builder, tensor, indices);
}

Value ecolm::createInsert(ImplicitLocOpBuilder &builder, Value element,
                          Value tensor, ValueRange indices) {
  return tensor::InsertOp::create(builder, element, tensor, indices);
}

Value ecolm::createCheckedIndex(OpBuilder &builder, Location loc, Value index,
                                Value size) {
  Type type = index.getType();
  Value limit = arith::IndexCastOp::create(builder, loc, type, size);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, 0));
  Value negative = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::slt, index, zero);
  Value fromEnd = arith::AddIOp::create(builder, loc, index, limit);
  Value wrapped =
      arith::SelectOp::create(builder, loc, negative, fromEnd, index);
  // Unsigned, what is still negative is too large as well.
  Value inside = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult,
                                       wrapped, limit);
  createAssert(builder, loc, inside,
               "an index lies outside the dimension that it selects from");
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                    wrapped);
}

FailureOr<ElementPlaces> ElementPlaces::find(onnx::NodeOp node,
                                             GraphRewriter &rewriter) {
  Value data = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(data.getType()).getRank();
  std::optional<int64_t> axis = normalizeAxis(getInt(node, "axis", 0), rank);
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  Value limit = createSizes(rewriter, node.getLoc(), data)[*axis];
  return ElementPlaces{node.getInputs()[1], *axis, limit};
}

SmallVector<Value> ElementPlaces::create(ImplicitLocOpBuilder &builder,
                                         ValueRange at) const {
  SmallVector<Value> place(at);
  place[axis] = createCheckedIndex(builder, builder.getLoc(),
                                   createExtract(builder, indices, at), limit);
  return place;
}

FailureOr<SmallVector<OpFoldResult>>
ecolm::readIntegers(onnx::NodeOp node, StringRef name, unsigned index,
                    GraphRewriter &rewriter, std::optional<int64_t> expected) {
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  SmallVector<OpFoldResult> integers;
  if (auto constants = getIntsOrInput(node, name, index)) {
    for (int64_t constant : *constants)
      integers.push_back(arithmetic.constant(constant));
    return integers;
  }
  Value input = node.getPresentInput(index);
  auto type = input ? dyn_cast<RankedTensorType>(input.getType()) : nullptr;
  if (!type || type.getRank() > 1)
    return rewriter.refuse(node, "expects " + name + " as a list");
  int64_t count = type.getRank() == 0 ? 1 : type.getDimSize(0);
  if (ShapedType::isDynamic(count)) {
    if (!expected)
      return rewriter.refuse(node, "expects " + name + " of constant length");
    count = *expected;
    Value length = arithmetic.materialize(rewriter.getSize(input, 0));
    Value right = arithmetic.materialize(arithmetic.constant(count));
    Value fits = arith::CmpIOp::create(rewriter, node.getLoc(),
                                       arith::CmpIPredicate::eq, length, right);
    createAssert(rewriter, node.getLoc(), fits,
                 name + " has another length than the model says");
  }
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<Value> place;
    if (type.getRank() == 1)
      place.push_back(
          arith::ConstantIndexOp::create(rewriter, node.getLoc(), i));
    integers.push_back(arithmetic.fromInteger(
        tensor::ExtractOp::create(rewriter, node.getLoc(), input, place)));
  }
  return integers;
}

int64_t ecolm::findIndexDepth(onnx::NodeOp node, int64_t fallback,
                              GraphRewriter &rewriter) {
  Value indices = node.getInputs()[1];
  auto type = cast<RankedTensorType>(indices.getType());
  if (!type.isDynamicDim(type.getRank() - 1))
    return type.getShape().back();
  Location loc = node.getLoc();
  SizeArithmetic arithmetic(rewriter, loc);
  Value depth =
      arithmetic.materialize(rewriter.getSize(indices, type.getRank() - 1));
  Value wanted = arithmetic.materialize(arithmetic.constant(fallback));
  Value same = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::eq,
                                     depth, wanted);
  createAssert(rewriter, loc, same,
               "indices have another depth than the model says");
  return fallback;
}

SmallVector<Value> ecolm::createSizes(GraphRewriter &rewriter, Location loc,
                                      Value tensor) {
  SizeArithmetic arithmetic(rewriter, loc);
  SmallVector<Value> sizes;
  for (OpFoldResult size : rewriter.getSizes(tensor))
    sizes.push_back(arithmetic.materialize(size));
  return sizes;
}
