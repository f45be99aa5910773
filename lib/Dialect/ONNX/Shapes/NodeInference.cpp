//===- NodeInference.cpp - Shape inference of one node -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Facts about values, and the checks that rules share.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Shapes/NodeInference.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;

namespace ecolm::onnx {

/// Sizes beyond these are a mistake or an attack; products stay in 64 bits.
static constexpr int64_t kMaxDim = int64_t(1) << 40;
static constexpr int64_t kMaxElements = int64_t(1) << 44;
static constexpr size_t kMaxRank = 16;
/// Integers of a value that are followed.
static constexpr size_t kMaxFollowed = 1024;

//===----------------------------------------------------------------------===//
// GraphFacts
//===----------------------------------------------------------------------===//

Dim GraphFacts::freshDim() {
  return Dim(StringAttr::get(context, "?" + Twine(made++)));
}

ValueFacts GraphFacts::factsOfType(Type type) {
  ValueFacts result;
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor)
    return result;
  if (!isa<UnknownType>(tensor.getElementType()))
    result.elementType = tensor.getElementType();
  if (!tensor.hasRank())
    return result;
  result.dims.emplace();
  for (int64_t size : tensor.getShape())
    result.dims->push_back(ShapedType::isDynamic(size) ? freshDim()
                                                       : Dim(size));
  return result;
}

ValueFacts &GraphFacts::get(Value value) {
  auto [slot, isNew] = facts.try_emplace(value);
  if (!isNew)
    return slot->second;
  ValueFacts &result = slot->second;
  result = factsOfType(value.getType());
  if (!result.dims || result.dims->size() > 1)
    return result;
  if (auto integers = getConstantIntegers(value, kMaxFollowed))
    result.elements = Dims(integers->begin(), integers->end());
  return result;
}

//===----------------------------------------------------------------------===//
// NodeInference
//===----------------------------------------------------------------------===//

NodeInference::NodeInference(NodeOp op, GraphFacts &graph)
    : op(op), graph(graph), results(op.getNumResults()) {
  for (Value input : op.getInputs())
    inputs.push_back(graph.get(input));
}

const Dims *NodeInference::getElements(unsigned index) {
  if (!hasInput(index) || !inputs[index].elements)
    return nullptr;
  return &*inputs[index].elements;
}

Dim NodeInference::getWholeNumber(unsigned index) {
  // Floats that count hold every integer up to here.
  constexpr double kLargest = 1 << 24;
  Value value = op.getInputs()[index];
  auto isFloat = [&]() {
    Type type = getElementTypeOrSelf(value.getType());
    return type.isF32() || type.isF64();
  };
  if (auto reader = ElementsReader::get(getConstantElements(value));
      reader && isFloat() && reader->size() == 1) {
    double number = reader->getDouble(0);
    bool isWhole = std::abs(number) <= kLargest && number == std::floor(number);
    return isWhole ? Dim(static_cast<int64_t>(number)) : Dim();
  }
  for (auto cast = value.getDefiningOp<NodeOp>();
       cast && isFloat() && cast.getDomain().empty() &&
       (cast.getOpType() == "Cast" || cast.getOpType() == "CastLike");
       cast = value.getDefiningOp<NodeOp>())
    value = cast.getInputs()[0];
  const std::optional<Dims> &elements = graph.get(value).elements;
  return elements && elements->size() == 1 ? elements->front() : Dim();
}

int64_t NodeInference::getInt(StringRef name, int64_t otherwise) {
  auto attr = dyn_cast_or_null<IntegerAttr>(op.getNodeAttr(name));
  return attr && attr.getType().isInteger(64) ? attr.getInt() : otherwise;
}

StringRef NodeInference::getString(StringRef name, StringRef otherwise) {
  auto attr = dyn_cast_or_null<StringAttr>(op.getNodeAttr(name));
  return attr ? attr.getValue() : otherwise;
}

std::optional<SmallVector<int64_t>> NodeInference::getInts(StringRef name) {
  auto attr = dyn_cast_or_null<DenseI64ArrayAttr>(op.getNodeAttr(name));
  if (!attr)
    return std::nullopt;
  return SmallVector<int64_t>(attr.asArrayRef());
}

LogicalResult NodeInference::setResult(unsigned index, Type elementType,
                                       ArrayRef<Dim> dims) {
  if (index >= results.size())
    return success();
  if (dims.size() > kMaxRank)
    return NodeError(classify(op.emitError(), ErrorClass::Limit))
           << "result has " << dims.size()
           << " dimensions, more than the limit of " << kMaxRank;
  int64_t elements = 1;
  Dims sizes;
  for (Dim dim : dims) {
    if (dim.isNumber() && (dim.getNumber() < 0 || dim.getNumber() > kMaxDim))
      return emitError() << "result " << index << " has the impossible shape "
                         << describeDims(dims);
    if (dim.isNumber() && dim.getNumber() > 0) {
      if (elements > kMaxElements / dim.getNumber())
        return NodeError(classify(op.emitError(), ErrorClass::Limit))
               << "result " << index << " of shape " << describeDims(dims)
               << " has more elements than the limit of " << kMaxElements
               << "; no machine holds it, so export the model again "
                  "with smaller sizes";
      elements *= dim.getNumber();
    }
    sizes.push_back(asSize(dim));
  }
  results[index].elementType = elementType;
  results[index].dims = std::move(sizes);
  return success();
}

LogicalResult NodeInference::setUnknownDims(unsigned index, Type elementType,
                                            std::optional<int64_t> rank) {
  if (index >= results.size())
    return success();
  auto stated = dyn_cast<RankedTensorType>(op.getResult(index).getType());
  if (!rank && stated) {
    rank = stated.getRank();
    assume("the result has " + Twine(*rank) + " dimensions");
  }
  if (!rank || *rank < 0)
    return success();
  return setResult(index, elementType, Dims(*rank));
}

void NodeInference::setElements(unsigned index, std::optional<Dims> elements) {
  if (index < results.size() && elements && elements->size() <= kMaxFollowed)
    results[index].elements = std::move(elements);
}

NodeError::operator LogicalResult() && {
  Diagnostic *message = diagnostic.getUnderlyingDiagnostic();
  if (message && message->str().find("; ") == std::string::npos)
    diagnostic << "; the model contradicts itself: export it again, and see "
                  "what onnx.checker says of it";
  return diagnostic;
}

LogicalResult NodeInference::expectInputs(unsigned least, unsigned most) {
  bool enough = getNumInputs() >= least && getNumInputs() <= most;
  for (unsigned i = 0; enough && i < least; ++i)
    enough = hasInput(i);
  if (enough)
    return success();
  return emitError() << op.getOpType() << " takes " << least
                     << (least == most ? "" : " to " + std::to_string(most))
                     << " inputs, found " << getNumInputs()
                     << (getNumInputs() >= least && getNumInputs() <= most
                             ? " of which a required one is omitted"
                             : "");
}

LogicalResult NodeInference::expectRank(unsigned index, int64_t least,
                                        int64_t most) {
  int64_t rank = getInput(index).getRank();
  if (rank >= least && rank <= most)
    return success();
  return emitError() << op.getOpType() << " expects input " << index
                     << " to have " << least
                     << (least == most ? "" : " to " + std::to_string(most))
                     << " dimensions, found " << describeDims(getDims(index));
}

LogicalResult NodeInference::expectSameType(ArrayRef<unsigned> indices) {
  for (unsigned index : indices)
    if (hasInput(index) &&
        getInput(index).elementType != getInput(indices[0]).elementType)
      return emitError() << op.getOpType()
                         << " expects inputs of one type, found "
                         << getInput(indices[0]).elementType << " and "
                         << getInput(index).elementType;
  return success();
}

FailureOr<int64_t> NodeInference::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  return emitError() << "axis " << axis << " is outside a tensor of " << rank
                     << " dimensions";
}

void NodeInference::assumeEqual(Dim lhs, Dim rhs, StringRef what) {
  assumptions.push_back((what + " is the same in " + describeDims(lhs) +
                         " and " + describeDims(rhs))
                            .str());
}

std::string NodeInference::describeInputs() {
  std::string text;
  for (const ValueFacts &input : inputs)
    if (input.isKnown())
      text += (text.empty() ? "" : ", ") + describeDims(*input.dims);
  return text;
}

FailureOr<Dim> NodeInference::unify(Dim lhs, Dim rhs, StringRef what) {
  if (lhs.provablyDiffers(rhs))
    return emitError() << what << " is " << lhs.getNumber() << " and "
                       << rhs.getNumber() << ", for inputs of shapes "
                       << describeInputs();
  if (!lhs.provablyEquals(rhs))
    assumeEqual(lhs, rhs, what);
  return lhs.isNumber() || rhs.isUnknown() ? lhs : rhs.isNumber() ? rhs : lhs;
}

FailureOr<Dims> NodeInference::broadcast(ArrayRef<Dim> lhs, ArrayRef<Dim> rhs) {
  size_t rank = std::max(lhs.size(), rhs.size());
  Dims result;
  for (size_t i = 0; i < rank; ++i) {
    Dim a = i + lhs.size() < rank ? Dim(1) : lhs[i + lhs.size() - rank];
    Dim b = i + rhs.size() < rank ? Dim(1) : rhs[i + rhs.size() - rank];
    if (a.provablyEquals(b) || b.isNumber(1))
      result.push_back(a);
    else if (a.isNumber(1))
      result.push_back(b);
    else if (a.provablyDiffers(b))
      return emitError() << "shapes " << describeDims(lhs) << " and "
                         << describeDims(rhs)
                         << " do not broadcast: " << a.getNumber() << " is not "
                         << b.getNumber();
    else {
      // A number above one wins: the other is that number or one.
      assumeEqual(a, b, "size of dimension " + std::to_string(i));
      result.push_back(a.isNumber() ? a : b.isNumber() ? b : freshDim());
    }
  }
  return result;
}

std::string describeDims(ArrayRef<Dim> dims) {
  std::string text = "[";
  for (auto [i, dim] : llvm::enumerate(dims)) {
    if (i)
      text += ", ";
    if (dim.isNumber())
      text += std::to_string(dim.getNumber());
    else
      text += dim.isSymbol() ? escapeName(dim.getSymbol()) : "?";
  }
  return text + "]";
}

} // namespace ecolm::onnx
