//===- LinalgConversions.h - Families of conversions ---------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the conversions to linalg, one function per family.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOLINALG_LINALGCONVERSIONS_H
#define ECOLM_CONVERSION_ONNXTOLINALG_LINALGCONVERSIONS_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"

namespace ecolm {

/// Adds operators that work element by element on numbers.
void populateArithmeticConversions(NodeConversions &conversions);

/// Adds comparisons, logic, Where and Cast.
void populateLogicConversions(NodeConversions &conversions);

/// Adds QuantizeLinear and DequantizeLinear.
void populateQuantizationConversions(NodeConversions &conversions);

/// Adds activation functions.
void populateActivationConversions(NodeConversions &conversions);

/// Adds reductions.
void populateReductionConversions(NodeConversions &conversions);

/// Adds softmax and norms, which become smaller nodes.
void populateNormDecompositions(NodeConversions &conversions);

/// Adds products of tensors.
void populateMatrixConversions(NodeConversions &conversions);

/// Adds operators that change the shape and keep the elements' order.
void populateReshapeConversions(NodeConversions &conversions);

/// Adds Shape, Size, Range, ConstantOfShape and Expand.
void populateShapeConversions(NodeConversions &conversions);

/// Adds Transpose, Concat and Split.
void populateMovementConversions(NodeConversions &conversions);

/// Adds Slice.
void populateSliceConversions(NodeConversions &conversions);

/// Adds Gather.
void populateGatherConversions(NodeConversions &conversions);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOLINALG_LINALGCONVERSIONS_H
