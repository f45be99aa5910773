//===- RowKernel.h - One row of floats, in vectors --------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What norms and quantizers of rows have in common: sums, maxima and
// elementwise functions of one row.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_ROWKERNEL_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_ROWKERNEL_H

#include "KernelBuilder.h"

namespace ecolm {

/// One row of `length` f32 elements, sixteen at a time.
class RowKernel {
public:
  /// From lanes of a row, and the index of the first, to lanes.
  using Lanes = llvm::function_ref<mlir::Value(mlir::Value x, mlir::Value at)>;
  using Term = llvm::function_ref<mlir::Value(mlir::Value x)>;

  RowKernel(KernelBuilder &b, mlir::Value row)
      : b(b), row(row),
        length(llvm::cast<mlir::RankedTensorType>(row.getType()).getShape()[0]),
        lanes(b.lanesOf(b.getF32Type())) {}

  /// Sixteen elements of `source`, which is as long as the row.
  mlir::Value readAt(mlir::Value source, mlir::Value at);

  /// The sum of term(x) over the row: element i is added to lane i mod 16 in
  /// order, and the lanes are combined pairwise.
  mlir::Value sum(Term term);

  /// The largest of `least` and term(x) over the row, NaN if there is one.
  mlir::Value max(mlir::Value least, Term term);

  mlir::Value mean(mlir::Value sum);
  /// 1 / sqrt(x + epsilon)
  mlir::Value inverseRoot(mlir::Value x, llvm::APFloat epsilon);

  mlir::Value constant(double value) { return b.constant(lanes, value); }
  mlir::Value splat(mlir::Value scalar);

  /// Fills `target` with value(x).
  mlir::Value writeAll(mlir::Value target, Lanes value);

private:
  /// Lanes at `at` that lie inside the row keep their value, others take that
  /// of `others`.
  mlir::Value keepInside(mlir::Value values, mlir::Value at,
                         mlir::Value others);

  KernelBuilder &b;
  mlir::Value row;
  int64_t length;
  mlir::VectorType lanes;
};

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_ROWKERNEL_H
