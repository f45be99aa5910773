//===- HostTensor.h - A tensor that the compiler computes ----- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Holds the elements of a constant while it is computed at compile time.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_EVALUATE_HOSTTENSOR_H
#define ECOLM_DIALECT_ONNX_EVALUATE_HOSTTENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <optional>
#include <variant>
#include <vector>

namespace ecolm::onnx {

/// A dense tensor in row-major order. f32, f16 and bf16 elements are held as
/// float, f64 as double, i1 as bytes 0 and 1, every other integer as int64_t;
/// values are always ones that the element type has.
class HostTensor {
public:
  using Floats = std::vector<float>;
  using Doubles = std::vector<double>;
  using Integers = std::vector<int64_t>;
  using Bools = std::vector<uint8_t>;
  using Storage = std::variant<Floats, Doubles, Integers, Bools>;

  /// A tensor of zeros; `elementType` is one that `canHold`.
  HostTensor(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);

  /// True for f16, bf16, f32, f64, i1, and integers of 8 to 64 bits but
  /// unsigned ones of 64.
  static bool canHold(mlir::Type elementType);

  /// The elements of a constant, or nothing if it cannot be read or held.
  static std::optional<HostTensor> read(mlir::ElementsAttr elements);

  /// The tensor as the importer would hold it: small ones dense, others a
  /// resource called after `name`.
  mlir::ElementsAttr write(llvm::StringRef name) const;

  mlir::Type getElementType() const { return elementType; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return shape.size(); }
  int64_t size() const;
  bool isFloat() const { return llvm::isa<mlir::FloatType>(elementType); }
  mlir::RankedTensorType getType() const {
    return mlir::RankedTensorType::get(shape, elementType);
  }

  /// Gives the elements another shape of as many elements.
  void setShape(llvm::ArrayRef<int64_t> newShape);

  Storage &getStorage() { return storage; }
  const Storage &getStorage() const { return storage; }
  /// The elements as `T`, which must be what the element type is held as.
  template <typename T>
  std::vector<T> &get() {
    return std::get<std::vector<T>>(storage);
  }
  template <typename T>
  const std::vector<T> &get() const {
    return std::get<std::vector<T>>(storage);
  }
  /// Element `index` of an integer or boolean tensor.
  int64_t getInteger(int64_t index) const;

  /// Rounds what arithmetic left in the storage to values of the element type:
  /// f16 and bf16 to nearest even, integers modulo their width.
  void normalize();

private:
  mlir::Type elementType;
  llvm::SmallVector<int64_t> shape;
  Storage storage;
};

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_EVALUATE_HOSTTENSOR_H
