//===- Matmul.cpp - Matrix products on the GPU ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers ecolm.matmul with ternary and power-of-two weights to kernels.
//
// Thread t of workgroup (r, g) computes output g * threads + t of row r,
// summing over k upward, so that floats are added in the order of the
// definition.
//
//===----------------------------------------------------------------------===//

#include "ActivationReader.h"
#include "HostBuffers.h"
#include "PackedWeightReader.h"
#include "Patterns.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace ecolm;

static constexpr int64_t threadsPerWorkgroup = 128;

std::optional<std::string> ecolm::getObstacle(MatmulOp op) {
  if (auto obstacle = getActivationObstacle(op.getInput().getType()))
    return obstacle;
  if (auto obstacle = getWeightObstacle(op.getWeights().getType()))
    return obstacle;
  // A shift by 32 or more would be undefined, even of a zero.
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(op.getInput()));
  auto pot = dyn_cast<PotType>(getElementTypeOrSelf(op.getWeights()));
  if (!isFloat && pot && pot.getNumExponents() > 31)
    return "its powers of two span more than 31 exponents";
  return std::nullopt;
}

/// `matmul_i8_ternary_bitplanes16_n2050_k768`; a product of floats and powers
/// of two depends on the range of the powers and on the arithmetic too.
static std::string getKernelName(MatmulOp op, RankedTensorType input,
                                 RankedTensorType weights) {
  auto pot = dyn_cast<PotType>(weights.getElementType());
  std::string name = "matmul_" + getActivationName(input) +
                     (pot ? "_pot_" : "_ternary_") +
                     PackedWeightReader(weights).getName() + "_n" +
                     std::to_string(weights.getDimSize(0)) + "_k" +
                     std::to_string(weights.getDimSize(1));
  if (!pot || !isa<FloatType>(input.getElementType()))
    return name;
  int32_t min = pot.getMin();
  name += min < 0 ? "_from_m" : "_from_";
  name += std::to_string(std::abs(min));
  return name + "_" + stringifyArithmetic(op.getArithmetic()).str();
}

/// The sum over k for one output.
static Value buildSum(GPUKernelBuilder &b, MatmulOp op, ValueRange operands,
                      Value row, Value output) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto weights = cast<RankedTensorType>(op.getWeights().getType());
  auto pot = dyn_cast<PotType>(weights.getElementType());
  PackedWeightReader reader(weights);
  PackedWeightReader::Row codes =
      reader.getRow(b, operands[1], /*stack=*/0, output);
  return b.loop(b.index(0), b.index(weights.getDimSize(1)), b.index(1),
                b.zero(getSumType(input)), [&](Value k, Value sum) {
                  Value x = loadActivation(b, input, operands[0], row, k);
                  if (pot)
                    return b.addPotTerm(sum, x, reader.readPot(b, codes, k),
                                        pot.getMin(), op.getArithmetic());
                  return b.addTernaryTerm(sum, x,
                                          reader.readTernary(b, codes, k));
                });
}

static void buildBody(GPUKernelBuilder &b, MatmulOp op, gpu::GPUFuncOp kernel) {
  int64_t outputs = cast<ShapedType>(op.getWeights().getType()).getDimSize(0);
  ValueRange operands = kernel.getArguments();
  Value row = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  Value group = gpu::BlockIdOp::create(b, gpu::Dimension::y);
  Value thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  Value output = b.add(b.mul(group, threadsPerWorkgroup), thread);
  Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, output,
                                       b.index(outputs));
  auto guard = scf::IfOp::create(b, inside);
  b.setInsertionPointToStart(&guard.getThenRegion().front());
  Value sum = buildSum(b, op, operands, row, output);
  memref::StoreOp::create(b, sum, operands[2], ValueRange{row, output});
}

/// Replaces `op` by the launch of its kernel.
static FailureOr<Value> lowerMatmul(RewriterBase &rewriter, MatmulOp op,
                                    KernelLibrary &kernels) {
  if (std::optional<std::string> obstacle = getObstacle(op))
    return rewriter.notifyMatchFailure(op, *obstacle);
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto weights = cast<RankedTensorType>(op.getWeights().getType());
  auto result = cast<RankedTensorType>(op.getType());
  MemRefType words = PackedWeightReader(weights).getBufferType();

  KernelInterface interface;
  interface.name = getKernelName(op, input, weights);
  interface.operands = {getRowsType(input), words, getRowsType(result)};
  interface.threads = threadsPerWorkgroup;
  gpu::GPUFuncOp kernel = kernels.getOrBuild(
      op.getLoc(), interface, [&](GPUKernelBuilder &b, gpu::GPUFuncOp func) {
        buildBody(b, op, func);
      });

  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Value x = getRows(b, op.getInput());
  Value w = getWords(b, op.getWeights(), words);
  Value y = withResultBuffer(b, result, op.getInput(), [&](Value rows) {
    int64_t groups =
        llvm::divideCeil(weights.getDimSize(0), threadsPerWorkgroup);
    launchOverRows(b, kernel, rows, groups, threadsPerWorkgroup, {x, w, rows});
  });
  rewriter.replaceOp(op, y);
  return y;
}

namespace {

/// Before: `%y = ecolm.matmul %x, %w`. After: `%y` is the contents of a new
/// buffer that `gpu.launch_func @ecolm_kernels::@matmul_...` fills.
struct MatmulToGPU final : OpRewritePattern<MatmulOp> {
  MatmulToGPU(MLIRContext *context, KernelLibrary &kernels)
      : OpRewritePattern(context), kernels(kernels) {}

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    return lowerMatmul(rewriter, op, kernels);
  }

private:
  KernelLibrary &kernels;
};

} // namespace

void ecolm::populateMatmulToGPUPatterns(RewritePatternSet &patterns,
                                        KernelLibrary &kernels) {
  patterns.add<MatmulToGPU>(patterns.getContext(), kernels);
}
