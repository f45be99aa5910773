//===- VerifyMultiplierFree.cpp - Proves that nothing multiplies ----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Fails where an operation of the quantized path multiplies or divides.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/QuantizedPath.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

namespace ecolm {
#define GEN_PASS_DEF_VERIFYMULTIPLIERFREE
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Why an operation may not stay, or an empty string.
using Fault = StringRef;

static constexpr Fault kMultiplies = "multiplies";
static constexpr Fault kDivides = "divides";

/// Whether `op` multiplies an integer by a constant power of two, which every
/// back end of LLVM makes a shift. Addresses are computed like that.
static bool isShiftInDisguise(Operation *op) {
  APInt factor;
  return isa<arith::MulIOp, LLVM::MulOp>(op) &&
         (matchPattern(op->getOperand(1), m_ConstantInt(&factor)) ||
          matchPattern(op->getOperand(0), m_ConstantInt(&factor))) &&
         factor.isPowerOf2();
}

static Fault checkArith(Operation *op) {
  if (isShiftInDisguise(op))
    return "";
  if (isa<arith::MulIOp, arith::MulFOp, arith::MulSIExtendedOp,
          arith::MulUIExtendedOp>(op))
    return kMultiplies;
  if (isa<arith::DivFOp, arith::DivSIOp, arith::DivUIOp, arith::CeilDivSIOp,
          arith::CeilDivUIOp, arith::FloorDivSIOp, arith::RemFOp,
          arith::RemSIOp, arith::RemUIOp>(op))
    return kDivides;
  return "";
}

/// Functions of the math dialect are polynomials, or calls of a library, but
/// for those that look at bits.
static Fault checkMath(Operation *op) {
  if (isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
          math::CountLeadingZerosOp, math::CountTrailingZerosOp, math::CtPopOp,
          math::FloorOp, math::IsFiniteOp, math::IsInfOp, math::IsNaNOp,
          math::IsNormalOp, math::RoundEvenOp, math::RoundOp, math::TruncOp>(
          op))
    return "";
  return kMultiplies;
}

static Fault checkVector(Operation *op) {
  if (isa<vector::ContractionOp, vector::FMAOp, vector::OuterProductOp>(op))
    return kMultiplies;
  std::optional<vector::CombiningKind> kind;
  if (auto reduction = dyn_cast<vector::ReductionOp>(op))
    kind = reduction.getKind();
  else if (auto reduction = dyn_cast<vector::MultiDimReductionOp>(op))
    kind = reduction.getKind();
  else if (auto scan = dyn_cast<vector::ScanOp>(op))
    kind = scan.getKind();
  return kind == vector::CombiningKind::MUL ? kMultiplies : "";
}

/// Whether the name of an intrinsic, of LLVM or of a machine, speaks of
/// products.
static Fault checkIntrinsicName(StringRef name) {
  for (StringRef word : {"div", "rem", "rcp"})
    if (name.contains(word))
      return kDivides;
  for (StringRef word : {"mul", "madd", "fma", "mmla", "dot", "vpdp"})
    if (name.contains(word))
      return kMultiplies;
  // These words are parts of others: expandload, is.constant.
  SmallVector<StringRef> parts;
  name.split(parts, '.');
  for (StringRef function : {"exp", "exp2", "exp10", "log", "log2", "log10",
                             "sqrt", "sin", "cos", "tan", "pow", "powi"})
    if (llvm::is_contained(parts, function))
      return kMultiplies;
  return "";
}

static Fault checkLLVM(Operation *op) {
  if (isShiftInDisguise(op))
    return "";
  if (isa<LLVM::MulOp, LLVM::FMulOp>(op))
    return kMultiplies;
  if (isa<LLVM::SDivOp, LLVM::UDivOp, LLVM::SRemOp, LLVM::URemOp, LLVM::FDivOp,
          LLVM::FRemOp>(op))
    return kDivides;
  if (isa<LLVM::InlineAsmOp>(op))
    return "may multiply";
  if (auto call = dyn_cast<LLVM::CallIntrinsicOp>(op))
    return checkIntrinsicName(call.getIntrin());
  StringRef name = op->getName().getStringRef();
  if (name.consume_front("llvm.intr."))
    return checkIntrinsicName(name);
  return "";
}

/// Whether `op` says that it multiplies, or has weights that need it.
static Fault checkEcoLM(Operation *op) {
  if (isa<ButterflyOp, ButterflyFactorOp, MatmulOp>(op))
    for (Value weight : op->getOperands().drop_front())
      if (!isa<TernaryType, PotType>(getElementTypeOrSelf(weight.getType())))
        return kMultiplies;
  auto checkArithmetic = [](auto typed) -> Fault {
    return typed.getArithmetic() == Arithmetic::Native ? kMultiplies : "";
  };
  return TypeSwitch<Operation *, Fault>(op)
      .Case<ButterflyOp, MatmulOp, ShiftOp>(checkArithmetic)
      .Case([](DequantizeOp dequantize) -> Fault {
        return dequantize.getScale() ? kMultiplies : "";
      })
      .Case<ButterflyFactorOp, GroupMatmulOp, RotateOp, AttentionOp,
            CachedAttentionOp>([](Operation *) { return kMultiplies; })
      .Case<QuantizeInt8Op, TernaryQuantizeOp, PotQuantizeOp, LayerNormOp,
            RmsNormOp>([](Operation *) { return kDivides; })
      .Default([](Operation *) { return Fault(""); });
}

/// Functions from outside that only move bytes.
static bool isHarmless(StringRef function) {
  return llvm::StringSwitch<bool>(function)
      .Cases({"malloc", "free", "memcpy", "memmove", "memset"}, true)
      .Cases({"aligned_alloc", "memrefCopy", "abort"}, true)
      .Default(false);
}

/// A call may hide a product, unless its body is checked as well.
static Fault checkCall(CallOpInterface call) {
  auto symbol = dyn_cast<SymbolRefAttr>(call.getCallableForCallee());
  if (symbol && isHarmless(symbol.getLeafReference()))
    return "";
  Operation *callee =
      symbol ? SymbolTable::lookupNearestSymbolFrom(call, symbol) : nullptr;
  if (callee && callee->hasAttr(kQuantizedAttr))
    return "";
  return "calls a function that may multiply";
}

static Fault check(Operation *op) {
  if (isa<EcoLMDialect>(op->getDialect()))
    return checkEcoLM(op);
  if (isa<arith::ArithDialect>(op->getDialect()))
    return checkArith(op);
  if (isa<math::MathDialect>(op->getDialect()))
    return checkMath(op);
  if (isa<vector::VectorDialect>(op->getDialect()))
    return checkVector(op);
  if (isa<linalg::ContractionOpInterface, linalg::ConvolutionOpInterface>(op))
    return kMultiplies;
  if (auto call = dyn_cast<CallOpInterface>(op))
    return checkCall(call);
  if (isa<LLVM::LLVMDialect>(op->getDialect()))
    return checkLLVM(op);
  return "";
}

namespace {

struct VerifyMultiplierFreePass final
    : ecolm::impl::VerifyMultiplierFreeBase<VerifyMultiplierFreePass> {
  using Base::Base;

  void runOnOperation() override {
    bool failed = false;
    SetVector<Operation *> path = collectQuantizedPath(getOperation(), scope);
    for (Operation *op : path) {
      // A contraction says it once, not for every operation of its body too.
      if (isa<linalg::ContractionOpInterface>(op->getParentOp()) &&
          path.contains(op->getParentOp()))
        continue;
      if (Fault fault = check(op); !fault.empty()) {
        classify(op->emitOpError(), ErrorClass::Unsupported)
            << fault << " on the quantized path";
        failed = true;
      }
    }
    numChecked += path.size();
    if (failed)
      signalPassFailure();
    else
      markAllAnalysesPreserved();
  }
};

} // namespace
