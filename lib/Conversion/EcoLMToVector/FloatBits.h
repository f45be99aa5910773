//===- FloatBits.h - Floats as bits -----------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Integer formulations of quantization and scaling by powers of two.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_FLOATBITS_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_FLOATBITS_H

#include "KernelBuilder.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

namespace ecolm {

/// True if an i32 holds every value of `type` in units of `2^min`. Of another
/// type tensors hold the values themselves, in f32.
inline bool fitsUnits(PotType type) { return type.getNumExponents() <= 31; }

/// The log-quantized f32 scalar `x` as an i32 in units of `2^min`. With `fpu`
/// the power is made in a float register; without, by a shift.
mlir::Value emitLogQuantize(KernelBuilder &builder, mlir::Value x, PotType type,
                            Rounding rounding, Underflow underflow, bool fpu);

/// The log-quantized f32 `x`, a scalar or a vector, as f32; zero is +0.
mlir::Value emitLogQuantizeToFloat(KernelBuilder &builder, mlir::Value x,
                                   LogQuantizerAttr quantizer);

/// x * 2^exponent, correctly rounded, by integer operations on the bits of the
/// f32 scalar `x`; `exponent` is an i32 scalar. With `staysNormal` the caller
/// knows that x and the result are zero or normal numbers.
mlir::Value emitExponentAdd(KernelBuilder &builder, mlir::Value x,
                            mlir::Value exponent, bool staysNormal);

/// The i32 scalar `x` as an f32, rounded half to even, by integer operations.
mlir::Value emitIntToFloat(KernelBuilder &builder, mlir::Value x);

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_FLOATBITS_H
