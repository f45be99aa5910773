//===- QuantizedMatrix.cpp - Matrices behind DequantizeLinear -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the constants of DequantizeLinear as codes, scales and zero points of
// the matrix of a product. Nothing is dequantized.
//
//   unsigned codes of b bits become signed ones, c - 2^(b-1), and so do their
//   zero points; with a zero point of 2^(b-1), the usual one, none is left
//
//===----------------------------------------------------------------------===//

#include "ecolm/Conversion/ONNXNodes/QuantizedMatrix.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Support/IntegerPacking.h"
#include "ecolm/Support/TernaryPacking.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

namespace {
/// How scales lie along the matrix [N, K].
struct ScaleLayout {
  int64_t outputs, inputs, group;
  /// The matrix is stored [N, K].
  bool outputsFirst;

  int64_t getNumGroups() const { return llvm::divideCeil(inputs, group); }
};
} // namespace

/// The layout of the scales of `node`, whose matrix is [N, K] if
/// `outputsFirst`; nothing if they differ along the inputs otherwise than in
/// blocks.
static std::optional<ScaleLayout> findLayout(onnx::NodeOp node,
                                             bool outputsFirst) {
  auto type = dyn_cast<RankedTensorType>(node.getInputs()[0].getType());
  auto scale = dyn_cast<RankedTensorType>(node.getInputs()[1].getType());
  if (!type || !scale || type.getRank() != 2 || !type.hasStaticShape() ||
      type.getNumElements() == 0 || !scale.hasStaticShape())
    return std::nullopt;
  int64_t outputAxis = outputsFirst ? 0 : 1;
  ScaleLayout layout;
  layout.outputsFirst = outputsFirst;
  layout.outputs = type.getDimSize(outputAxis);
  layout.inputs = layout.group = type.getDimSize(1 - outputAxis);
  if (scale.getNumElements() == 1)
    return layout;
  std::optional<int64_t> axis = normalizeAxis(getInt(node, "axis", 1), 2);
  if (!axis)
    return std::nullopt;
  if (scale.getRank() == 1)
    return *axis == outputAxis ? std::optional(layout) : std::nullopt;
  int64_t block = getInt(node, "block_size", 0);
  if (scale.getRank() != 2 || *axis == outputAxis || block < 1)
    return std::nullopt;
  layout.group = std::min(block, layout.inputs);
  return layout;
}

/// The numbers of a scale or zero point as [N, G].
static std::optional<std::vector<float>>
readParameter(Value parameter, const ScaleLayout &layout) {
  auto type = cast<RankedTensorType>(parameter.getType());
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(getConstant(parameter));
  int64_t groups = layout.getNumGroups();
  int64_t wanted =
      type.getRank() == 2 ? layout.outputs * groups : layout.outputs;
  if (!reader || (reader->size() != 1 && reader->size() != wanted))
    return std::nullopt;
  std::vector<float> values;
  for (int64_t n = 0; n < layout.outputs; ++n)
    for (int64_t g = 0; g < groups; ++g) {
      int64_t index = n;
      if (type.getRank() == 2)
        index = layout.outputsFirst ? n * groups + g : g * layout.outputs + n;
      values.push_back(static_cast<float>(
          reader->getDouble(reader->size() == 1 ? 0 : index)));
    }
  return values;
}

/// Zero points relative to signed codes, [N, G]; empty if all are 0.
static std::optional<std::vector<float>>
readZeros(onnx::NodeOp node, const ScaleLayout &layout, float bias) {
  std::vector<float> zeros(layout.outputs * layout.getNumGroups());
  if (Value parameter = node.getPresentInput(2)) {
    auto stored = readParameter(parameter, layout);
    if (!stored)
      return std::nullopt;
    zeros = std::move(*stored);
  }
  for (float &zero : zeros)
    zero -= bias;
  if (llvm::all_of(zeros, [](float zero) { return zero == 0; }))
    zeros.clear();
  return zeros;
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

static bool areTernary(const onnx::ElementsReader &reader, int64_t bias) {
  for (int64_t i = 0; i < reader.size(); ++i)
    if (std::abs(reader.getInteger(i) - bias) > 1)
      return false;
  return true;
}

/// The signed codes of `reader` as bytes of `type`.
static SmallVector<char, 0> packCodes(const onnx::ElementsReader &reader,
                                      int64_t bias, Type type) {
  SmallVector<int8_t, 0> codes;
  for (int64_t i = 0; i < reader.size(); ++i)
    codes.push_back(static_cast<int8_t>(reader.getInteger(i) - bias));
  SmallVector<char, 0> bytes;
  if (isa<TernaryType>(type))
    packCodes2(codes, bytes);
  else if (type.isInteger(8))
    bytes.assign(codes.begin(), codes.end());
  else
    packIntegers(codes, type.getIntOrFloatBitWidth(), bytes);
  return bytes;
}

/// Declares the codes of `elements`, less `bias`, as a weight [N, K] of `type`.
static Value createCodes(Value constant, ElementsAttr elements,
                         const onnx::ElementsReader &reader, int64_t bias,
                         RankedTensorType type, bool transposed,
                         GraphRewriter &rewriter) {
  StringRef name = getConstantName(constant);
  Type element = type.getElementType();
  std::optional<Packing> packing;
  if (element.isInteger(4))
    packing = Packing::Nibbles;
  else if (!element.isInteger(8))
    packing = Packing::Codes2;
  auto stored = cast<RankedTensorType>(elements.getType());
  bool isAsStored = bias == 0 && stored.getElementType() == element;
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  if (!packing && isAsStored)
    return rewriter.createWeight(constant.getLoc(), name, type, elements,
                                 packing, transposed);
  auto byte =
      IntegerType::get(type.getContext(), 8,
                       packing ? IntegerType::Unsigned : IntegerType::Signless);
  ElementsAttr source;
  if (isAsStored && resource) {
    // The file packs these codes just so.
    source = cast<ElementsAttr>(DenseResourceElementsAttr::get(
        RankedTensorType::get(reader.getBytes().size(), byte),
        resource.getRawHandle()));
  } else {
    SmallVector<char, 0> bytes = packCodes(reader, bias, element);
    auto flat = RankedTensorType::get(bytes.size(), byte);
    source = makeSource(packing ? flat : stored.clone(byte), name, bytes);
  }
  return rewriter.createWeight(constant.getLoc(), name, type, source, packing,
                               transposed);
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

std::optional<QuantizedMatrix>
ecolm::findQuantizedMatrix(Value value, bool outputsFirst,
                           GraphRewriter &rewriter) {
  auto node = value.getDefiningOp<onnx::NodeOp>();
  // A scale of half precision gives numbers of half precision.
  if (node && node.isStandard("Cast"))
    node = node.getInputs()[0].getDefiningOp<onnx::NodeOp>();
  if (!node || !node.isStandard("DequantizeLinear"))
    return std::nullopt;
  Value constant = node.getInputs()[0];
  ElementsAttr elements = getConstant(constant);
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  std::optional<ScaleLayout> layout = findLayout(node, outputsFirst);
  auto type =
      reader ? dyn_cast<IntegerType>(reader->getElementType()) : IntegerType();
  if (!type || type.getWidth() > 8 || type.getWidth() == 1 || !layout)
    return std::nullopt;
  int64_t bias = type.isUnsigned() ? int64_t(1) << (type.getWidth() - 1) : 0;
  auto scales = readParameter(node.getInputs()[1], *layout);
  auto zeros = readZeros(node, *layout, bias);
  if (!scales || !zeros)
    return std::nullopt;

  Type element = rewriter.getIntegerType(type.getWidth());
  if (zeros->empty() && areTernary(*reader, bias))
    element = TernaryType::get(rewriter.getContext());
  auto codesType =
      RankedTensorType::get({layout->outputs, layout->inputs}, element);
  QuantizedMatrix matrix;
  matrix.name = getConstantName(constant);
  matrix.codes = createCodes(constant, elements, *reader, bias, codesType,
                             /*transposed=*/!outputsFirst, rewriter);
  matrix.group = layout->group;
  matrix.scales = std::move(*scales);
  matrix.zeros = std::move(*zeros);
  return matrix;
}

/// Declares [N, G] floats.
static Value createFloats(Location loc, const Twine &name,
                          RankedTensorType type, ArrayRef<float> values,
                          GraphRewriter &rewriter) {
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()),
                       values.size() * sizeof(float));
  std::string text = name.str();
  return rewriter.createWeight(loc, text, type, makeSource(type, text, bytes));
}

/// `product * scale`, one scale or one for each output.
static Value scaleOutputs(onnx::NodeOp node, Value product,
                          const QuantizedMatrix &matrix,
                          GraphRewriter &rewriter) {
  ArrayRef<float> scales = matrix.scales;
  if (llvm::all_equal(scales))
    scales = scales.take_front();
  if (scales.size() == 1 && scales[0] == 1)
    return product;
  SmallVector<int64_t> shape;
  if (scales.size() > 1)
    shape.push_back(scales.size());
  auto type = RankedTensorType::get(shape, rewriter.getF32Type());
  Value factor = onnx::InitializerOp::create(
      rewriter, node.getLoc(), type, (matrix.name + ".scale").str(),
      DenseElementsAttr::get(type, scales));
  rewriter.copyDims(node, product);
  return rewriter.createNode(node.getLoc(), "Mul", {product, factor},
                             product.getType(), {}, /*like=*/product);
}

/// Scales, and offsets or null, as [N, G].
static std::pair<Value, Value> createGroupScales(onnx::NodeOp node,
                                                 const QuantizedMatrix &matrix,
                                                 GraphRewriter &rewriter) {
  auto codes = cast<RankedTensorType>(matrix.codes.getType());
  int64_t outputs = codes.getDimSize(0);
  auto scalesType = RankedTensorType::get(
      {outputs, static_cast<int64_t>(matrix.scales.size()) / outputs},
      rewriter.getF32Type());
  Value scales = createFloats(node.getLoc(), matrix.name + ".scales",
                              scalesType, matrix.scales, rewriter);
  Value offsets;
  if (!matrix.zeros.empty()) {
    std::vector<float> values;
    for (auto [scale, zero] : llvm::zip_equal(matrix.scales, matrix.zeros))
      values.push_back(-scale * zero);
    offsets = createFloats(node.getLoc(), matrix.name + ".offsets", scalesType,
                           values, rewriter);
  }
  return {scales, offsets};
}

Value ecolm::multiplyQuantized(onnx::NodeOp node, Value input,
                               const QuantizedMatrix &matrix,
                               GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  auto codes = cast<RankedTensorType>(matrix.codes.getType());
  if (matrix.group == codes.getDimSize(1) && matrix.zeros.empty())
    return scaleOutputs(
        node,
        MatmulOp::create(rewriter, node.getLoc(), type, input, matrix.codes),
        matrix, rewriter);
  auto [scales, offsets] = createGroupScales(node, matrix, rewriter);
  return GroupMatmulOp::create(rewriter, node.getLoc(), type, input,
                               matrix.codes, scales, offsets, matrix.group);
}

Value ecolm::gatherQuantized(onnx::NodeOp node, Value ids,
                             const QuantizedMatrix &matrix,
                             GraphRewriter &rewriter) {
  auto [scales, offsets] = createGroupScales(node, matrix, rewriter);
  return EmbeddingOp::create(rewriter, node.getLoc(), getResultType(node), ids,
                             matrix.codes, scales, offsets, matrix.group);
}
