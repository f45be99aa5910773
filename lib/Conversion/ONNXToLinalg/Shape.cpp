//===- Shape.cpp - Shapes and ranges --------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts operators that make tensors from sizes.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "TensorBuilders.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// `Shape`, and its part from `start` to `end`.
static LogicalResult convertShape(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value data = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(data.getType()).getRank();
  auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  int64_t start = clamp(getInt(node, "start", 0));
  int64_t end = clamp(getInt(node, "end", rank));
  SizeArithmetic sizes(rewriter, node.getLoc());
  SmallVector<Value> scalars;
  for (int64_t dim = start; dim < end; ++dim)
    scalars.push_back(
        sizes.toInteger(rewriter.getSize(data, dim), rewriter.getI64Type()));
  auto type = RankedTensorType::get(static_cast<int64_t>(scalars.size()),
                                    rewriter.getI64Type());
  return rewriter.replaceNode(
      node, createFromScalars(rewriter, node.getLoc(), type, scalars));
}

static LogicalResult convertSize(onnx::NodeOp node, GraphRewriter &rewriter) {
  SizeArithmetic sizes(rewriter, node.getLoc());
  Value count =
      sizes.toInteger(sizes.product(rewriter.getSizes(node.getInputs()[0])),
                      rewriter.getI64Type());
  return rewriter.replaceNode(
      node,
      createFromScalars(rewriter, node.getLoc(), getResultType(node), count));
}

/// The sizes that the shape input at `index` of `node` holds.
static FailureOr<SmallVector<OpFoldResult>>
readSizes(onnx::NodeOp node, unsigned index, GraphRewriter &rewriter) {
  Value shape = node.getInputs()[index];
  if (!isShapeLike(shape.getType()))
    return rewriter.refuse(node, "expects a shape of at most 16 entries");
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  SmallVector<OpFoldResult> sizes;
  for (Value scalar : getScalars(rewriter, node.getLoc(), shape))
    sizes.push_back(arithmetic.fromInteger(scalar));
  return sizes;
}

/// Stops the program where a model asks for a negative size.
static void checkSizes(onnx::NodeOp node, ArrayRef<OpFoldResult> sizes,
                       GraphRewriter &rewriter) {
  for (OpFoldResult size : sizes) {
    if (getConstantIntValue(size))
      continue;
    Value zero = arith::ConstantIndexOp::create(rewriter, node.getLoc(), 0);
    Value valid = arith::CmpIOp::create(rewriter, node.getLoc(),
                                        arith::CmpIPredicate::sge,
                                        cast<Value>(size), zero);
    createAssert(rewriter, node.getLoc(), valid, "a size is negative");
  }
}

static LogicalResult convertConstantOfShape(onnx::NodeOp node,
                                            GraphRewriter &rewriter) {
  FailureOr<SmallVector<OpFoldResult>> sizes = readSizes(node, 0, rewriter);
  if (failed(sizes))
    return failure();
  RankedTensorType type = getResultType(node);
  auto elements = dyn_cast_or_null<ElementsAttr>(node.getNodeAttr("value"));
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  ImplicitLocOpBuilder builder(node.getLoc(), rewriter);
  Value fill =
      createNumber(builder, type.getElementType(),
                   reader && reader->size() == 1 ? reader->getDouble(0) : 0);
  if (isShapeLike(type)) {
    SmallVector<Value> scalars(type.getNumElements(), fill);
    return rewriter.replaceNode(
        node, createFromScalars(rewriter, node.getLoc(), type, scalars));
  }
  checkSizes(node, *sizes, rewriter);
  return rewriter.replaceNode(
      node, createFilled(rewriter, node.getLoc(), type, *sizes, fill));
}

/// Stops the program where a shape asks for another size than the input has.
static void checkExpansion(onnx::NodeOp node, OpFoldResult asked,
                           OpFoldResult size, GraphRewriter &rewriter) {
  if (getConstantIntValue(asked) || asked == size)
    return;
  Location loc = node.getLoc();
  SizeArithmetic arithmetic(rewriter, loc);
  auto equals = [&](OpFoldResult other) -> Value {
    return arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::eq,
                                 arithmetic.materialize(asked),
                                 arithmetic.materialize(other));
  };
  Value fits = arith::OrIOp::create(rewriter, loc, equals(size),
                                    equals(arithmetic.constant(1)));
  createAssert(rewriter, loc, fits,
               "its input does not broadcast to the shape");
}

/// `Expand(x, shape)`: both broadcast, so a dimension of x that is not one
/// stays where the shape says one.
static LogicalResult convertExpand(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  RankedTensorType type = getResultType(node);
  SizeArithmetic arithmetic(rewriter, node.getLoc());
  SmallVector<OpFoldResult> shape;
  if (!type.hasStaticShape() || isShapeLike(node.getInputs()[1].getType())) {
    FailureOr<SmallVector<OpFoldResult>> given = readSizes(node, 1, rewriter);
    if (failed(given))
      return failure();
    checkSizes(node, *given, rewriter);
    shape = *given;
  }
  int64_t inputRank = cast<RankedTensorType>(input.getType()).getRank();
  SmallVector<OpFoldResult> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    int64_t own = dim + inputRank - type.getRank();
    int64_t asked = dim + static_cast<int64_t>(shape.size()) - type.getRank();
    std::optional<OpFoldResult> known =
        rewriter.getKnownSize(node.getResult(0), dim);
    if (known) {
      sizes.push_back(*known);
    } else if (asked < 0) {
      sizes.push_back(rewriter.getSize(input, own));
    } else if (own < 0) {
      sizes.push_back(shape[asked]);
    } else {
      OpFoldResult size = rewriter.getSize(input, own);
      sizes.push_back(arithmetic.selectEqual(size, 1, shape[asked], size));
    }
    if (asked >= 0)
      checkExpansion(node, shape[asked], sizes.back(), rewriter);
  }
  return rewriter.replaceNode(
      node, createBroadcast(rewriter, node.getLoc(), input, type, sizes));
}

//===----------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------===//

/// `max(ceil((limit - start) / delta), 0)`.
static Value createRangeLength(ImplicitLocOpBuilder &builder,
                               ValueRange range) {
  Type type = range[0].getType(), indexType = builder.getIndexType();
  Value count;
  if (isa<FloatType>(type)) {
    Value span = arith::SubFOp::create(builder, range[1], range[0]);
    Value steps = math::CeilOp::create(
        builder, arith::DivFOp::create(builder, span, range[2]));
    count = createCast(builder, steps, builder.getI64Type());
  } else {
    Value span = arith::SubIOp::create(builder, range[1], range[0]);
    count = arith::CeilDivSIOp::create(builder, span, range[2]);
  }
  count = arith::IndexCastOp::create(builder, indexType, count);
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  return arith::MaxSIOp::create(builder, count, zero);
}

/// Element i of a Range is `start + i * delta`.
static LogicalResult convertRange(onnx::NodeOp node, GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  Type elementType = type.getElementType();
  Location loc = node.getLoc();
  ImplicitLocOpBuilder builder(loc, rewriter);
  SmallVector<Value> range;
  for (Value input : node.getInputs()) {
    if (TypedAttr constant = getScalarConstant(input))
      range.push_back(arith::ConstantOp::create(builder, constant));
    else if (cast<RankedTensorType>(input.getType()).getRank() == 0)
      range.push_back(tensor::ExtractOp::create(builder, input, ValueRange()));
    else
      return rewriter.refuse(node, "expects scalar inputs");
  }
  if (!isa<FloatType>(elementType)) {
    Value zero = createNumber(builder, elementType, 0);
    Value moves = arith::CmpIOp::create(builder, arith::CmpIPredicate::ne,
                                        range[2], zero);
    createAssert(rewriter, loc, moves, "the step is zero");
  }
  OpFoldResult length =
      rewriter.getKnownSize(node.getResult(0), 0).value_or(OpFoldResult());
  if (!length)
    length = createRangeLength(builder, range);
  Value init = createEmpty(rewriter, loc, type, length);
  AffineMap map = rewriter.getMultiDimIdentityMap(1);
  auto body = [&](OpBuilder &nested, Location nestedLoc, ValueRange) {
    ImplicitLocOpBuilder inner(nestedLoc, nested);
    Value index = linalg::IndexOp::create(inner, 0);
    Value wide = arith::IndexCastOp::create(inner, inner.getI64Type(), index);
    Value step = createCast(inner, wide, elementType);
    Value moved =
        createByType<arith::MulFOp, arith::MulIOp>(inner, {step, range[2]});
    Value element =
        createByType<arith::AddFOp, arith::AddIOp>(inner, {range[0], moved});
    linalg::YieldOp::create(inner, element);
  };
  Value result =
      linalg::GenericOp::create(rewriter, loc, type, ValueRange(), init, map,
                                utils::IteratorType::parallel, body)
          .getResult(0);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateShapeConversions(NodeConversions &conversions) {
  conversions.add("Shape", convertShape);
  conversions.add("Size", convertSize);
  conversions.add("ConstantOfShape", convertConstantOfShape);
  conversions.add("Expand", convertExpand);
  conversions.add("Range", convertRange);
}
