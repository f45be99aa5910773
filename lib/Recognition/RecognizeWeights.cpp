//===- RecognizeWeights.cpp - Weights that have few values ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rewrites products with constant matrices that are ternary or powers of two by
// their values.
//
//===----------------------------------------------------------------------===//

#include "EcoLMNodes.h"
#include "LowBitMatrix.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/Evaluate/Evaluate.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include "llvm/Support/FormatVariadic.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZEWEIGHTS
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

namespace {

/// A node `input @ weight^T + bias` with a constant weight.
struct Product {
  onnx::NodeOp node;
  Value input, weight, bias;
  /// True if the weight is written as (outputs, inputs).
  bool isOutputsFirst = false;
};

} // namespace

/// True for an element type that a product can be computed from in f32.
static bool isFloatInput(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() >= 1 &&
         (type.getElementType().isF32() || type.getElementType().isF16() ||
          type.getElementType().isBF16());
}

/// `node` as a product with a constant matrix, if it is one.
static std::optional<Product> matchProduct(onnx::NodeOp node) {
  Product product;
  product.node = node;
  if (node.isStandard("MatMul")) {
    if (node.getInputs().size() != 2)
      return std::nullopt;
  } else if (node.isStandard("Gemm")) {
    product.bias = node.getPresentInput(2);
    if (getInt(node, "transA", 0) || getFloat(node, "alpha", 1.0) != 1.0 ||
        (product.bias && getFloat(node, "beta", 1.0) != 1.0))
      return std::nullopt;
    product.isOutputsFirst = getInt(node, "transB", 0) != 0;
  } else {
    return std::nullopt;
  }
  product.input = node.getInputs()[0];
  product.weight = node.getInputs()[1];
  auto type = dyn_cast<RankedTensorType>(product.weight.getType());
  if (!type || type.getRank() != 2 || !isFloatInput(product.input) ||
      !isa<RankedTensorType>(node.getResult(0).getType()) ||
      !onnx::findReorderedConstant(product.weight))
    return std::nullopt;
  return product;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The elements of a weight as (outputs, inputs), in f32.
static std::optional<onnx::HostTensor> readWeight(Product product) {
  std::optional<onnx::HostTensor> tensor =
      onnx::readReorderedConstant(product.weight);
  if (!tensor || !tensor->isFloat() || tensor->getElementType().isF64())
    return std::nullopt;
  int64_t rows = tensor->getShape()[0], columns = tensor->getShape()[1];
  MLIRContext *context = product.node.getContext();
  onnx::HostTensor weight(Float32Type::get(context),
                          product.isOutputsFirst
                              ? ArrayRef<int64_t>{rows, columns}
                              : ArrayRef<int64_t>{columns, rows});
  if (product.isOutputsFirst) {
    weight.get<float>() = std::move(tensor->get<float>());
    return weight;
  }
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      weight.get<float>()[column * rows + row] =
          tensor->get<float>()[row * columns + column];
  return weight;
}

/// `ternary, one scale for each of 64 rows`.
static std::string describe(const LowBitMatrix &matrix, int64_t rows) {
  std::string text = matrix.isTernary()
                         ? "ternary"
                         : llvm::formatv("sign * 2^e with {0} <= e <= {1}",
                                         matrix.emin, matrix.emax)
                               .str();
  if (matrix.numGroups)
    text += llvm::formatv(", {0} scales a row", matrix.numGroups).str();
  else
    text += matrix.scales.size() == 1
                ? ", one scale"
                : llvm::formatv(", a scale for each of {0} rows", rows).str();
  if (matrix.noise)
    text += llvm::formatv("; but for rounding noise of at most {0:E1} of a "
                          "weight, as x + (q(x) - x) leaves it",
                          matrix.noise)
                .str();
  return text;
}

/// What made the weight: `values`, or the constant chain in front of it.
static std::string describeOrigin(Value weight) {
  Operation *constant = onnx::findReorderedConstant(weight).getDefiningOp();
  auto operators = constant->getAttrOfType<ArrayAttr>(onnx::kFoldedAttrName);
  if (!operators)
    return "by value: ";
  std::string text = "by the constant chain ";
  llvm::interleave(
      operators.getAsValueRange<StringAttr>(),
      [&](StringRef name) { text += name; }, [&] { text += ", "; });
  return text + ": ";
}

/// Four two-bit codes `w + 1` in a byte, lowest bits first.
static onnx::HostTensor packTernary(ArrayRef<int8_t> codes, Type byteType) {
  onnx::HostTensor bytes(
      byteType,
      {static_cast<int64_t>(llvm::divideCeil(codes.size(), size_t(4)))});
  for (auto [i, code] : llvm::enumerate(codes))
    bytes.get<int64_t>()[i / 4] |= int64_t(code + 1) << (i % 4 * 2);
  return bytes;
}

static onnx::HostTensor makeCodes(ArrayRef<int8_t> codes,
                                  ArrayRef<int64_t> shape, Type type) {
  onnx::HostTensor tensor(type, shape);
  llvm::copy(codes, tensor.get<int64_t>().begin());
  return tensor;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// The product of `input` (f32) with `matrix` of `rows`, of type `type`.
static Value createProduct(OpBuilder &builder, Product product, Value input,
                           const LowBitMatrix &matrix, int64_t rows,
                           RankedTensorType type) {
  Location loc = product.node.getLoc();
  std::string name =
      getConstantName(onnx::findReorderedConstant(product.weight)).str();
  int64_t columns = matrix.codes.size() / rows;
  auto codesType = RankedTensorType::get({rows, columns}, builder.getI8Type());
  SmallVector<NamedAttribute> attrs;
  Value codes;
  if (matrix.isTernary()) {
    Type byteType = builder.getIntegerType(8, /*isSigned=*/false);
    Value bytes = createInitializer(builder, loc, name + ".codes",
                                    packTernary(matrix.codes, byteType));
    Value shape =
        createIntegers(builder, loc, name + ".shape", {rows, columns});
    codes = createEcoLMNode(builder, loc, "UnpackTernary", {bytes, shape},
                            codesType);
  } else {
    codes = createInitializer(
        builder, loc, name,
        makeCodes(matrix.codes, {rows, columns}, builder.getI8Type()));
    attrs.push_back(
        builder.getNamedAttr("emin", builder.getI64IntegerAttr(matrix.emin)));
    attrs.push_back(
        builder.getNamedAttr("emax", builder.getI64IntegerAttr(matrix.emax)));
  }
  SmallVector<int64_t> scaleShape;
  if (matrix.numGroups)
    scaleShape = {rows, matrix.numGroups};
  else if (matrix.scales.size() > 1)
    scaleShape = {rows};
  Value scales =
      createFloats(builder, loc, name + ".scale", matrix.scales, scaleShape);
  std::string opType = matrix.isTernary() ? "Ternary" : "Pot";
  opType += matrix.numGroups ? "GroupMatMul" : "MatMul";
  return createEcoLMNode(builder, loc, opType, {input, codes, scales}, type,
                         attrs, product.node.getResult(0));
}

static void replaceProduct(Product product, const LowBitMatrix &matrix,
                           int64_t rows) {
  onnx::NodeOp node = product.node;
  OpBuilder builder(node);
  Value result = node.getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  Type f32 = builder.getF32Type();
  bool isNarrow = type.getElementType() != f32;
  auto cast = [&](Value value, Type element, Value like) {
    int64_t to = element.isF32() ? 1 : element.isF16() ? 10 : 16;
    auto from = mlir::cast<RankedTensorType>(value.getType());
    return createStandardNode(
        builder, node.getLoc(), "Cast", value, from.clone(element),
        builder.getNamedAttr("to", builder.getI64IntegerAttr(to)), like);
  };
  Value input =
      isNarrow ? cast(product.input, f32, product.input) : product.input;
  Value value =
      createProduct(builder, product, input, matrix, rows, type.clone(f32));
  if (isNarrow)
    value = cast(value, type.getElementType(), result);
  if (product.bias)
    value = createStandardNode(builder, node.getLoc(), "Add",
                               {value, product.bias}, type, {}, result);
  result.replaceAllUsesWith(value);
  node.erase();
}

namespace {
struct RecognizeWeights final
    : ecolm::impl::RecognizeWeightsBase<RecognizeWeights> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "low-bit weight");
    SmallVector<Product> products;
    getOperation().walk([&](onnx::NodeOp node) {
      if (std::optional<Product> product = matchProduct(node))
        products.push_back(*product);
    });
    for (Product product : products) {
      std::optional<onnx::HostTensor> weight = readWeight(product);
      if (!weight)
        continue;
      int64_t rows = weight->getShape()[0], columns = weight->getShape()[1];
      LowBitFinding finding =
          findLowBitMatrix(weight->get<float>(), rows, columns);
      StringRef name = getNodeName(product.node);
      if (!finding.almost.empty())
        notes.almost(name, finding.almost);
      if (!finding.matrix)
        continue;
      notes.found(name, describeOrigin(product.weight) +
                            describe(*finding.matrix, rows));
      replaceProduct(product, *finding.matrix, rows);
    }
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
