//===- KernelChoice.h - Which kernel computes a layer -----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Says which kernel of a CPU an operation becomes, why, and why no faster one:
// kernels match on the operands' types and the layout of weights, which this
// reads as they do.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_KERNELCHOICE_H
#define ECOLM_ANALYSIS_KERNELCHOICE_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include <string>

namespace ecolm {

/// The kernel of one operation.
struct KernelChoice {
  std::string name;
  /// What of types, layout and target made this the kernel.
  std::string why;
  /// What keeps the operation from a faster kernel; empty if nothing does.
  std::string missed;
  /// Price of 16 weights and one row, in instructions on 16 lanes of 32 bits.
  double instructions = 0;
  /// Whether it multiplies once for every weight; else it selects, shifts or
  /// changes signs.
  bool multiplies = false;
};

/// Whether the kernel of products of bytes takes all rows of `matmul` together,
/// which its weights were packed for.
bool isForAllRows(MatmulOp matmul);

/// Whether `factor` of `op` holds powers of two that floats are multiplied by.
bool hasFloatPowers(ButterflyOp op, mlir::Value factor);

/// The kernel of `op`, a product with weights on packed operands: butterfly,
/// butterfly_factor, matmul or group_matmul. `instructions` names what sums
/// products of bytes on the target.
KernelChoice chooseKernel(mlir::Operation *op, llvm::StringRef instructions);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_KERNELCHOICE_H
