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

#include "DenseProbe.h"
#include "EcoLMNodes.h"
#include "LowBitMatrix.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/Evaluate/Evaluate.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include "ecolm/Support/IntegerPacking.h"
#include "ecolm/Support/TernaryPacking.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
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

static std::string describe(const TwoTermMatrix &matrix, int64_t) {
  return llvm::formatv("sums of two sign * 2^e with {0} <= e <= {1}, one scale",
                       matrix.emin, matrix.emax)
      .str();
}

static std::string describe(const UniformMatrix &matrix, int64_t) {
  std::string text = llvm::formatv("integers of {0} bits", matrix.bits).str();
  if (!matrix.numGroups)
    return text + ", one scale";
  return text + llvm::formatv(", {0} scales a row", matrix.numGroups).str();
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

static onnx::HostTensor makeCodes(ArrayRef<int8_t> codes,
                                  ArrayRef<int64_t> shape, Type type) {
  onnx::HostTensor tensor(type, shape);
  llvm::copy(codes, tensor.get<int64_t>().begin());
  return tensor;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

namespace {

/// Builds the low-bit products that stand for one product.
class ProductBuilder {
public:
  ProductBuilder(Product product, int64_t rows, int64_t columns)
      : product(product), builder(product.node), rows(rows), columns(columns),
        name(getConstantName(onnx::findReorderedConstant(product.weight))) {}

  /// Replaces the product by that with `matrix`.
  void replace(const LowBitMatrix &matrix);
  /// Replaces the product by the sum of those with the terms of `matrix`.
  void replace(const TwoTermMatrix &matrix);
  /// Replaces the product by that with `matrix` behind a DequantizeLinear.
  void replace(const UniformMatrix &matrix);

private:
  Location getLoc() { return product.node.getLoc(); }
  RankedTensorType getType() {
    return cast<RankedTensorType>(product.node.getResult(0).getType())
        .clone(builder.getF32Type());
  }
  Value castTo(Value value, Type element, Value like);
  Value createInput();
  Value createTernaryCodes(ArrayRef<int8_t> codes);
  Value createPotProduct(StringRef opType, Value input, ArrayRef<int8_t> codes,
                         int64_t emin, int64_t emax, Value scales);
  void replaceBy(Value value);

  Product product;
  OpBuilder builder;
  int64_t rows, columns;
  std::string name;
};

} // namespace

Value ProductBuilder::castTo(Value value, Type element, Value like) {
  int64_t to = element.isF32() ? 1 : element.isF16() ? 10 : 16;
  auto from = cast<RankedTensorType>(value.getType());
  return createStandardNode(
      builder, getLoc(), "Cast", value, from.clone(element),
      builder.getNamedAttr("to", builder.getI64IntegerAttr(to)), like);
}

/// The input in f32.
Value ProductBuilder::createInput() {
  auto type = cast<RankedTensorType>(product.input.getType());
  if (type.getElementType().isF32())
    return product.input;
  return castTo(product.input, builder.getF32Type(), product.input);
}

Value ProductBuilder::createTernaryCodes(ArrayRef<int8_t> codes) {
  SmallVector<char, 0> packed;
  packCodes2(codes, packed);
  onnx::HostTensor stored(builder.getIntegerType(8, /*isSigned=*/false),
                          {static_cast<int64_t>(packed.size())});
  for (auto [i, byte] : llvm::enumerate(packed))
    stored.get<int64_t>()[i] = static_cast<uint8_t>(byte);
  Value bytes = createInitializer(builder, getLoc(), name + ".codes", stored);
  Value shape =
      createIntegers(builder, getLoc(), name + ".shape", {rows, columns});
  return createEcoLMNode(
      builder, getLoc(), "UnpackTernary", {bytes, shape},
      RankedTensorType::get({rows, columns}, builder.getI8Type()));
}

Value ProductBuilder::createPotProduct(StringRef opType, Value input,
                                       ArrayRef<int8_t> codes, int64_t emin,
                                       int64_t emax, Value scales) {
  Value bytes =
      createInitializer(builder, getLoc(), name,
                        makeCodes(codes, {rows, columns}, builder.getI8Type()));
  NamedAttribute attrs[] = {
      builder.getNamedAttr("emin", builder.getI64IntegerAttr(emin)),
      builder.getNamedAttr("emax", builder.getI64IntegerAttr(emax))};
  return createEcoLMNode(builder, getLoc(), opType, {input, bytes, scales},
                         getType(), attrs, product.node.getResult(0));
}

/// Replaces the node by `value`, in the type of its result and with its bias.
void ProductBuilder::replaceBy(Value value) {
  Value result = product.node.getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  if (!type.getElementType().isF32())
    value = castTo(value, type.getElementType(), result);
  if (product.bias)
    value = createStandardNode(builder, getLoc(), "Add", {value, product.bias},
                               type, {}, result);
  result.replaceAllUsesWith(value);
  product.node.erase();
}

void ProductBuilder::replace(const LowBitMatrix &matrix) {
  SmallVector<int64_t> scaleShape;
  if (matrix.numGroups)
    scaleShape = {rows, matrix.numGroups};
  else if (matrix.scales.size() > 1)
    scaleShape = {rows};
  Value scales = createFloats(builder, getLoc(), name + ".scale", matrix.scales,
                              scaleShape);
  Value input = createInput();
  if (!matrix.isTernary())
    return replaceBy(createPotProduct(
        matrix.numGroups ? "PotGroupMatMul" : "PotMatMul", input, matrix.codes,
        matrix.emin, matrix.emax, scales));
  replaceBy(
      createEcoLMNode(builder, getLoc(),
                      matrix.numGroups ? "TernaryGroupMatMul" : "TernaryMatMul",
                      {input, createTernaryCodes(matrix.codes), scales},
                      getType(), {}, product.node.getResult(0)));
}

void ProductBuilder::replace(const TwoTermMatrix &matrix) {
  Value scale =
      createFloats(builder, getLoc(), name + ".scale", matrix.scale, {});
  Value input = createInput(), sum;
  for (ArrayRef<int8_t> codes : matrix.codes) {
    Value term = createPotProduct("PotMatMul", input, codes, matrix.emin,
                                  matrix.emax, scale);
    sum = sum ? createStandardNode(builder, getLoc(), "Add", {sum, term},
                                   getType(), {}, product.node.getResult(0))
              : term;
  }
  replaceBy(sum);
}

void ProductBuilder::replace(const UniformMatrix &matrix) {
  SmallVector<int64_t> unitShape;
  SmallVector<NamedAttribute> attrs;
  if (matrix.numGroups) {
    unitShape = {rows, matrix.numGroups};
    attrs.push_back(builder.getNamedAttr("axis", builder.getI64IntegerAttr(1)));
    attrs.push_back(builder.getNamedAttr(
        "block_size", builder.getI64IntegerAttr(columns / matrix.numGroups)));
  }
  auto createCodes = [&](ArrayRef<int8_t> codes, ArrayRef<int64_t> shape) {
    SmallVector<char, 0> packed;
    packIntegers(codes, matrix.bits, packed);
    auto type = RankedTensorType::get(
        shape, builder.getIntegerType(matrix.bits, /*isSigned=*/false));
    ElementsAttr elements = DenseResourceElementsAttr::get(
        type, "codes",
        HeapAsmResourceBlob::allocateAndCopyInferAlign(ArrayRef<char>(packed)));
    return onnx::InitializerOp::create(builder, getLoc(), type,
                                       builder.getStringAttr(name), elements)
        .getOutput();
  };
  Value codes = createCodes(matrix.codes, {rows, columns});
  Value scales = createFloats(builder, getLoc(), name + ".scale", matrix.scales,
                              unitShape);
  Value zeros = createCodes(matrix.zeros, unitShape);
  Type f32 = builder.getF32Type();
  Value weight = createStandardNode(
      builder, getLoc(), "DequantizeLinear", {codes, scales, zeros},
      RankedTensorType::get({rows, columns}, f32), attrs);
  Value transposed = createStandardNode(
      builder, getLoc(), "Transpose", weight,
      RankedTensorType::get({columns, rows}, f32),
      builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr({1, 0})));
  replaceBy(createStandardNode(builder, getLoc(), "MatMul",
                               {createInput(), transposed}, getType(), {},
                               product.node.getResult(0)));
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
      if (isPlainlyDense(product.weight, product.isOutputsFirst))
        continue;
      std::optional<onnx::HostTensor> weight = readWeight(product);
      if (!weight)
        continue;
      int64_t rows = weight->getShape()[0], columns = weight->getShape()[1];
      LowBitFinding finding =
          findLowBitMatrix(weight->get<float>(), rows, columns);
      StringRef name = getNodeName(product.node);
      ProductBuilder products(product, rows, columns);
      std::string origin = describeOrigin(product.weight);
      ArrayRef<float> values = weight->get<float>();
      auto replace = [&](const auto &matrix) {
        notes.found(name, origin + describe(matrix, rows));
        products.replace(matrix);
      };
      // Powers of two take more bits than 2 where they are that as well.
      bool isTernary = finding.matrix && finding.matrix->isTernary();
      auto uniform = isTernary ? std::nullopt
                               : findUniformMatrix(values, rows, columns, 2);
      if (!uniform && !finding.matrix)
        uniform = findUniformMatrix(values, rows, columns, 4);
      if (uniform) {
        replace(*uniform);
      } else if (finding.matrix) {
        replace(*finding.matrix);
      } else if (auto terms = findTwoTermMatrix(values)) {
        replace(*terms);
      } else if (!finding.almost.empty()) {
        notes.almost(product.node.getLoc(), name, finding.almost);
      }
    }
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
