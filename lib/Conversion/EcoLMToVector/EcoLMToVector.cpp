//===- EcoLMToVector.cpp - The pass ---------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers the ecolm dialect to loops over vectors on tensors.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "FloatBits.h"
#include "KernelBuilder.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace ecolm {
#define GEN_PASS_DEF_CONVERTECOLMTOVECTOR
#include "ecolm/Conversion/EcoLMToVector/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {

/// Tensors of powers of two are tensors of i32, or of f32 where their range is
/// wider than that; ternary ones are of i8, packed weights are bytes.
class KernelTypeConverter : public TypeConverter {
public:
  KernelTypeConverter() {
    addConversion([](Type type) { return type; });
    addConversion([](RankedTensorType type) -> Type {
      MLIRContext *context = type.getContext();
      if (isa_and_nonnull<PackedAttr>(type.getEncoding()))
        return MemRefType::get({ShapedType::kDynamic},
                               IntegerType::get(context, 8));
      if (auto pot = dyn_cast<PotType>(type.getElementType()))
        return fitsUnits(pot) ? type.clone(IntegerType::get(context, 32))
                              : type.clone(Float32Type::get(context));
      if (isa<TernaryType>(type.getElementType()))
        return type.clone(IntegerType::get(context, 8));
      return type;
    });
  }
};

struct ConvertEcoLMToVectorPass final
    : ecolm::impl::ConvertEcoLMToVectorBase<ConvertEcoLMToVectorPass> {
  using Base::Base;

  void runOnOperation() override {
    KernelTypeConverter converter;
    RewritePatternSet patterns(&getContext());
    populateElementwiseKernels(converter, patterns, fpu);
    populateLinearKernels(converter, patterns);
    populateFusedButterflyKernel(converter, patterns, fma);
    populateByteMatmulKernel(converter, patterns, {inPlace, rows});
    populateFloatMatmulKernel(converter, patterns, {fma, sums});
    populateEmbeddingKernel(converter, patterns);
    populateGroupMatmulKernel(converter, patterns);
    populateMathKernels(converter, patterns);
    populateNormKernels(converter, patterns);
    populateAttentionKernels(converter, patterns);
    populateRowQuantizerKernels(converter, patterns);
    populateWeightKernels(converter, patterns);

    ConversionTarget target(getContext());
    target.addIllegalDialect<EcoLMDialect>();
    target.addLegalOp<WeightOp, DotOp, LookupOp>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    // Without an FPU a call of the library is shorter.
    if (fpu)
      target.addDynamicallyLegalOp<math::TanhOp>(
          [](math::TanhOp op) { return !op.getType().isF32(); });
    else
      target.addDynamicallyLegalOp<arith::SIToFPOp>(
          [](arith::SIToFPOp op) { return !isa<TensorType>(op.getType()); });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
