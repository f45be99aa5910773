//===- WeightBytes.h - The bytes behind a weight ----------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the declaration behind a value and says what its bytes are.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_WEIGHTBYTES_H
#define ECOLM_ANALYSIS_WEIGHTBYTES_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/WeightFormat.h"
#include <optional>
#include <vector>

namespace ecolm {

/// The bytes of a weight's source: those of the mapped model file, or a copy
/// where the source is a splat, which MLIR keeps as a single element.
class WeightBytes {
public:
  explicit WeightBytes(llvm::ArrayRef<char> mapped) : mapped(mapped) {}
  explicit WeightBytes(std::vector<char> copy)
      : owned(std::move(copy)), mapped(owned) {}
  WeightBytes(WeightBytes &&) = default;

  llvm::ArrayRef<char> get() const { return mapped; }

private:
  std::vector<char> owned;
  llvm::ArrayRef<char> mapped;
};

/// The declaration whose value `value` is, or null.
WeightOp getDeclaration(mlir::Value value,
                        mlir::SymbolTableCollection &symbols);

/// How the packer shall see `weight`: its source's format, and the packing of
/// its type. Fails with an error at the declaration if no bytes can have that
/// type.
llvm::FailureOr<WeightDescription> describeWeight(WeightOp weight);

/// The shape of a kernel's operand of `type`: a factor of rank 4, or 5 with
/// stacks; a matrix of rank 2; any other tensor as a column of its elements.
FactorShape getFactorShape(mlir::RankedTensorType type);

/// The bytes of the weight's source, or nothing if it is an attribute without
/// bytes, as in IR that was printed with elided resources.
std::optional<WeightBytes> findSourceBytes(WeightOp weight);

/// The bytes of the weight's source. Fails with an error at the declaration if
/// the source is an attribute without bytes, or with more or fewer than the
/// type of the weight asks for.
llvm::FailureOr<WeightBytes> getSourceBytes(WeightOp weight);

/// The floats of a declared f32 weight, in row-major order of its type.
llvm::FailureOr<std::vector<float>> readFloats(WeightOp weight);

/// `bytes`, laid out as a tensor of `type`, as the source of a weight: written
/// out in the module where they are few, as the importer does.
mlir::ElementsAttr makeSource(mlir::RankedTensorType type, llvm::StringRef name,
                              llvm::ArrayRef<char> bytes);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_WEIGHTBYTES_H
