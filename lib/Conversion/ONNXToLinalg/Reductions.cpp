//===- Reductions.cpp - Reductions ----------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts operators that fold axes of a tensor, element by element and
// upward.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "Reshaping.h"
#include "RunTimeAxes.h"
#include "SizeArithmetic.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <limits>

using namespace mlir;
using namespace ecolm;

namespace {
/// What a reduction starts from and how it goes on.
enum class Reduction {
  Sum,
  Mean,
  Max,
  Min,
  Prod,
  SumSquare,
  L1,
  L2,
  LogSum,
  LogSumExp
};
} // namespace

/// The axes that `node` reduces, in increasing order; all of them if it names
/// none, unless it asks for none by `noop_with_empty_axes`. Nothing if only the
/// run knows them.
static FailureOr<std::optional<SmallVector<int64_t>>>
findAxes(onnx::NodeOp node, GraphRewriter &rewriter) {
  int64_t rank =
      cast<RankedTensorType>(node.getInputs()[0].getType()).getRank();
  SmallVector<int64_t> axes;
  std::optional<SmallVector<int64_t>> given = getIntsOrInput(node, "axes", 1);
  Value input = node.getPresentInput(1);
  if (!given && input &&
      cast<ShapedType>(input.getType()).getShape() == ArrayRef<int64_t>(0))
    given.emplace();
  if (!given && input)
    return std::optional<SmallVector<int64_t>>();
  if (!given || given->empty()) {
    if (!getInt(node, "noop_with_empty_axes", 0))
      axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    return std::make_optional(axes);
  }
  for (int64_t axis : *given) {
    std::optional<int64_t> front = normalizeAxis(axis, rank);
    if (!front)
      return rewriter.refuse(node, "expects axes below the rank, found " +
                                       Twine(axis));
    axes.push_back(*front);
  }
  llvm::sort(axes);
  axes.erase(llvm::unique(axes), axes.end());
  return std::make_optional(axes);
}

/// True if elements are compared without a sign; so are truths.
static bool isNatural(onnx::NodeOp node, Type type) {
  return isUnsignedInput(node) || type.isInteger(1);
}

/// The value that leaves every other one as it is.
static Value createNeutral(ImplicitLocOpBuilder &builder, onnx::NodeOp node,
                           Reduction kind, Type type) {
  double sign = kind == Reduction::Max ? -1 : 1;
  if (kind == Reduction::Prod)
    return createNumber(builder, type, 1);
  if (kind != Reduction::Max && kind != Reduction::Min)
    return createNumber(builder, type, 0);
  if (isa<FloatType>(type))
    return createNumber(builder, type,
                        sign * std::numeric_limits<double>::infinity());
  unsigned width = type.getIntOrFloatBitWidth();
  bool natural = isNatural(node, type);
  APInt end = kind == Reduction::Max ? APSInt::getMinValue(width, natural)
                                     : APSInt::getMaxValue(width, natural);
  return arith::ConstantOp::create(builder, builder.getIntegerAttr(type, end));
}

/// One step: `values` are what was gathered and the next element.
static Value createStep(ImplicitLocOpBuilder &builder, onnx::NodeOp node,
                        Reduction kind, ValueRange values) {
  Value gathered = values[0], next = values[1];
  bool natural = isNatural(node, next.getType());
  switch (kind) {
  case Reduction::Max:
    if (natural)
      return createByType<arith::MaximumFOp, arith::MaxUIOp>(builder, values);
    return createByType<arith::MaximumFOp, arith::MaxSIOp>(builder, values);
  case Reduction::Min:
    if (natural)
      return createByType<arith::MinimumFOp, arith::MinUIOp>(builder, values);
    return createByType<arith::MinimumFOp, arith::MinSIOp>(builder, values);
  case Reduction::Prod:
    return createByType<arith::MulFOp, arith::MulIOp>(builder, values);
  case Reduction::L1:
    if (!natural)
      next = createByType<math::AbsFOp, math::AbsIOp>(builder, next);
    break;
  case Reduction::SumSquare:
  case Reduction::L2:
    next = createByType<arith::MulFOp, arith::MulIOp>(builder, {next, next});
    break;
  case Reduction::Sum:
  case Reduction::Mean:
  case Reduction::LogSum:
  case Reduction::LogSumExp:
    break;
  }
  return createByType<arith::AddFOp, arith::AddIOp>(builder, {gathered, next});
}

namespace {
/// One reduction, along axes that are known now or in the run.
class AxisReduction {
public:
  AxisReduction(onnx::NodeOp node, GraphRewriter &rewriter,
                std::optional<SmallVector<int64_t>> axes)
      : node(node), rewriter(rewriter), loc(node.getLoc()), b(loc, rewriter),
        axes(std::move(axes)) {}

  /// Marks the axes that input 1 names in the run; all if it names none.
  void readAxes();

  /// What `kind` makes of `input`, with dimensions of one where it reduced.
  Value reduce(Reduction kind, Value input);

  /// `result` without the dimensions that were reduced.
  Value dropUnits(Value result);

private:
  Value createNarrow(Value tensor, Type elementType);
  Value gather(Reduction kind, Value input);
  Value count(Value input, Type elementType);
  SizeArithmetic::Size choose(Value flag, SizeArithmetic::Size yes,
                              SizeArithmetic::Size no);

  onnx::NodeOp node;
  GraphRewriter &rewriter;
  Location loc;
  ImplicitLocOpBuilder b;
  std::optional<SmallVector<int64_t>> axes;
  /// For each dimension whether it is reduced, where only the run knows.
  SmallVector<Value> flags;
};
} // namespace

void AxisReduction::readAxes() {
  Value input = node.getInputs()[1];
  int64_t rank =
      cast<RankedTensorType>(node.getInputs()[0].getType()).getRank();
  bool all = !getInt(node, "noop_with_empty_axes", 0);
  Value otherwise = arith::ConstantIntOp::create(b, all, 1);
  flags = createAxisFlags(rewriter, loc, input, rank, otherwise);
}

SizeArithmetic::Size AxisReduction::choose(Value flag, SizeArithmetic::Size yes,
                                           SizeArithmetic::Size no) {
  SizeArithmetic arithmetic(rewriter, loc);
  return arith::SelectOp::create(rewriter, loc, flag,
                                 arithmetic.materialize(yes),
                                 arithmetic.materialize(no))
      .getResult();
}

/// `tensor` of `elementType`, which may be narrower than that of sums.
Value AxisReduction::createNarrow(Value tensor, Type elementType) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getElementType() == elementType)
    return tensor;
  return createElementwise(rewriter, loc, tensor, type.clone(elementType),
                           [&](ImplicitLocOpBuilder &inner, ValueRange values) {
                             return createCast(inner, values[0], elementType);
                           });
}

/// Folds the elements; the result has dimensions of one where it reduced.
Value AxisReduction::gather(Reduction kind, Value input) {
  auto type = cast<RankedTensorType>(input.getType());
  ImplicitLocOpBuilder builder(loc, rewriter);
  Type sumType = getSumType(type.getElementType());
  Value init = createNeutral(builder, node, kind, sumType);
  if (axes) {
    Value result = createReduction(
        rewriter, loc, input, *axes, sumType, init,
        [&](ImplicitLocOpBuilder &nested, ValueRange values) {
          Value next = createCast(nested, values[1], sumType);
          return createStep(nested, node, kind, {values[0], next});
        });
    result = createNarrow(result, type.getElementType());
    return insertUnitDims(rewriter, loc, result, *axes);
  }
  SmallVector<OpFoldResult> all = rewriter.getSizes(input), sizes;
  for (auto [flag, size] : llvm::zip_equal(flags, all))
    sizes.push_back(choose(flag, rewriter.getIndexAttr(1), size));
  auto resultType = RankedTensorType::get(
      SmallVector<int64_t>(all.size(), ShapedType::kDynamic), sumType);
  Value filled = createFilled(rewriter, loc, resultType, sizes, init);
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at,
                  ValueRange carried) -> SmallVector<Value> {
    SmallVector<Value> place;
    Value zero = arith::ConstantIndexOp::create(inner, 0);
    for (auto [flag, index] : llvm::zip_equal(flags, at))
      place.push_back(arith::SelectOp::create(inner, flag, zero, index));
    Value old = createExtract(inner, carried[0], place);
    Value next = createCast(inner, createExtract(inner, input, at), sumType);
    Value step = createStep(inner, node, kind, {old, next});
    return {createInsert(inner, step, carried[0], place)};
  };
  return createNarrow(createLoops(rewriter, loc, all, filled, body)[0],
                      type.getElementType());
}

/// How many elements each result stands for.
Value AxisReduction::count(Value input, Type elementType) {
  SizeArithmetic sizes(rewriter, loc);
  OpFoldResult product = sizes.constant(1);
  for (auto [dim, size] : llvm::enumerate(rewriter.getSizes(input))) {
    if (axes && llvm::is_contained(*axes, dim))
      product = sizes.mul(product, size);
    if (!axes)
      product = sizes.mul(product, choose(flags[dim], size, sizes.constant(1)));
  }
  ImplicitLocOpBuilder builder(loc, rewriter);
  return createCast(builder, sizes.toInteger(product, rewriter.getI64Type()),
                    elementType);
}

/// `x` where it is finite, else 0.
static Value createFinite(ImplicitLocOpBuilder &builder, Value x) {
  Value zero = createNumber(builder, x.getType(), 0);
  Value infinite = createNumber(builder, x.getType(),
                                std::numeric_limits<double>::infinity());
  Value isFinite =
      arith::CmpFOp::create(builder, arith::CmpFPredicate::OLT,
                            math::AbsFOp::create(builder, x), infinite);
  return arith::SelectOp::create(builder, isFinite, x, zero);
}

Value AxisReduction::reduce(Reduction kind, Value input) {
  auto type = cast<RankedTensorType>(input.getType());
  Value shift;
  if (kind == Reduction::LogSumExp) {
    // The largest element is taken out, so that no exponential overflows.
    shift = gather(Reduction::Max, input);
    input = createElementwise(
        rewriter, loc, {input, shift}, type,
        [](ImplicitLocOpBuilder &builder, ValueRange values) -> Value {
          Value moved = arith::SubFOp::create(builder, values[0],
                                              createFinite(builder, values[1]));
          return math::ExpOp::create(builder, moved);
        });
  }
  Value result = gather(kind, input);
  auto resultType = cast<RankedTensorType>(result.getType());
  bool natural = isNatural(node, type.getElementType());
  Value number =
      kind == Reduction::Mean ? count(input, type.getElementType()) : Value();
  auto finish = [&](ImplicitLocOpBuilder &builder, ValueRange values) -> Value {
    if (kind == Reduction::L2)
      return math::SqrtOp::create(builder, values[0]);
    if (kind == Reduction::LogSum)
      return math::LogOp::create(builder, values[0]);
    if (kind == Reduction::LogSumExp)
      return arith::AddFOp::create(builder,
                                   math::LogOp::create(builder, values[0]),
                                   createFinite(builder, values[1]));
    if (natural)
      return createByType<arith::DivFOp, arith::DivUIOp>(builder,
                                                         {values[0], number});
    return createByType<arith::DivFOp, arith::DivSIOp>(builder,
                                                       {values[0], number});
  };
  SmallVector<Value> operands = {result};
  if (shift)
    operands.push_back(shift);
  if (kind == Reduction::Mean || kind == Reduction::L2 ||
      kind == Reduction::LogSum || kind == Reduction::LogSumExp)
    return createElementwise(rewriter, loc, operands, resultType, finish);
  return result;
}

Value AxisReduction::dropUnits(Value result) {
  if (axes)
    return removeUnitDims(rewriter, loc, result, *axes);
  return dropMarkedDims(rewriter, loc, result, flags, getResultType(node));
}

template <Reduction kind>
static LogicalResult convertReduction(onnx::NodeOp node,
                                      GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  auto type = cast<RankedTensorType>(input.getType());
  bool needsFloat = kind == Reduction::L2 || kind == Reduction::LogSum ||
                    kind == Reduction::LogSumExp;
  if (needsFloat && !isa<FloatType>(type.getElementType()))
    return rewriter.refuse(node, "expects float elements");
  auto axes = findAxes(node, rewriter);
  if (failed(axes))
    return failure();
  AxisReduction reduction(node, rewriter, *axes);
  if (!*axes)
    reduction.readAxes();
  Value result = reduction.reduce(kind, input);
  if (!getInt(node, "keepdims", 1))
    result = reduction.dropUnits(result);
  return rewriter.replaceNode(node, result);
}

void ecolm::populateReductionConversions(NodeConversions &conversions) {
  conversions.add("ReduceSum", convertReduction<Reduction::Sum>);
  conversions.add("ReduceMean", convertReduction<Reduction::Mean>);
  conversions.add("ReduceMax", convertReduction<Reduction::Max>);
  conversions.add("ReduceMin", convertReduction<Reduction::Min>);
  conversions.add("ReduceProd", convertReduction<Reduction::Prod>);
  conversions.add("ReduceSumSquare", convertReduction<Reduction::SumSquare>);
  conversions.add("ReduceL1", convertReduction<Reduction::L1>);
  conversions.add("ReduceL2", convertReduction<Reduction::L2>);
  conversions.add("ReduceLogSum", convertReduction<Reduction::LogSum>);
  conversions.add("ReduceLogSumExp", convertReduction<Reduction::LogSumExp>);
}
