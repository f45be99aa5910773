//===- FactorChain.h - A chain of Kronecker-sparse factors ---- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A linear map as factors, permutations and scales, and the nodes that compute
// it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_FACTORCHAIN_H
#define ECOLM_LIB_RECOGNITION_FACTORCHAIN_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include <string>
#include <vector>

namespace ecolm {

/// A factor of support `I_a (x) 1_{b x c} (x) I_d`, applied to the elements
/// that `permutation` picks; an empty one keeps them in place.
struct ChainFactor {
  std::vector<int64_t> permutation;
  int64_t a = 1, b = 1, c = 1, d = 1;
  /// Row-major (a, b, c, d).
  std::vector<float> values;

  int64_t getNumInputs() const { return a * c * d; }
  int64_t getNumOutputs() const { return a * b * d; }
  /// True if outputs are sums, and inputs go into several of them.
  bool isMixing() const { return b > 1 && c > 1; }
  /// True if every block is a rotation or a reflection of the plane.
  bool isRotation() const;
  /// True if every value is -1, 0 or 1.
  bool isTernary() const;
};

/// `y = scale * (factors x)[permutation]`.
struct FactorChain {
  std::vector<ChainFactor> factors;
  /// Empty for the identity.
  std::vector<int64_t> permutation;
  /// Empty for 1, else one for all outputs or one for each.
  std::vector<float> scale;

  /// Products of weights with features, of all factors.
  int64_t countValues() const;
  int64_t countMixing() const;
  /// Terms of the longest sum.
  int64_t getLongestSum() const;

  /// Takes out of every factor that is ternary but for a power of two, which
  /// scales exactly, that power.
  void separatePowers();

  /// `4 factors 16 -> 16, ternary, in strides 1, 2, 4, 8`.
  std::string describe() const;
};

/// Writes `chain` of `input`, along its last axis, as nodes at the rewriter's
/// insertion point. Constants are named after `name`.
mlir::Value createChain(GraphRewriter &rewriter, mlir::Location loc,
                        llvm::StringRef name, mlir::Value input,
                        const FactorChain &chain);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_FACTORCHAIN_H
