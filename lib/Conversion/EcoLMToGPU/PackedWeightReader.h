//===- PackedWeightReader.h - Reads packed weights in kernels ---*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds and decodes single weights in the packed words that a kernel receives.
//
// A kernel sees a packed weight as a flat buffer of little-endian 32-bit words:
// the bytes of its layout, padded with zeros to a multiple of four.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_ECOLMTOGPU_PACKEDWEIGHTREADER_H
#define LIB_CONVERSION_ECOLMTOGPU_PACKEDWEIGHTREADER_H

#include "GPUKernelBuilder.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Support/WeightOrder.h"
#include "mlir/IR/BuiltinTypes.h"
#include <optional>
#include <string>

namespace ecolm {

/// Why no kernel reads weights of `type`, or nothing when one does.
std::optional<std::string> getWeightObstacle(mlir::Type type);

/// Reads one weight tensor inside one kernel.
class PackedWeightReader {
public:
  /// `type` must be free of obstacles.
  explicit PackedWeightReader(mlir::RankedTensorType type);

  /// The buffer in which a kernel receives the weight.
  mlir::MemRefType getBufferType() const;
  /// The layout as part of a kernel's name, such as `bitplanes16`.
  std::string getName() const;

  /// Where the weights of one output begin.
  struct Row {
    mlir::Value words;
    /// Element, or run of lanes for bit planes, that belongs to `ic = 0`.
    mlir::Value base;
    /// Position of the output among its group's lanes, for bit planes.
    mlir::Value lane;
  };
  Row getRow(GPUKernelBuilder &b, mlir::Value words, int64_t stack,
             mlir::Value output) const;

  /// The ternary weight of input `ic`.
  TernaryCode readTernary(GPUKernelBuilder &b, const Row &row,
                          mlir::Value ic) const;
  /// The signed power-of-two code of input `ic`, as i32.
  mlir::Value readPot(GPUKernelBuilder &b, const Row &row,
                      mlir::Value ic) const;

private:
  int64_t getCodeBits() const;
  /// The bits of the code of input `ic`, as i32.
  mlir::Value readCode(GPUKernelBuilder &b, const Row &row,
                       mlir::Value ic) const;
  TernaryCode readPlanes(GPUKernelBuilder &b, const Row &row,
                         mlir::Value ic) const;

  mlir::RankedTensorType type;
  FactorShape shape;
  Packing packing;
  int64_t lanes;
};

} // namespace ecolm

#endif // LIB_CONVERSION_ECOLMTOGPU_PACKEDWEIGHTREADER_H
