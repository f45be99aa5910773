//===- QuantizeModel.cpp - Quantizes the products of float models ---------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Replaces constant float matrices by low-bit ones, as a recipe says.
//
//===----------------------------------------------------------------------===//

#include "QuantizedProduct.h"
#include "ecolm/Analysis/QuantizedLayers.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Threading.h"
#include "llvm/Support/Regex.h"
#include <cmath>

namespace ecolm {
#define GEN_PASS_DEF_QUANTIZEMODEL
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
/// A matrix of the model, and the products and embeddings that read it.
struct Matrix {
  WeightOp weight;
  SmallVector<MatmulOp> products;
  SmallVector<linalg::GenericOp> gathers;
  QuantizedValues values;
  /// What rows and inputs are rotated by, if that was learned.
  std::optional<GivensButterfly> rotation;
  double relativeError = 0;

  RankedTensorType getType() {
    return cast<RankedTensorType>(weight.getType());
  }
};
} // namespace

/// The matrix whose rows `op` gathers at the indices that are its input:
///
///   %y[.., k] = extract %matrix[%ids[..], k]
static Value findGatheredMatrix(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      !llvm::hasNItems(*op.getBody(), 3))
    return nullptr;
  int64_t rank = op.getNumLoops();
  Operation *terminator = op.getBody()->getTerminator();
  auto extract = terminator->getOperand(0).getDefiningOp<tensor::ExtractOp>();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(rank, op.getContext());
  if (!extract || extract.getIndices().size() != 2 || rank < 1 ||
      op.getIndexingMapsArray()[0] != identity.getMajorSubMap(rank - 1) ||
      op.getIndexingMapsArray()[1] != identity ||
      extract.getIndices()[0] != op.getBody()->getArgument(0))
    return nullptr;
  auto column = extract.getIndices()[1].getDefiningOp<linalg::IndexOp>();
  return column && static_cast<int64_t>(column.getDim()) == rank - 1
             ? extract.getTensor()
             : Value();
}

/// |a - b| / |a|, or 0 if both are 0.
static double getRelativeError(ArrayRef<float> a, ArrayRef<float> b) {
  double noise = 0, signal = 0;
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    noise += (static_cast<double>(x) - y) * (static_cast<double>(x) - y);
    signal += static_cast<double>(x) * x;
  }
  return noise == 0 ? 0 : std::sqrt(noise / signal);
}

/// Computes the codes of `matrix`.
static LogicalResult quantize(Matrix &matrix, const QuantizationRecipe &recipe,
                              const InputRows *inputs) {
  FailureOr<std::vector<float>> floats = readFloats(matrix.weight);
  if (failed(floats))
    return failure();
  if (!llvm::all_of(*floats, [](float value) { return std::isfinite(value); }))
    return matrix.weight.emitError()
           << "cannot quantize '" << matrix.weight.getSymName()
           << "': it holds numbers that are not finite; leave it out with "
              "--quantize-exclude";
  int64_t columns = matrix.getType().getDimSize(1);
  if (inputs && inputs->columns != columns)
    return matrix.weight.emitError()
           << "--calibration: expected inputs of " << columns
           << " columns for '" << matrix.weight.getSymName() << "', but found "
           << inputs->columns;
  using Rotation = QuantizationRecipe::Rotation;
  if (recipe.rotation == Rotation::Learned)
    matrix.rotation = learnRotation(*floats, columns, recipe, inputs);
  InputRows rotated = inputs ? *inputs : InputRows();
  if (recipe.rotation != Rotation::None) {
    for (std::vector<float> *rows : {&*floats, &rotated.values})
      matrix.rotation ? matrix.rotation->rotate(*rows)
                      : rotateRows(*rows, columns);
    inputs = inputs ? &rotated : nullptr;
  }
  matrix.values = quantizeMatrix(*floats, columns, recipe, inputs);
  matrix.relativeError = getRelativeError(
      *floats, dequantizeMatrix(matrix.values, columns, recipe));
  return success();
}

namespace {

struct QuantizeModelPass final
    : ecolm::impl::QuantizeModelBase<QuantizeModelPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    auto fail = [&](const Twine &message) {
      return emitError(UnknownLoc::get(context)) << message;
    };
    llvm::Expected<QuantizationRecipe> parsed = parseRecipe(recipeText);
    if (!parsed)
      return fail("--quantize: " + llvm::toString(parsed.takeError()));
    recipe = *parsed;
    if (!calibration.empty()) {
      llvm::Expected<CalibrationInputs> read =
          CalibrationInputs::read(calibration);
      if (!read)
        return fail("--calibration: " + llvm::toString(read.takeError()));
      inputs = std::move(*read);
    }
    for (auto &[option, pattern] :
         {std::pair<StringRef, std::string>{"--quantize-include", include},
          {"--quantize-exclude", exclude}})
      if (std::string why;
          !pattern.empty() && !llvm::Regex(pattern).isValid(why))
        return fail(option + ": '" + pattern +
                    "' is no regular expression: " + why);
    return success();
  }

  void runOnOperation() override {
    std::vector<Matrix> matrices = collectMatrices();
    if (matrices.empty()) {
      getOperation().emitError()
          << "found no product and no embedding with a constant f32 matrix to "
             "quantize; check --quantize-include and --quantize-exclude "
             "against --check";
      return signalPassFailure();
    }
    if (failed(failableParallelForEach(
            &getContext(), matrices, [&](Matrix &matrix) {
              return quantize(matrix, recipe,
                              inputs.find(matrix.weight.getSymName()));
            })))
      return signalPassFailure();
    if (!calibration.empty() && llvm::none_of(matrices, [&](Matrix &matrix) {
          return inputs.find(matrix.weight.getSymName());
        })) {
      getOperation().emitError()
          << "--calibration: '" << calibration
          << "' has no array for any of the matrices; their names are those "
             "that --check prints";
      return signalPassFailure();
    }
    std::vector<QuantizedLayer> report;
    QuantizedProductBuilder builder(getOperation(), recipe);
    for (Matrix &matrix : matrices) {
      report.push_back(describe(matrix));
      builder.declare(matrix.weight, matrix.values, matrix.rotation);
      for (MatmulOp product : matrix.products)
        builder.replace(product);
      for (linalg::GenericOp gather : matrix.gathers)
        builder.replace(gather);
    }
    numQuantized += matrices.size();
    rememberQuantizedLayers(getOperation(), report);
  }

private:
  /// Whether the name of the weight, or of a product's node, is chosen.
  bool isChosen(WeightOp weight, Operation *reader) {
    auto location = reader->getLoc()->findInstanceOf<NameLoc>();
    StringRef node = location ? location.getName().getValue() : "";
    auto matches = [&](StringRef pattern) {
      llvm::Regex regex(pattern);
      return regex.match(weight.getSymName()) || regex.match(node);
    };
    return matches(include) && (exclude.empty() || !matches(exclude));
  }

  std::vector<Matrix> collectMatrices() {
    SymbolTableCollection symbols;
    llvm::MapVector<Operation *, Matrix> matrices;
    /// The entry of `value` if it is a matrix to quantize.
    auto find = [&](Value value, Operation *reader) -> Matrix * {
      WeightOp weight = value ? getDeclaration(value, symbols) : WeightOp();
      auto type = weight ? cast<RankedTensorType>(weight.getType())
                         : RankedTensorType();
      if (!type || type.getRank() != 2 || !type.getElementType().isF32() ||
          type.getNumElements() == 0 || !isChosen(weight, reader))
        return nullptr;
      Matrix &matrix = matrices[weight];
      matrix.weight = weight;
      return &matrix;
    };
    getOperation().walk([&](Operation *op) {
      if (auto product = dyn_cast<MatmulOp>(op)) {
        if (Matrix *matrix = find(product.getWeights(), op))
          matrix->products.push_back(product);
        return;
      }
      // Rows of a rotated table would have to be rotated back.
      auto gather = dyn_cast<linalg::GenericOp>(op);
      if (gather && recipe.rotation == QuantizationRecipe::Rotation::None)
        if (Matrix *matrix = find(findGatheredMatrix(gather), op))
          matrix->gathers.push_back(gather);
    });
    std::vector<Matrix> result;
    for (auto &[op, matrix] : matrices)
      result.push_back(std::move(matrix));
    return result;
  }

  QuantizedLayer describe(Matrix &matrix) {
    const QuantizedValues &values = matrix.values;
    double floats = values.scales.size() + values.offsets.size();
    int32_t bits = getStoredBits(recipe);
    int64_t columns = matrix.getType().getDimSize(1);
    bool isHalf = recipe.hasHalfScales && hasGroupScales(values, columns);
    QuantizedLayer layer;
    layer.name = matrix.weight.getSymName().str();
    layer.recipe = recipeText;
    layer.outputs = matrix.getType().getDimSize(0);
    layer.inputs = matrix.getType().getDimSize(1);
    layer.bitsPerWeight =
        bits * recipe.terms +
        (isHalf ? 16 : 32) * floats / matrix.getType().getNumElements();
    layer.relativeError = matrix.relativeError;
    return layer;
  }

  QuantizationRecipe recipe;
  CalibrationInputs inputs;
};

} // namespace
