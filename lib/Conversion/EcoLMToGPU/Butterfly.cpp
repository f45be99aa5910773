//===- Butterfly.cpp - Butterflies on the GPU -----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers ecolm.butterfly with ternary factors to kernels.
//
// One workgroup computes one row through all stages. Between stages the vector
// lies in workgroup memory, in two buffers that take turns:
//
//   row --stage 0--> buffer 0 --stage 1--> buffer 1 --stage 2--> buffer 0 ...
//   row
//
// with a barrier after every arrow but the last. A buffer holds the outputs of
// all stacks, one after another.
//
//===----------------------------------------------------------------------===//

#include "ActivationReader.h"
#include "HostBuffers.h"
#include "PackedWeightReader.h"
#include "Patterns.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace ecolm;

static RankedTensorType getFactorType(ButterflyOp op, size_t stage) {
  return cast<RankedTensorType>(op.getFactors()[stage].getType());
}

/// Elements of the largest vector between two stages, over all stacks.
static int64_t getBufferSize(ButterflyOp op) {
  int64_t size = 0;
  for (size_t stage = 0; stage + 1 < op.getFactors().size(); ++stage) {
    FactorShape shape = getFactorShape(getFactorType(op, stage));
    size = std::max(size, shape.stacks * shape.getNumOutputs());
  }
  return size;
}

static int64_t getNumBuffers(ButterflyOp op) {
  return std::min<int64_t>(op.getFactors().size() - 1, 2);
}

/// As many threads as a stage has outputs, in whole warps, at most 256.
static int64_t getNumThreads(ButterflyOp op) {
  int64_t outputs = 1;
  for (size_t stage = 0; stage < op.getFactors().size(); ++stage)
    outputs = std::max(
        outputs, getFactorShape(getFactorType(op, stage)).getNumOutputs());
  return std::min<int64_t>(llvm::alignTo(outputs, 32), 256);
}

std::optional<std::string> ecolm::getObstacle(ButterflyOp op,
                                              int64_t workgroupMemory) {
  if (auto obstacle = getActivationObstacle(op.getInput().getType()))
    return obstacle;
  for (Value factor : op.getFactors()) {
    if (auto obstacle = getWeightObstacle(factor.getType()))
      return obstacle;
    if (!isa<TernaryType>(cast<ShapedType>(factor.getType()).getElementType()))
      return "its factors are not ternary";
  }
  int64_t bytes = getNumBuffers(op) * getBufferSize(op) * 4;
  if (bytes > workgroupMemory)
    return "it needs " + std::to_string(bytes) +
           " bytes of workgroup memory of " + std::to_string(workgroupMemory);
  return std::nullopt;
}

/// `butterfly_pot_256_256_16x16x16x1_bitplanes16_1x16x16x16_bitplanes16`.
static std::string getKernelName(ButterflyOp op) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto result = cast<RankedTensorType>(op.getType());
  std::string name = "butterfly_" + getActivationName(input) + "_" +
                     std::to_string(input.getShape().back()) + "_" +
                     std::to_string(result.getShape().back());
  for (size_t stage = 0; stage < op.getFactors().size(); ++stage) {
    RankedTensorType type = getFactorType(op, stage);
    auto sizes = llvm::map_range(
        type.getShape(), [](int64_t size) { return std::to_string(size); });
    name +=
        "_" + llvm::join(sizes, "x") + "_" + PackedWeightReader(type).getName();
  }
  return name;
}

namespace {

/// Builds the body of one kernel.
class ButterflyBody {
public:
  ButterflyBody(GPUKernelBuilder &b, ButterflyOp op, gpu::GPUFuncOp kernel)
      : b(b), op(op), kernel(kernel),
        input(cast<RankedTensorType>(op.getInput().getType())),
        result(cast<RankedTensorType>(op.getType())) {}

  void build() {
    row = gpu::BlockIdOp::create(b, gpu::Dimension::x);
    thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
    size_t stages = op.getFactors().size();
    for (size_t stage = 0; stage < stages; ++stage) {
      FactorShape shape = getFactorShape(getFactorType(op, stage));
      for (int64_t stack = 0; stack < shape.stacks; ++stack)
        buildStack(stage, shape, stack);
      if (stage + 1 < stages)
        gpu::BarrierOp::create(b);
    }
  }

private:
  /// The outputs of one stack, dealt out to the threads in turn.
  void buildStack(size_t stage, FactorShape shape, int64_t stack) {
    bool isLast = stage + 1 == op.getFactors().size();
    int64_t first = stack * shape.getNumOutputs();
    int64_t outputs = shape.getNumOutputs();
    if (isLast)
      outputs = std::min(outputs, result.getShape().back() - first);
    if (outputs <= 0)
      return;
    b.loop(thread, b.index(outputs), b.index(getNumThreads(op)),
           [&](Value output) {
             Value sum = buildSum(stage, shape, stack, output);
             Value position = b.add(output, b.index(first));
             if (isLast)
               memref::StoreOp::create(b, sum, kernel.getArgument(stage + 2),
                                       ValueRange{row, position});
             else
               memref::StoreOp::create(b, sum, getBuffer(stage), position);
           });
  }

  /// One output: the sum over ic of v[ia, ib, ic, id] * x[(ia*c + ic)*d + id].
  Value buildSum(size_t stage, FactorShape shape, int64_t stack, Value output) {
    PackedWeightReader reader(getFactorType(op, stage));
    PackedWeightReader::Row codes =
        reader.getRow(b, kernel.getArgument(1 + stage), stack, output);
    Value block = b.div(output, shape.b * shape.d);
    Value base = b.add(b.mul(block, shape.c * shape.d), b.rem(output, shape.d));
    return b.loop(b.index(0), b.index(shape.c), b.index(1),
                  b.zero(getSumType(input)), [&](Value ic, Value sum) {
                    Value position = b.add(base, b.mul(ic, shape.d));
                    Value x = loadInput(stage, shape, stack, position);
                    return b.addTernaryTerm(sum, x,
                                            reader.readTernary(b, codes, ic));
                  });
  }

  /// Element `position` of what enters `stage`.
  Value loadInput(size_t stage, FactorShape shape, int64_t stack,
                  Value position) {
    if (stage > 0) {
      int64_t first = stack * shape.getNumInputs();
      return memref::LoadOp::create(b, getBuffer(stage - 1),
                                    b.add(position, b.index(first)));
    }
    Value rows = kernel.getArgument(0);
    int64_t width = input.getShape().back();
    if (width == shape.getNumInputs())
      return loadActivation(b, input, rows, row, position);
    // Zeros stand behind the end of the row.
    Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, position,
                                         b.index(width));
    Value safe = arith::SelectOp::create(b, inside, position, b.index(0));
    Value x = loadActivation(b, input, rows, row, safe);
    return arith::SelectOp::create(b, inside, x, b.zero(x.getType()));
  }

  Value getBuffer(size_t stage) {
    return kernel.getWorkgroupAttributions()[stage % 2];
  }

  GPUKernelBuilder &b;
  ButterflyOp op;
  gpu::GPUFuncOp kernel;
  RankedTensorType input, result;
  Value row, thread;
};

} // namespace

static KernelInterface getKernelInterface(ButterflyOp op) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  KernelInterface interface;
  interface.name = getKernelName(op);
  interface.threads = getNumThreads(op);
  interface.operands.push_back(getRowsType(input));
  for (size_t stage = 0; stage < op.getFactors().size(); ++stage)
    interface.operands.push_back(
        PackedWeightReader(getFactorType(op, stage)).getBufferType());
  interface.operands.push_back(
      getRowsType(cast<RankedTensorType>(op.getType())));
  auto space =
      gpu::AddressSpaceAttr::get(op.getContext(), gpu::AddressSpace::Workgroup);
  interface.workgroupBuffers.assign(
      getNumBuffers(op), MemRefType::get({getBufferSize(op)}, getSumType(input),
                                         AffineMap(), space));
  return interface;
}

/// Replaces `op` by the launch of its kernel.
static FailureOr<Value> lowerButterfly(RewriterBase &rewriter, ButterflyOp op,
                                       KernelLibrary &kernels,
                                       int64_t workgroupMemory) {
  if (std::optional<std::string> obstacle = getObstacle(op, workgroupMemory))
    return rewriter.notifyMatchFailure(op, *obstacle);
  KernelInterface interface = getKernelInterface(op);
  gpu::GPUFuncOp kernel = kernels.getOrBuild(
      op.getLoc(), interface, [&](GPUKernelBuilder &b, gpu::GPUFuncOp func) {
        ButterflyBody(b, op, func).build();
      });

  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  SmallVector<Value> operands = {getRows(b, op.getInput())};
  for (auto [index, factor] : llvm::enumerate(op.getFactors()))
    operands.push_back(
        getWords(b, factor, cast<MemRefType>(interface.operands[1 + index])));
  auto result = cast<RankedTensorType>(op.getType());
  Value y = withResultBuffer(b, result, op.getInput(), [&](Value rows) {
    operands.push_back(rows);
    launchOverRows(b, kernel, rows, /*columns=*/1, interface.threads, operands);
  });
  rewriter.replaceOp(op, y);
  return y;
}

namespace {

/// Before: `%y = ecolm.butterfly %x, %f0, %f1`. After: `%y` is the contents of
/// a new buffer that `gpu.launch_func @ecolm_kernels::@butterfly_...` fills.
struct ButterflyToGPU final : OpRewritePattern<ButterflyOp> {
  ButterflyToGPU(MLIRContext *context, KernelLibrary &kernels,
                 int64_t workgroupMemory)
      : OpRewritePattern(context), kernels(kernels),
        workgroupMemory(workgroupMemory) {}

  LogicalResult matchAndRewrite(ButterflyOp op,
                                PatternRewriter &rewriter) const override {
    return lowerButterfly(rewriter, op, kernels, workgroupMemory);
  }

private:
  KernelLibrary &kernels;
  int64_t workgroupMemory;
};

} // namespace

void ecolm::populateButterflyToGPUPatterns(RewritePatternSet &patterns,
                                           KernelLibrary &kernels,
                                           int64_t workgroupMemory) {
  patterns.add<ButterflyToGPU>(patterns.getContext(), kernels, workgroupMemory);
}
