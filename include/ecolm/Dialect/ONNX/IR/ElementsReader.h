//===- ElementsReader.h - Reads the elements of an initializer -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the elements of an `onnx.initializer` whichever attribute holds them:
// dense, splat, or a mapped resource at any alignment and in ONNX packing.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_IR_ELEMENTSREADER_H
#define ECOLM_DIALECT_ONNX_IR_ELEMENTSREADER_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"
#include <optional>

namespace ecolm::onnx {

/// Number of elements of a static shape, or nothing if it overflows 64 bits.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// Bits that one element occupies in a resource (i1 occupies a byte), or
/// nothing for a type that ONNX tensors do not hold.
std::optional<unsigned> storageBits(mlir::Type elementType);

/// Bytes that a tensor occupies in a resource, sub-byte elements packed, or
/// nothing if the type is not static, not storable, or overflows.
std::optional<int64_t> storageBytes(mlir::ShapedType type);

/// Random access to the elements of an attribute.
class ElementsReader {
public:
  /// Fails when the attribute's form or element type cannot be read, or when a
  /// resource does not hold exactly the bytes that its type asks for.
  static std::optional<ElementsReader> get(mlir::ElementsAttr attr);

  /// Reads `bytes`, laid out as in a resource of `type`.
  static std::optional<ElementsReader> get(mlir::ShapedType type,
                                           llvm::ArrayRef<char> bytes);

  /// The number of elements.
  int64_t size() const { return count; }
  /// The element type.
  mlir::Type getElementType() const { return elementType; }
  /// Element `index` of an integer tensor, sign-extended or zero-extended as
  /// its type says (an unsigned 64-bit value keeps its bits).
  int64_t getInteger(int64_t index) const;
  /// Element `index` as a double; integers are converted.
  double getDouble(int64_t index) const;
  /// The bits of element `index`, as wide as the type is stored.
  llvm::APInt getBits(int64_t index) const;
  /// The bytes of a resource; empty for a dense attribute.
  llvm::ArrayRef<char> getBytes() const { return bytes; }

private:
  mlir::DenseElementsAttr dense;
  llvm::ArrayRef<char> bytes;
  mlir::Type elementType;
  int64_t count = 0;
  unsigned bits = 0;
};

/// The tensor that defines `value` if it is an initializer or a Constant node.
mlir::ElementsAttr getConstantElements(mlir::Value value);

/// The integers of a constant `value` with at most `limit` elements.
std::optional<llvm::SmallVector<int64_t>>
getConstantIntegers(mlir::Value value, int64_t limit = 1024);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_IR_ELEMENTSREADER_H
